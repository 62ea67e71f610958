// Refusals that look at the plan as a whole, and the names that scopes use.
//
// Rails are decided here, before anything is ordered or sent; each refusal names the flag that would lift it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

bool destroys(const Action& action) {
  return action.kind == ActionKind::kDelete || action.kind == ActionKind::kReplace;
}

/// More than half of what we own is gone: a wrong target or somebody's accident, and not something to repair
/// unasked.
void check_gone(Draft& draft) {
  std::map<std::string, std::pair<std::size_t, std::size_t>> counts;  // kind: owned, gone
  for (const auto& [key, object] : draft.input.recorded->objects) {
    const model::LiveKind* live = draft.input.live->find(key.kind);
    if (live == nullptr || !live->is_loaded) continue;
    auto& [owned, gone] = counts[key.kind];
    ++owned;
    // What a replacement of ours deleted is not gone by accident.
    if (live->find(object.live_id) == nullptr && object.pending_create.empty()) ++gone;
  }
  for (const auto& [kind, count] : counts) {
    const auto [owned, gone] = count;
    if (owned < 3 || gone * 2 <= owned) continue;
    if (draft.input.policy.allow_recreate && *draft.input.policy.allow_recreate >= gone) continue;
    draft.plan.refusals.push_back(
        {"objects-gone",
         fmt::format("{} of {} owned objects of kind {} are gone from the project", gone, owned, kind),
         fmt::format("check that this is the right project; to {}: --allow-recreate {}",
                     draft.input.policy.is_destroy ? "go on without them" : "create them again", gone)});
  }
}

void check_protection(Draft& draft) {
  for (const Action& action : draft.plan.actions) {
    if (!destroys(action)) continue;
    const model::DesiredObject* desired = draft.input.desired->find(action.key);
    const auto recorded =
        draft.input.recorded->objects.find(action.is_moved ? action.moved_from : action.key);
    const bool is_protected =
        action.record.prevent_destroy || (desired != nullptr && desired->lifecycle.prevent_destroy) ||
        (recorded != draft.input.recorded->objects.end() && recorded->second.prevent_destroy);
    if (!is_protected || draft.input.policy.allow_destroy.contains(action.key.to_string())) continue;
    draft.plan.refusals.push_back(
        {"prevent-destroy",
         fmt::format("{} is protected by lifecycle.preventDestroy and would be {}", action.key.to_string(),
                     action.kind == ActionKind::kReplace ? "replaced" : "deleted"),
         fmt::format("apply it with 'preventDestroy: false' first, or allow it with --allow-destroy {}",
                     action.key.to_string()),
         action.key});
  }
}

constexpr std::size_t kFewestForPercent = 10;

/// More than the configuration allows one run to take away, by number or by kind's share.
void check_delete_limits(Draft& draft) {
  std::map<std::string, std::size_t> by_kind;
  std::size_t total = 0;
  for (const Action& action : draft.plan.actions)
    if (destroys(action)) {
      ++by_kind[action.key.kind];
      ++total;
    }
  const Policy& policy = draft.input.policy;
  if (total == 0 || policy.allow_deletes.value_or(0) >= total) return;
  const auto refuse = [&](std::string summary) {
    draft.plan.refusals.push_back(
        {"too-many-deletes", std::move(summary),
         fmt::format("look at the plan; if that is meant: --allow-deletes {}", total)});
  };
  if (policy.max_deletes && total > *policy.max_deletes)
    refuse(fmt::format("{} would be deleted or replaced, and limits.maxDeletes is {}",
                       base::counted(total, "object"), *policy.max_deletes));
  if (!policy.max_delete_percent) return;
  std::map<std::string, std::size_t> owned;
  for (const auto& [key, object] : draft.input.recorded->objects)
    ++owned[key.kind];
  for (const auto& [kind, count] : by_kind)
    if (owned[kind] >= kFewestForPercent && count * 100 > *policy.max_delete_percent * owned[kind])
      refuse(
          fmt::format("{} of {} owned objects of kind {} would be deleted or replaced, and "
                      "limits.maxDeletePercent is {}",
                      count, owned[kind], kind, *policy.max_delete_percent));
}

void check_last_of_kind(Draft& draft) {
  if (draft.input.policy.is_destroy) return;
  std::set<std::string> deleted;
  std::set<std::string> left;
  for (const Action& action : draft.plan.actions) {
    if (action.kind == ActionKind::kDelete)
      deleted.insert(action.key.kind);
    else if (action.kind != ActionKind::kForget)
      left.insert(action.key.kind);
  }
  std::set<ObjectKey> acted_on;
  for (const Action& action : draft.plan.actions)
    acted_on.insert(action.key);
  for (const auto& [key, object] : draft.input.recorded->objects)
    if (!acted_on.contains(key)) left.insert(key.kind);
  for (const std::string& kind : deleted) {
    if (left.contains(kind) || draft.input.policy.allow_empty_kinds.contains(kind)) continue;
    draft.plan.refusals.push_back({"last-of-kind",
                                   fmt::format("the last object of kind {} would be deleted", kind),
                                   fmt::format("if that is meant: --allow-empty-kind {}", kind)});
  }
}

/// Who still refers to something after the plan: bound objects as they will be, others as they are.
struct Referrer {
  std::string name;
  bool is_declared = false;
  std::vector<diff::LiveReference> references;
  std::vector<diff::ItemUse> items;
};

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

/// What the state knows of owned objects that this run leaves alone: connection scopes need not show on the
/// wire whose they are.
void add_recorded_referrers(const Draft& draft, std::vector<Referrer>& referrers) {
  std::set<model::ObjectKey> dealt_with;
  for (const Action& action : draft.plan.actions)
    dealt_with.insert(action.is_moved ? action.moved_from : action.key);
  for (const auto& [key, recorded] : draft.input.recorded->objects) {
    const model::LiveKind* live = draft.input.live->find(key.kind);
    if (dealt_with.contains(key) || live == nullptr || live->find(recorded.live_id) == nullptr) continue;
    Referrer referrer{key.to_string(), true, {}, {}};
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
    Referrer referrer{object.key.to_string(), true, {}, {}};
    const std::string_view kind = kind_of_connections(object.kind->fields);
    if (!kind.empty() && !draft.input.policy.is_destroy)
      collect_live_ids(kind, object.spec, referrer.references);
    if (!referrer.references.empty()) referrers.push_back(std::move(referrer));
  }
  std::map<const model::LiveObject*, std::string> declared;
  for (const diff::Binding& binding : draft.bindings)
    if (binding.live != nullptr) declared.emplace(binding.live, binding.desired->key.to_string());
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
      const auto left_out = declared.find(&live);
      referrers.push_back({action != nullptr            ? action->key.to_string()
                           : left_out != declared.end() ? left_out->second
                                                        : fmt::format("the unmanaged {} '{}'", name, live.id),
                           action != nullptr, diff::find_live_references(*kind, after),
                           diff::find_item_uses(*kind, after)});
    }
  }
  add_recorded_referrers(draft, referrers);
  return referrers;
}

/// A replacement whose new object has another id: who refers to the old one is left with nothing.
bool loses_id(const Action& action) {
  if (action.kind != ActionKind::kReplace) return false;
  const json::value* id = action.body.if_contains(action.descriptor->id_field);
  return id == nullptr || !id->is_string() || id->get_string() != action.live_id;
}

/// Names of declared objects, as they are after the plan.
std::set<std::pair<std::string, std::string>> find_declared_names(const Draft& draft) {
  std::set<std::pair<std::string, std::string>> names;
  for (const model::DesiredObject& object : draft.input.desired->objects)
    if (const json::value* name = object.spec.if_contains(object.kind->name_field);
        name != nullptr && name->is_string())
      names.emplace(object.key.kind, std::string(name->get_string()));
  return names;
}

/// An update that takes an item out of its object while somebody names it.
void check_item_referrers(Draft& draft, const Action& action, const std::vector<Referrer>& referrers) {
  const std::set<std::string> removed = find_item_change(action).removed;
  if (removed.empty()) return;
  for (const Referrer& referrer : referrers)
    for (const diff::ItemUse& use : referrer.items) {
      if (use.kind != action.key.kind || use.owner != json::value(action.live_id)) continue;
      if (!removed.contains(use.item)) continue;
      draft.plan.refusals.push_back(
          {"still-referenced",
           fmt::format("the scope '{}' would leave {}, but {} still names it ({})",
                       base::printable(use.item, 100), action.key.to_string(), referrer.name, use.pointer),
           "take the scope out of the referrer first", action.key});
    }
}

void check_referrers(Draft& draft) {
  const bool any_deleted =
      std::any_of(draft.plan.actions.begin(), draft.plan.actions.end(), [](const Action& action) {
        return action.kind == ActionKind::kDelete || action.kind == ActionKind::kUpdate || loses_id(action);
      });
  if (!any_deleted) return;
  const auto declared_names = find_declared_names(draft);
  const std::vector<Referrer> referrers = find_referrers(draft);
  for (const Action& action : draft.plan.actions) {
    check_item_referrers(draft, action, referrers);
    const bool is_deleted = action.kind == ActionKind::kDelete;
    const json::value* old_name =
        action.before.if_contains(action.descriptor == nullptr ? "name" : action.descriptor->name_field);
    const bool is_renamed =
        action.kind == ActionKind::kUpdate &&
        std::any_of(action.changes.begin(), action.changes.end(), [&](const schema::FieldChange& change) {
          return change.path == "/" + std::string(action.descriptor->name_field);
        });
    const bool is_replaced = loses_id(action);
    if (!is_deleted && !is_renamed && !is_replaced) continue;
    std::set<std::string> said;
    for (const Referrer& referrer : referrers)
      for (const diff::LiveReference& reference : referrer.references) {
        if (reference.kind != action.key.kind) continue;
        // A manifest that names what another object is called from now on means that one.
        if (reference.is_name &&
            (is_replaced ||
             (referrer.is_declared && declared_names.contains({reference.kind, reference.value}))))
          continue;
        const bool is_same = reference.is_name ? old_name != nullptr && old_name->is_string() &&
                                                     old_name->get_string() == reference.value
                                               : !is_renamed && reference.value == action.live_id;
        if (!is_same) continue;
        if (!said.insert(referrer.name).second) break;
        draft.plan.refusals.push_back(
            {"still-referenced",
             fmt::format("{} would be {}, but {} still refers to it ({})", action.key.to_string(),
                         is_deleted    ? "deleted"
                         : is_replaced ? "replaced by an object with another id"
                                       : "renamed",
                         referrer.name, reference.pointer),
             "change or delete the referrer first", action.key});
        break;
      }
  }
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

void check_project(Draft& draft) {
  const model::RecordedState& recorded = *draft.input.recorded;
  if (!recorded.project_id.empty() && recorded.project_id != draft.input.project_id)
    draft.plan.refusals.push_back(
        {"wrong-project",
         fmt::format("the state belongs to the project {}, and this run is aimed at {}", recorded.project_id,
                     draft.input.project_id),
         "check the project id, or name another state with --state"});
}

void check_rails(Draft& draft) {
  check_project(draft);
  check_gone(draft);
  check_protection(draft);
  check_delete_limits(draft);
  check_last_of_kind(draft);
  check_referrers(draft);
}

bool is_built_in(const model::NameUse& use) {
  const schema::Kind* kind = kinds::find_named(use.kind);
  return kind != nullptr && std::find(kind->built_in_names.begin(), kind->built_in_names.end(), use.name) !=
                                kind->built_in_names.end();
}

void check_names(Draft& draft) {
  std::map<std::string, std::map<std::string, ObjectKey>> renamed;  // kind: old name: who
  for (const Action& action : draft.plan.actions) {
    if (action.kind != ActionKind::kUpdate) continue;
    for (const schema::FieldChange& change : action.changes)
      if (change.path == "/" + std::string(action.descriptor->name_field) && change.before.is_string())
        renamed[action.key.kind].emplace(std::string(change.before.get_string()), action.key);
  }
  std::set<std::pair<std::string, std::string>> said;
  std::set<std::string> unavailable;
  for (const model::DesiredObject& object : draft.input.desired->objects)
    for (const model::NameUse& use : object.names) {
      if (!draft.input.scope.contains(object.key)) break;
      if (is_built_in(use)) continue;
      const schema::Kind* kind = kinds::find_named(use.kind);
      const auto& all = draft.input.desired->objects;
      const bool is_declared = std::any_of(all.begin(), all.end(), [&](const model::DesiredObject& other) {
        const json::value* name =
            other.key.kind == use.kind ? other.spec.if_contains(other.kind->name_field) : nullptr;
        return name != nullptr && name->is_string() && name->get_string() == use.name;
      });
      if (is_declared) continue;
      if (const auto old = renamed[use.kind].find(use.name); old != renamed[use.kind].end()) {
        draft.sink.error("renamed-" + lower(use.kind), use.span,
                         fmt::format("'{}' is the old name of {}, which is renamed in this run",
                                     base::printable(use.name, 100), old->second.to_string()),
                         "write the new name");
        continue;
      }
      const model::LiveKind* live = draft.input.live->find(use.kind);
      if (live == nullptr || !live->is_loaded) {
        if (live != nullptr && !live->unavailable.empty() && unavailable.insert(use.kind).second)
          draft.sink.warning(
              "names-not-checked", {},
              fmt::format("the names of {}s could not be checked: {}", kind->title, live->unavailable));
        continue;
      }
      const bool is_live =
          std::any_of(live->objects.begin(), live->objects.end(), [&](const model::LiveObject& other) {
            const json::value* name = other.body.if_contains(kind->name_field);
            return name != nullptr && name->is_string() && name->get_string() == use.name;
          });
      if (is_live || !said.insert({use.kind, use.name}).second) continue;
      const std::string code = "unknown-" + lower(use.kind);
      const std::string summary = fmt::format(
          "no {} is called '{}', neither {} in the project", kind->title, base::printable(use.name, 100),
          kind->built_in_names.empty() ? "in the manifests nor" : "built in nor");
      if (draft.input.policy.strict_references)
        draft.sink.error(code, use.span, summary);
      else
        draft.sink.warning(code, use.span, summary, std::string(kind->missing_name_means));
    }
}

}  // namespace descopectl::plan
