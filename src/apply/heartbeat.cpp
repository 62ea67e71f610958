// A timer that is set again each time it expires, until its guard goes.
#include "heartbeat.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace descopectl::apply {

// Shared with the timer's handler, which may still be queued when the guard goes.
struct Heartbeat::State : std::enable_shared_from_this<Heartbeat::State> {
  State(const boost::asio::any_io_executor& executor, std::chrono::milliseconds interval_,
        std::function<void()> on_beat_)
      : timer(executor), interval(interval_), on_beat(std::move(on_beat_)) {}

  void arm() {
    timer.expires_after(interval);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
      if (failure || !self->is_alive) return;
      self->on_beat();
      if (self->is_alive) self->arm();
    });
  }

  boost::asio::steady_timer timer;
  std::chrono::milliseconds interval;
  std::function<void()> on_beat;
  bool is_alive = true;
};

Heartbeat::Heartbeat(const boost::asio::any_io_executor& executor, std::chrono::milliseconds interval,
                     std::function<void()> on_beat)
    : state_(std::make_shared<State>(executor, interval, std::move(on_beat))) {
  state_->arm();
}

Heartbeat::~Heartbeat() {
  state_->is_alive = false;
  state_->timer.cancel();
}

}  // namespace descopectl::apply
