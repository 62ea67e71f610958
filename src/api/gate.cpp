// The shared gate.
#include "gate.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace descopectl::api {
namespace {

namespace asio = boost::asio;

using std::chrono::milliseconds;

/// A pause, or a change of one, that is shorter is not worth telling.
constexpr std::chrono::seconds kWorthTelling{1};

}  // namespace

// Lives in the frame of the coroutine that waits; whatever ends the wait, its place in the queue goes with
// it.
struct Gate::Waiter {
  Waiter(Gate& gate_, const asio::any_io_executor& executor) : gate(gate_), woken(executor) {
    woken.expires_at(asio::steady_timer::time_point::max());  // only ever cancelled
    gate.waiters_.push_back(this);
  }
  ~Waiter() { std::erase(gate.waiters_, this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Gate& gate;
  asio::steady_timer woken;
  std::optional<Turn> turn;
};

Gate::Gate(Timing& timing, GateOptions options)
    : timing_(timing), options_(std::move(options)), width_(std::max<std::size_t>(options_.parallelism, 1)) {
  const auto turn_away = [this] { turn_away_all(); };
  if (options_.interruption != nullptr) listener_.emplace(*options_.interruption, turn_away);
}

asio::awaitable<Gate::Turn> Gate::pass() {
  Turn turn = co_await take_turn();
  if (options_.requests_per_minute > 0) co_await wait_for_cap();
  // A further 429 may have moved the opening while this request waited for it.
  while (timing_.now() < opens_at_)
    co_await timing_.wait_until(opens_at_);
  co_return turn;
}

asio::awaitable<Gate::Turn> Gate::take_turn() {
  const auto self = shared_from_this();
  if (under_way_ < width_ && waiters_.empty()) co_return Turn(self);
  const auto executor = co_await asio::this_coro::executor;
  Waiter waiter(*this, executor);
  boost::system::error_code ignored;
  co_await waiter.woken.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!waiter.turn) throw boost::system::system_error(asio::error::operation_aborted);
  co_return std::move(*waiter.turn);
}

void Gate::turn_away_all() {
  for (Waiter* const waiter : waiters_)
    waiter->woken.cancel();
  waiters_.clear();
}

void Gate::let_in() {
  while (under_way_ < width_ && !waiters_.empty()) {
    Waiter* const next = waiters_.front();
    waiters_.pop_front();
    // The turn goes straight to the first in the queue: nobody who comes now can overtake.
    next->turn.emplace(Turn(shared_from_this()));
    next->woken.cancel();
  }
}

asio::awaitable<void> Gate::wait_for_cap() {
  const TimePoint slot = take_slot();
  const auto wait = std::chrono::ceil<milliseconds>(slot - timing_.now());
  if (wait <= milliseconds(0)) co_return;
  if (options_.on_cap && wait >= kWorthTelling && slot - told_until_ >= kWorthTelling) {
    told_until_ = slot;
    options_.on_cap(wait);
  }
  co_await timing_.wait_until(slot);
}

Gate::Turn::Turn(std::shared_ptr<Gate> gate) : gate_(std::move(gate)), refusals_before_(gate_->refusals_) {
  ++gate_->under_way_;
}

Gate::Turn::~Turn() {
  if (!gate_) return;
  --gate_->under_way_;
  gate_->let_in();
}

void Gate::Turn::was_taken() {
  if (gate_->width_ >= gate_->options_.parallelism || ++gate_->calm_answers_ < kCalmAnswers) return;
  gate_->calm_answers_ = 0;
  ++gate_->width_;
  gate_->let_in();
}

bool Gate::Turn::was_refused(TimePoint when) {
  Gate& gate = *gate_;
  gate.calm_answers_ = 0;
  // What was under way together is refused together: that is one refusal.
  if (refusals_before_ == gate.refusals_) {
    ++gate.refusals_;
    gate.width_ = std::max<std::size_t>(gate.width_ / 2, 1);
  }
  const bool is_news = when - gate.opens_at_ >= kWorthTelling;
  gate.opens_at_ = std::max(gate.opens_at_, when);
  return is_news;
}

Gate::TimePoint Gate::take_slot() {
  TimePoint slot = timing_.now();
  if (slots_.size() == options_.requests_per_minute) {
    slot = std::max(slot, slots_.front() + std::chrono::minutes(1));
    slots_.pop_front();
  }
  slots_.push_back(slot);
  return slot;
}

}  // namespace descopectl::api
