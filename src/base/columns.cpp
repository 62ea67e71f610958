// Text in columns.
#include "descopectl/base/columns.hpp"

#include <algorithm>

#include "descopectl/base/text.hpp"

namespace descopectl::base {
namespace {

constexpr std::size_t kWidth = 96;

}  // namespace

void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
  std::size_t column = indent;
  bool is_first = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    const auto width = count_code_points(word);
    if (!is_first && column + 1 + width > kWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (!is_first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    is_first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += '\n';
}

void append_columns(std::string& out, const Rows& rows, std::size_t indent, std::size_t left_limit) {
  std::size_t widest = 0;
  for (const auto& [left, right] : rows)
    widest = std::max(widest, left.size() > left_limit ? 0 : left.size());
  const auto second = indent + widest + 2;
  for (const auto& [left, right] : rows) {
    out.append(indent, ' ').append(left);
    if (right.empty()) {
      out += '\n';
      continue;
    }
    if (left.size() > widest) {
      out += '\n';
      out.append(second, ' ');
    } else {
      out.append(second - indent - left.size(), ' ');
    }
    append_wrapped(out, right, second);
  }
}

}  // namespace descopectl::base
