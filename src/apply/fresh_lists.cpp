// One list call a kind, shared by all who wait for it.
#include "fresh_lists.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace descopectl::apply {

namespace asio = boost::asio;

struct FreshLists::Reading {
  Reading(const asio::any_io_executor& executor, std::chrono::steady_clock::time_point begun_at_)
      : begun_at(begun_at_), ended(executor, asio::steady_timer::time_point::max()) {}

  void finish(Result<std::shared_ptr<const Objects>> outcome) {
    result = std::move(outcome);
    is_done = true;
    ended.cancel();
  }

  std::chrono::steady_clock::time_point begun_at;
  asio::steady_timer ended;  // never expires: its cancellation is the news
  Result<std::shared_ptr<const Objects>> result;
  bool is_done = false;
};

FreshLists::FreshLists(Run& run, asio::any_io_executor executor)
    : run_(run), executor_(std::move(executor)) {}

bool FreshLists::is_fresh(std::chrono::steady_clock::time_point read_at) const {
  return run_.timing.now() - read_at <= run_.options.fresh_for;
}

asio::awaitable<Result<std::shared_ptr<const FreshLists::Objects>>> FreshLists::get(
    const schema::Kind& kind, std::chrono::steady_clock::time_point since) {
  const std::shared_ptr<Reading> latest = readings_[kind.name];
  const bool is_usable = latest && latest->begun_at >= since &&
                         (!latest->is_done || (latest->result && is_fresh(latest->begun_at)));
  if (is_usable) co_return co_await wait_for(latest);
  co_return co_await read_anew(kind);
}

asio::awaitable<Result<std::shared_ptr<const FreshLists::Objects>>> FreshLists::get_since(
    const schema::Kind& kind, std::chrono::steady_clock::time_point since) {
  const std::shared_ptr<Reading> latest = readings_[kind.name];
  const bool is_usable = latest && latest->begun_at >= since && (!latest->is_done || latest->result);
  if (is_usable) co_return co_await wait_for(latest);
  co_return co_await read_anew(kind);
}

asio::awaitable<Result<std::shared_ptr<const FreshLists::Objects>>> FreshLists::wait_for(
    std::shared_ptr<Reading> reading) {
  while (!reading->is_done) {
    boost::system::error_code ignored;
    co_await reading->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return reading->result;
}

asio::awaitable<Result<std::shared_ptr<const FreshLists::Objects>>> FreshLists::read_anew(
    const schema::Kind& kind) {
  // Ours stays, even where somebody begins a newer one meanwhile.
  const auto reading = std::make_shared<Reading>(executor_, run_.timing.now());
  readings_[kind.name] = reading;
  co_await read(kind, reading);
  co_return reading->result;
}

asio::awaitable<void> FreshLists::read(const schema::Kind& kind, std::shared_ptr<Reading> reading) {
  try {
    std::vector<std::string> parents = run_.find_parents(kind);
    auto listed = co_await run_.api.list(kind, run_.generation(), std::move(parents));
    if (!listed) {
      reading->finish(listed.error());
    } else {
      reading->finish(std::make_shared<const Objects>(std::move(*listed)));
    }
  } catch (...) {
    // Cancelled: those who wait must not wait for ever.
    reading->finish(Error(ErrorKind::kInterrupted, "interrupted"));
    throw;
  }
}

}  // namespace descopectl::apply
