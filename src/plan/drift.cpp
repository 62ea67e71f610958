// Drift: live against what was last applied, and against the manifests.
//
// For each field that differs, three values are compared: what was last applied, what the manifest says now,
// what live shows. Who moved away from the first is the cause.
#include "descopectl/plan/drift.hpp"

#include <algorithm>
#include <set>

#include "descopectl/kinds/registry.hpp"

namespace descopectl::plan {
namespace {

const json::value kNull;

const json::value& find_applied(const schema::Kind& kind, const model::RecordedObject* recorded,
                                const schema::FieldChange& change) {
  if (recorded == nullptr || change.is_sensitive) return kNull;
  const json::value* last = schema::find_at(kind.fields, recorded->applied, change.path);
  return last == nullptr ? kNull : *last;
}

Cause cause_of(const model::RecordedObject* recorded, const schema::FieldChange& change,
               const json::value& applied) {
  if (recorded == nullptr || change.is_sensitive) return Cause::kManifest;
  const bool live_moved = !schema::is_equal(change.field, applied, change.before) && applied != change.before;
  const bool manifest_moved =
      !schema::is_equal(change.field, applied, change.after) && applied != change.after;
  if (live_moved && manifest_moved) return Cause::kBoth;
  return live_moved ? Cause::kLive : Cause::kManifest;
}

Cause combine(const std::vector<DriftChange>& changes) {
  bool live = false;
  bool manifest = false;
  for (const DriftChange& change : changes) {
    live = live || change.cause != Cause::kManifest;
    manifest = manifest || change.cause != Cause::kLive;
  }
  if (live && manifest) return Cause::kBoth;
  return live ? Cause::kLive : Cause::kManifest;
}

class Finder {
 public:
  Finder(const PlanInput& input, const Plan& plan) : input_(input), plan_(plan) {}

  DriftReport run() {
    report_.has_state = input_.is_state_kept;
    for (const Action& action : plan_.actions)
      look_at(action);
    report_.scope = input_.scope;
    for (const auto& [key, recorded] : input_.recorded->objects)
      if (!input_.scope.is_limited() && !seen_.contains(key)) look_at_undeclared(recorded);
    std::sort(report_.objects.begin(), report_.objects.end(),
              [](const DriftObject& left, const DriftObject& right) { return left.key < right.key; });
    for (const Unmanaged& object : plan_.unmanaged)
      report_.objects.push_back(
          {{object.kind, object.live_id}, object.live_id, object.name, Cause::kUnmanaged, {}, {}});
    for (const DriftObject& object : report_.objects)
      count(object.cause);
    return std::move(report_);
  }

 private:
  const model::RecordedObject* find_recorded(const Action& action) const {
    const auto at = input_.recorded->objects.find(action.is_moved ? action.moved_from : action.key);
    return at == input_.recorded->objects.end() ? nullptr : &at->second;
  }

  void look_at(const Action& action) {
    seen_.insert(action.is_moved ? action.moved_from : action.key);
    DriftObject object{action.key, action.live_id, action.display_name, Cause::kManifest, {}, action.source};
    switch (action.kind) {
      case ActionKind::kNoop:
        ++report_.clean;
        return;
      case ActionKind::kCreate:
        if (action.was_deleted) object.cause = Cause::kDeleted;
        break;
      case ActionKind::kForget:
        if (!action.was_deleted) return;
        object.cause = Cause::kDeleted;
        break;
      case ActionKind::kDelete:
        break;
      case ActionKind::kUpdate:
      case ActionKind::kReplace: {
        const model::RecordedObject* recorded = find_recorded(action);
        for (const schema::FieldChange& change : action.changes) {
          const json::value& applied = find_applied(*action.descriptor, recorded, change);
          object.changes.push_back({change.path, change.after, change.before, applied,
                                    cause_of(recorded, change, applied), change.is_sensitive});
        }
        object.cause = combine(object.changes);
        break;
      }
    }
    report_.objects.push_back(std::move(object));
  }

  /// Owned, and no action is about it (declared by nothing that was loaded in this run, or its metadata.id is
  /// gone): compared with what was last applied.
  void look_at_undeclared(const model::RecordedObject& recorded) {
    const schema::Kind* kind = kinds::find(recorded.key.kind);
    const model::LiveKind* live_kind = input_.live->find(recorded.key.kind);
    if (kind == nullptr || live_kind == nullptr || !live_kind->is_loaded) return;
    DriftObject object{recorded.key, recorded.live_id, "", Cause::kDeleted, {}, {}};
    if (const model::DesiredObject* desired = input_.desired->find(recorded.key))
      object.source = desired->span;
    const model::LiveObject* live = live_kind->find(recorded.live_id);
    if (live != nullptr) {
      object.cause = Cause::kLive;
      const json::object wanted = schema::overlay(kind->fields, live->body, recorded.applied);
      for (const schema::FieldChange& change : schema::find_changes(kind->fields, live->body, wanted)) {
        if (change.field != nullptr && change.field->write_only) continue;
        const auto server = recorded.changed_by_server.find(change.path);
        if (server != recorded.changed_by_server.end() && server->second.got == change.before) continue;
        object.changes.push_back(
            {change.path, change.after, change.before, change.after, Cause::kLive, false});
      }
      if (object.changes.empty()) {
        ++report_.clean;
        return;
      }
    }
    report_.objects.push_back(std::move(object));
  }

  void count(Cause cause) {
    switch (cause) {
      case Cause::kLive:
        ++report_.live;
        break;
      case Cause::kManifest:
        ++report_.manifest;
        break;
      case Cause::kBoth:
        ++report_.both;
        break;
      case Cause::kDeleted:
        ++report_.deleted;
        break;
      case Cause::kUnmanaged:
        ++report_.unmanaged;
        break;
    }
  }

  const PlanInput& input_;
  const Plan& plan_;
  DriftReport report_;
  std::set<model::ObjectKey> seen_;
};

}  // namespace

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::kLive:
      return "live";
    case Cause::kManifest:
      return "manifest";
    case Cause::kBoth:
      return "both";
    case Cause::kDeleted:
      return "deleted";
    case Cause::kUnmanaged:
      return "unmanaged";
  }
  return "live";
}

DriftReport find_drift(const PlanInput& input, const Plan& plan) {
  return Finder(input, plan).run();
}

}  // namespace descopectl::plan
