// Escapes taken out in one pass; base64 and hexadecimal forms.
#include "descopectl/base/encodings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/base/wipe.hpp"

namespace descopectl::base {
namespace {

/// The number in `count` hexadecimal digits at `at`.
std::optional<std::uint32_t> read_hex(std::string_view text, std::size_t at, std::size_t count) {
  if (at > text.size() || text.size() - at < count) return std::nullopt;
  std::uint32_t value = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, value, 16);
  if (error != std::errc{} || end != begin + count) return std::nullopt;
  return value;
}

std::string to_utf8(std::uint32_t code_point) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80U) return {static_cast<char>(code_point)};
  if (code_point < 0x800U) return {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
  if (code_point < 0x10000U) return {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

/// What an escape stands for, and how many bytes it takes; none: zero.
struct Escape {
  std::string meaning;
  std::size_t size = 0;
};

Escape read_unicode(std::string_view text, std::size_t at) {
  constexpr std::uint32_t kHigh = 0xD800, kLow = 0xDC00, kHalves = 0x400;
  const auto unit = read_hex(text, at + 2, 4);
  if (!unit) return {};
  if (*unit - kHigh < kHalves && text.substr(at + 6, 2) == "\\u") {
    const auto low = read_hex(text, at + 8, 4);
    if (low && *low - kLow < kHalves)
      return {to_utf8(0x10000U + (*unit - kHigh) * kHalves + (*low - kLow)), 12};
  }
  return {to_utf8(*unit), 6};
}

Escape read_percent(std::string_view text, std::size_t at) {
  const auto byte = text[at] == '%' ? read_hex(text, at + 1, 2) : std::nullopt;
  return byte ? Escape{{static_cast<char>(*byte)}, 3} : Escape{};
}

Escape read_json(std::string_view text, std::size_t at) {
  if (text[at] != '\\' || at + 1 == text.size()) return {};
  if (text[at + 1] == 'u') return read_unicode(text, at);
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const auto letter = kLetters.find(text[at + 1]);
  return letter == std::string_view::npos ? Escape{} : Escape{{kMeanings[letter]}, 2};
}

/// Without the characters at both ends that depend on what stands before and behind.
std::string base64_core(std::string_view bytes, std::size_t shift) {
  constexpr std::array<std::size_t, 3> kForeign{0, 2, 3};
  std::string shifted(shift, '\0');
  shifted.reserve(shift + bytes.size());
  shifted += bytes;
  std::string core = to_base64(shifted);
  wipe(shifted);
  while (core.ends_with('='))
    core.pop_back();
  if ((shift + bytes.size()) % 3 != 0) core.pop_back();
  core.erase(0, kForeign.at(shift));
  return core;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace

Unescaped unescape(std::string_view escaped, Escapes sort) {
  Unescaped out;
  out.text.reserve(escaped.size());
  out.origins.reserve(escaped.size() + 1);
  for (std::size_t at = 0; at < escaped.size();) {
    Escape escape = sort == Escapes::kJson ? read_json(escaped, at) : read_percent(escaped, at);
    if (escape.size == 0) escape = {{escaped[at]}, 1};
    out.text += escape.meaning;
    out.origins.resize(out.text.size(), at);
    at += escape.size;
  }
  out.origins.push_back(escaped.size());
  return out;
}

std::vector<Unescaped> unescape_all(std::string_view text) {
  constexpr std::size_t kDeepest = 3;
  std::vector<Unescaped> all;
  const auto take_out_of = [&](std::string_view from, const std::vector<std::size_t>* places) {
    for (const auto& [sort, mark] : {std::pair(Escapes::kJson, '\\'), std::pair(Escapes::kPercent, '%')}) {
      if (from.find(mark) == std::string_view::npos) continue;
      Unescaped next = unescape(from, sort);
      if (next.text.size() == from.size()) continue;
      if (places != nullptr)
        for (std::size_t& origin : next.origins)
          origin = (*places)[origin];
      all.push_back(std::move(next));
    }
  };
  take_out_of(text, nullptr);
  std::size_t begin = 0;
  for (std::size_t depth = 1; depth < kDeepest; ++depth)
    for (const std::size_t end = all.size(); begin < end; ++begin) {
      const Unescaped from = all[begin];  // NOLINT(performance-unnecessary-copy-initialization): `all` moves
      take_out_of(from.text, &from.origins);
    }
  return all;
}

std::string fold_encodings(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    if (c == '-') return '+';
    if (c == '_') return '/';
    return to_lower(c);
  });
  return out;
}

std::vector<std::string> encoded_cores(std::string_view bytes) {
  if (bytes.empty()) return {};
  return {base64_core(bytes, 0), base64_core(bytes, 1), base64_core(bytes, 2), to_hex(bytes)};
}

}  // namespace descopectl::base
