// The gate that every request passes: closed after a 429 until the service takes requests again, and narrow
// where the user set a cap. One gate for all workers, so that a rate limit slows them all.
//
// How many requests are under way at once follows the service, as TCP does its link: a 429 halves it, and it
// grows back by one with every kCalmAnswers answers. So the workers neither run together into a limit that
// has just been lifted, nor stay slow for long after it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "descopectl/api/timing.hpp"

namespace descopectl::api {

struct GateOptions {
  unsigned requests_per_minute = 0;  ///< so many pass in any 60 s; 0: no cap
  std::size_t parallelism = 1;       ///< at most so many are under way at once
  /// Told when the cap makes requests wait, once for each pause of a second or more; may be null.
  std::function<void(std::chrono::milliseconds)> on_cap;
  base::Interruption* interruption = nullptr;  ///< turns away those who wait for their turn; may be null
};

class Gate : public std::enable_shared_from_this<Gate> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr unsigned kCalmAnswers = 10;

  /// A request's place among those under way; given back when it is destroyed.
  class Turn {
   public:
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&& other) = delete;
    ~Turn();

    /// The service took the request, whatever it made of it.
    void was_taken();
    /// The service answered 429: nobody passes before `when`, and fewer do from then on. True where `when` is
    /// news: a second or more later than what held before.
    [[nodiscard]] bool was_refused(TimePoint when);

   private:
    friend class Gate;
    explicit Turn(std::shared_ptr<Gate> gate);

    std::shared_ptr<Gate> gate_;
    std::uint64_t refusals_before_;
  };

  /// Made by std::make_shared: turns may outlive their engine.
  Gate(Timing& timing, GateOptions options);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Returns when a request may be sent. A cancelled or interrupted waiter leaves by
  /// boost::system::system_error.
  boost::asio::awaitable<Turn> pass();

  /// How many requests may be under way at once now.
  [[nodiscard]] std::size_t width() const { return width_; }

 private:
  struct Waiter;

  boost::asio::awaitable<Turn> take_turn();
  void turn_away_all();
  boost::asio::awaitable<void> wait_for_cap();
  [[nodiscard]] TimePoint take_slot();
  /// Wakes as many waiters as there is room for.
  void let_in();

  Timing& timing_;
  GateOptions options_;
  std::size_t width_;
  std::size_t under_way_ = 0;
  std::uint64_t refusals_ = 0;  ///< how often the width was halved
  unsigned calm_answers_ = 0;
  std::deque<Waiter*> waiters_;
  TimePoint opens_at_{};
  TimePoint told_until_{};
  std::optional<base::Interruption::Listener> listener_;
  std::deque<TimePoint> slots_;  ///< when the last requests, up to the cap, were or will be let through
};

}  // namespace descopectl::api
