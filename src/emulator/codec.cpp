// Bodies by field table: what a protobuf JSON gateway takes and refuses (sheet 1.4).
#include "codec.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::Type;

Refusal wrong_type(const std::string& name, std::string_view expected) {
  return malformed("invalid value for field \"" + name + "\": expected " + std::string(expected));
}

Outcome<std::int64_t> decode_integer(const json::value& value, const std::string& name, bool is_64_bits) {
  std::int64_t number = 0;
  const auto expected = is_64_bits ? "a 64-bit integer" : "a 32-bit integer";
  if (const auto* integer = value.if_int64()) {
    number = *integer;
  } else if (const auto* real = value.if_double()) {
    // 1e3 is a whole number; 2^63 is the first that no longer fits.
    if (!(std::abs(*real) < 9.2e18) || *real != std::floor(*real)) return wrong_type(name, expected);
    number = static_cast<std::int64_t>(*real);
  } else if (const auto* text = value.if_string(); text != nullptr && is_64_bits) {
    if (text->empty()) return 0;  // sheet 2.5: an empty version is no version
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size()) return wrong_type(name, expected);
  } else {
    return wrong_type(name, expected);
  }
  if (!is_64_bits && (number < std::numeric_limits<std::int32_t>::min() ||
                      number > std::numeric_limits<std::int32_t>::max()))
    return wrong_type(name, expected);
  return number;
}

Outcome<json::value> decode_strings(const json::value& value, const std::string& name) {
  const auto* list = value.if_array();
  if (list == nullptr) return wrong_type(name, "a list of strings");
  for (const json::value& item : *list)
    if (!item.is_string()) return wrong_type(name, "a list of strings");
  return value;
}

/// Strings according to the documentation; official clients also send numbers, booleans and lists of them
/// (sheet 6.2).
Outcome<json::value> decode_string_map(const json::value& value, const std::string& name) {
  const auto* map = value.if_object();
  if (map == nullptr) return wrong_type(name, "an object with string values");
  const auto is_scalar = [](const json::value& item) {
    return item.is_string() || item.is_bool() || item.is_number();
  };
  for (const auto& member : *map) {
    const auto* list = member.value().if_array();
    const bool is_fine =
        list != nullptr ? std::all_of(list->begin(), list->end(), is_scalar) : is_scalar(member.value());
    if (!is_fine) return wrong_type(name, "an object with string values");
  }
  return value;
}

Outcome<json::value> decode_members(const Field& row, const json::value& value, const Message& message,
                                    const std::string& name) {
  const auto* object = value.if_object();
  if (object == nullptr) return wrong_type(name, "an object");
  auto members = decode(row.fields, *object, message, name + ".");
  if (members.has_error()) return members.error();
  return json::value(complete(row.fields, *members));
}

Outcome<json::value> decode_object_list(const Field& row, const json::value& value, const Message& message,
                                        const std::string& name) {
  const auto* list = value.if_array();
  if (list == nullptr) return wrong_type(name, "a list of objects");
  json::array result;
  result.reserve(list->size());
  for (const json::value& item : *list) {
    const std::string place = name + "[" + std::to_string(result.size()) + "]";
    auto decoded = decode_members(row, item, message, place);
    if (decoded.has_error()) return decoded.error();
    if (!row.key.empty() && text_member(decoded->get_object(), row.key).empty())
      return Refusal(400, kInvalid, place + "." + std::string(row.key) + ": value length must be at least 1");
    result.push_back(std::move(*decoded));
  }
  return json::value(std::move(result));
}

Outcome<json::value> decode_object_map(const Field& row, const json::value& value, const Message& message,
                                       const std::string& name) {
  const auto* map = value.if_object();
  if (map == nullptr) return wrong_type(name, "an object of objects");
  json::object result;
  for (const auto& member : *map) {
    auto decoded = decode_members(row, member.value(), message, name + "[" + std::string(member.key()) + "]");
    if (decoded.has_error()) return decoded.error();
    result[member.key()] = std::move(*decoded);
  }
  return json::value(std::move(result));
}

Outcome<json::value> decode_value(const Field& row, const json::value& value, const Message& message,
                                  const std::string& name) {
  switch (row.type) {
    case Type::kString:
    case Type::kReference:
      if (!value.is_string()) return wrong_type(name, "a string");
      return value;
    case Type::kBoolean:
      if (!value.is_bool()) return wrong_type(name, "true or false");
      return value;
    case Type::kInteger:
    case Type::kInteger64: {
      const bool is_64_bits = row.type == Type::kInteger64;
      const auto number = decode_integer(value, name, is_64_bits);
      if (number.has_error()) return number.error();
      if (is_64_bits) return json::value(std::to_string(*number));
      return json::value(*number);
    }
    case Type::kStringList:
    case Type::kConnectionScopes:
      return decode_strings(value, name);
    case Type::kStringMap:
      return decode_string_map(value, name);
    case Type::kObject:
      return decode_members(row, value, message, name);
    case Type::kObjectList:
      return decode_object_list(row, value, message, name);
    case Type::kObjectMap:
      return decode_object_map(row, value, message, name);
  }
  return wrong_type(name, "something else");
}

bool may_hold(const Field& row, const Message& message) {
  for (const schema::CreateVariant& variant : message.variants)
    if (variant.when == row.wire_name()) return false;
  return (row.calls & message.calls) != 0 &&
         (row.generation == 0 || message.generation == 0 || row.generation == message.generation);
}

bool is_listed(std::span<const std::string_view> names, std::string_view name) {
  for (const std::string_view candidate : names)
    if (candidate == name) return true;
  return false;
}

/// A raw and a typed form may share a wire name: on the wire there is one member.
bool is_other_form(std::span<const Field> rows, const Field& row) {
  return schema::find_wire_field(rows, row.wire_name()) != &row;
}

}  // namespace

Outcome<json::object> decode(std::span<const Field> rows, const json::object& body, const Message& message,
                             const std::string& place) {
  Message inner = message;
  inner.tolerated = {};
  json::object result;
  result.reserve(body.size());
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    const Field* row = schema::find_wire_field(rows, name);
    const bool is_known = row != nullptr && may_hold(*row, message);
    if (!is_known) {
      const bool is_tolerated = is_listed(message.tolerated, name);
      if (!is_tolerated && message.refuse_unknown)
        return malformed("unknown field \"" + place + std::string(name) + "\"");
      if (!is_tolerated || row == nullptr) continue;
    }
    if (member.value().is_null()) continue;
    auto value = decode_value(*row, member.value(), inner, place + std::string(name));
    if (value.has_error()) return value.error();
    result[member.key()] = std::move(*value);
  }
  return result;
}

bool is_shown(const Field& row) {
  return row.in(schema::kInLoad) && !row.secret && !row.write_only;
}

json::object complete(std::span<const Field> rows, const json::object& sent) {
  json::object result;
  result.reserve(rows.size());
  for (const Field& row : rows) {
    if (!is_shown(row) || is_other_form(rows, row)) continue;
    const json::value* value = base::find_member(sent, row.wire_name());
    if (value == nullptr || value->is_null())
      result[row.wire_name()] = zero_of(row);
    else
      result[row.wire_name()] = *value;
  }
  return result;
}

namespace {

json::value without_zeros(const json::value& value) {
  if (const auto* list = value.if_array()) {
    json::array result;
    for (const json::value& item : *list)
      result.push_back(without_zeros(item));
    return result;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  json::object result;
  for (const auto& member : *object)
    if (!base::is_zero(member.value())) result[member.key()] = without_zeros(member.value());
  return result;
}

}  // namespace

namespace {

/// As json::serialize, which costs an allocation a value: most values are plain text, empty or a flag.
void append_value(std::string& out, const json::value& value) {
  const auto needs_escape = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  };
  if (const auto* text = value.if_string();
      text != nullptr && std::none_of(text->begin(), text->end(), needs_escape))
    out.append(1, '"').append(view(*text)).append(1, '"');
  else if (const auto* flag = value.if_bool())
    out += *flag ? "true" : "false";
  else if (const auto* list = value.if_array(); list != nullptr && list->empty())
    out += "[]";
  else
    out += json::serialize(value);
}

}  // namespace

void append_object(std::string& out, std::span<const Field> rows, const json::object& object,
                   const Emission& emission) {
  out += '{';
  bool is_first = true;
  const auto append = [&](std::string_view name, const json::value& value) {
    if (!is_first) out += ',';
    is_first = false;
    // Names are the rows' own: nothing in them needs escaping.
    out.append(1, '"').append(name).append("\":");
    append_value(out, value);
  };
  for (const Field& row : rows) {
    if (row.secret && emission.empty_secrets) append(row.wire_name(), json::string());
    if (!is_shown(row) || (row.generation != 0 && row.generation != emission.generation)) continue;
    if (is_other_form(rows, row)) continue;
    const json::value* value = base::find_member(object, row.wire_name());
    if (value == nullptr) continue;
    if (emission.zero_values)
      append(row.wire_name(), *value);
    else if (!base::is_zero(*value))
      append(row.wire_name(), without_zeros(*value));
  }
  out += '}';
}

}  // namespace descopectl::emulator
