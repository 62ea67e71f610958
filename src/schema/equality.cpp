// Equality of wire values by field table (sheet 13.1, 13.2).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "descopectl/model/desired.hpp"
#include "descopectl/schema/values.hpp"
#include "member.hpp"

namespace descopectl::schema {
namespace {

const json::value kNull;

std::optional<std::int64_t> as_integer(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64() && value.get_uint64() <= std::numeric_limits<std::int64_t>::max())
    return static_cast<std::int64_t>(value.get_uint64());
  constexpr double kTooLarge = 0x1p63;
  if (value.is_double() && value.get_double() >= -kTooLarge && value.get_double() < kTooLarge &&
      value.get_double() == std::trunc(value.get_double()))
    return static_cast<std::int64_t>(value.get_double());
  if (value.is_string()) {
    const auto& text = value.get_string();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  return std::nullopt;
}

bool is_same_string(const Field& field, const json::value& left, const json::value& right) {
  if (base::is_zero(left) && base::is_zero(right)) return true;
  const auto text = [](const json::value& value) -> std::string_view {
    return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
  };
  if (!field.same_values.empty() && (left.is_string() || left.is_null()) &&
      (right.is_string() || right.is_null())) {
    const auto is_same = [&](const json::value& value) {
      return std::find(field.same_values.begin(), field.same_values.end(), text(value)) !=
             field.same_values.end();
    };
    if (is_same(left) && is_same(right)) return true;
  }
  return left == right;
}

bool is_same_set(const json::value& left, const json::value& right) {
  const json::array* first = left.if_array();
  const json::array* second = right.if_array();
  if ((first == nullptr && !base::is_zero(left)) || (second == nullptr && !base::is_zero(right)))
    return left == right;
  const auto canonical = [](const json::array* array) {
    std::set<std::string> values;
    if (array != nullptr)
      for (const json::value& value : *array)
        values.insert(base::to_canonical_json(value));
    return values;
  };
  return canonical(first) == canonical(second);
}

bool is_same_object(Fields fields, const json::value& left, const json::value& right) {
  static const json::object kEmpty;
  const json::object* first = left.if_object();
  const json::object* second = right.if_object();
  if ((first == nullptr && !base::is_zero(left)) || (second == nullptr && !base::is_zero(right)))
    return left == right;
  if (first == nullptr) first = &kEmpty;
  if (second == nullptr) second = &kEmpty;
  for (const auto& [name, value] : *first)
    if (!is_equal(find_wire_field(fields, name), value, member(*second, name))) return false;
  for (const auto& [name, value] : *second)
    if (!first->contains(name) && !is_equal(find_wire_field(fields, name), kNull, value)) return false;
  return true;
}

bool is_same_map(const Field& field, const json::value& left, const json::value& right) {
  const json::object* first = left.if_object();
  const json::object* second = right.if_object();
  if (first == nullptr || second == nullptr || first->empty() || second->empty())
    return (base::is_zero(left) && base::is_zero(right)) || left == right;
  if (first->size() != second->size()) return false;
  for (const auto& [name, value] : *first) {
    const json::value* other = second->if_contains(name);
    if (other == nullptr) return false;
    if (field.type == Type::kStringMap ? value != *other : !is_same_object(field.fields, value, *other))
      return false;
  }
  return true;
}

/// Whether `list` has an item like each of `part`. What a service holds may have one key twice.
bool is_part_of(const Field& field, const json::array& part, const json::array& list) {
  return std::all_of(part.begin(), part.end(), [&](const json::value& item) {
    return item.is_object() && std::any_of(list.begin(), list.end(), [&](const json::value& other) {
             return other.is_object() &&
                    member(item.get_object(), field.key) == member(other.get_object(), field.key) &&
                    is_same_object(field.fields, item, other);
           });
  });
}

bool is_same_keyed_list(const Field& field, const json::value& left, const json::value& right) {
  static const json::array kEmpty;
  const json::array* first = left.if_array();
  const json::array* second = right.if_array();
  if ((first == nullptr && !base::is_zero(left)) || (second == nullptr && !base::is_zero(right)))
    return left == right;
  if (first == nullptr) first = &kEmpty;
  if (second == nullptr) second = &kEmpty;
  return first->size() == second->size() && is_part_of(field, *first, *second) &&
         is_part_of(field, *second, *first);
}

}  // namespace

bool is_equal(const Field* field, const json::value& left, const json::value& right) {
  if (left == right) return true;
  // What is known only after the apply can't be told to be equal to anything else.
  if (model::marker::has_reference(left) || model::marker::has_reference(right)) return false;
  if (field == nullptr) return base::is_zero(left) && base::is_zero(right);
  switch (field->type) {
    case Type::kString:
    case Type::kReference:
      return is_same_string(*field, left, right);
    case Type::kBoolean:
      return base::is_zero(left) && base::is_zero(right);
    case Type::kInteger:
    case Type::kInteger64: {
      const auto first = as_integer(left);
      const auto second = as_integer(right);
      return first.value_or(0) == second.value_or(0) && (first || base::is_zero(left)) &&
             (second || base::is_zero(right));
    }
    case Type::kStringList:
    case Type::kConnectionScopes:
      return field->list == ListForm::kOrdered ? base::is_zero(left) && base::is_zero(right)
                                               : is_same_set(left, right);
    case Type::kObject:
      return is_same_object(field->fields, left, right);
    case Type::kObjectList:
      if (field->list == ListForm::kKeyed) return is_same_keyed_list(*field, left, right);
      return base::is_zero(left) && base::is_zero(right);
    case Type::kStringMap:
    case Type::kObjectMap:
      return is_same_map(*field, left, right);
  }
  return false;
}

json::object canonical(Fields fields, const json::object& object) {
  json::object result;
  for (const Field& field : fields) {
    if (find_wire_field(fields, field.wire_name()) != &field) continue;
    if (const json::value* value = object.if_contains(field.wire_name()))
      result[field.wire_name()] = canonical(&field, *value);
  }
  std::set<std::string_view> others;
  for (const auto& [name, value] : object)
    if (find_wire_field(fields, name) == nullptr) others.insert(name);
  for (const std::string_view name : others)
    result[name] = object.at(name);
  return result;
}

json::value canonical(const Field* field, const json::value& value) {
  if (field == nullptr) return value;
  if (const json::array* list = value.if_array()) {
    json::array sorted;
    for (const json::value& item : *list)
      sorted.push_back(item.is_object() ? json::value(canonical(field->fields, item.get_object())) : item);
    if (field->list != ListForm::kOrdered)
      std::stable_sort(sorted.begin(), sorted.end(), [](const json::value& left, const json::value& right) {
        return base::to_canonical_json(left) < base::to_canonical_json(right);
      });
    return sorted;
  }
  const json::object* object = value.if_object();
  if (object == nullptr || model::marker::has_reference(value)) return value;
  if (field->type == Type::kObject) return canonical(field->fields, *object);
  std::set<std::string_view> names;
  for (const auto& [name, item] : *object)
    names.insert(name);
  json::object sorted;
  for (const std::string_view name : names) {
    const json::value& item = object->at(name);
    sorted[name] = item.is_object() ? json::value(canonical(field->fields, item.get_object())) : item;
  }
  return sorted;
}

}  // namespace descopectl::schema
