// Which bytes are hidden, and how they come back; see the header for why.
#include "disguise.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "scan.hpp"

namespace descopectl::document {
namespace {

// Neither occurs in UTF-8, and yaml-cpp, which looks for byte order marks, knows neither.
constexpr char kHiddenMark = '\xF8';
constexpr char kHiddenBackslash = '\xF9';

constexpr std::size_t kHalf = 6;  // \ud83d
constexpr std::uint32_t kHighHalves = 0xD800;
constexpr std::uint32_t kLowHalves = 0xDC00;
constexpr std::uint32_t kHalves = 0x400;

/// The number in `uXXXX` at `at`, or 0.
std::uint32_t code_unit(std::string_view text, std::size_t at) {
  constexpr std::size_t kDigits = 4;
  if (scan::peek(text, at) != 'u' || text.size() - at <= kDigits) return 0;
  std::uint32_t value = 0;
  const char* const begin = text.data() + at + 1;
  const auto [end, error] = std::from_chars(begin, begin + kDigits, value, 16);
  return error == std::errc() && end == begin + kDigits ? value : 0;
}

/// The character whose two halves stand at `at`, backslashes (of whatever disguise) included, or 0.
std::uint32_t joined_halves(std::string_view text, std::size_t at, char backslash) {
  if (scan::peek(text, at) != backslash || scan::peek(text, at + kHalf) != backslash) return 0;
  const std::uint32_t high = code_unit(text, at + 1) - kHighHalves;
  const std::uint32_t low = code_unit(text, at + kHalf + 1) - kLowHalves;
  return high < kHalves && low < kHalves ? 0x10000 + high * kHalves + low : 0;
}

/// Whether the backslash at `at` would begin an escape within double quotes: it is no second one of a pair.
bool begins_escape(std::string_view text, std::size_t at) {
  std::size_t before = 0;
  while (before < at && text[at - before - 1] == '\\')
    ++before;
  return before % 2 == 0;
}

/// Whether the `?` at `at` can't be a key's indicator wherever it stands: something of the same word follows
/// or goes before, or another word of the same scalar.
bool is_part_of_text(std::string_view text, std::size_t at) {
  const char next = scan::peek(text, at + 1);
  if (next != '\0' && !scan::is_space(next) && !scan::is_flow_indicator(next)) return true;
  auto end = at;
  while (end > 0 && scan::is_blank(text[end - 1]))
    --end;
  if (end == 0) return false;
  const char before = text[end - 1];
  if (scan::is_break(before) || scan::is_flow_indicator(before)) return false;
  return end == at || (before != '-' && before != ':' && before != '?');
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  // Only what has two halves in UTF-16 comes here: four bytes.
  out += static_cast<char>(0xF0U | (code_point >> 18U));
  out += static_cast<char>(0x80U | ((code_point >> 12U) & 0x3FU));
  out += static_cast<char>(0x80U | ((code_point >> 6U) & 0x3FU));
  out += static_cast<char>(0x80U | (code_point & 0x3FU));
}

}  // namespace

char disguised(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '?') return is_part_of_text(text, at) ? kHiddenMark : c;
  if (c != '\\' || scan::peek(text, at + 1) != 'u') return c;
  const bool is_first = joined_halves(text, at, c) != 0;
  const bool is_second = !is_first && at >= kHalf && joined_halves(text, at - kHalf, c) != 0;
  if (!is_first && !is_second) return c;
  return begins_escape(text, is_first ? at : at - kHalf) ? kHiddenBackslash : c;
}

bool is_disguised(std::string_view value) {
  return value.find_first_of(std::array{kHiddenMark, kHiddenBackslash}.data(), 0, 2) !=
         std::string_view::npos;
}

std::string reveal(std::string_view value, bool is_double_quoted) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t at = 0; at < value.size(); ++at) {
    const auto character = is_double_quoted ? joined_halves(value, at, kHiddenBackslash) : 0;
    if (character != 0) {
      append_utf8(out, character);
      at += 2 * kHalf - 1;
    } else if (value[at] == kHiddenMark) {
      out += '?';
    } else {
      out += value[at] == kHiddenBackslash ? '\\' : value[at];
    }
  }
  return out;
}

}  // namespace descopectl::document
