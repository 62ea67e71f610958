// A deadline as a guard over a timer.
#include "descopectl/transport/deadline.hpp"

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace descopectl::transport {

// Shared with the timer's handler, which may still be queued when the guard goes.
struct Deadline::State {
  State(const boost::asio::any_io_executor& executor, TimePoint when, std::function<void()> on_expiry_)
      : timer(executor, when), on_expiry(std::move(on_expiry_)) {}

  boost::asio::steady_timer timer;
  std::function<void()> on_expiry;
  bool is_armed = true;
  bool has_expired = false;
};

Deadline::Deadline(const boost::asio::any_io_executor& executor, TimePoint when,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, when, std::move(on_expiry))) {
  state_->timer.async_wait([state = state_](const boost::system::error_code& failure) {
    if (failure || !state->is_armed) return;
    state->has_expired = true;
    state->on_expiry();
  });
}

Deadline::~Deadline() {
  state_->is_armed = false;
  state_->timer.cancel();
}

bool Deadline::has_expired() const {
  return state_->has_expired;
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count < 1000) return fmt::format("{} ms", count);
  if (count % 1000 == 0) return fmt::format("{} s", count / 1000);
  return fmt::format("{:.1f} s", static_cast<double>(count) / 1000.0);
}

}  // namespace descopectl::transport
