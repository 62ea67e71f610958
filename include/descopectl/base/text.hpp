// Small text helpers: UTF-8 checks, nearest words, number formatting.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace descopectl::base {

/// The byte offset of the first byte that is not valid UTF-8, or none. Overlong forms and surrogates are
/// invalid.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// One code point read from a text: its value and how many bytes it takes. Where the bytes are no valid
/// UTF-8, `is_valid` is false and `size` is 1.
struct CodePoint {
  char32_t value = 0;
  unsigned size = 1;
  bool is_valid = false;
};

/// The code point that begins at byte `offset` (less than the text's size).
[[nodiscard]] CodePoint decode_utf8(std::string_view text, std::size_t offset);

/// False for control characters (C0, DEL, C1), for line separators and for the marks that turn the direction
/// of writing: what can steer a terminal or make a line read as something else.
[[nodiscard]] bool is_printable(char32_t code_point);

/// The word of `known` that `word` was most likely meant to be (Damerau-Levenshtein, at most a third of the
/// word's length, case-insensitive), or none. Ties go to the first in `known`.
[[nodiscard]] std::optional<std::string_view> find_nearest(std::string_view word,
                                                           const std::vector<std::string_view>& known);

/// `words` as "a, b and c" (or another last joiner).
[[nodiscard]] std::string join_words(const std::vector<std::string_view>& words,
                                     std::string_view last = " and ");

/// join_words() of the first five; how many more there are stands for the rest: "a, b, c, d, e and 3 more".
[[nodiscard]] std::string join_first_words(const std::vector<std::string>& words);

/// "1 object", "2 objects".
[[nodiscard]] std::string counted(std::size_t count, std::string_view singular, std::string_view plural = {});

/// Number of Unicode code points in valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// True for an empty text or one of white space only: Unicode's White_Space, and what has no width (zero
/// width space, word joiner, byte order mark).
[[nodiscard]] bool is_blank(std::string_view text);

/// `text` with what is_printable refuses, and what is no UTF-8, shown as \xNN, so that what a server or a
/// file says cannot steer the user's terminal. Newlines and tabs become spaces. Past `limit` code points it
/// is cut, with
/// "..." at its end.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 400);

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace descopectl::base
