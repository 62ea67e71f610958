// The client's connections: a bounded number at once, first come first served, idle ones kept for reuse.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "descopectl/transport/stream.hpp"

namespace descopectl::http {

/// Single-threaded. Held by shared_ptr by the client and by each sender, so that either may go first.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  using StreamPtr = std::shared_ptr<transport::Stream>;

  /// The right to one connection. Given back, with its connection closed, wherever the sender leaves: by an
  /// error, by cancellation, or with the io_context itself.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
    ~Turn();
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;

    /// False after close().
    [[nodiscard]] explicit operator bool() const { return pool_ != nullptr; }
    /// An idle connection that is still good, or null.
    [[nodiscard]] StreamPtr take_idle();
    /// A new, unconnected one.
    [[nodiscard]] StreamPtr take_fresh();
    /// Keeps the connection for the next sender.
    void keep();
    /// Closes the connection that was taken, if any.
    void drop();

   private:
    std::shared_ptr<Pool> pool_;
    StreamPtr stream_;
  };

  Pool(boost::asio::any_io_executor executor, std::size_t limit);

  /// Waits for a turn; an empty one after close().
  [[nodiscard]] boost::asio::awaitable<Turn> wait_turn();

  /// Ends all connections and waits, for good.
  void close();
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  struct Waiter;
  void give_back();

  boost::asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t turns_ = 0;
  bool is_closed_ = false;
  std::deque<Waiter*> waiters_;
  std::vector<StreamPtr> idle_;  // the one used last is taken first
  std::unordered_set<StreamPtr> busy_;
};

}  // namespace descopectl::http
