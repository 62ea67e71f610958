// What the program takes from its surroundings, as arguments: environment variables, clock, randomness.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace descopectl::base {

/// Environment variables by name. A copy, taken once in main.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}

  /// The variable's value, or none where it is unset. An empty value is a value.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const { return variables_; }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

/// Wall-clock time, for time stamps in results. Durations are measured with std::chrono::steady_clock at the
/// rim.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now();
  }
};

/// RFC 3339 in UTC with whole seconds: "2026-01-31T12:00:00Z".
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time);

/// The time of "2026-01-31T12:00:00Z", with or without fractions of a second (dropped) and with any offset;
/// none where the text is something else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text);

}  // namespace descopectl::base
