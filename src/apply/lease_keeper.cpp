// The beat of a held lock.
#include "descopectl/apply/lease_keeper.hpp"

#include <boost/system/system_error.hpp>

#include "descopectl/state/lock.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;

LeaseKeeper::LeaseKeeper(const asio::any_io_executor& executor, state::Store& store, api::Timing& timing,
                         std::function<void(std::string_view)> warn)
    : store_(store), timing_(timing), warn_(std::move(warn)), group_(executor) {
  group_.start(run());
}

asio::awaitable<void> LeaseKeeper::stop() {
  is_stopped_ = true;
  if (is_waiting_) group_.cancel();
  co_await group_.wait();
}

asio::awaitable<void> LeaseKeeper::run() {
  bool goes_on = !is_stopped_;
  while (goes_on) {
    co_await wait();
    if (is_stopped_) co_return;
    goes_on = co_await beat();
  }
}

asio::awaitable<void> LeaseKeeper::wait() {
  is_waiting_ = true;
  try {
    co_await timing_.wait_until(timing_.now() + state::kHeartbeat);
  } catch (const boost::system::system_error&) {
    is_stopped_ = true;  // cancelled
  }
  is_waiting_ = false;
}

asio::awaitable<bool> LeaseKeeper::beat() {
  const Result<void> renewed = co_await store_.renew();
  if (renewed) co_return !is_stopped_;
  warn_("the lock on the state was not renewed: " + renewed.error().message());
  co_return !is_stopped_ && renewed.error().kind() != ErrorKind::kLockHeld;
}

}  // namespace descopectl::apply
