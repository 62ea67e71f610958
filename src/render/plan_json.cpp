// The plan document: Terraform's shape, and what we add under `descopectl`.
#include "descopectl/render/plan_json.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "descopectl/schema/identity.hpp"
#include "document.hpp"
#include "scope_view.hpp"
#include "value_json.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

using plan::Action;
using plan::ActionKind;

schema::Fields fields_of(const Action& action) {
  return action.descriptor == nullptr ? schema::Fields{} : action.descriptor->fields;
}

bool makes_object(const Action& action) {
  return action.kind == ActionKind::kCreate || action.kind == ActionKind::kReplace;
}

bool removes_object(const Action& action) {
  return action.kind == ActionKind::kDelete || action.kind == ActionKind::kReplace;
}

json::array actions_to_json(ActionKind kind) {
  switch (kind) {
    case ActionKind::kCreate:
      return {"create"};
    case ActionKind::kUpdate:
      return {"update"};
    case ActionKind::kReplace:
      return {"delete", "create"};
    case ActionKind::kDelete:
      return {"delete"};
    case ActionKind::kForget:
    case ActionKind::kNoop:
      break;
  }
  return {"no-op"};
}

/// A whole object where it goes (or is let go), else the managed part of it.
json::value before_of(const Action& action) {
  if (action.kind == ActionKind::kCreate) return nullptr;
  // The two sides mean the same; written in one form, a policy that compares them sees that.
  if (action.kind == ActionKind::kNoop) return to_public(fields_of(action), action.managed);
  if (action.kind == ActionKind::kForget && action.before.empty()) return nullptr;
  const schema::Fields fields = fields_of(action);
  if (removes_object(action) || action.kind == ActionKind::kForget) return to_public(fields, action.before);
  return to_public(fields, schema::project(fields, action.before, action.managed));
}

json::value after_of(const Action& action) {
  if (action.kind == ActionKind::kDelete) return nullptr;
  if (action.kind == ActionKind::kForget) return before_of(action);
  json::object managed = to_public(fields_of(action), action.managed);
  if (!makes_object(action)) return managed;
  json::object out;  // null means reset, and what is new has nothing to reset
  for (auto& [name, value] : managed)
    if (!value.is_null()) out[name] = std::move(value);
  return out;
}

/// What is to be created is not live, also where its id is known.
std::string live_id_before(const Action& action) {
  return action.kind == ActionKind::kCreate ? std::string() : action.live_id;
}

json::object unknown_of(const Action& action) {
  json::object out;
  if (action.kind == ActionKind::kDelete || action.kind == ActionKind::kForget) return out;
  const bool has_new_id = action.kind == ActionKind::kReplace || action.live_id.empty();
  // Also where the id is the client's choice, nothing has it yet.
  const bool is_new = action.kind == ActionKind::kCreate && action.descriptor != nullptr &&
                      !schema::has_key(*action.descriptor);
  if (is_new || (plan::has_late_id(action) && has_new_id))
    out[action.descriptor == nullptr ? std::string_view("id") : action.descriptor->id_field] = true;
  if (const auto unknown = find_unknown(action.managed))
    for (const auto& [name, value] : unknown->get_object())
      out[name] = value;
  return out;
}

json::object sensitive_of(const Action& action) {
  json::object out;
  for (const plan::SecretUse& secret : action.secrets)
    schema::set_at(out, secret.pointer, true);
  return out;
}

json::array replace_paths_of(const Action& action) {
  json::array out;
  for (const std::string& path : action.replaced_by)
    out.emplace_back(texts_to_json(base::split_pointer(path)));
  return out;
}

json::object change_to_json(const Action& action) {
  const json::object sensitive = sensitive_of(action);
  return {{"actions", actions_to_json(action.kind)},
          {"before", before_of(action)},
          {"after", after_of(action)},
          {"after_unknown", unknown_of(action)},
          {"before_sensitive", action.kind == ActionKind::kCreate ? json::object() : sensitive},
          {"after_sensitive", action.kind == ActionKind::kDelete ? json::object() : sensitive},
          {"replace_paths", replace_paths_of(action)}};
}

json::object field_change_to_json(const schema::FieldChange& change) {
  const auto shown = [&](const json::value& value) {
    return change.is_sensitive ? json::value(nullptr) : to_public(change.field, value);
  };
  json::object out{{"path", change.path},
                   {"before", shown(change.before)},
                   {"after", shown(change.after)},
                   {"sensitive", change.is_sensitive}};
  if (auto unknown = find_unknown(change.after); unknown && !change.is_sensitive)
    out["after_unknown"] = std::move(*unknown);
  return out;
}

json::array field_changes_to_json(const Action& action) {
  json::array out;
  for (const schema::FieldChange& change : action.changes)
    out.emplace_back(field_change_to_json(change));
  for (const plan::SecretUse& secret : action.secrets) {
    const bool is_listed = std::any_of(action.changes.begin(), action.changes.end(),
                                       [&](const auto& change) { return change.path == secret.pointer; });
    if (secret.is_sent && !is_listed)
      out.push_back({{"path", secret.pointer}, {"before", nullptr}, {"after", nullptr}, {"sensitive", true}});
  }
  return out;
}

json::array dependencies_to_json(const plan::Plan& plan, const Action& action) {
  std::vector<std::string> addresses;
  for (const std::size_t index : action.depends_on)
    if (index < plan.actions.size()) addresses.push_back(plan.actions[index].key.to_string());
  std::sort(addresses.begin(), addresses.end());
  return texts_to_json(addresses);
}

json::object additions_to_json(const plan::Plan& plan, const Action& action, const JsonContext& context) {
  json::object out{{"live_id", text_or_null(live_id_before(action))},
                   {"adopted", action.is_adopted},
                   {"source", place_to_json(action.source, context.sources)},
                   {"depends_on", dependencies_to_json(plan, action)},
                   {"wave", action.wave},
                   {"changes", field_changes_to_json(action)},
                   {"reason", action.reason},
                   {"warnings", texts_to_json(action.warnings)},
                   {"consequences", texts_to_json(action.consequences)},
                   {"no_longer_managed", texts_to_json(action.no_longer_managed)}};
  if (action.is_moved) out["moved_from"] = action.moved_from.to_string();
  if (action.kind == ActionKind::kForget) out["forgotten"] = true;
  return out;
}

std::string_view status_of(const Action& action, apply::Status status) {
  switch (status) {
    case apply::Status::kDone:
      return "done";
    case apply::Status::kFailed:
      return "failed";
    case apply::Status::kSkipped:
      return "skipped";
    case apply::Status::kUnknown:
      return "unknown";
    case apply::Status::kPending:
      break;
  }
  return action.kind == ActionKind::kNoop ? "done"
                                          : "skipped";  // never started: nothing to do, or stopped before
}

json::object result_to_json(const Action& action, const apply::ActionOutcome& outcome) {
  json::object out{{"status", status_of(action, outcome.status)}};
  if (!outcome.code.empty() || !outcome.message.empty()) {
    json::object error{{"code", outcome.code}, {"message", outcome.message}};
    if (!outcome.hint.empty()) error["hint"] = outcome.hint;
    out["error"] = std::move(error);
  }
  out["attempts"] = outcome.attempts;
  out["seconds"] = std::round(outcome.seconds * 1000) / 1000;
  out["live_id"] = text_or_null(outcome.live_id.empty() ? live_id_before(action) : outcome.live_id);
  return out;
}

json::array resource_changes_to_json(const plan::Plan& plan, const apply::Outcome* outcome,
                                     const JsonContext& context) {
  json::array out;
  for (std::size_t i = 0; i < plan.actions.size(); ++i) {
    const Action& action = plan.actions[i];
    json::object entry{{"address", action.key.to_string()}, {"mode", "managed"},
                       {"type", action.key.kind},           {"name", action.key.handle},
                       {"provider_name", "descope"},        {"change", change_to_json(action)}};
    if (outcome != nullptr)
      entry["result"] =
          result_to_json(action, i < outcome->actions.size() ? outcome->actions[i] : apply::ActionOutcome());
    entry["descopectl"] = additions_to_json(plan, action, context);
    out.emplace_back(std::move(entry));
  }
  return out;
}

json::object summary_to_json(const plan::Summary& counts) {
  return {{"create", counts.create}, {"update", counts.update},      {"replace", counts.replace},
          {"delete", counts.erase},  {"adopt", counts.adopt},        {"noop", counts.noop},
          {"forget", counts.forget}, {"unmanaged", counts.unmanaged}};
}

json::object outcome_to_json(const apply::Outcome& outcome) {
  json::object out{{"added", outcome.added},         {"changed", outcome.changed},
                   {"destroyed", outcome.destroyed}, {"adopted", outcome.adopted},
                   {"failed", outcome.failed},       {"skipped", outcome.skipped},
                   {"unknown", outcome.unknown},     {"unverified", outcome.unverified}};
  if (!outcome.state_error.empty()) out["state_error"] = outcome.state_error;
  return out;
}

json::object run_to_json(const plan::Plan& plan, const apply::Outcome* outcome, const JsonContext& context) {
  json::array unmanaged;
  for (const plan::Unmanaged& object : plan.unmanaged)
    unmanaged.push_back({{"type", object.kind}, {"live_id", object.live_id}, {"name", object.name}});
  json::array refusals;
  for (const plan::Refusal& refusal : plan.refusals)
    refusals.push_back({{"code", refusal.code}, {"summary", refusal.summary}, {"hint", refusal.hint}});
  json::object out{{"version", context.version},
                   {"project_id", plan.project_id},
                   {"base_url", plan.base_url},
                   {"plan_sha256", plan.sha256},
                   {"summary", summary_to_json(plan.summary)},
                   {"unmanaged", std::move(unmanaged)},
                   {"refusals", std::move(refusals)}};
  add_scope(out, plan.scope);
  if (outcome != nullptr) out["outcome"] = outcome_to_json(*outcome);
  add_ending(out, context);
  return out;
}

json::object make_document(const plan::Plan& plan, const apply::Outcome* outcome,
                           const JsonContext& context) {
  const bool is_errored = count_of(context, diag::Severity::kError) > 0;
  return {{"format_version", "1.2"},
          {"terraform_version", nullptr},
          {"timestamp", context.timestamp},
          {"applyable", plan.has_work() && plan.refusals.empty() && !is_errored},
          {"complete", context.is_complete && !plan.scope.is_limited()},
          {"errored", is_errored},
          {"resource_changes", resource_changes_to_json(plan, outcome, context)},
          {"descopectl", run_to_json(plan, outcome, context)}};
}

}  // namespace

json::object plan_to_json(const plan::Plan& plan, const JsonContext& context) {
  return make_document(plan, nullptr, context);
}

json::object apply_to_json(const plan::Plan& plan, const apply::Outcome& outcome,
                           const JsonContext& context) {
  return make_document(plan, &outcome, context);
}

}  // namespace descopectl::render
