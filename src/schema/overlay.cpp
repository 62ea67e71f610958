// Laying managed fields over a live object, and cutting the result to what a call takes.
#include <algorithm>

#include "descopectl/model/desired.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::schema {
namespace {

namespace marker = model::marker;

const json::object* find_item(const json::array* items, std::string_view key_name, const json::value& key) {
  if (items == nullptr) return nullptr;
  for (const json::value& item : *items) {
    const json::object* object = item.if_object();
    if (object == nullptr) continue;
    const json::value* found = object->if_contains(key_name);
    if (found != nullptr && *found == key) return object;
  }
  return nullptr;
}

/// One item of a list, or value of a map: what the manifest says, defaults for the rest of what rows name
/// (that is, left out), and live's members that no row names.
json::object replace_item(Fields fields, const json::object* live, const json::object& desired) {
  json::object result;
  for (const auto& [name, value] : desired) {
    if (value.is_null()) continue;
    const Field* row = find_wire_field(fields, name);
    const json::value* old = live == nullptr ? nullptr : live->if_contains(name);
    result[name] = old != nullptr && is_equal(row, *old, value) && !base::is_zero(*old) ? *old : value;
  }
  if (live == nullptr) return result;
  for (const auto& [name, value] : *live)
    if (find_wire_field(fields, name) == nullptr && !result.contains(name) && !base::is_zero(value))
      result[name] = value;
  return result;
}

json::array replace_list(const Field& field, const json::array* live, const json::array& desired) {
  json::array result;
  result.reserve(desired.size());
  for (const json::value& item : desired) {
    if (!item.is_object()) {
      result.push_back(item);
      continue;
    }
    const json::object& object = item.get_object();
    const json::value* key = object.if_contains(field.key);
    result.push_back(
        replace_item(field.fields, key == nullptr ? nullptr : find_item(live, field.key, *key), object));
  }
  return result;
}

/// Upserts items of a list that others own too.
json::array merge_items(const Field& field, const json::array* live, const json::array& items,
                        const json::array* removed) {
  json::array result;
  const auto is_removed = [&](const json::value& key) {
    return removed != nullptr && std::find(removed->begin(), removed->end(), key) != removed->end();
  };
  if (live != nullptr)
    for (const json::value& item : *live) {
      const json::object* object = item.if_object();
      const json::value* key = object == nullptr ? nullptr : object->if_contains(field.key);
      const json::object* wanted = key == nullptr ? nullptr : find_item(&items, field.key, *key);
      if (wanted != nullptr)
        result.push_back(replace_item(field.fields, object, *wanted));
      else if (key == nullptr || !is_removed(*key))
        result.push_back(item);
    }
  for (const json::value& item : items) {
    const json::object& object = item.get_object();
    const json::value* key = object.if_contains(field.key);
    if (key == nullptr || find_item(live, field.key, *key) == nullptr)
      result.push_back(replace_item(field.fields, nullptr, object));
  }
  return result;
}

json::value overlay_value(const Field* field, const json::value* live, const json::value& desired) {
  if (field == nullptr) return desired;
  if (field->type == Type::kObjectList) {
    const json::array* old = live == nullptr ? nullptr : live->if_array();
    if (const json::array* items = marker::find_items(desired))
      return merge_items(*field, old, *items, marker::find_removed_items(desired));
    if (const json::array* list = desired.if_array()) return replace_list(*field, old, *list);
    return desired;
  }
  if (field->type == Type::kObject && desired.is_object()) {
    static const json::object kEmpty;
    const json::object* old = live == nullptr ? nullptr : live->if_object();
    return overlay(field->fields, old == nullptr ? kEmpty : *old, desired.get_object());
  }
  if (field->type == Type::kObjectMap && desired.is_object()) {
    const json::object* old = live == nullptr ? nullptr : live->if_object();
    json::object result;
    for (const auto& [name, value] : desired.get_object()) {
      if (value.is_null()) continue;
      const json::value* old_value = old == nullptr ? nullptr : old->if_contains(name);
      result[name] = value.is_object()
                         ? json::value(replace_item(field->fields,
                                                    old_value == nullptr ? nullptr : old_value->if_object(),
                                                    value.get_object()))
                         : value;
    }
    return result;
  }
  return desired;
}

/// Live's items without the zero members that the manifest's item of the same key does not write.
json::array project_items(const Field& field, const json::array& live, const json::array& desired) {
  json::array result;
  for (const json::value& item : live) {
    const json::object* object = item.if_object();
    const json::value* key = object == nullptr ? nullptr : object->if_contains(field.key);
    const json::object* wanted = key == nullptr ? nullptr : find_item(&desired, field.key, *key);
    if (object == nullptr) {
      result.push_back(item);
      continue;
    }
    json::object part;
    for (const auto& [name, value] : *object)
      if (!base::is_zero(value) || (wanted != nullptr && wanted->contains(name))) part[name] = value;
    result.push_back(std::move(part));
  }
  return result;
}

json::value cut_value(const Field& field, const json::value& value, Calls call, unsigned generation) {
  if (field.fields.empty()) return value;
  if (const json::array* list = value.if_array()) {
    json::array result;
    result.reserve(list->size());
    for (const json::value& item : *list)
      result.push_back(item.is_object()
                           ? json::value(cut_to_call(field.fields, item.get_object(), call, generation))
                           : item);
    return result;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  if (field.type == Type::kObject) return cut_to_call(field.fields, *object, call, generation);
  json::object result;
  for (const auto& [name, item] : *object)
    result[name] =
        item.is_object() ? json::value(cut_to_call(field.fields, item.get_object(), call, generation)) : item;
  return result;
}

}  // namespace

json::object without_zeros(const json::object& object) {
  json::object result;
  for (const auto& [name, value] : object) {
    if (base::is_zero(value)) continue;
    if (value.is_object()) {
      json::object inner = without_zeros(value.get_object());
      if (!inner.empty()) result[name] = std::move(inner);
    } else {
      result[name] = value;
    }
  }
  return result;
}

json::object overlay(Fields fields, const json::object& live, const json::object& desired) {
  json::object undeclared;
  for (const auto& [name, value] : live)
    if (!desired.contains(name)) undeclared[name] = value;
  json::object result = without_zeros(undeclared);
  for (const auto& [name, value] : desired) {
    if (value.is_null()) continue;
    const Field* row = find_wire_field(fields, name);
    const json::value* old = live.if_contains(name);
    json::value merged = overlay_value(row, old, value);
    const bool keeps_live = old != nullptr && !base::is_zero(*old) && row != nullptr &&
                            row->type != Type::kObject && is_equal(row, *old, merged);
    if (keeps_live)
      result[name] = *old;
    else
      result[name] = std::move(merged);
  }
  return result;
}

json::object cut_to_call(Fields fields, const json::object& body, Calls call, unsigned generation) {
  json::object result;
  for (const Field& field : fields) {
    const Field* row = find_wire_field(fields, field.wire_name());
    const json::value* value = row == &field ? body.if_contains(row->wire_name()) : nullptr;
    if (value == nullptr || value->is_null() || !row->in(call)) continue;
    if (row->generation != 0 && row->generation != generation) continue;
    const std::string_view sent_as =
        call == kInUpdate && !row->update_wire.empty() ? row->update_wire : row->wire_name();
    result[sent_as] = cut_value(*row, *value, call, generation);
  }
  for (const auto& [name, value] : body)
    if (!value.is_null() && find_wire_field(fields, name) == nullptr) result[name] = value;
  return result;
}

json::object project(Fields fields, const json::object& live, const json::object& desired) {
  json::object result;
  for (const auto& [name, value] : desired) {
    const json::value* old = live.if_contains(name);
    if (old == nullptr) continue;
    const Field* row = find_wire_field(fields, name);
    if (row != nullptr && row->type == Type::kObject && value.is_object() && old->is_object()) {
      result[name] = project(row->fields, old->get_object(), value.get_object());
    } else if (const json::array* items = marker::find_items(value); items != nullptr && old->is_array()) {
      json::array part;
      const json::array* removed = marker::find_removed_items(value);
      for (const json::value& item : old->get_array()) {
        const json::value* key = item.is_object() ? item.get_object().if_contains(row->key) : nullptr;
        if (key == nullptr) continue;
        const bool is_ours =
            find_item(items, row->key, *key) != nullptr ||
            (removed != nullptr && std::find(removed->begin(), removed->end(), *key) != removed->end());
        if (is_ours) part.push_back(item);
      }
      result[name] = std::move(part);
    } else if (row != nullptr && row->list == ListForm::kKeyed && value.is_array() && old->is_array()) {
      result[name] = project_items(*row, old->get_array(), value.get_array());
    } else {
      result[name] = *old;
    }
  }
  return result;
}

}  // namespace descopectl::schema
