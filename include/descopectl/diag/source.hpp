// Source texts and positions in them: a position is two small numbers, lines and columns are worked out on
// showing.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descopectl::diag {

/// A stretch of a source text: bytes [begin, end) of the source with number `source`. `source` 0 is
/// "nowhere".
struct Span {
  std::uint32_t source = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool is_known() const { return source != 0; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// Line and column count from 1; a column is a Unicode code point, so that an editor's column agrees. `byte`
/// counts from 0.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t byte = 0;
};

/// All source texts of a run, by number. Texts keep their addresses for the table's life, so that views stay
/// good. The const functions may be called from several threads at once. A number or byte that is not there
/// gives an empty text and the nearest position.
class SourceTable {
 public:
  /// Adds a text and gives its number (from 1). `name` is shown as is: a path relative to where the user
  /// stands.
  std::uint32_t add(std::string name, std::string text);

  [[nodiscard]] std::string_view name(std::uint32_t source) const;
  [[nodiscard]] std::string_view text(std::uint32_t source) const;
  [[nodiscard]] std::size_t size() const { return sources_.size(); }

  [[nodiscard]] Position begin_of(const Span& span) const;
  [[nodiscard]] Position end_of(const Span& span) const;

  /// Never to be quoted: the value of a secret. Quoting replaces these bytes by asterisks. Threads may do so
  /// side by side for different sources, and none may quote meanwhile.
  void mark_secret(const Span& span);

  /// The line (without its end) that holds the span's first byte, with secret stretches as "***", tabs as one
  /// space, what base::is_printable refuses as U+FFFD, and cut to about `limit` bytes around the span, "..."
  /// where something is left out. `first` is the column within that text at which the caret begins (from 0,
  /// in code points), `count` how many carets (at least 1).
  struct Quote {
    std::string text;
    std::uint32_t first = 0;
    std::uint32_t count = 1;
  };
  [[nodiscard]] Quote quote(const Span& span, std::size_t limit = 160) const;

 private:
  struct Source {
    std::string name;
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> secrets;
    // Where each line begins; made when first asked for, since most texts are never pointed at.
    mutable std::once_flag lines_made;
    mutable std::vector<std::uint32_t> lines;
  };
  [[nodiscard]] const Source* find(std::uint32_t source) const;
  [[nodiscard]] static std::size_t line_of(const Source& source, std::uint32_t byte);
  [[nodiscard]] Position position(std::uint32_t source, std::uint32_t byte) const;
  std::deque<Source> sources_;
};

}  // namespace descopectl::diag
