// The real clock (Asio's steady timer), and waits that an interruption ends.
#include "descopectl/api/timing.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "descopectl/transport/task_group.hpp"

namespace descopectl::api {
namespace {

class RealTiming final : public Timing {
 public:
  explicit RealTiming(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::now();
  }
  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) override {
    boost::asio::steady_timer timer(executor_, when);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

 private:
  boost::asio::any_io_executor executor_;
};

class InterruptibleTiming final : public Timing {
 public:
  InterruptibleTiming(std::unique_ptr<Timing> timing, base::Interruption& interruption)
      : timing_(std::move(timing)), interruption_(interruption) {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return timing_->now(); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return timing_->wall_now();
  }
  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) override {
    co_await api::wait_until(*timing_, when, interruption_);
  }

 private:
  std::unique_ptr<Timing> timing_;
  base::Interruption& interruption_;
};

}  // namespace

boost::asio::awaitable<void> wait_until(Timing& timing, std::chrono::steady_clock::time_point when,
                                        base::Interruption& interruption) {
  if (interruption.has_come()) throw boost::system::system_error(boost::asio::error::operation_aborted);
  const auto executor = co_await boost::asio::this_coro::executor;
  transport::TaskGroup wait(executor);
  const auto end = [&wait] { wait.cancel(); };
  const base::Interruption::Listener listener(interruption, end);
  wait.start(timing.wait_until(when));
  co_await wait.wait();
}

std::unique_ptr<Timing> make_interruptible(std::unique_ptr<Timing> timing, base::Interruption* interruption) {
  if (interruption == nullptr) return timing;
  return std::make_unique<InterruptibleTiming>(std::move(timing), *interruption);
}

std::unique_ptr<Timing> make_timing(boost::asio::any_io_executor executor) {
  return std::make_unique<RealTiming>(std::move(executor));
}

}  // namespace descopectl::api
