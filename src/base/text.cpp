// UTF-8, nearest words and texts that are safe to show.
#include "descopectl/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace descopectl::base {
namespace {

unsigned byte_at(std::string_view text, std::size_t offset) {
  return static_cast<unsigned char>(text[offset]);
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Optimal string alignment: edits and swaps of neighbours, letter case ignored.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  const auto width = right.size() + 1;
  std::vector<std::size_t> before(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> row(width);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool is_same = to_lower(left[i - 1]) == to_lower(right[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (is_same ? 0U : 1U)});
      const bool is_swap = i > 1 && j > 1 && to_lower(left[i - 1]) == to_lower(right[j - 2]) &&
                           to_lower(left[i - 2]) == to_lower(right[j - 1]);
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last.back();
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t offset) {
  const unsigned lead = byte_at(text, offset);
  if (lead < 0x80) return {lead, 1, true};
  const unsigned size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const CodePoint invalid{lead, 1, false};
  if (lead < 0xC2 || lead > 0xF4 || offset + size > text.size()) return invalid;
  char32_t value = lead & (0x7FU >> size);
  for (unsigned i = 1; i < size; ++i) {
    const unsigned next = byte_at(text, offset + i);
    if ((next & 0xC0U) != 0x80) return invalid;
    value = (value << 6U) | (next & 0x3FU);
  }
  const char32_t smallest = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return invalid;
  return {value, size, true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    if (byte_at(text, offset) < 0x80) {
      ++offset;
      continue;
    }
    const auto code_point = decode_utf8(text, offset);
    if (!code_point.is_valid) return offset;
    offset += code_point.size;
  }
  return std::nullopt;
}

bool is_printable(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return false;
  if (c == 0x61C || c == 0x200E || c == 0x200F) return false;  // direction marks
  if (c >= 0x2028 && c <= 0x202E) return false;                // line separators, embeddings, overrides
  return !(c >= 0x2066 && c <= 0x2069) && c != 0xFEFF;         // isolates, byte order mark
}

namespace {

bool is_white_space(char32_t c) {
  if ((c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680) return true;
  if (c >= 0x2000 && c <= 0x200B) return true;  // spaces of all widths, none included
  return c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 || c == 0x3000 ||
         c == 0xFEFF;
}

}  // namespace

std::optional<std::string_view> find_nearest(std::string_view word,
                                             const std::vector<std::string_view>& known) {
  std::optional<std::string_view> best;
  std::size_t bound = word.size() / 3 + 1;
  for (const auto candidate : known) {
    const auto difference =
        candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
    if (difference >= bound) continue;
    const auto distance = edit_distance(word, candidate);
    if (distance >= bound) continue;
    bound = distance;
    best = candidate;
    if (distance == 0) break;
  }
  return best;
}

std::string join_words(const std::vector<std::string_view>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last : std::string_view(", ");
    out += words[i];
  }
  return out;
}

std::string join_first_words(const std::vector<std::string>& words) {
  constexpr std::size_t kMostShown = 5;
  if (words.size() <= kMostShown) return join_words({words.begin(), words.end()});
  std::vector<std::string_view> shown(words.begin(), words.begin() + kMostShown);
  const std::string rest = fmt::format("{} more", words.size() - kMostShown);
  shown.push_back(rest);
  return join_words(shown);
}

std::string counted(std::size_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", singular);
  return plural.empty() ? fmt::format("{} {}s", count, singular) : fmt::format("{} {}", count, plural);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

bool is_blank(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const CodePoint at = decode_utf8(text, offset);
    if (!at.is_valid || !is_white_space(at.value)) return false;
    offset += at.size;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t offset = 0;
  for (std::size_t count = 0; offset < text.size(); ++count) {
    if (count == limit) return out + "...";
    const auto code_point = decode_utf8(text, offset);
    const auto bytes = text.substr(offset, code_point.size);
    offset += code_point.size;
    if (bytes == "\n" || bytes == "\t") {
      out += ' ';
    } else if (code_point.is_valid && is_printable(code_point.value)) {
      out += bytes;
    } else {
      for (const char c : bytes) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8U) | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= count ? kDigits[(group >> (18U - 6U * i)) & 63U] : '=';
  }
  return out;
}

}  // namespace descopectl::base
