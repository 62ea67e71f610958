// Refusals that look at the plan as a whole.
//
// Rails are decided here, before anything is ordered or sent; each refusal names the flag that would lift it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "build.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

bool destroys(const Action& action) {
  return action.kind == ActionKind::kDelete || action.kind == ActionKind::kReplace;
}

/// What became of a kind's owned objects, and what the plan makes of those that are gone.
struct Gone {
  std::size_t owned = 0;
  std::size_t gone = 0;
  std::size_t created = 0;
  std::size_t forgotten = 0;
};

/// "create them again", "forget them", "create 1 again and forget 2".
std::string describe_remedy(const Draft& draft, const Gone& count) {
  if (draft.input.policy.is_destroy || count.created + count.forgotten < count.gone)
    return "go on without them";
  if (count.forgotten == 0) return "create them again";
  if (count.created == 0) return "forget them";
  return fmt::format("create {} again and forget {}", count.created, count.forgotten);
}

/// More than half of what we own is gone: a wrong target or somebody's accident, and not something to repair
/// unasked.
void check_gone(Draft& draft) {
  std::set<ObjectKey> created;
  std::set<ObjectKey> forgotten;
  for (const Action& action : draft.plan.actions) {
    const ObjectKey& key = action.is_moved ? action.moved_from : action.key;
    if (action.kind == ActionKind::kCreate) created.insert(key);
    if (action.kind == ActionKind::kForget) forgotten.insert(key);
  }
  std::map<std::string, Gone> counts;  // by kind
  for (const auto& [key, object] : draft.input.recorded->objects) {
    const model::LiveKind* live = draft.input.live->find(key.kind);
    if (live == nullptr || !live->is_loaded) continue;
    Gone& count = counts[key.kind];
    ++count.owned;
    // What a replacement of ours deleted is not gone by accident.
    if (live->find(object.live_id) != nullptr || !object.pending_create.empty()) continue;
    ++count.gone;
    count.created += created.count(key);
    count.forgotten += forgotten.count(key);
  }
  for (const auto& [kind, count] : counts) {
    if (count.owned < 3 || count.gone * 2 <= count.owned) continue;
    if (draft.input.policy.allow_recreate && *draft.input.policy.allow_recreate >= count.gone) continue;
    draft.plan.refusals.push_back(
        {"objects-gone",
         fmt::format("{} of {} owned objects of kind {} are gone from the project", count.gone, count.owned,
                     kind),
         fmt::format("check that this is the right project; to {}: --allow-recreate {}",
                     describe_remedy(draft, count), count.gone)});
  }
}

void check_protection(Draft& draft) {
  for (const Action& action : draft.plan.actions) {
    if (!destroys(action)) continue;
    const model::DesiredObject* desired = draft.input.desired->find(action.key);
    const auto recorded =
        draft.input.recorded->objects.find(action.is_moved ? action.moved_from : action.key);
    const bool is_protected =
        action.record.prevent_destroy ||
        (desired != nullptr && desired->lifecycle.prevent_destroy.value_or(false)) ||
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

/// A permission for an object that nobody knows changes nothing: most likely its name is misspelt.
void check_permissions(Draft& draft) {
  std::set<std::string> known;
  for (const model::DesiredObject& object : draft.input.desired->objects)
    known.insert(object.key.to_string());
  for (const auto& [key, object] : draft.input.recorded->objects)
    known.insert(key.to_string());
  const auto check = [&](std::string_view flag, const std::set<std::string>& given, std::string_view ending) {
    for (const std::string& text : given) {
      const std::string address = text.substr(0, ending.empty() ? text.npos : text.rfind(ending));
      if (known.contains(address)) continue;
      const auto nearest = base::find_nearest(address, {known.begin(), known.end()});
      draft.sink.warning(
          "unknown-object", {},
          fmt::format("{} {}: neither a manifest nor the state has it", flag, base::printable(text, 200)),
          nearest ? fmt::format("did you mean '{}'?", *nearest) : "");
    }
  };
  check("--allow-destroy", draft.input.policy.allow_destroy, "");
  check("--allow-drop", draft.input.policy.allow_drop, ":");
  check("--send-secret", draft.input.policy.send_secret, "");
}

}  // namespace

std::optional<Refusal> find_wrong_project(const model::RecordedState& recorded, std::string_view project_id) {
  if (recorded.project_id.empty() || recorded.project_id == project_id) return std::nullopt;
  return Refusal{"wrong-project",
                 fmt::format("the state belongs to the project {}, and this run is aimed at {}",
                             recorded.project_id, project_id),
                 "check the project id, or name another state with --state"};
}

void check_project(Draft& draft) {
  if (auto wrong = find_wrong_project(*draft.input.recorded, draft.input.project_id))
    draft.plan.refusals.push_back(std::move(*wrong));
}

void check_rails(Draft& draft) {
  check_project(draft);
  check_permissions(draft);
  check_gone(draft);
  check_protection(draft);
  check_delete_limits(draft);
  check_last_of_kind(draft);
  check_referrers(draft);
}

}  // namespace descopectl::plan
