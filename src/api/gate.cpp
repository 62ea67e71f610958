// Waiting: the shared gate, back-off, and what Retry-After says.
#include "gate.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace descopectl::api {
namespace {

namespace asio = boost::asio;

using std::chrono::milliseconds;

/// A pause, or a change of one, that is shorter is not worth telling.
constexpr std::chrono::seconds kWorthTelling{1};

constexpr milliseconds kLongestBackOff{30'000};

/// base * 2^exponent, at most kLongestBackOff.
milliseconds doubled(milliseconds base, unsigned exponent) {
  milliseconds delay = base;
  for (unsigned i = 0; i < exponent && delay < kLongestBackOff; ++i)
    delay *= 2;
  return std::min(delay, kLongestBackOff);
}

milliseconds scaled(milliseconds delay, double factor) {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(delay.count()) * factor));
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> split_date(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(" ,-");
    if (begin == std::string_view::npos) break;
    const auto end = text.find_first_of(" ,-", begin);
    words.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  return words;
}

unsigned month_number(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kMonths.begin(), kMonths.end(), word);
  return found == kMonths.end() ? 0 : static_cast<unsigned>(found - kMonths.begin()) + 1;
}

std::optional<std::chrono::seconds> parse_time_of_day(std::string_view word) {
  if (word.size() != 8 || word[2] != ':' || word[5] != ':') return std::nullopt;
  const auto hours = parse_number(word.substr(0, 2));
  const auto minutes = parse_number(word.substr(3, 2));
  const auto seconds = parse_number(word.substr(6, 2));
  if (!hours || !minutes || !seconds) return std::nullopt;
  return std::chrono::seconds(*hours * 3600 + *minutes * 60 + *seconds);
}

/// The three forms of RFC 9110 section 5.6.7 hold the same words in differing order: the month is the only
/// word of its sort, the time has colons, and the day comes before the year in all of them.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  unsigned month = 0;
  std::optional<std::int64_t> day, year;
  std::optional<std::chrono::seconds> time;
  for (const std::string_view word : split_date(text)) {
    if (const auto number = parse_number(word)) {
      (day ? year : day) = number;
      if (year == number && word.size() == 2) year = *number + (*number < 70 ? 2000 : 1900);
    } else if (word.find(':') != std::string_view::npos) {
      time = parse_time_of_day(word);
    } else if (month == 0) {
      month = month_number(word);
    }
  }
  if (month == 0 || !day || !year || !time || *year < 1970 || *year > 9999) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

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
    : timing_(timing), options_(std::move(options)), width_(std::max<std::size_t>(options_.parallelism, 1)) {}

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

std::optional<milliseconds> parse_retry_after(std::string_view retry_after,
                                              std::chrono::system_clock::time_point now) {
  constexpr std::int64_t kLongestSeconds = 1'000'000;  // keeps the arithmetic far from its limits
  const auto begin = retry_after.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view text = retry_after.substr(begin, retry_after.find_last_not_of(' ') + 1 - begin);
  if (const auto seconds = parse_number(text)) {
    if (*seconds < 0) return std::nullopt;
    return milliseconds(std::min(*seconds, kLongestSeconds) * 1000);
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  const auto wait = std::chrono::ceil<milliseconds>(*date - now);
  return std::clamp(wait, milliseconds(0), milliseconds(kLongestSeconds * 1000));
}

milliseconds back_off(milliseconds base, unsigned tries_before, double random) {
  return scaled(doubled(base, tries_before), random);
}

milliseconds rate_limit_back_off(milliseconds base, unsigned tries_before, double random) {
  return scaled(doubled(base, tries_before + 3), 0.5 + 0.5 * random);
}

}  // namespace descopectl::api
