// The client's connections: turns, waiters, idle streams.
#include "pool.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace descopectl::http {

namespace asio = boost::asio;

// Lives in the frame of the coroutine that waits; whatever ends the wait, its place in the queue goes with
// it.
struct Pool::Waiter {
  explicit Waiter(Pool& pool_) : pool(pool_), woken(pool_.executor_) {
    woken.expires_at(asio::steady_timer::time_point::max());  // only ever cancelled
    pool.waiters_.push_back(this);
  }
  ~Waiter() {
    if (has_turn) {
      pool.give_back();
    } else {
      std::erase(pool.waiters_, this);
    }
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Pool& pool;
  asio::steady_timer woken;
  bool has_turn = false;
};

Pool::Pool(asio::any_io_executor executor, std::size_t limit)
    : executor_(std::move(executor)), limit_(std::max<std::size_t>(limit, 1)) {}

asio::awaitable<Pool::Turn> Pool::wait_turn() {
  const auto self = shared_from_this();
  if (is_closed_) co_return Turn();
  if (turns_ < limit_ && waiters_.empty()) {
    ++turns_;
    co_return Turn(self);
  }
  Waiter waiter(*this);
  boost::system::error_code ignored;
  co_await waiter.woken.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (is_closed_ || !std::exchange(waiter.has_turn, false)) co_return Turn();
  co_return Turn(self);
}

void Pool::give_back() {
  if (waiters_.empty()) {
    --turns_;
    return;
  }
  // The turn goes straight to the first in the queue: nobody who comes now can overtake.
  Waiter* const next = waiters_.front();
  waiters_.pop_front();
  next->has_turn = true;
  next->woken.cancel();
}

void Pool::close() {
  is_closed_ = true;
  for (auto* const waiter : waiters_)
    waiter->woken.cancel();
  for (const auto& stream : idle_)
    stream->close();
  idle_.clear();
  for (const auto& stream : busy_)
    stream->close();
}

Pool::Turn::Turn(Turn&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), stream_(std::exchange(other.stream_, nullptr)) {}

Pool::Turn& Pool::Turn::operator=(Turn&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(stream_, other.stream_);
  return *this;
}

Pool::Turn::~Turn() {
  if (!pool_) return;
  drop();
  pool_->give_back();
}

Pool::StreamPtr Pool::Turn::take_idle() {
  drop();
  auto& idle = pool_->idle_;
  while (!idle.empty()) {
    stream_ = std::move(idle.back());
    idle.pop_back();
    if (stream_->is_quiet()) {
      pool_->busy_.insert(stream_);
      return stream_;
    }
    stream_->close();
  }
  stream_ = nullptr;
  return nullptr;
}

Pool::StreamPtr Pool::Turn::take_fresh() {
  drop();
  stream_ = std::make_shared<transport::Stream>(pool_->executor_);
  pool_->busy_.insert(stream_);
  return stream_;
}

void Pool::Turn::keep() {
  if (!stream_ || pool_->is_closed_) return drop();
  pool_->busy_.erase(stream_);
  pool_->idle_.push_back(std::exchange(stream_, nullptr));
}

void Pool::Turn::drop() {
  if (!stream_) return;
  stream_->close();
  pool_->busy_.erase(stream_);
  stream_ = nullptr;
}

}  // namespace descopectl::http
