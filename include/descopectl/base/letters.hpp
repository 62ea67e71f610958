// ASCII letters and digits, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace descopectl::base {

[[nodiscard]] constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

[[nodiscard]] constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Bytes beyond ASCII stay as they are.
[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return to_lower(c); });
  return lower;
}

[[nodiscard]] constexpr bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

[[nodiscard]] constexpr bool is_same_letter(char left, char right) {
  return to_lower(left) == to_lower(right);
}

}  // namespace descopectl::base
