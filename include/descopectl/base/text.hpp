// Small text helpers: UTF-8 checks, nearest words, number formatting.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace descopectl::base {

/// The byte offset of the first byte that is not valid UTF-8, or none. Overlong forms and surrogates are invalid.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// The word of `known` that `word` was most likely meant to be (Damerau-Levenshtein, at most a third of the
/// word's length, case-insensitive), or none. Ties go to the first in `known`.
[[nodiscard]] std::optional<std::string_view> find_nearest(std::string_view word,
                                                           const std::vector<std::string_view>& known);

/// `words` as "a, b and c" (or another last joiner).
[[nodiscard]] std::string join_words(const std::vector<std::string_view>& words, std::string_view last = " and ");

/// "1 object", "2 objects".
[[nodiscard]] std::string counted(std::size_t count, std::string_view singular, std::string_view plural = {});

/// Number of Unicode code points in valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// True for an empty text or one of white space only.
[[nodiscard]] bool is_blank(std::string_view text);

/// `text` with control characters (but not valid UTF-8 letters) shown as \xNN, so that what a server or a file
/// says cannot steer the user's terminal. Newlines become spaces.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 400);

}  // namespace descopectl::base
