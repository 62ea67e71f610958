// The tree of one YAML document: every key and value keeps its place; nothing here knows a kind or a field.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include "descopectl/diag/source.hpp"

namespace descopectl::document {

enum class NodeKind : std::uint8_t { kNull, kBoolean, kInteger, kFloat, kString, kSequence, kMapping };

/// "null", "a boolean", "an integer", "a number", "a string", "a list", "a map": for messages.
[[nodiscard]] std::string_view describe(NodeKind kind);

struct Member;

/// A node of the tree, cheap to copy: texts and children live in the document's arena or in the source text.
/// The kind of a scalar is decided by YAML 1.2's core schema (10.3.2): plain `true`, `0o17`, `1e3`, `~` are
/// not strings; `no`, `on`, `012`'s and quoted scalars are what that schema says.
struct Node {
  NodeKind kind = NodeKind::kNull;
  bool is_plain = false;  ///< an unquoted scalar without a tag
  bool is_unset = false;  ///< carries the tag `!unset`
  /// Of a scalar: the source holds `text` byte for byte, without an escape or a folded line.
  bool is_verbatim = false;
  /// Of the value as written, without tag and anchor, closing quote or bracket included; for an alias, of the
  /// alias itself; for a null that is not written, of its key or dash; for `!unset`, of the tag.
  diag::Span span;
  diag::Span anchor;                ///< for an alias: where the value itself stands; else unknown
  std::string_view text;            ///< scalars: the unescaped content; null: empty or as written
  std::span<const Node> items;      ///< sequences
  std::span<const Member> members;  ///< mappings, in the order written, merge keys already merged

  [[nodiscard]] bool is_scalar() const { return kind < NodeKind::kSequence; }
  /// The member with that key, or null. Linear for small maps; call it once a key.
  [[nodiscard]] const Member* find(std::string_view key) const;
  /// The scalar's value; none where kind is another or the number does not fit.
  [[nodiscard]] std::optional<bool> as_boolean() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<double> as_float() const;
  /// The place of `size` bytes of a scalar's `text` from `begin` on; that of the whole value where the source
  /// writes the text in another way.
  [[nodiscard]] diag::Span span_of(std::size_t begin, std::size_t size) const;
};

struct Member {
  std::string_view key;
  diag::Span key_span;
  bool is_merged = false;  ///< came in through `<<`
  Node value;
};

/// What kind a plain scalar with this text has (core schema). Exposed for text that arises by substitution.
[[nodiscard]] NodeKind resolve_plain_scalar(std::string_view text);

/// The number in a text that resolve_plain_scalar calls an integer: decimal, 0o and 0x. None where it does
/// not fit 64 bits.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace descopectl::document
