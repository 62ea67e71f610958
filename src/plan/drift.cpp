// Drift: live against what was last applied, and against the manifests.
//
// For each field that differs, three values are compared: what was last applied, what the manifest says now,
// what live shows. Who moved away from the first is the cause.
#include "descopectl/plan/drift.hpp"

#include <algorithm>
#include <optional>
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

/// Was the field ours when it was last applied? Lists and maps are managed whole, of a part-owned object item
/// by item, nested objects field by field. What was not has no value to have moved away from.
bool was_managed(const schema::Kind& kind, const model::RecordedObject& recorded, std::string_view path) {
  std::size_t end = 0;
  const schema::Field* row = nullptr;
  do {
    end = std::min(path.find('/', end + 1), path.size());
    row = schema::find_row(kind.fields, path.substr(0, end));
  } while (row != nullptr && row->type == schema::Type::kObject && end < path.size());
  if (recorded.is_partial && end < path.size()) end = std::min(path.find('/', end + 1), path.size());
  return schema::find_at(kind.fields, recorded.applied, path.substr(0, end)) != nullptr;
}

/// An item of a keyed list as a list of its own: a change of a whole item has the list's row.
json::value as_list(const json::value& item) {
  return item.is_null() ? json::value(json::array()) : json::value(json::array{item});
}

bool is_same(const schema::FieldChange& change, const json::value& left, const json::value& right) {
  const bool is_item = change.field != nullptr && change.field->list == schema::ListForm::kKeyed &&
                       (left.is_object() || right.is_object());
  return is_item ? schema::is_equal(change.field, as_list(left), as_list(right))
                 : schema::is_equal(change.field, left, right);
}

/// None where neither moved. `wanted` is what the manifest says.
std::optional<Cause> cause_of(const schema::FieldChange& change, const json::value& applied,
                              const json::value& wanted) {
  const bool live_moved = !is_same(change, applied, change.before);
  const bool manifest_moved = !is_same(change, applied, wanted);
  if (live_moved && manifest_moved) return Cause::kBoth;
  if (live_moved) return Cause::kLive;
  return manifest_moved ? std::optional(Cause::kManifest) : std::nullopt;
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
    report_.not_compared = find_not_compared(plan_);
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
  const model::RecordedObject* find_recorded(const model::ObjectKey& key) const {
    const auto at = input_.recorded->objects.find(key);
    return at == input_.recorded->objects.end() ? nullptr : &at->second;
  }

  /// Nothing where the handle stood for another object when that was recorded.
  const model::RecordedObject* find_recorded(const Action& action) const {
    const model::RecordedObject* recorded = find_recorded(action.is_moved ? action.moved_from : action.key);
    return recorded != nullptr && is_about_another(action, *recorded) ? nullptr : recorded;
  }

  static bool is_about_another(const Action& action, const model::RecordedObject& recorded) {
    return action.is_adopted && recorded.live_id != action.live_id;
  }

  /// Deleted by a replacement that did not come to its end.
  bool is_unfinished(const Action& action) const {
    const model::RecordedObject* recorded = find_recorded(action);
    return recorded != nullptr && !recorded->pending_create.empty();
  }

  /// The id that an owned object had which is no longer in the project.
  std::optional<std::string> find_deleted_id(const model::ObjectKey& key) const {
    const auto moved = std::find_if(plan_.actions.begin(), plan_.actions.end(), [&](const Action& action) {
      return action.is_moved && action.key == key;
    });
    const model::RecordedObject* recorded =
        moved == plan_.actions.end() ? find_recorded(key) : find_recorded(*moved);
    const model::LiveKind* live = input_.live->find(key.kind);
    const bool is_gone =
        recorded != nullptr && live != nullptr && live->is_loaded && live->find(recorded->live_id) == nullptr;
    return is_gone ? std::optional(recorded->live_id) : std::nullopt;
  }

  /// A reference to an object that somebody deleted is no change by the manifest: it reads as it did before.
  json::value before_deletions(const json::value& value) const {
    if (!model::marker::has_reference(value)) return value;
    const diff::IdOf id_of = [this](const model::ObjectKey& key) { return find_deleted_id(key); };
    const json::object wrapped{{"value", value}};
    const Result<json::object> read = resolve_ids(wrapped, id_of);
    return read ? read->at("value") : value;
  }

  std::vector<DriftChange> find_changes(const Action& action) const {
    const model::RecordedObject* recorded = find_recorded(action);
    std::vector<DriftChange> changes;
    for (const schema::FieldChange& change : action.changes) {
      const json::value& applied = find_applied(*action.descriptor, recorded, change);
      std::optional<Cause> cause = Cause::kManifest;
      if (recorded != nullptr && !change.is_sensitive &&
          was_managed(*action.descriptor, *recorded, change.path))
        cause = cause_of(change, applied, before_deletions(change.after));
      // It waits for the id of an object that is missing; the missing one is the difference.
      if (!cause && model::marker::has_reference(change.after)) continue;
      changes.push_back({change.path, change.after, change.before, applied, cause.value_or(Cause::kManifest),
                         change.is_sensitive});
    }
    return changes;
  }

  void look_at(const Action& action) {
    const model::ObjectKey& known_as = action.is_moved ? action.moved_from : action.key;
    const model::RecordedObject* known = find_recorded(known_as);
    if (known == nullptr || !is_about_another(action, *known)) seen_.insert(known_as);
    DriftObject object{action.key, action.live_id, action.display_name,      Cause::kManifest,
                       {},         action.source,  operation_of(action.kind)};
    switch (action.kind) {
      case ActionKind::kNoop:
        ++report_.clean;
        return;
      case ActionKind::kCreate:
        if (!action.was_deleted && !is_unfinished(action)) break;
        object.cause = Cause::kDeleted;
        if (const model::RecordedObject* recorded = find_recorded(action)) object.live_id = recorded->live_id;
        break;
      case ActionKind::kForget:
        if (!action.was_deleted) return;
        object.cause = Cause::kDeleted;
        break;
      case ActionKind::kDelete:
        if (!action.is_owned || action.descriptor == nullptr || known == nullptr ||
            known->live_id != action.live_id)
          break;
        object.changes = find_live_changes(*action.descriptor, *known, action.before);
        if (!object.changes.empty()) object.cause = Cause::kBoth;
        break;
      case ActionKind::kUpdate:
      case ActionKind::kReplace:
        object.changes = find_changes(action);
        if (object.changes.empty()) {
          ++report_.clean;
          return;
        }
        object.cause = combine(object.changes);
        break;
    }
    report_.objects.push_back(std::move(object));
  }

  /// What live shows instead of what was last applied.
  static std::vector<DriftChange> find_live_changes(const schema::Kind& kind,
                                                    const model::RecordedObject& recorded,
                                                    const json::object& live) {
    std::vector<DriftChange> changes;
    const json::object wanted = schema::overlay(kind.fields, live, recorded.applied);
    for (const schema::FieldChange& change : schema::find_changes(kind.fields, live, wanted)) {
      if (change.field != nullptr && change.field->write_only) continue;
      const auto server = recorded.changed_by_server.find(change.path);
      if (server != recorded.changed_by_server.end() && server->second.got == change.before) continue;
      changes.push_back({change.path, change.after, change.before, change.after, Cause::kLive, false});
    }
    return changes;
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
      object.changes = find_live_changes(*kind, recorded, live->body);
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
