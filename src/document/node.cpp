// Scalars by YAML 1.2's core schema (10.3.2), and look-ups in a tree.
#include "descopectl/document/node.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <system_error>

namespace descopectl::document {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

/// `true` as "true", "True" or "TRUE": the three spellings that the core schema allows of any of its words.
bool is_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  const auto is_upper = [](char c, char of) { return c == of - 'a' + 'A'; };
  if (text == lower) return true;
  if (!is_upper(text[0], lower[0])) return false;
  if (text.substr(1) == lower.substr(1)) return true;
  return std::equal(text.begin(), text.end(), lower.begin(), is_upper);
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

bool is_infinity(std::string_view text) {
  text = without_sign(text);
  return text.size() == 4 && text.front() == '.' && is_word(text.substr(1), "inf");
}

bool is_not_a_number(std::string_view text) {
  return text.size() == 4 && (text == ".nan" || text == ".NaN" || text == ".NAN");
}

/// [-+]? [0-9]+ | 0o [0-7]+ | 0x [0-9a-fA-F]+
bool is_integer(std::string_view text) {
  if (text.starts_with("0o")) return all_of(text.substr(2), [](char c) { return c >= '0' && c <= '7'; });
  if (text.starts_with("0x")) {
    return all_of(text.substr(2),
                  [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
  }
  return all_of(without_sign(text), is_digit);
}

std::size_t count_digits(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  return static_cast<std::size_t>(end - text.begin());
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
  text = without_sign(text);
  const auto whole = count_digits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto fraction = count_digits(text);
    if (whole == 0 && fraction == 0) return false;
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  return all_of(without_sign(text.substr(1)), is_digit);
}

}  // namespace

std::string_view describe(NodeKind kind) {
  switch (kind) {
    case NodeKind::kNull:
      return "null";
    case NodeKind::kBoolean:
      return "a boolean";
    case NodeKind::kInteger:
      return "an integer";
    case NodeKind::kFloat:
      return "a number";
    case NodeKind::kString:
      return "a string";
    case NodeKind::kSequence:
      return "a list";
    case NodeKind::kMapping:
      return "a map";
  }
  return "a value";
}

diag::Span Node::span_of(std::size_t begin, std::size_t size) const {
  if (!is_verbatim || begin + size > text.size()) return span;
  const auto quotes = span.end - span.begin - static_cast<std::uint32_t>(text.size());  // 0 or 2
  const auto first = span.begin + quotes / 2 + static_cast<std::uint32_t>(begin);
  return {span.source, first, first + static_cast<std::uint32_t>(size)};
}

const Member* Node::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

std::optional<bool> Node::as_boolean() const {
  if (kind != NodeKind::kBoolean) return std::nullopt;
  return text.front() == 't' || text.front() == 'T';
}

std::optional<std::int64_t> Node::as_integer() const {
  return kind == NodeKind::kInteger ? parse_integer(text) : std::nullopt;
}

std::optional<double> Node::as_float() const {
  if (kind != NodeKind::kFloat && kind != NodeKind::kInteger) return std::nullopt;
  if (is_infinity(text)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return text.front() == '-' ? -infinity : infinity;
  }
  if (is_not_a_number(text)) return std::numeric_limits<double>::quiet_NaN();
  if (text.starts_with("0o") || text.starts_with("0x")) {
    const auto integer = parse_integer(text);
    return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
  }
  // from_chars takes no plus sign, but is deaf to the locale.
  const auto digits = text.front() == '+' ? text.substr(1) : text;
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

NodeKind resolve_plain_scalar(std::string_view text) {
  if (text.empty() || text == "~") return NodeKind::kNull;
  switch (text.front()) {
    case 'n':
    case 'N':
      return is_word(text, "null") ? NodeKind::kNull : NodeKind::kString;
    case 't':
    case 'T':
      return is_word(text, "true") ? NodeKind::kBoolean : NodeKind::kString;
    case 'f':
    case 'F':
      return is_word(text, "false") ? NodeKind::kBoolean : NodeKind::kString;
    default:
      break;
  }
  if (!is_digit(text.front()) && text.front() != '.' && text.front() != '-' && text.front() != '+') {
    return NodeKind::kString;
  }
  if (is_integer(text)) return NodeKind::kInteger;
  if (is_infinity(text) || is_not_a_number(text) || is_float(text)) return NodeKind::kFloat;
  return NodeKind::kString;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  int base = 10;
  if (text.starts_with("0o")) base = 8;
  if (text.starts_with("0x")) base = 16;
  auto digits = base == 10 ? text : text.substr(2);
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
    if (digits.starts_with('-')) return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return number;
}

}  // namespace descopectl::document
