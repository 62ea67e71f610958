// Look-ups in desired state, and the markers for values that are known later.
#include "descopectl/model/desired.hpp"

#include <algorithm>

namespace descopectl::model {
namespace {

constexpr std::string_view kReferenceName{"\x01reference"};
constexpr std::string_view kConnectionsName{"\x01connections"};
constexpr std::string_view kItemsName{"\x01items"};
constexpr std::string_view kRemovedName{"\x01removed"};

const json::value* find_marked(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

}  // namespace

diag::Span DesiredObject::place_of(std::string_view field) const {
  const auto at = std::find_if(identity.begin(), identity.end(),
                               [&](const FieldPlace& place) { return place.field == field; });
  return at == identity.end() ? span : at->span;
}

diag::Span DesiredObject::place_of_item(std::string_view pointer) const {
  const auto at = std::find_if(items.begin(), items.end(),
                               [&](const ItemPlace& place) { return place.pointer == pointer; });
  return at == items.end() ? span : at->span;
}

bool DesiredObject::is_at(const diag::Span& place) const {
  return place == span || std::any_of(identity.begin(), identity.end(),
                                      [&](const FieldPlace& one) { return one.span == place; });
}

const DesiredObject* DesiredState::find_whole(const ObjectKey& part) const {
  const auto at = std::find_if(objects.begin(), objects.end(), [&](const DesiredObject& object) {
    return std::any_of(object.parts.begin(), object.parts.end(),
                       [&](const Part& one) { return one.key == part; });
  });
  return at == objects.end() ? nullptr : &*at;
}

const DesiredObject* DesiredState::find(const ObjectKey& key) const {
  const auto at = std::lower_bound(
      objects.begin(), objects.end(), key,
      [](const DesiredObject& object, const ObjectKey& wanted) { return object.key < wanted; });
  return at != objects.end() && at->key == key ? &*at : nullptr;
}

bool DesiredState::is_root_loaded(std::string_view root) const {
  return std::any_of(roots.begin(), roots.end(), [&](const std::string& whole) {
    if (root == whole) return true;
    if (whole == ".") return !root.starts_with("..") && !root.starts_with('/') && root != kStandardInputRoot;
    return root.starts_with(whole + "/");
  });
}

namespace marker {

json::value make_reference(const ObjectKey& target, std::string_view suffix) {
  json::array parts{target.kind, target.handle};
  if (!suffix.empty()) parts.emplace_back(suffix);
  return json::object{{kReferenceName, std::move(parts)}};
}

std::string fill_reference(const json::value& value, std::string_view id) {
  const json::value* marked = find_marked(value, kReferenceName);
  std::string text(id);
  if (marked != nullptr && marked->get_array().size() > 2)
    text += std::string_view(marked->get_array()[2].get_string());
  return text;
}

std::optional<ObjectKey> find_reference(const json::value& value) {
  const json::value* marked = find_marked(value, kReferenceName);
  if (marked == nullptr) return std::nullopt;
  const json::array& parts = marked->get_array();
  return ObjectKey{std::string(parts[0].get_string()), std::string(parts[1].get_string())};
}

json::value make_connections(json::array items) {
  return json::object{{kConnectionsName, std::move(items)}};
}

const json::array* find_connections(const json::value& value) {
  const json::value* marked = find_marked(value, kConnectionsName);
  return marked == nullptr ? nullptr : marked->if_array();
}

json::value make_items(json::array items, json::array removed) {
  return json::object{{kItemsName, std::move(items)}, {kRemovedName, std::move(removed)}};
}

const json::array* find_items(const json::value& value) {
  const json::value* marked = find_marked(value, kItemsName);
  return marked == nullptr ? nullptr : marked->if_array();
}

const json::array* find_removed_items(const json::value& value) {
  const json::value* marked = find_marked(value, kRemovedName);
  return marked == nullptr ? nullptr : marked->if_array();
}

bool has_reference(const json::value& value) {
  if (const json::array* array = value.if_array())
    return std::any_of(array->begin(), array->end(),
                       [](const json::value& item) { return has_reference(item); });
  const json::object* object = value.if_object();
  if (object == nullptr) return false;
  if (object->contains(kReferenceName)) return true;
  return std::any_of(object->begin(), object->end(),
                     [](const auto& member) { return has_reference(member.value()); });
}

}  // namespace marker
}  // namespace descopectl::model
