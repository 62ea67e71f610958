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

/// The live object of a manifest that the run leaves out.
const model::LiveObject* find_bound(const Draft& draft, const ObjectKey& key) {
  const auto at = std::find_if(draft.bindings.begin(), draft.bindings.end(),
                               [&](const diff::Binding& binding) { return binding.desired->key == key; });
  return at == draft.bindings.end() ? nullptr : at->live;
}

/// Would the object named in a manifest have the item, if the run did not leave it out?
bool is_left_out_item(const Draft& draft, const diff::ItemUse& use) {
  const auto target = model::marker::find_reference(use.owner);
  if (!target || draft.input.scope.contains(*target)) return false;
  const model::DesiredObject* owner = draft.input.desired->find(*target);
  return owner != nullptr && diff::find_item_keys(*owner->kind, owner->spec).contains(use.item);
}

/// The items that the object named in a manifest has after the plan; none where nothing is known of it.
std::optional<std::set<std::string>> find_items_after(const Draft& draft, const std::string& kind_name,
                                                      const json::value& owner) {
  const schema::Kind* kind = kinds::find(kind_name);
  if (kind == nullptr) return std::nullopt;
  if (const auto target = model::marker::find_reference(owner)) {
    if (const Action* action = find_action(draft, *target); action != nullptr)
      return diff::find_item_keys(*kind, body_after(*action));
    const model::LiveObject* left_out = find_bound(draft, *target);
    if (left_out == nullptr) return std::nullopt;
    return diff::find_item_keys(*kind, left_out->body);
  }
  const model::LiveKind* live = draft.input.live->find(kind_name);
  const model::LiveObject* object =
      live == nullptr || !owner.is_string() ? nullptr : live->find(std::string(owner.get_string()));
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
      const auto items = find_items_after(draft, use.kind, use.owner);
      if (!items || items->contains(use.item)) continue;
      const diag::Span place = object.place_of_item(use.pointer + "/" + base::escape_pointer_token(use.item));
      const std::string item = base::printable(use.item, 100);
      if (is_left_out_item(draft, use)) {
        const std::string owner = model::marker::find_reference(use.owner)->to_string();
        draft.sink.error("unselected-reference", place,
                         fmt::format("{} needs the scope '{}' of {}, which is not selected and has no such "
                                     "scope in the project yet",
                                     object.key.to_string(), item, owner),
                         fmt::format("widen --selector, or apply --target {} first", owner));
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
