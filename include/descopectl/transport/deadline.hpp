// A deadline as a guard: what Boost 1.82's cancel_after would be.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace descopectl::transport {

using TimePoint = std::chrono::steady_clock::time_point;

/// Calls `on_expiry` once at `when` unless it is destroyed before. Make it a named local around the awaits
/// that it bounds. To be reliable, `on_expiry` must leave things so that every later operation fails too
/// (close, not cancel): the deadline may pass between two steps of a composed operation, when there is
/// nothing to cancel.
class Deadline {
 public:
  Deadline(const boost::asio::any_io_executor& executor, TimePoint when, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// True from the moment `on_expiry` was called.
  [[nodiscard]] bool has_expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// "10 s", "250 ms", "1.5 s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace descopectl::transport
