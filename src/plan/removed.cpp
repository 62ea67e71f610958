// What is owned and no longer declared, what nobody owns, and the command destroy.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::LiveKind;
using model::LiveObject;
using model::RecordedObject;
namespace marker = model::marker;

const LiveObject* find_live(const Draft& draft, const model::ObjectKey& key, const std::string& id) {
  const LiveKind* kind = draft.input.live->find(key.kind);
  return kind == nullptr ? nullptr : kind->find(id);
}

Action make_forget(const RecordedObject& recorded, bool was_deleted, std::string reason) {
  Action action;
  action.kind = ActionKind::kForget;
  action.key = recorded.key;
  action.descriptor = kinds::find(recorded.key.kind);
  action.live_id = recorded.live_id;
  action.record = recorded;
  action.is_owned = true;
  action.records = true;
  action.was_deleted = was_deleted;
  action.reason = std::move(reason);
  return action;
}

/// Our items on somebody else's object, none of which is declared any more: an update that takes them out.
Action make_withdrawal(Draft& draft, const schema::Kind& kind, const RecordedObject& recorded,
                       const LiveObject& live) {
  model::DesiredObject empty;
  empty.kind = &kind;
  empty.key = recorded.key;
  empty.is_partial = true;
  empty.id = recorded.live_id;
  diff::Binding binding;
  binding.desired = &empty;
  binding.live = &live;
  binding.recorded = &recorded;
  binding.known_id = live.id;
  const diff::Comparison comparison =
      diff::compare_object(kind, binding, draft.id_of(), draft.input.policy.connection_scope_format);
  if (comparison.changes.empty()) return make_forget(recorded, false, "its items are gone already");
  Action action;
  action.kind = ActionKind::kUpdate;
  action.key = recorded.key;
  action.descriptor = &kind;
  action.live_id = live.id;
  action.display_name = name_of(kind, live.body);
  action.before = live.body;
  action.managed = comparison.managed;
  action.changes = comparison.changes;
  action.is_owned = true;
  action.record = recorded;
  action.record.applied = comparison.applied;
  action.reason = "its items are no longer declared";
  fill_body(action, live.body, comparison.target, draft.input.policy);
  return action;
}

/// With an object goes what an unfinished replacement left of its former self.
void delete_superseded(Draft& draft, const schema::Kind& kind, const RecordedObject& recorded) {
  const LiveObject* live = find_live(draft, recorded.key, recorded.superseded_id);
  if (recorded.superseded_id.empty() || live == nullptr) return;
  Action action = make_delete(kind, recorded.key, *live, kUnfinishedReplacement);
  action.is_owned = true;
  action.record = recorded;
  draft.plan.actions.push_back(std::move(action));
}

/// Live objects that some manifest is bound to, or that a move took over: never deleted.
std::set<std::pair<std::string, std::string>> bound_objects(const Draft& draft) {
  std::set<std::pair<std::string, std::string>> bound;
  for (const diff::Binding& binding : draft.bindings)
    for (const LiveObject* live : {binding.live, binding.former})
      if (live != nullptr) bound.insert({binding.desired->key.kind, live->id});
  return bound;
}

void remove_recorded(Draft& draft, const RecordedObject& recorded, bool is_bound) {
  if (draft.input.desired->find(recorded.key) != nullptr) return;
  if (is_bound) return;  // moved: its new manifest's action carries the move
  const schema::Kind* kind = kinds::find(recorded.key.kind);
  if (kind == nullptr) return;
  if (!may_prune(draft.input, recorded)) return;
  const LiveObject* live = find_live(draft, recorded.key, recorded.live_id);
  if (!recorded.keep_on_removal) delete_superseded(draft, *kind, recorded);
  if (live == nullptr) {
    draft.plan.actions.push_back(make_forget(recorded, recorded.pending_create.empty(),
                                             "it is neither declared nor in the project any more"));
  } else if (recorded.is_partial) {
    draft.plan.actions.push_back(make_withdrawal(draft, *kind, recorded, *live));
  } else if (recorded.keep_on_removal) {
    draft.plan.actions.push_back(
        make_forget(recorded, false, "no longer declared; lifecycle.onRemoval keeps it in the project"));
  } else {
    Action action = make_delete(*kind, recorded.key, *live, "no longer declared");
    action.is_owned = true;
    action.record = recorded;
    draft.plan.actions.push_back(std::move(action));
  }
}

/// What an earlier run from standard input declared and this one does not stays, and the plan says so once.
void tell_of_standard_input(Draft& draft, const std::set<std::pair<std::string, std::string>>& bound) {
  const Policy& policy = draft.input.policy;
  if (policy.prune.form == Prune::Form::kNone || policy.is_drift ||
      !draft.input.desired->is_root_loaded(model::kStandardInputRoot))
    return;
  std::vector<std::string> keys;
  for (const auto& [key, recorded] : draft.input.recorded->objects)
    if (recorded.root == model::kStandardInputRoot && draft.input.desired->find(key) == nullptr &&
        !bound.contains({key.kind, recorded.live_id}))
      keys.push_back(key.to_string());
  if (keys.empty()) return;
  const std::size_t count = keys.size();
  draft.sink.warning("stdin-not-pruned", {},
                     fmt::format("{} from an earlier run's standard input {} not declared now and {}: {}",
                                 base::counted(count, "object"), count == 1 ? "is" : "are",
                                 count == 1 ? "stays" : "stay", base::join_first_words(keys)),
                     "a pipe has no identity, so nothing is missing from it; delete with 'destroy -f -' and "
                     "their manifests, "
                     "or keep manifests in a folder");
}

/// Nothing ties an object to one whose handle and display name both changed.
void tell_of_renames(Draft& draft) {
  if (draft.input.policy.is_drift) return;
  std::map<std::string_view, std::pair<std::vector<std::string_view>, std::vector<std::string_view>>> kinds;
  for (const Action& action : draft.plan.actions) {
    if (action.kind == ActionKind::kCreate && !action.was_deleted)
      kinds[action.key.kind].second.emplace_back(action.key.handle);
    if (action.kind == ActionKind::kDelete && action.is_owned &&
        draft.input.desired->find(action.key) == nullptr)
      kinds[action.key.kind].first.emplace_back(action.key.handle);
  }
  for (const auto& [kind, handles] : kinds) {
    const auto& [gone, made] = handles;
    if (gone.empty() || made.empty() || schema::has_key(*kinds::find(kind))) continue;
    draft.sink.add(
        {.severity = diag::Severity::kNote,
         .code = "maybe-renamed",
         .summary =
             fmt::format("{} {} deleted and {} created; the state knows of no connection "
                         "between them",
                         base::counted(gone.size(), kind), gone.size() == 1 ? "is" : "are", made.size()),
         .hint = fmt::format("if that is a rename, keep the object: descopectl state mv {0}/{1} "
                             "{0}/{2}",
                             kind, base::printable(gone.front(), 100), base::printable(made.front(), 100))});
  }
}

/// What is owned from a root that is configured no more is neither compared nor deleted.
void tell_of_orphans(Draft& draft) {
  const Policy& policy = draft.input.policy;
  if (policy.prune.form == Prune::Form::kNone || !policy.is_whole) return;
  std::map<std::string_view, std::vector<std::string>> roots;
  for (const auto& [key, recorded] : draft.input.recorded->objects)
    if (!draft.input.desired->is_root_loaded(recorded.root) && recorded.root != model::kStandardInputRoot &&
        draft.input.desired->find(key) == nullptr)
      roots[recorded.root].push_back(key.to_string());
  for (const auto& [root, keys] : roots) {
    const std::size_t count = keys.size();
    draft.sink.warning(
        "root-not-loaded", {},
        fmt::format("{} from '{}', which is not among the manifests now, {} in the project and "
                    "in the state: {}",
                    base::counted(count, "object"), base::printable(root, 200), count == 1 ? "stays" : "stay",
                    base::join_first_words(keys)),
        "to delete them, declare them in what is listed, apply, and take them out there; "
        "'descopectl state rm' lets go of them");
  }
}

bool is_counted(const Draft& draft, const schema::Kind& kind) {
  if (!kind.is_listed_on_demand || draft.input.policy.counts_all_unmanaged) return true;
  const auto& declared = draft.input.desired->objects;
  const auto& owned = draft.input.recorded->objects;
  return std::any_of(declared.begin(), declared.end(),
                     [&](const auto& object) { return object.kind == &kind; }) ||
         std::any_of(owned.begin(), owned.end(),
                     [&](const auto& entry) { return entry.first.kind == kind.name; });
}

void remove_unowned(Draft& draft, const std::set<std::pair<std::string, std::string>>& bound) {
  const Prune& prune = draft.input.policy.prune;
  std::set<std::pair<std::string_view, std::string_view>> owned;
  for (const auto& [key, recorded] : draft.input.recorded->objects)
    owned.insert({key.kind, recorded.live_id});
  for (const auto& [name, live_kind] : draft.input.live->kinds) {
    const schema::Kind* kind = kinds::find(name);
    if (kind == nullptr || !is_counted(draft, *kind)) continue;
    const auto& objects = draft.input.desired->objects;
    const bool has_manifest = std::any_of(
        objects.begin(), objects.end(),
        [&, wanted = std::string_view(name)](const auto& object) { return object.key.kind == wanted; });
    const bool is_pruned = prune.form == Prune::Form::kAll && prune.kinds.contains(name) && has_manifest;
    for (const LiveObject& live : live_kind.objects) {
      if (bound.contains({name, live.id}) || owned.contains({name, live.id})) continue;
      if (kind->is_never_pruned != nullptr && kind->is_never_pruned(live.body)) continue;
      if (is_pruned)
        draft.plan.actions.push_back(
            make_delete(*kind, {name, live.id}, live, "declared nowhere (prune: all)"));
      else
        draft.plan.unmanaged.push_back({name, live.id, name_of(*kind, live.body)});
    }
  }
}

/// What is owned under a handle whose manifest names another key by now.
void destroy_former(Draft& draft, const diff::Binding& binding) {
  Action action = make_delete(*binding.desired->kind, binding.desired->key, *binding.former, "");
  action.is_owned = true;
  action.record = *binding.former_record;
  action.source = binding.desired->span;
  draft.plan.actions.push_back(std::move(action));
}

}  // namespace

std::string name_of(const schema::Kind& kind, const json::object& body) {
  return std::string(base::text_member(body, kind.name_field));
}

Action make_delete(const schema::Kind& kind, const model::ObjectKey& key, const model::LiveObject& live,
                   std::string reason) {
  Action action;
  action.kind = ActionKind::kDelete;
  action.key = key;
  action.descriptor = &kind;
  action.live_id = live.id;
  action.display_name = name_of(kind, live.body);
  action.before = live.body;
  action.reason = std::move(reason);
  if (!kind.deletion_loss.empty()) action.consequences.emplace_back(kind.deletion_loss);
  return action;
}

bool may_prune(const PlanInput& input, const model::RecordedObject& recorded) {
  return !input.scope.is_limited() && input.policy.prune.form != Prune::Form::kNone &&
         input.desired->is_root_loaded(recorded.root) &&
         recorded.root != model::kStandardInputRoot;  // named by tell_of_standard_input
}

void add_removed(Draft& draft) {
  if (draft.input.scope.is_limited()) return;
  const auto bound = bound_objects(draft);
  for (const auto& [key, recorded] : draft.input.recorded->objects)
    remove_recorded(draft, recorded, bound.contains({key.kind, recorded.live_id}));
  tell_of_standard_input(draft, bound);
  tell_of_orphans(draft);
  tell_of_renames(draft);
  remove_unowned(draft, bound);
}

void add_destroyed(Draft& draft) {
  for (const diff::Binding& binding : draft.bindings) {
    const RecordedObject* recorded = binding.recorded;
    if (!draft.input.scope.contains(binding.desired->key)) continue;
    const schema::Kind& kind = *binding.desired->kind;
    if (schema::has_key(kind) && binding.former != nullptr) destroy_former(draft, binding);
    if (recorded == nullptr) continue;
    delete_superseded(draft, kind, *recorded);
    if (binding.live == nullptr) {
      draft.plan.actions.push_back(make_forget(*recorded, true, "it is not in the project any more"));
      continue;
    }
    if (recorded->is_partial) {
      draft.plan.actions.push_back(make_withdrawal(draft, kind, *recorded, *binding.live));
      continue;
    }
    Action action = make_delete(kind, recorded->key, *binding.live, "");
    action.is_owned = true;
    action.record = *recorded;
    action.record.prevent_destroy =
        recorded->prevent_destroy || binding.desired->lifecycle.prevent_destroy.value_or(false);
    action.source = binding.desired->span;
    draft.plan.actions.push_back(std::move(action));
  }
}

}  // namespace descopectl::plan
