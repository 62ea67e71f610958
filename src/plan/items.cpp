// Items (scopes) that objects have and others name: what is left after the plan, and names of nothing.
#include <fmt/format.h>

#include <algorithm>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

const Action* find_action(const Draft& draft, const ObjectKey& key) {
  const auto at =
      std::find_if(draft.plan.actions.begin(), draft.plan.actions.end(), [&](const Action& action) {
        return action.key == key && action.kind != ActionKind::kDelete && action.kind != ActionKind::kForget;
      });
  return at == draft.plan.actions.end() ? nullptr : &*at;
}

/// What is declared of the object that a manifest names, by its handle or by its live id.
const diff::Binding* find_owner(const Draft& draft, const diff::ItemUse& use) {
  const auto target = model::marker::find_reference(use.owner);
  if (!target && !use.owner.is_string()) return nullptr;
  const auto at =
      std::find_if(draft.bindings.begin(), draft.bindings.end(), [&](const diff::Binding& binding) {
        if (target) return binding.desired->key == *target;
        return binding.live != nullptr && binding.desired->key.kind == use.kind &&
               binding.live->id == std::string_view(use.owner.get_string());
      });
  return at == draft.bindings.end() ? nullptr : &*at;
}

/// Would the object have the item, if the run did not leave it out?
bool is_left_out_item(const Draft& draft, const diff::Binding& owner, const std::string& item) {
  if (draft.input.scope.contains(owner.desired->key)) return false;
  const schema::Kind& kind = *owner.desired->kind;
  const auto after =
      diff::compare_object(kind, owner, draft.id_of(), draft.input.policy.connection_scope_format).target;
  return diff::find_item_keys(kind, after).contains(item);
}

/// The items that the object named in a manifest has after the plan; none where nothing is known of it.
std::optional<std::set<std::string>> find_items_after(const Draft& draft, const diff::ItemUse& use) {
  const schema::Kind* kind = kinds::find(use.kind);
  if (kind == nullptr) return std::nullopt;
  if (const diff::Binding* owner = find_owner(draft, use)) {
    if (const Action* action = find_action(draft, owner->desired->key); action != nullptr)
      return diff::find_item_keys(*kind, body_after(*action));
    if (owner->live == nullptr) return std::nullopt;
    return diff::find_item_keys(*kind, owner->live->body);
  }
  const model::LiveKind* live = draft.input.live->find(use.kind);
  const model::LiveObject* object =
      live == nullptr || !use.owner.is_string() ? nullptr : live->find(std::string(use.owner.get_string()));
  if (object == nullptr) return std::nullopt;
  return diff::find_item_keys(*kind, object->body);
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
  for (const model::DesiredObject& object : draft.input.desired->objects) {
    if (!draft.input.scope.contains(object.key)) continue;
    for (const diff::ItemUse& use : diff::find_item_uses(*object.kind, object.spec)) {
      const auto items = find_items_after(draft, use);
      if (!items || items->contains(use.item)) continue;
      const diag::Span place = object.place_of_item(use.pointer + "/" + base::escape_pointer_token(use.item));
      const std::string item = base::printable(use.item, 100);
      const diff::Binding* owner = find_owner(draft, use);
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
