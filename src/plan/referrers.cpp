// Who refers to what a plan deletes, renames, replaces or takes out of an object.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "build.hpp"
#include "declared_references.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

/// Who still refers to something after the plan: bound objects as they will be, others as they are.
struct Referrer {
  std::string name;
  bool is_declared = false;                 ///< `references` are its manifest's, too
  bool is_outside = false;                  ///< the manifests do not know it
  bool is_abandoned = false;                ///< owned, and declared no more
  const diff::Binding* left_out = nullptr;  ///< declared, and not selected
  std::vector<diff::LiveReference> references;
  std::vector<diff::ItemUse> items;
};

/// "the unmanaged Resource 'RS9' "CRM"".
std::string unmanaged_name(const schema::Kind& kind, const model::LiveObject& live) {
  const std::string name = name_of(kind, live.body);
  return fmt::format("the unmanaged {} '{}'{}", kind.name, live.id,
                     name.empty() ? "" : fmt::format(" \"{}\"", base::printable(name, 100)));
}

/// The kind that typed connection scopes in these fields name, or empty.
std::string_view kind_of_connections(schema::Fields fields) {
  for (const schema::Field& field : fields) {
    if (field.type == schema::Type::kConnectionScopes) return field.reference;
    if (const std::string_view inner = kind_of_connections(field.fields); !inner.empty()) return inner;
  }
  return {};
}

/// Live ids that a manifest names outright ({live: ID}) in typed connection scopes: the wire form may not
/// show them.
void collect_live_ids(std::string_view kind, const json::value& value,
                      std::vector<diff::LiveReference>& out) {
  if (const json::array* connections = model::marker::find_connections(value)) {
    for (const json::value& item : *connections)
      if (const json::value& id = item.get_object().at("connection"); id.is_string())
        out.push_back(
            {std::string(kind), std::string(id.get_string()), false, "{live: ...} in its manifest"});
  } else if (const json::object* object = value.if_object()) {
    for (const auto& [name, member] : *object)
      collect_live_ids(kind, member, out);
  } else if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list)
      collect_live_ids(kind, item, out);
  }
}

/// The binding, where the run leaves its object out and could take it in.
const diff::Binding* if_left_out(const Draft& draft, const diff::Binding* binding) {
  if (binding == nullptr || binding->live == nullptr || draft.input.policy.is_destroy) return nullptr;
  return draft.input.scope.contains(binding->desired->key) ? nullptr : binding;
}

const diff::Binding* find_binding(const Draft& draft, const model::ObjectKey& key) {
  const auto at = std::lower_bound(draft.bindings.begin(), draft.bindings.end(), key,
                                   [](const diff::Binding& binding, const model::ObjectKey& wanted) {
                                     return binding.desired->key < wanted;
                                   });
  return at == draft.bindings.end() || at->desired->key != key ? nullptr : &*at;
}

/// Does the manifest of an object that the run leaves out refer to the same? `still_refers` tells of a body.
template <class StillRefers>
bool keeps_reference(const Draft& draft, const Referrer& referrer, StillRefers still_refers) {
  if (referrer.left_out == nullptr) return false;
  const schema::Kind& kind = *referrer.left_out->desired->kind;
  const diff::Comparison comparison = diff::compare_object(kind, *referrer.left_out, draft.id_of(),
                                                           draft.input.policy.connection_scope_format);
  return still_refers(kind, comparison.target);
}

/// What to do about a referrer. `still_refers` tells of the body that its manifest would give it.
template <class StillRefers>
std::string make_hint(const Draft& draft, const Referrer& referrer, std::string_view otherwise,
                      StillRefers still_refers) {
  if (referrer.is_abandoned && draft.input.scope.is_limited())
    return "it is not declared any more: an apply without --selector and --target deletes it";
  if (referrer.left_out == nullptr || keeps_reference(draft, referrer, still_refers))
    return std::string(otherwise);
  return draft.input.scope.selection.targets.empty()
             ? fmt::format("widen --selector to {}: its manifest has changed as well", referrer.name)
             : fmt::format("add --target {}: its manifest has changed as well", referrer.name);
}

/// What the state knows of owned objects that this run leaves alone: connection scopes need not show on the
/// wire whose they are.
void add_recorded_referrers(const Draft& draft, std::vector<Referrer>& referrers) {
  std::set<model::ObjectKey> dealt_with;
  for (const Action& action : draft.plan.actions)
    dealt_with.insert(action.is_moved ? action.moved_from : action.key);
  std::set<std::pair<std::string_view, std::string_view>> deleted;  // kind, live id: under whatever handle
  for (const Action& action : draft.plan.actions)
    if (action.kind == ActionKind::kDelete) deleted.emplace(action.key.kind, action.live_id);
  for (const auto& [key, recorded] : draft.input.recorded->objects) {
    const model::LiveKind* live = draft.input.live->find(key.kind);
    if (dealt_with.contains(key) || deleted.contains({key.kind, recorded.live_id}) || live == nullptr ||
        live->find(recorded.live_id) == nullptr)
      continue;
    Referrer referrer{key.to_string(),
                      true,
                      draft.input.desired->find(key) == nullptr,
                      draft.input.desired->find(key) == nullptr,
                      if_left_out(draft, find_binding(draft, key)),
                      {},
                      {}};
    for (const model::ObjectKey& target : recorded.depends_on)
      if (const auto at = draft.input.recorded->objects.find(target);
          at != draft.input.recorded->objects.end())
        referrer.references.push_back({target.kind, at->second.live_id, false, "as last applied"});
    if (!referrer.references.empty()) referrers.push_back(std::move(referrer));
  }
}

std::vector<Referrer> find_referrers(const Draft& draft) {
  std::map<std::pair<std::string, std::string>, const Action*> actions;
  for (const Action& action : draft.plan.actions)
    if (!action.live_id.empty()) actions[{action.key.kind, action.live_id}] = &action;
  std::vector<Referrer> referrers;
  for (const model::DesiredObject& object : draft.input.desired->objects) {
    Referrer referrer{object.key.to_string(), true, false, false, nullptr, {}, {}};
    const std::string_view kind = kind_of_connections(object.kind->fields);
    if (!kind.empty() && !draft.input.policy.is_destroy)
      collect_live_ids(kind, object.spec, referrer.references);
    if (!referrer.references.empty()) referrers.push_back(std::move(referrer));
  }
  std::map<const model::LiveObject*, const diff::Binding*> declared;
  for (const diff::Binding& binding : draft.bindings)
    if (binding.live != nullptr) declared.emplace(binding.live, &binding);
  for (const auto& [name, live_kind] : draft.input.live->kinds) {
    const schema::Kind* kind = kinds::find(name);
    if (kind == nullptr) continue;
    for (const model::LiveObject& live : live_kind.objects) {
      const auto at = actions.find({name, live.id});
      const Action* action = at == actions.end() ? nullptr : at->second;
      if (action != nullptr && action->kind == ActionKind::kDelete) continue;
      const json::object after = action != nullptr && !action->managed.empty()
                                     ? schema::overlay(kind->fields, live.body, action->managed)
                                     : live.body;
      const auto bound = declared.find(&live);
      const diff::Binding* binding = bound == declared.end() ? nullptr : bound->second;
      const bool is_outside =
          binding == nullptr && (action == nullptr || draft.input.desired->find(action->key) == nullptr);
      const model::RecordedObject* owned = draft.input.recorded->find_live(name, live.id);
      const bool is_abandoned =
          owned != nullptr && binding == nullptr && draft.input.desired->find(owned->key) == nullptr;
      referrers.push_back({action != nullptr    ? action->key.to_string()
                           : binding != nullptr ? binding->desired->key.to_string()
                           : is_abandoned       ? owned->key.to_string()
                                                : unmanaged_name(*kind, live),
                           action != nullptr, is_outside, is_abandoned, if_left_out(draft, binding),
                           diff::find_live_references(*kind, after), diff::find_item_uses(*kind, after)});
    }
  }
  add_recorded_referrers(draft, referrers);
  return referrers;
}

constexpr std::string_view kChangeReferrer = "change or delete the referrer first";

using Names = std::set<std::pair<std::string, std::string>>;

/// Names of declared objects, as they are after the plan.
Names find_declared_names(const Draft& draft) {
  Names names;
  for (const diff::Binding& binding : draft.bindings) {
    const model::DesiredObject& object = *binding.desired;
    std::string_view name;
    if (draft.input.scope.contains(object.key))
      name = common_name_of(binding);
    else if (binding.live != nullptr)
      name = schema::common_name_of(*object.kind, binding.live->body);
    if (!name.empty()) names.emplace(object.key.kind, std::string(name));
  }
  return names;
}

/// An update that takes an item out of its object while somebody names it.
void check_item_referrers(Draft& draft, const Action& action, const std::vector<Referrer>& referrers) {
  const std::set<std::string> removed = find_item_change(action).removed;
  if (removed.empty()) return;
  const auto is_lost = [&](const diff::ItemUse& use) {
    return use.kind == action.key.kind && use.owner == json::value(action.live_id) &&
           removed.contains(use.item);
  };
  const auto still_names = [&](const schema::Kind& kind, const json::object& body) {
    const std::vector<diff::ItemUse> uses = diff::find_item_uses(kind, body);
    return std::any_of(uses.begin(), uses.end(), is_lost);
  };
  for (const Referrer& referrer : referrers)
    for (const diff::ItemUse& use : referrer.items) {
      if (!is_lost(use)) continue;
      draft.plan.refusals.push_back(
          {"still-referenced",
           fmt::format("the scope '{}' would leave {}, but {} still names it ({})",
                       base::printable(use.item, 100), action.key.to_string(), referrer.name, use.pointer),
           make_hint(draft, referrer, "take the scope out of the referrer first", still_names), action.key});
    }
}

/// What becomes of an action's object, as far as it matters to those who refer to it.
struct Loss {
  bool is_deleted = false;
  bool is_renamed = false;
  bool is_replaced = false;  ///< by an object with another id
  std::string_view name;     ///< that it has now

  explicit Loss(const Action& action)
      : is_deleted(action.kind == ActionKind::kDelete), is_replaced(loses_id(action)) {
    if (action.descriptor == nullptr) return;
    const std::string_view field = action.descriptor->name_field;
    name = schema::common_name_of(*action.descriptor, action.before);
    is_renamed =
        action.kind == ActionKind::kUpdate &&
        std::any_of(action.changes.begin(), action.changes.end(), [&](const schema::FieldChange& change) {
          return change.path == "/" + std::string(field);
        });
  }

  [[nodiscard]] bool exists() const { return is_deleted || is_renamed || is_replaced; }
  [[nodiscard]] std::string_view what() const {
    return is_deleted ? "deleted" : is_replaced ? "replaced by an object with another id" : "renamed";
  }
};

bool refers_to(const diff::LiveReference& reference, const Action& action, std::string_view name) {
  if (reference.kind != action.key.kind) return false;
  return reference.is_name ? !name.empty() && reference.value == name : reference.value == action.live_id;
}

/// Those who would be left with a reference to nothing.
void check_left_behind(Draft& draft, const Action& action, const std::vector<Referrer>& referrers,
                       const Names& declared_names) {
  const Loss loss(action);
  if (!loss.exists()) return;
  const auto still_refers = [&](const schema::Kind& kind, const json::object& body) {
    const std::vector<diff::LiveReference> references = diff::find_live_references(kind, body);
    return std::any_of(references.begin(), references.end(), [&](const diff::LiveReference& reference) {
      return refers_to(reference, action, loss.name);
    });
  };
  std::set<std::string_view> said;
  for (const Referrer& referrer : referrers)
    for (const diff::LiveReference& reference : referrer.references) {
      if (!refers_to(reference, action, loss.name)) continue;
      if (loss.is_renamed && !reference.is_name) continue;
      // A manifest that names what another object is called from now on means that one.
      const bool is_meant = declared_names.contains({reference.kind, reference.value}) &&
                            (referrer.is_declared || keeps_reference(draft, referrer, still_refers));
      if (reference.is_name && (loss.is_replaced || is_meant)) continue;
      if (!said.insert(referrer.name).second) break;
      draft.plan.refusals.push_back(
          {"still-referenced",
           fmt::format("{} would be {}, but {} still refers to it ({})", action.key.to_string(), loss.what(),
                       referrer.name, base::printable(reference.pointer, 200)),
           make_hint(draft, referrer, kChangeReferrer, still_refers), action.key});
      break;
    }
}

/// A replacement that deletes first: those who find the new object under the old id or name have none between
/// the two. The manifests may want that; of others nothing is known.
void check_gap(Draft& draft, Action& action, const std::vector<Referrer>& referrers,
               const DeclaredReferences& declared) {
  if (action.kind != ActionKind::kReplace) return;
  const bool has_same_id = !loses_id(action);
  const Loss loss(action);
  std::set<std::string> names;
  for (const Referrer& referrer : referrers)
    for (const diff::LiveReference& reference : referrer.references) {
      if (!refers_to(reference, action, loss.name) || !(reference.is_name || has_same_id)) continue;
      if (referrer.is_outside)
        draft.plan.refusals.push_back(
            {"still-referenced",
             fmt::format("{} would be deleted and made again, but {} refers to it ({})",
                         action.key.to_string(), referrer.name, base::printable(reference.pointer, 200)),
             std::string(kChangeReferrer), action.key});
      else
        names.insert(referrer.name);
      break;
    }
  for (const diff::Binding& binding : draft.bindings) {
    if (binding.live == nullptr) continue;
    const auto edges = declared.of(*binding.desired);
    if (std::any_of(edges.begin(), edges.end(), [&](const auto& edge) {
          return edge.to->key == action.key && (has_same_id || edge.pointer.empty());
        }))
      names.insert(binding.desired->key.to_string());
  }
  // What is replaced as well is deleted before.
  for (const Action& other : draft.plan.actions)
    if (other.kind == ActionKind::kReplace) names.erase(other.key.to_string());
  if (names.empty()) return;
  action.consequences.push_back(fmt::format("until it is made again, {} {} to what is not there",
                                            base::join_words({names.begin(), names.end()}),
                                            names.size() == 1 ? "refers" : "refer"));
}

}  // namespace

bool loses_id(const Action& action) {
  if (action.kind != ActionKind::kReplace) return false;
  const json::value* id = action.body.if_contains(action.descriptor->id_field);
  return id == nullptr || !id->is_string() || id->get_string() != action.live_id;
}

void check_referrers(Draft& draft) {
  const auto matters = [](const Action& action) {
    return action.kind == ActionKind::kDelete || action.kind == ActionKind::kUpdate ||
           action.kind == ActionKind::kReplace;
  };
  if (std::none_of(draft.plan.actions.begin(), draft.plan.actions.end(), matters)) return;
  const Names declared_names = find_declared_names(draft);
  const std::vector<Referrer> referrers = find_referrers(draft);
  const DeclaredReferences declared(*draft.input.desired);
  for (Action& action : draft.plan.actions) {
    check_item_referrers(draft, action, referrers);
    check_left_behind(draft, action, referrers, declared_names);
    check_gap(draft, action, referrers, declared);
  }
}

}  // namespace descopectl::plan
