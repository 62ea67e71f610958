// Items (scopes) of objects that other objects name by their keys.
#include "descopectl/diff/compare.hpp"

namespace descopectl::diff {
namespace {

void collect_keys(const schema::Field& list, const json::value& items, std::set<std::string>& keys) {
  if (list.list != schema::ListForm::kKeyed || !items.is_array()) return;
  for (const json::value& item : items.get_array()) {
    const json::value* key = item.is_object() ? item.get_object().if_contains(list.key) : nullptr;
    if (key != nullptr && key->is_string()) keys.emplace(key->get_string());
  }
}

json::array pick_items(const schema::Field& list, const json::value& items,
                       const std::set<std::string>& keys) {
  json::array picked;
  if (list.list != schema::ListForm::kKeyed || !items.is_array()) return picked;
  for (const json::value& item : items.get_array()) {
    const json::value* key = item.is_object() ? item.get_object().if_contains(list.key) : nullptr;
    if (key != nullptr && key->is_string() && keys.contains(std::string(key->get_string())))
      picked.push_back(item);
  }
  return picked;
}

}  // namespace

std::vector<ItemUse> find_item_uses(const schema::Kind& kind, const json::object& body) {
  std::vector<ItemUse> uses;
  for (const schema::Field& field : kind.fields) {
    if (field.items_of.empty()) continue;
    const schema::Field* reference = schema::find_wire_field(kind.fields, field.items_of);
    const json::value* owner = body.if_contains(field.items_of);
    const json::value* names = body.if_contains(field.wire_name());
    if (reference == nullptr || owner == nullptr || names == nullptr || !names->is_array()) continue;
    for (const json::value& name : names->get_array())
      if (name.is_string())
        uses.push_back({std::string(reference->reference), *owner, std::string(name.get_string()),
                        "/" + base::escape_pointer_token(field.wire_name())});
  }
  return uses;
}

std::set<std::string> find_item_keys(const schema::Kind& kind, const json::object& body) {
  std::set<std::string> keys;
  for (const schema::Field& field : kind.fields) {
    const json::value* group = field.has_unique_keys ? body.if_contains(field.wire_name()) : nullptr;
    if (group == nullptr || !group->is_object()) continue;
    for (const schema::Field& list : field.fields)
      if (const json::value* items = group->get_object().if_contains(list.wire_name()))
        collect_keys(list, *items, keys);
  }
  return keys;
}

json::object keep_items(const schema::Kind& kind, const json::object& before, json::object body,
                        const std::set<std::string>& keys) {
  for (const schema::Field& field : kind.fields) {
    const json::value* group = field.has_unique_keys ? before.if_contains(field.wire_name()) : nullptr;
    if (group == nullptr || !group->is_object()) continue;
    for (const schema::Field& list : field.fields) {
      const json::value* old = group->get_object().if_contains(list.wire_name());
      json::array kept = old == nullptr ? json::array() : pick_items(list, *old, keys);
      if (kept.empty()) continue;
      json::value& target = body[field.wire_name()];
      if (!target.is_object()) target = json::object();
      json::value& items = target.get_object()[list.wire_name()];
      if (const json::array* own = model::marker::find_items(items)) {
        kept.insert(kept.begin(), own->begin(), own->end());
        items = model::marker::make_items(std::move(kept), {});
        continue;
      }
      if (items.is_array()) kept.insert(kept.begin(), items.get_array().begin(), items.get_array().end());
      items = std::move(kept);
    }
  }
  return body;
}

}  // namespace descopectl::diff
