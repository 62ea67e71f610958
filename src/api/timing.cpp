// The real clock: Asio's steady timer.
#include "descopectl/api/timing.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

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

}  // namespace

std::unique_ptr<Timing> make_timing(boost::asio::any_io_executor executor) {
  return std::make_unique<RealTiming>(std::move(executor));
}

}  // namespace descopectl::api
