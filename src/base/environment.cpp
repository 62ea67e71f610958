// Time stamps as text.
#include "descopectl/base/environment.hpp"

#include <fmt/format.h>

#include <regex>

namespace descopectl::base {

std::string format_time(std::chrono::system_clock::time_point time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text) {
  static const std::regex kForm(
      R"((\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d)))");
  std::match_results<std::string_view::const_iterator> parts;
  if (!std::regex_match(text.begin(), text.end(), parts, kForm)) return std::nullopt;
  const auto number = [&parts](std::size_t part) {
    return parts[part].matched ? std::stoi(parts[part].str()) : 0;
  };
  const std::chrono::year_month_day date(std::chrono::year(number(1)),
                                         std::chrono::month(static_cast<unsigned>(number(2))),
                                         std::chrono::day(static_cast<unsigned>(number(3))));
  if (!date.ok() || number(4) > 23 || number(5) > 59 || number(6) > 60) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(number(8)) + std::chrono::minutes(number(9));
  return std::chrono::sys_days(date) + std::chrono::hours(number(4)) + std::chrono::minutes(number(5)) +
         std::chrono::seconds(number(6)) - (parts[7].str() == "-" ? -offset : offset);
}

}  // namespace descopectl::base
