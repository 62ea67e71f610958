// Finds in the source text what yaml-cpp's marks do not tell: where values begin after their properties, and
// end.
//
// yaml-cpp gives one mark per event: where the first token of a node stands. Everything here starts at such a
// mark (or at the end of the event before) and looks at the text itself. All offsets are bytes of the whole
// text; an offset at or past the end is allowed everywhere and finds nothing.
#pragma once

#include <cstddef>
#include <string_view>

namespace descopectl::document::scan {

inline constexpr std::size_t kNone = std::string_view::npos;

[[nodiscard]] constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
[[nodiscard]] constexpr bool is_break(char c) {
  return c == '\n' || c == '\r';
}
[[nodiscard]] constexpr bool is_space(char c) {
  return is_blank(c) || is_break(c);
}
[[nodiscard]] constexpr bool is_flow_indicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

/// The byte at `at`, or '\0' past the end.
[[nodiscard]] constexpr char peek(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

/// The first byte at or after `at` that is no white space, line break or comment.
[[nodiscard]] std::size_t skip_gap(std::string_view text, std::size_t at);

/// The first byte of the line that holds `at`.
[[nodiscard]] std::size_t line_begin(std::string_view text, std::size_t at);

/// The end of the line that holds `at`, before its line break.
[[nodiscard]] std::size_t line_end(std::string_view text, std::size_t at);

/// Whether a line break lies between the two offsets.
[[nodiscard]] bool has_break(std::string_view text, std::size_t begin, std::size_t end);

/// The end of an anchor, alias or tag that begins at `at` with `&`, `*` or `!`.
[[nodiscard]] std::size_t property_end(std::string_view text, std::size_t at);

/// The byte after the closing quote of the quoted scalar that begins at `at`, or kNone where there is none.
[[nodiscard]] std::size_t quoted_end(std::string_view text, std::size_t at);

/// The end of the last line with content of the block scalar whose `|` or `>` stands at `at`. `parent` is the
/// column of the innermost block collection, or -1.
[[nodiscard]] std::size_t block_scalar_end(std::string_view text, std::size_t at, int parent);

/// The end of a plain scalar that begins at `at` and was folded to `value`.
[[nodiscard]] std::size_t plain_end(std::string_view text, std::size_t at, std::string_view value);

/// The length of `~`, `null`, `Null` or `NULL` standing alone at `at`, else 0.
[[nodiscard]] std::size_t null_word(std::string_view text, std::size_t at);

/// Whether `---` or `...` stands alone at the beginning of the line at `at`.
[[nodiscard]] bool is_document_mark(std::string_view text, std::size_t at);

/// The offset of the first opening quote at or after `from` that is never closed, or kNone. A guess: `from`
/// has to lie between tokens.
[[nodiscard]] std::size_t find_unclosed_quote(std::string_view text, std::size_t from);

}  // namespace descopectl::document::scan
