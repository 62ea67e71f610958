// Looking again and again while a list may lag, with growing pauses, until a deadline.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "descopectl/api/timing.hpp"

namespace descopectl::apply {

/// The pauses between the looks at one list.
class Poll {
 public:
  Poll(api::Timing& timing, std::chrono::milliseconds at_most)
      : timing_(timing), deadline_(timing.now() + at_most) {}

  /// Pauses; false, at once, where the time is over.
  [[nodiscard]] boost::asio::awaitable<bool> wait() {
    const auto now = timing_.now();
    if (now >= deadline_) co_return false;
    const auto until = std::min(now + delay_, deadline_);
    delay_ = std::min(2 * delay_, kLongest);
    co_await timing_.wait_until(until);
    co_return true;
  }

  /// How young a list must be for the next look: what others asked for since `last_look` will do, but the
  /// last look is at what is there when the time is over.
  [[nodiscard]] std::chrono::steady_clock::time_point next_after(
      std::chrono::steady_clock::time_point last_look) const {
    return timing_.now() < deadline_ ? last_look : deadline_ - std::chrono::nanoseconds(1);
  }

 private:
  static constexpr std::chrono::milliseconds kFirst{250};
  static constexpr std::chrono::milliseconds kLongest{2000};

  api::Timing& timing_;
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds delay_ = kFirst;
};

}  // namespace descopectl::apply
