// Differences between two forms of one object, and paths in which an item of a keyed list stands by its key.
#include <algorithm>
#include <set>

#include "descopectl/model/desired.hpp"
#include "descopectl/schema/values.hpp"
#include "member.hpp"

namespace descopectl::schema {
namespace {

const json::value kNull;

std::string key_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

class Finder {
 public:
  std::vector<FieldChange> take() { return std::move(changes_); }

  void compare_objects(Fields fields, const json::object& before, const json::object& after,
                       const std::string& prefix) {
    std::set<std::string_view> seen;
    for (const Field& field : fields) {
      if (!seen.insert(field.wire_name()).second) continue;
      const Field* row = find_wire_field(fields, field.wire_name());
      compare(row, member(before, row->wire_name()), member(after, row->wire_name()),
              prefix + "/" + base::escape_pointer_token(row->wire_name()));
    }
    std::set<std::string> others;
    for (const json::object* object : {&before, &after})
      for (const auto& [name, value] : *object)
        if (!seen.contains(name)) others.insert(std::string(name));
    for (const std::string& name : others)
      compare(nullptr, member(before, name), member(after, name),
              prefix + "/" + base::escape_pointer_token(name));
  }

 private:
  void compare(const Field* field, const json::value& before, const json::value& after,
               const std::string& path) {
    if (is_equal(field, before, after)) return;
    if (field != nullptr && field->type == Type::kObject && is_object_like(before) && is_object_like(after))
      return compare_objects(field->fields, as_object(before), as_object(after), path);
    if (field != nullptr && field->list == ListForm::kKeyed && is_array_like(before) && is_array_like(after))
      return compare_items(*field, as_items(*field, before), as_items(*field, after), path);
    if (field != nullptr && (field->type == Type::kObjectMap || field->type == Type::kStringMap) &&
        is_object_like(before) && is_object_like(after))
      return compare_items(*field, as_members(before), as_members(after), path);
    changes_.push_back({path, before, after, field, field != nullptr && field->secret});
  }

  using Items = std::vector<std::pair<std::string, const json::value*>>;

  void compare_items(const Field& field, const Items& before, const Items& after, const std::string& path) {
    const auto find = [](const Items& items, const std::string& key) -> const json::value* {
      const auto at =
          std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.first == key; });
      return at == items.end() ? nullptr : at->second;
    };
    std::set<std::string> keys;
    for (const auto& [key, value] : before)
      keys.insert(key);
    for (const auto& [key, value] : after)
      keys.insert(key);
    for (const std::string& key : keys) {
      const json::value* old = find(before, key);
      const json::value* now = find(after, key);
      const std::string item_path = path + "/" + base::escape_pointer_token(key);
      if (old != nullptr && now != nullptr && old->is_object() && now->is_object())
        compare_objects(field.fields, old->get_object(), now->get_object(), item_path);
      else if (old == nullptr || now == nullptr || *old != *now)
        changes_.push_back(
            {item_path, old == nullptr ? kNull : *old, now == nullptr ? kNull : *now, &field, false});
    }
  }

  static bool is_object_like(const json::value& value) {
    return value.is_null() || (value.is_object() && !model::marker::find_reference(value));
  }
  static bool is_array_like(const json::value& value) { return value.is_null() || value.is_array(); }
  static const json::object& as_object(const json::value& value) {
    static const json::object kEmpty;
    return value.is_object() ? value.get_object() : kEmpty;
  }
  static Items as_items(const Field& field, const json::value& value) {
    Items items;
    if (const json::array* list = value.if_array())
      for (const json::value& item : *list)
        items.emplace_back(
            item.is_object() ? key_text(member(item.get_object(), field.key)) : json::serialize(item), &item);
    return items;
  }
  static Items as_members(const json::value& value) {
    Items items;
    for (const auto& [name, item] : as_object(value))
      items.emplace_back(std::string(name), &item);
    return items;
  }

  std::vector<FieldChange> changes_;
};

void collect_unlisted(Fields fields, const json::object& object, const std::string& prefix,
                      std::vector<std::string>& out) {
  for (const auto& [name, value] : object) {
    const std::string path = prefix + "/" + base::escape_pointer_token(name);
    const Field* row = find_wire_field(fields, name);
    if (row == nullptr) {
      if (!base::is_zero(value)) out.push_back(path);
    } else if (row->type == Type::kObject && value.is_object()) {
      collect_unlisted(row->fields, value.get_object(), path, out);
    } else if (row->type == Type::kObjectMap && value.is_object()) {
      for (const auto& [key, item] : value.get_object())
        if (item.is_object())
          collect_unlisted(row->fields, item.get_object(), path + "/" + base::escape_pointer_token(key), out);
    } else if (row->type == Type::kObjectList && value.is_array()) {
      for (const json::value& item : value.get_array())
        if (item.is_object())
          collect_unlisted(
              row->fields, item.get_object(),
              path + "/" + base::escape_pointer_token(key_text(member(item.get_object(), row->key))), out);
    }
  }
}

/// Walks one token down from (row, value); a null value means that nothing stands there.
json::value* step(const Field* row, json::value& value, const std::string& token, Fields& fields,
                  const Field*& next) {
  if (row != nullptr && row->type == Type::kObjectList) {
    next = nullptr;
    fields = row->fields;
    json::array* list = value.if_array();
    if (list == nullptr)
      list = const_cast<json::array*>(model::marker::find_items(value));  // NOLINT: `value` is not const
    if (list == nullptr) return nullptr;
    for (json::value& item : *list)
      if (item.is_object() && key_text(member(item.get_object(), row->key)) == token) return &item;
    return nullptr;
  }
  json::object* object = value.if_object();
  if (object == nullptr) return nullptr;
  if (row != nullptr && (row->type == Type::kObjectMap || row->type == Type::kStringMap)) {
    next = nullptr;
    fields = row->fields;
  } else {
    next = find_wire_field(fields, token);
    fields = next == nullptr ? Fields{} : next->fields;
  }
  return object->if_contains(token);
}

}  // namespace

std::vector<FieldChange> find_changes(Fields fields, const json::object& before, const json::object& after) {
  Finder finder;
  finder.compare_objects(fields, before, after, "");
  return finder.take();
}

std::vector<std::string> find_unlisted(Fields fields, const json::object& object) {
  std::vector<std::string> result;
  collect_unlisted(fields, object, "", result);
  return result;
}

const Field* find_row(Fields fields, std::string_view path) {
  const Field* row = nullptr;
  bool is_item = false;
  for (const std::string& token : base::split_pointer(path)) {
    if (row != nullptr && !is_item && (row->type == Type::kObjectList || row->type == Type::kObjectMap)) {
      fields = row->fields;
      is_item = true;
      continue;
    }
    if (row != nullptr && !is_item && row->type != Type::kObject) return row;
    row = find_wire_field(fields, token);
    is_item = false;
    if (row == nullptr) return nullptr;
    if (row->type == Type::kObject) fields = row->fields;
  }
  return row;
}

const json::value* find_at(Fields fields, const json::object& object, std::string_view path) {
  const std::vector<std::string> tokens = base::split_pointer(path);
  if (tokens.empty()) return nullptr;
  const Field* row = find_wire_field(fields, tokens.front());
  // The walk changes nothing; it is shared with erase_at, which does.
  auto* at = const_cast<json::value*>(
      object.if_contains(tokens.front()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  Fields inner = row == nullptr ? Fields{} : row->fields;
  for (std::size_t i = 1; i < tokens.size() && at != nullptr; ++i) {
    const Field* next = nullptr;
    at = step(row, *at, tokens[i], inner, next);
    row = next;
  }
  return at;
}

void erase_at(Fields fields, json::object& object, std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return;
  const std::string last = base::unescape_pointer_token(path.substr(slash + 1));
  if (slash == 0) {
    object.erase(last);
    return;
  }
  auto* parent = const_cast<json::value*>(find_at(fields, object, path.substr(0, slash)));  // NOLINT
  if (parent == nullptr) return;
  if (parent->is_object()) {
    parent->get_object().erase(last);
    return;
  }
  const Field* row = find_row(fields, path.substr(0, slash));
  if (!parent->is_array() || row == nullptr || row->type != Type::kObjectList) return;
  json::array& list = parent->get_array();
  const auto at = std::find_if(list.begin(), list.end(), [&](const json::value& item) {
    return item.is_object() && key_text(member(item.get_object(), row->key)) == last;
  });
  if (at != list.end()) list.erase(at);
}

void set_at(json::object& object, std::string_view path, json::value value) {
  json::object* at = &object;
  const std::vector<std::string> tokens = base::split_pointer(path);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    json::value& next = (*at)[tokens[i]];
    if (!next.is_object()) next = json::object();
    at = &next.get_object();
  }
  if (!tokens.empty()) (*at)[tokens.back()] = std::move(value);
}

}  // namespace descopectl::schema
