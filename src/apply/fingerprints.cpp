// Jobs for a few worker threads, awaited on the I/O thread.
#include "descopectl/apply/fingerprints.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <thread>
#include <utility>

#include "descopectl/state/fingerprint.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;

namespace {

// Each fingerprint under way takes 16 MiB.
constexpr unsigned kMostThreads = 8;

// Shared by the waiter and the worker, so that a waiter that is cancelled leaves nothing dangling. The worker
// writes `result` before it posts the news; only the I/O thread touches the rest.
struct Job {
  explicit Job(const asio::any_io_executor& executor)
      : finished(executor, asio::steady_timer::time_point::max()) {}

  asio::steady_timer finished;  // never expires: its cancellation is the news
  model::Fingerprint result;
  bool is_done = false;
};

}  // namespace

Fingerprinter::Fingerprinter(asio::any_io_executor executor, std::string key_hex)
    : executor_(std::move(executor)),
      key_hex_(std::move(key_hex)),
      pool_(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads)) {}

Fingerprinter::~Fingerprinter() {
  pool_.stop();
  pool_.join();
}

asio::awaitable<model::Fingerprint> Fingerprinter::make(std::string object_id, std::string pointer,
                                                        model::Secret secret) {
  if (key_hex_.empty()) co_return model::Fingerprint();
  const auto job = std::make_shared<Job>(executor_);
  auto work = [job, executor = executor_, key = key_hex_, object_id = std::move(object_id),
               pointer = std::move(pointer), secret = std::move(secret)] {
    job->result = state::make_fingerprint(key, object_id, pointer, secret);
    asio::post(executor, [job] {
      job->is_done = true;
      job->finished.cancel();
    });
  };
  asio::post(pool_, std::move(work));
  while (!job->is_done) {
    boost::system::error_code ignored;
    co_await job->finished.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return job->result;
}

}  // namespace descopectl::apply
