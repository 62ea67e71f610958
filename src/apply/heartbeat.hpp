// A heartbeat as a guard: while it lives, it calls a function every so often.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace descopectl::apply {

/// Says of a long action that it is still running. Real time: it changes what people see and nothing else.
class Heartbeat {
 public:
  Heartbeat(const boost::asio::any_io_executor& executor, std::chrono::milliseconds interval,
            std::function<void()> on_beat);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descopectl::apply
