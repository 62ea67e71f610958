// Walks over source text; see the header for why.
#include "scan.hpp"

#include <algorithm>

namespace descopectl::document::scan {
namespace {

bool ends_word(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_space(text[at]) || is_flow_indicator(text[at])) return true;
  return text[at] == ':' &&
         (at + 1 >= text.size() || is_space(text[at + 1]) || is_flow_indicator(text[at + 1]));
}

}  // namespace

std::size_t skip_gap(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == '#') {
      at = line_end(text, at);
    } else if (is_space(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  return std::min(at, text.size());
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  const auto before = text.rfind('\n', std::min(at, text.size()) - 1);
  return before == kNone ? 0 : before + 1;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  auto end = std::min(text.find('\n', at), text.size());
  if (end > at && end < text.size() && text[end - 1] == '\r') --end;
  return end;
}

bool has_break(std::string_view text, std::size_t begin, std::size_t end) {
  return begin < end && text.substr(begin, end - begin).find('\n') != kNone;
}

std::size_t property_end(std::string_view text, std::size_t at) {
  if (peek(text, at) == '!' && peek(text, at + 1) == '<') {
    const auto close = text.find('>', at);
    return close == kNone ? text.size() : close + 1;
  }
  while (at < text.size() && !is_space(text[at]) && !is_flow_indicator(text[at]))
    ++at;
  return at;
}

std::size_t quoted_end(std::string_view text, std::size_t at) {
  if (peek(text, at) == '"') {
    for (++at; (at = text.find_first_of("\\\"", at)) != kNone; at += 2) {
      if (text[at] == '"') return at + 1;
    }
    return kNone;
  }
  for (++at; (at = text.find('\'', at)) != kNone; at += 2) {
    if (peek(text, at + 1) != '\'') return at + 1;
  }
  return kNone;
}

std::size_t block_scalar_end(std::string_view text, std::size_t at, int parent) {
  std::size_t explicit_indent = 0;
  auto header = at + 1;
  for (; header < text.size() && !is_space(text[header]) && text[header] != '#'; ++header) {
    if (text[header] >= '1' && text[header] <= '9')
      explicit_indent = static_cast<std::size_t>(text[header] - '0');
  }
  const auto base = static_cast<std::size_t>(std::max(parent, 0));
  std::size_t indent = base + explicit_indent;  // where it is not given: that of the first line with content
  const std::size_t smallest = explicit_indent > 0 ? indent : base + 1;
  bool is_known = explicit_indent > 0;
  auto end = header;
  for (auto line = text.find('\n', header); line != kNone; line = text.find('\n', line)) {
    ++line;
    const auto content = std::min(text.find_first_not_of(' ', line), text.size());
    if (content == text.size()) break;
    if (is_break(text[content])) continue;
    const auto spaces = content - line;
    if (spaces < (is_known ? indent : smallest)) break;
    if (!is_known) indent = spaces;
    is_known = true;
    end = line_end(text, content);
  }
  return end;
}

std::size_t plain_end(std::string_view text, std::size_t at, std::string_view value) {
  if (text.substr(at, value.size()) == value) return at + value.size();
  std::size_t matched = 0;
  while (matched < value.size() && at < text.size()) {
    if (value[matched] == text[at] && !is_break(text[at])) {
      ++matched;
      ++at;
    } else if (is_space(text[at])) {
      // Here lines were folded: any white space in the text stands for any in the value.
      while (at < text.size() && is_space(text[at]))
        ++at;
      while (matched < value.size() && is_space(value[matched]))
        ++matched;
    } else {
      break;
    }
  }
  return at;
}

std::size_t null_word(std::string_view text, std::size_t at) {
  if (at > text.size()) return 0;
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (text.substr(at, word.size()) == word && ends_word(text, at + word.size())) return word.size();
  }
  return 0;
}

bool is_document_mark(std::string_view text, std::size_t at) {
  const auto mark = at < text.size() ? text.substr(at, 3) : std::string_view();
  return (mark == "---" || mark == "...") && (at + 3 >= text.size() || is_space(text[at + 3]));
}

std::size_t find_unclosed_quote(std::string_view text, std::size_t from) {
  bool is_token_begin = true;
  for (auto at = from; at < text.size();) {
    const char c = text[at];
    const bool before_space = at + 1 >= text.size() || is_space(text[at + 1]);
    if (is_token_begin && (c == '"' || c == '\'')) {
      const auto end = quoted_end(text, at);
      if (end == kNone) return at;
      at = end;
      continue;
    }
    if (c == '#' && (at == 0 || is_space(text[at - 1]))) {
      at = line_end(text, at);
      continue;
    }
    if (is_flow_indicator(c) || is_break(c) || ((c == ':' || c == '-' || c == '?') && before_space)) {
      is_token_begin = true;
    } else if (!is_blank(c)) {
      is_token_begin = false;
    }
    ++at;
  }
  return kNone;
}

}  // namespace descopectl::document::scan
