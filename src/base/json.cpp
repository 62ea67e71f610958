// JSON: parsing with a depth limit and a byte to point at, two ways of writing, and JSON pointers.
#include "descopectl/base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace descopectl::base {
namespace {

/// Boost.JSON writes 0.21 as 2.1E-1; people read what we write, so shortest decimal it is, marked as a float.
void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  const auto begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

void append_scalar(std::string& out, const json::value& value) {
  if (const auto* number = value.if_double()) {
    append_double(out, *number);
  } else {
    out += json::serialize(value);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += json::serialize(json::string_view(text));
}

std::string_view view(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
  const std::string inner(indent + 2, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    const char* separator = "{\n";
    for (const auto& member : *object) {
      out.append(separator).append(inner);
      append_quoted(out, view(member));
      out += ": ";
      append_pretty(out, member.value(), indent + 2);
      separator = ",\n";
    }
    out.append(1, '\n').append(indent, ' ').append(1, '}');
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    const char* separator = "[\n";
    for (const auto& item : *array) {
      out.append(separator).append(inner);
      append_pretty(out, item, indent + 2);
      separator = ",\n";
    }
    out.append(1, '\n').append(indent, ' ').append(1, ']');
  } else {
    append_scalar(out, value);
  }
}

void append_canonical(std::string& out, const json::value& value) {
  if (const auto* object = value.if_object()) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object->size());
    for (const auto& member : *object)
      members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* left, const auto* right) { return view(*left) < view(*right); });
    out += '{';
    for (const auto* member : members) {
      if (member != members.front()) out += ',';
      append_quoted(out, view(*member));
      out += ':';
      append_canonical(out, member->value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      append_canonical(out, (*array)[i]);
    }
    out += ']';
  } else {
    append_scalar(out, value);
  }
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 100;
  json::parser parser({}, options);
  json::error_code error;
  const auto consumed = parser.write_some(text.data(), text.size(), error);
  if (!error && consumed < text.size()) error = json::error::extra_data;
  if (error) {
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("not valid JSON at byte {}: {}", consumed, error.message()));
  }
  return parser.release();
}

std::string to_pretty_json(const json::value& value) {
  std::string out;
  append_pretty(out, value, 0);
  out += '\n';
  return out;
}

std::string to_canonical_json(const json::value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

bool is_zero(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::uint64:
      return value.get_uint64() == 0;
    case json::kind::double_:
      return value.get_double() == 0;
    case json::kind::string:
      return value.get_string().empty();
    case json::kind::array:
      return value.get_array().empty();
    case json::kind::object:
      return value.get_object().empty();
  }
  return false;
}

const json::value* find_member(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* value = find_member(object, name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::string escape_pointer_token(std::string_view token) {
  std::string out;
  out.reserve(token.size());
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescape_pointer_token(std::string_view token) {
  std::string out;
  out.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char next = token[i] == '~' && i + 1 < token.size() ? token[i + 1] : '\0';
    if (next == '0' || next == '1') {
      out += next == '0' ? '~' : '/';
      ++i;
    } else {
      out += token[i];
    }
  }
  return out;
}

std::vector<std::string> split_pointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() == '/') pointer.remove_prefix(1);
  while (true) {
    const auto slash = pointer.find('/');
    tokens.push_back(unescape_pointer_token(pointer.substr(0, slash)));
    if (slash == std::string_view::npos) return tokens;
    pointer.remove_prefix(slash + 1);
  }
}

}  // namespace descopectl::base
