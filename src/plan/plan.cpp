// Making a plan, step by step; recheck, and ids that are known late.
#include "descopectl/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "build.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

namespace marker = model::marker;

/// The bindings of all objects: those left out are referred to, too. What is wrong with their identity is
/// left for the run that they are in.
std::vector<diff::Binding> bind_in_scope(const PlanInput& input, diag::Sink& sink) {
  diag::Sink found;
  std::vector<diff::Binding> bindings =
      diff::bind_objects(*input.desired, *input.live, *input.recorded, found);
  for (diff::Binding& binding : bindings)
    if (binding.recorded != nullptr) binding.keeps_items = !may_prune(input, *binding.recorded);
  const auto is_about = [&](const diag::Span& span) {
    return std::any_of(bindings.begin(), bindings.end(), [&](const diff::Binding& binding) {
      return binding.desired->is_at(span) && input.scope.contains(binding.desired->key);
    });
  };
  for (const diag::Diagnostic& diagnostic : found.all()) {
    const auto& related = diagnostic.related;
    const bool is_ours =
        is_about(diagnostic.span) ||
        std::any_of(related.begin(), related.end(), [&](const auto& place) { return is_about(place.first); });
    if (input.scope.is_limited() && !is_ours) continue;
    diag::Diagnostic told = diagnostic;
    if (input.policy.is_drift && told.mark == diag::Mark::kBlocksOnlyWrites)
      told.severity = diag::Severity::kWarning;
    sink.add(std::move(told));
  }
  return bindings;
}

/// Ids of objects that are replaced change, unless the client chooses them: what refers to them learns them
/// late.
bool forget_replaced_ids(Draft& draft) {
  bool any = false;
  for (const Action& action : draft.plan.actions)
    if (action.kind == ActionKind::kReplace &&
        !schema::is_id_chosen_by_client(*action.descriptor, action.body))
      any = draft.known_ids.erase(action.key) > 0 || any;
  return any;
}

json::value resolve_value(const json::value& value, const diff::IdOf& id_of, std::string& missing) {
  if (const auto target = marker::find_reference(value)) {
    if (const auto id = id_of(*target)) return json::value(marker::fill_reference(value, *id));
    missing = target->to_string();
    return nullptr;
  }
  if (const json::array* list = value.if_array()) {
    json::array result;
    result.reserve(list->size());
    for (const json::value& item : *list)
      result.push_back(resolve_value(item, id_of, missing));
    return result;
  }
  if (const json::object* object = value.if_object()) {
    json::object result;
    for (const auto& [name, member] : *object)
      result[name] = resolve_value(member, id_of, missing);
    return result;
  }
  return value;
}

/// What came from the server is put into one order, whatever order it answers in.
void settle_order(Action& action) {
  if (action.descriptor == nullptr) return;
  action.before = schema::canonical(action.descriptor->fields, action.before);
  for (schema::FieldChange& change : action.changes) {
    const bool is_item = change.field != nullptr && change.field->list == schema::ListForm::kKeyed &&
                         !change.before.is_array();
    if (!is_item)
      change.before = schema::canonical(change.field, change.before);
    else if (change.before.is_object())
      change.before = schema::canonical(change.field->fields, change.before.get_object());
  }
}

/// Can an object with these rows refer to one of that kind? Then it has to be seen before that is deleted.
bool may_refer(schema::Fields fields, std::string_view kind) {
  return std::any_of(fields.begin(), fields.end(), [&](const schema::Field& field) {
    return field.names == kind || field.reference == kind || may_refer(field.fields, kind);
  });
}

bool is_same_changes(const std::vector<schema::FieldChange>& left,
                     const std::vector<schema::FieldChange>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& one, const auto& other) {
                      return one.path == other.path && one.before == other.before && one.after == other.after;
                    });
}

}  // namespace

void count(Plan& plan) {
  plan.summary = {};
  for (const Action& action : plan.actions) {
    if (!action.refused.empty()) continue;
    switch (action.kind) {
      case ActionKind::kNoop:
        ++(action.is_adopted ? plan.summary.adopt : plan.summary.noop);
        break;
      case ActionKind::kCreate:
        ++plan.summary.create;
        break;
      case ActionKind::kUpdate:
        ++plan.summary.update;
        break;
      case ActionKind::kReplace:
        ++plan.summary.replace;
        break;
      case ActionKind::kDelete:
        ++plan.summary.erase;
        break;
      case ActionKind::kForget:
        ++plan.summary.forget;
        break;
    }
  }
  plan.summary.unmanaged = plan.unmanaged.size();
}

diff::IdOf Draft::id_of() const {
  return [this](const model::ObjectKey& key) -> std::optional<std::string> {
    const auto found = known_ids.find(key);
    if (found == known_ids.end()) return std::nullopt;
    return found->second;
  };
}

bool has_late_id(const Action& action) {
  if (action.kind != ActionKind::kCreate && action.kind != ActionKind::kReplace) return false;
  if (action.descriptor == nullptr) return true;
  return !schema::has_key(*action.descriptor) &&
         !schema::is_id_chosen_by_client(*action.descriptor, action.managed);
}

/// A reference to an object that is about to be made, or made again under another id, is known after the
/// apply.
void find_known_ids(Draft& draft) {
  for (const diff::Binding& binding : draft.bindings) {
    // What is left out stays what it is, whatever id its manifest gives it.
    const bool stays = binding.live != nullptr && !draft.input.scope.contains(binding.desired->key);
    const std::string& id = stays ? binding.live->id : binding.known_id;
    if (!id.empty()) draft.known_ids.emplace(binding.desired->key, id);
  }
}

bool Plan::has_changes() const {
  return summary.create + summary.update + summary.replace + summary.erase > 0;
}

bool Plan::has_work() const {
  return has_changes() || std::any_of(actions.begin(), actions.end(), [](const Action& action) {
           return action.is_adopted || action.is_moved || action.records || !action.refused.empty() ||
                  action.kind == ActionKind::kForget;
         });
}

Plan make_plan(const PlanInput& input, diag::Sink& sink) {
  Plan plan;
  plan.project_id = input.project_id;
  plan.base_url = input.base_url;
  plan.scope = input.scope;
  Draft draft{input, sink, plan, bind_in_scope(input, sink), {}, false};
  find_known_ids(draft);
  if (input.policy.is_destroy) {
    add_destroyed(draft);
  } else {
    add_declared(draft);
    if (forget_replaced_ids(draft)) {
      plan.actions.clear();
      plan.refusals.clear();
      part_from_replaced(draft);
      add_declared(draft);
    }
    add_removed(draft);
    check_names(draft);
    check_live_uses(draft);
    check_scope(draft);
    check_items(draft);
    if (draft.uses_unverified_encoding)
      sink.warning(
          "unverified-encoding", {},
          "how connection scopes are written on the wire is not documented; this run writes the scopes "
          "alone, "
          "and the connection's id where no scope is given",
          "map one scope in the console, compare, and set 'connectionScopeFormat: scope', 'id' or 'id:scope' "
          "in descopectl.yaml");
  }
  check_rails(draft);
  refuse_taken_values(draft);
  order_actions(draft);
  for (Action& action : plan.actions)
    settle_order(action);
  count(plan);
  plan.sha256 = digest(plan);
  return plan;
}

std::optional<model::Operation> operation_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::kCreate:
      return model::Operation::kCreate;
    case ActionKind::kUpdate:
      return model::Operation::kUpdate;
    case ActionKind::kReplace:
      return model::Operation::kReplace;
    case ActionKind::kDelete:
      return model::Operation::kDelete;
    case ActionKind::kNoop:
    case ActionKind::kForget:
      break;
  }
  return std::nullopt;
}

namespace {

/// Are the changes still the planned ones but for names that this run itself has given to others?
bool is_renamed_alone(const Action& action, const Action& fresh) {
  if (action.renames.empty()) return false;
  const schema::Kind& kind = *action.descriptor;
  Action expected;
  expected.descriptor = &kind;
  expected.before = diff::rename_references(kind, action.before, action.renames);
  expected.changes = schema::find_changes(kind.fields, expected.before,
                                          schema::overlay(kind.fields, expected.before, action.managed));
  std::erase_if(expected.changes, [](const schema::FieldChange& change) {
    return change.field != nullptr && change.field->write_only;
  });
  settle_order(expected);
  return is_same_changes(expected.changes, fresh.changes);
}

/// A replacement whose object is made of something else.
bool takes_nothing_over(const Action& action) {
  return action.kind == ActionKind::kReplace &&
         std::any_of(action.changes.begin(), action.changes.end(), [](const schema::FieldChange& change) {
           return change.field != nullptr && change.field->is_origin;
         });
}

/// Is what is to be deleted what was looked at, but for names that this run itself has given to others?
bool is_as_planned(const Action& action, const json::object& live) {
  const schema::Kind& kind = *action.descriptor;
  const auto is_same = [&](const json::object& before) {
    return schema::find_changes(kind.fields, before, live).empty();
  };
  return is_same(action.before) || is_same(diff::rename_references(kind, action.before, action.renames));
}

}  // namespace

bool recheck(Action& action, const json::object* live, const Policy& policy) {
  if (live == nullptr) return false;
  if (action.kind == ActionKind::kDelete || takes_nothing_over(action)) return is_as_planned(action, *live);
  if (action.kind != ActionKind::kUpdate && action.kind != ActionKind::kReplace) return true;
  const schema::Kind& kind = *action.descriptor;
  const json::object target = schema::overlay(kind.fields, *live, action.managed);
  const auto is_secret = [](const schema::FieldChange& change) {
    return change.field != nullptr && change.field->write_only;
  };
  std::vector<schema::FieldChange> planned = action.changes;
  std::vector<schema::FieldChange> now = schema::find_changes(kind.fields, *live, target);
  std::erase_if(planned, [&](const schema::FieldChange& change) {
    return change.path == "/" + std::string(kind.id_field);
  });
  std::erase_if(planned, is_secret);
  std::erase_if(now, is_secret);
  Action fresh;
  fresh.descriptor = &kind;
  fresh.before = *live;
  fresh.changes = std::move(now);
  settle_order(fresh);
  if (!is_same_changes(planned, fresh.changes) && !is_renamed_alone(action, fresh)) return false;
  action.before = std::move(fresh.before);
  const json::value* id = action.body.if_contains(kind.id_field);
  const json::value planned_id = id == nullptr ? json::value() : *id;
  fill_body(action, *live, target, policy);
  if (!planned_id.is_null()) action.body[kind.id_field] = planned_id;
  return true;
}

Action make_first_half(const Action& action) {
  Action half = action;
  const std::set<std::string> removed = find_item_change(action).removed;
  // What leaves in the second half still names others, under the names that they have by now.
  const json::object left = diff::rename_references(*action.descriptor, action.before, action.renames);
  half.managed = diff::keep_items(*action.descriptor, left, action.managed, removed);
  half.body = diff::keep_items(*action.descriptor, left, action.body, removed);
  half.changes = schema::find_changes(action.descriptor->fields, action.before, body_after(half));
  half.record.applied = diff::keep_items(*action.descriptor, left, action.record.applied, removed);
  for (SecretUse& use : half.secrets)
    use.is_sent = false;
  settle_order(half);
  return half;
}

Action make_second_half(const Action& action, const json::object& live, const Policy& policy) {
  Action half = action;
  half.before = live.empty() ? body_after(make_first_half(action)) : live;
  const json::object target = body_after(half);
  half.changes = schema::find_changes(action.descriptor->fields, half.before, target);
  fill_body(half, half.before, target, policy);
  settle_order(half);
  return half;
}

Completion make_completion(const Action& action, const json::object& body, const json::object& live,
                           const Policy& policy) {
  const schema::Kind& kind = *action.descriptor;
  json::object wanted = body;
  for (const schema::Field& field : kind.fields)
    if (field.write_only || field.read_only || field.dropped_on_update) wanted.erase(field.wire_name());
  const json::object target = schema::overlay(kind.fields, live, wanted);
  Action completion;
  completion.kind = ActionKind::kUpdate;
  completion.key = action.key;
  completion.descriptor = &kind;
  completion.live_id = schema::live_id_of(kind, live);
  completion.managed = wanted;
  fill_body(completion, live, target, policy);
  Completion result;
  result.has_changes = !schema::find_changes(kind.fields, live, target).empty();
  result.body = std::move(completion.body);
  return result;
}

Result<json::object> resolve_ids(const json::object& body, const diff::IdOf& id_of) {
  std::string missing;
  json::value resolved = resolve_value(body, id_of, missing);
  if (!missing.empty())
    return Error(ErrorKind::kFailure, fmt::format("the live id of {} is not known", missing));
  return std::move(resolved.get_object());
}

std::vector<NeededKind> find_needed_kinds(const model::DesiredState& desired,
                                          const model::RecordedState& recorded, const Policy& policy) {
  std::set<std::string_view> required;
  std::set<std::string_view> optional;
  for (const model::DesiredObject& object : desired.objects) {
    required.insert(object.kind->name);
    for (const model::NameUse& use : object.names)
      if (!is_built_in(use)) optional.insert(use.kind);
    for (const model::LiveUse& use : object.live_uses)
      optional.insert(use.kind);
  }
  for (const auto& [key, object] : recorded.objects)
    required.insert(key.kind);
  for (const auto& [key, intent] : recorded.intents)
    required.insert(key.kind);
  for (const std::string& kind : policy.prune.kinds)
    required.insert(kind);
  const auto refers_to_required = [&](const schema::Kind& kind) {
    return kind.calls.list_by.empty() &&
           std::any_of(required.begin(), required.end(),
                       [&](std::string_view target) { return may_refer(kind.fields, target); });
  };
  std::vector<NeededKind> needed;
  for (const schema::Kind* kind : kinds::all()) {
    if (!kind->calls.list.exists()) continue;
    if (required.contains(kind->name))
      needed.push_back({kind, false});
    else if (!kind->is_listed_on_demand || optional.contains(kind->name) || refers_to_required(*kind) ||
             (policy.counts_all_unmanaged && kind->calls.list_by.empty()))
      needed.push_back({kind, true});
  }
  for (const schema::Kind* kind : kinds::named_only())
    if (optional.contains(kind->name)) needed.push_back({kind, true});
  return needed;
}

}  // namespace descopectl::plan
