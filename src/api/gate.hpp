// The gate that every request passes: closed after a 429 until the service takes requests again, and narrow
// where the user set a cap. One gate for all workers, so that a rate limit slows them all.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "descopectl/api/timing.hpp"

namespace descopectl::api {

class Gate {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// At most `requests_per_minute` pass in any 60 s; 0: no cap.
  Gate(Timing& timing, unsigned requests_per_minute) : timing_(timing), cap_(requests_per_minute) {}

  /// Returns when a request may be sent. A cancelled waiter leaves by boost::system::system_error.
  boost::asio::awaitable<void> pass();

  /// Nobody passes before `when`. True where that is news: a second or more later than what held before.
  bool close_until(TimePoint when);

 private:
  [[nodiscard]] TimePoint take_slot();

  Timing& timing_;
  unsigned cap_;
  TimePoint opens_at_{};
  std::deque<TimePoint> slots_;  ///< when the last `cap_` requests were, or will be, let through
};

/// How long `retry_after` (RFC 9110 section 10.2.3: whole seconds, or an HTTP date in one of its three forms)
/// asks to wait from `now`; never negative. None where it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view retry_after, std::chrono::system_clock::time_point now);

/// Exponential back-off with full jitter: between 0 and `base` * 2^`tries_before`, at most 30 s. `random` in
/// [0, 1).
[[nodiscard]] std::chrono::milliseconds back_off(std::chrono::milliseconds base, unsigned tries_before,
                                                 double random);

/// Back-off after a 429 without a Retry-After. The service's window is a minute (sheet 1.7), so it grows from
/// eight times `base`, and half of it is certain.
[[nodiscard]] std::chrono::milliseconds rate_limit_back_off(std::chrono::milliseconds base,
                                                            unsigned tries_before, double random);

}  // namespace descopectl::api
