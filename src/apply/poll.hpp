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

  /// A look that begins now is the last one: it shows what is there when the time is over.
  [[nodiscard]] bool is_over() const { return timing_.now() >= deadline_; }
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }

 private:
  static constexpr std::chrono::milliseconds kFirst{250};
  static constexpr std::chrono::milliseconds kLongest{2000};

  api::Timing& timing_;
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds delay_ = kFirst;
};

}  // namespace descopectl::apply
