// Structured concurrency: coroutines that somebody waits for, bounded if asked.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>

namespace descopectl::transport {

/// Starts coroutines on one executor and waits for all of them. Single-threaded: used only on that executor.
///
/// Whoever makes a group awaits wait() before the group goes; nothing is ever left running on its own. A
/// group may be used again after wait().
class TaskGroup {
 public:
  /// At most `limit` tasks run at once, further ones start in order as others end; 0: no bound.
  explicit TaskGroup(boost::asio::any_io_executor executor, std::size_t limit = 0);
  /// Cancels what still runs (only the case where the whole io_context is torn down).
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task`, or puts it in the queue. It may be called from inside a task of the group.
  void start(boost::asio::awaitable<void> task);

  /// Tasks that run or wait for their turn.
  [[nodiscard]] std::size_t size() const;

  /// Drops what has not started and cancels what runs: its pending operation ends with operation_aborted.
  void cancel();

  /// Returns when every task has ended, then throws the first exception that one of them left by, if any.
  /// Where the waiter itself is cancelled, it cancels the tasks, waits for them all the same, then throws
  /// operation_aborted.
  [[nodiscard]] boost::asio::awaitable<void> wait();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descopectl::transport
