// Values, paths and names as short printable text.
#include "value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::render {
namespace {

namespace marker = model::marker;

constexpr std::size_t kTextLimit = 120;  // code points; longer texts (data URIs) lose their middle
constexpr std::size_t kTextHead = 60;
constexpr std::size_t kTextTail = 20;
constexpr std::size_t kProseLimit = 2000;

/// The byte at which the code point number `count` of `text` begins.
std::size_t skip_code_points(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (count > 0 && at < text.size()) {
    at += base::decode_utf8(text, at).size;
    --count;
  }
  return at;
}

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto code_point = base::decode_utf8(text, at);
    const std::string_view bytes = text.substr(at, code_point.size);
    at += code_point.size;
    if (bytes == "\"" || bytes == "\\")
      out.append("\\").append(bytes);
    else if (bytes == "\n")
      out += "\\n";
    else if (bytes == "\t")
      out += "\\t";
    else
      out += base::printable(bytes);
  }
  return out;
}

std::string show_text(std::string_view text) {
  const std::size_t count = base::count_code_points(text);
  if (count <= kTextLimit) return quote_text(text);
  const std::string_view head = text.substr(0, skip_code_points(text, kTextHead));
  const std::string_view tail = text.substr(skip_code_points(text, count - kTextTail));
  return fmt::format("\"{}...{}\" ({} bytes)", escape(head), escape(tail), text.size());
}

bool is_plain_name(std::string_view token) {
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
    return base::is_alphanumeric(c) || c == '_' || c == '-';
  });
}

bool has_items(const schema::Field& row) {
  return row.type == schema::Type::kObjectList || row.type == schema::Type::kObjectMap ||
         row.type == schema::Type::kStringMap;
}

void collect_awaited(const json::value& value, std::vector<model::ObjectKey>& out) {
  if (const auto target = marker::find_reference(value)) {
    if (std::find(out.begin(), out.end(), *target) == out.end()) out.push_back(*target);
  } else if (const json::array* items = items_of(value)) {
    for (const json::value& item : *items)
      collect_awaited(item, out);
  } else if (const json::object* object = value.if_object()) {
    for (const auto& member : *object)
      collect_awaited(member.value(), out);
  }
}

}  // namespace

std::string quote_text(std::string_view text) {
  return '"' + escape(text) + '"';
}

std::string show_value(const json::value& value) {
  if (marker::find_reference(value)) return std::string(kKnownLater);
  if (value.is_string()) return show_text(value.get_string());
  std::string out;
  if (const json::array* items = items_of(value)) {
    for (const json::value& item : *items)
      out.append(out.empty() ? "" : ", ").append(show_value(item));
    return "[" + out + "]";
  }
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, member] : *object)
      out += fmt::format("{}{} = {}", out.empty() ? "" : ", ",
                         is_plain_name(name) ? std::string(name) : quote_text(name), show_value(member));
    return "{" + out + "}";
  }
  return base::to_canonical_json(value);
}

std::string show_step(const json::value& before, const json::value& after) {
  const std::string left = show_value(before);
  const std::string right = show_value(after);
  if (left != right || !before.is_string() || !after.is_string()) return left + " -> " + right;
  const json::string& old = before.get_string();
  const auto differs =
      std::mismatch(old.begin(), old.end(), after.get_string().begin(), after.get_string().end());
  return fmt::format("{} -> {} (differs at byte {})", left, right, differs.first - old.begin());
}

std::string show_path(schema::Fields fields, std::string_view path) {
  std::string out;
  const schema::Field* row = nullptr;
  bool is_item_next = false;
  for (const std::string& token : base::split_pointer(path)) {
    if (is_item_next || !is_plain_name(token))
      out += fmt::format("[{}]", quote_text(token));
    else
      out.append(out.empty() ? "" : ".").append(token);
    if (is_item_next) {
      is_item_next = false;
      continue;
    }
    row = schema::find_wire_field(fields, token);
    fields = row == nullptr ? schema::Fields{} : row->fields;
    is_item_next = row != nullptr && has_items(*row);
  }
  return out;
}

bool do_overlap(std::string_view left, std::string_view right) {
  const std::string_view longer = left.size() > right.size() ? left : right;
  const std::string_view shorter = left.size() > right.size() ? right : left;
  return longer.starts_with(shorter) && (longer.size() == shorter.size() || longer[shorter.size()] == '/');
}

std::vector<model::ObjectKey> find_awaited(const json::value& value) {
  std::vector<model::ObjectKey> out;
  collect_awaited(value, out);
  return out;
}

std::string awaited_comment(const json::value& value) {
  std::string names;
  for (const model::ObjectKey& key : find_awaited(value))
    names.append(names.empty() ? "" : ", ").append(key.to_string());
  return names.empty() ? names : " # id of " + base::printable(names);
}

const json::array* items_of(const json::value& value) {
  if (const json::array* items = marker::find_items(value)) return items;
  return value.if_array();
}

std::string counted_kind(std::size_t count, std::string_view kind) {
  std::string words;
  for (const char c : kind) {
    const bool is_upper = base::is_upper(c);
    if (is_upper && !words.empty()) words += ' ';
    words += base::to_lower(c);
  }
  if (count != 1 && words.ends_with('y'))
    return base::counted(count, words, words.substr(0, words.size() - 1) + "ies");
  return base::counted(count, words);
}

std::string show_place(const diag::Span& span, const diag::SourceTable* sources) {
  if (sources == nullptr || !span.is_known()) return {};
  const auto begin = sources->begin_of(span);
  return fmt::format("{}:{}:{}", base::printable(sources->name(span.source)), begin.line, begin.column);
}

std::string show_prose(std::string_view text) {
  return base::printable(text, kProseLimit);
}

}  // namespace descopectl::render
