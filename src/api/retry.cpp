// Back-off, and what Retry-After and Date say.
#include "descopectl/api/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace descopectl::api {
namespace {

using std::chrono::milliseconds;

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

}  // namespace

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

bool is_nobody_there(const Error& error) {
  return error.kind() == ErrorKind::kUnreachable &&
         (error.message().find("connection refused") != std::string::npos ||
          error.message().find("name not found") != std::string::npos);
}

unsigned limit_retries(const Error& error, unsigned retries) {
  return is_nobody_there(error) ? std::min(retries, 2U) : retries;
}

bool is_permanent(const Error& error) {
  constexpr std::array<std::string_view, 5> kPhrases{"certificate", "TLS older than",
                                                     "no TLS:", "no HTTP:", "refuses the tunnel"};
  return std::any_of(kPhrases.begin(), kPhrases.end(), [&](std::string_view phrase) {
    return error.message().find(phrase) != std::string::npos;
  });
}

}  // namespace descopectl::api
