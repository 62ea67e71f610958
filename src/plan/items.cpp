// Items (scopes) that objects have and others name: what is left after the plan, and names of nothing.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

using Items = std::set<std::string>;

/// Finds the objects whose items others name, and what they have after the plan; many name one.
class ItemOwners {
 public:
  explicit ItemOwners(const Draft& draft) : draft_(draft) {
    for (const Action& action : draft.plan.actions)
      if (action.kind != ActionKind::kDelete && action.kind != ActionKind::kForget)
        actions_.emplace(action.key, &action);
    for (const diff::Binding& binding : draft.bindings) {
      by_key_.emplace(binding.desired->key, &binding);
      if (binding.live != nullptr)
        by_live_id_.emplace(std::pair(binding.desired->key.kind, binding.live->id), &binding);
    }
  }

  /// What is declared of the object that a manifest names, by its handle or by its live id.
  [[nodiscard]] const diff::Binding* find(const diff::ItemUse& use) const {
    if (const auto target = model::marker::find_reference(use.owner)) return value_at(by_key_, *target);
    if (!use.owner.is_string()) return nullptr;
    return value_at(by_live_id_, std::pair(use.kind, std::string(use.owner.get_string())));
  }

  /// The items that the named object has after the plan; none where nothing is known of it.
  const std::optional<Items>& find_items(const diff::ItemUse& use) {
    const diff::Binding* owner = find(use);
    const std::string live_id =
        owner == nullptr && use.owner.is_string() ? std::string(use.owner.get_string()) : std::string();
    const auto [at, is_new] = items_.try_emplace({owner, use.kind, live_id});
    if (!is_new) return at->second;
    const schema::Kind* kind = kinds::find(use.kind);
    if (kind == nullptr) return at->second;
    if (const auto body = owner != nullptr ? body_of(*owner) : live_body(use.kind, live_id))
      at->second = diff::find_item_keys(*kind, *body);
    return at->second;
  }

 private:
  template <class Map>
  static typename Map::mapped_type value_at(const Map& map, const typename Map::key_type& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : at->second;
  }

  std::optional<json::object> body_of(const diff::Binding& owner) const {
    if (const Action* action = value_at(actions_, owner.desired->key)) return body_after(*action);
    if (owner.live == nullptr) return std::nullopt;
    return owner.live->body;
  }

  std::optional<json::object> live_body(const std::string& kind, const std::string& id) const {
    const model::LiveKind* live = draft_.input.live->find(kind);
    const model::LiveObject* object = live == nullptr ? nullptr : live->find(id);
    if (object == nullptr) return std::nullopt;
    return object->body;
  }

  const Draft& draft_;
  std::map<ObjectKey, const Action*> actions_;
  std::map<ObjectKey, const diff::Binding*> by_key_;
  std::map<std::pair<std::string, std::string>, const diff::Binding*> by_live_id_;
  std::map<std::tuple<const diff::Binding*, std::string, std::string>, std::optional<Items>> items_;
};

/// Would the object have the item, if the run did not leave it out?
bool is_left_out_item(const Draft& draft, const diff::Binding& owner, const std::string& item) {
  if (draft.input.scope.contains(owner.desired->key)) return false;
  const schema::Kind& kind = *owner.desired->kind;
  const auto after =
      diff::compare_object(kind, owner, draft.id_of(), draft.input.policy.connection_scope_format).target;
  return diff::find_item_keys(kind, after).contains(item);
}

}  // namespace

json::object body_after(const Action& action) {
  if (action.kind == ActionKind::kDelete || action.descriptor == nullptr) return {};
  return schema::overlay(action.descriptor->fields, action.before, action.managed);
}

ItemChange find_item_change(const Action& action) {
  ItemChange change;
  if (action.kind != ActionKind::kUpdate || action.descriptor == nullptr) return change;
  const schema::Kind& kind = *action.descriptor;
  const std::set<std::string> before = diff::find_item_keys(kind, action.before);
  const std::set<std::string> after = diff::find_item_keys(kind, body_after(action));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::inserter(change.added, change.added.end()));
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::inserter(change.removed, change.removed.end()));
  return change;
}

void check_items(Draft& draft) {
  ItemOwners owners(draft);
  for (const model::DesiredObject& object : draft.input.desired->objects) {
    if (!draft.input.scope.contains(object.key)) continue;
    for (const diff::ItemUse& use : diff::find_item_uses(*object.kind, object.spec)) {
      const auto& items = owners.find_items(use);
      if (!items || items->contains(use.item)) continue;
      const diag::Span place = object.place_of_item(use.pointer + "/" + base::escape_pointer_token(use.item));
      const std::string item = base::printable(use.item, 100);
      const diff::Binding* owner = owners.find(use);
      if (owner != nullptr && is_left_out_item(draft, *owner, use.item)) {
        if (draft.input.policy.is_drift) continue;  // in the way of an apply alone
        const std::string whose = owner->desired->key.to_string();
        draft.sink.error("unselected-reference", place,
                         fmt::format("{} needs the scope '{}' of {}, which is not selected and has no such "
                                     "scope in the project yet",
                                     object.key.to_string(), item, whose),
                         fmt::format("widen --selector, or apply --target {} first", whose));
        continue;
      }
      const std::vector<std::string_view> known(items->begin(), items->end());
      const auto nearest = base::find_nearest(use.item, known);
      const std::string summary = fmt::format("{} names the scope '{}', which its {} does not have ({})",
                                              object.key.to_string(), item, use.kind, use.pointer);
      const std::string hint =
          nearest ? fmt::format("did you mean '{}'?", *nearest) : "add the scope there, or take it out here";
      if (draft.input.policy.strict_references)
        draft.sink.error("unknown-scope", place, summary, hint);
      else
        draft.sink.warning("unknown-scope", place, summary, hint);
    }
  }
}

void part_from_replaced(Draft& draft) {
  for (diff::Binding& binding : draft.bindings) {
    const model::DesiredObject& desired = *binding.desired;
    if (!schema::has_key(*desired.kind) || binding.live == nullptr) continue;
    if (!draft.input.scope.contains(desired.key)) continue;
    if (!diff::find_key_id(*desired.kind, desired.spec, draft.id_of()).empty()) continue;
    binding.former = binding.live;
    binding.former_record = binding.recorded;
    binding.live = nullptr;
    binding.recorded = nullptr;
    binding.is_moved = false;
    binding.known_id.clear();
  }
}

}  // namespace descopectl::plan
