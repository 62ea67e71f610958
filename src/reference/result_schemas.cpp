// JSON Schemas of what commands print with -o json: plan, apply and destroy, drift, validate.
//
// They promise members and leave room for more, as a later version may add some; what is not promised is not
// described. `render` makes the documents; the tests hold its output against these.
#include <array>

#include "descopectl/diag/exit_status.hpp"
#include "documents.hpp"
#include "parts.hpp"

namespace descopectl::reference {
namespace {

using namespace std::string_view_literals;

json::object words(std::initializer_list<std::string_view> list) {
  return {{"enum", texts(std::span(list.begin(), list.size()))}};
}

json::object or_null(std::string_view type) {
  return {{"type", {type, "null"}}};
}

json::object count() {
  return {{"type", "integer"}, {"minimum", 0}};
}

json::object counts(std::initializer_list<std::string_view> names) {
  json::object properties;
  for (const std::string_view name : names)
    properties[name] = count();
  return open_object(std::move(properties));
}

json::object described(json::object schema, std::string_view text) {
  json::object out{{"description", text}};
  for (auto& member : schema)
    out[member.key()] = std::move(member.value());
  return out;
}

/// open_object, with some members that need not be there.
json::object with_optional(json::object properties, std::initializer_list<std::string_view> optional) {
  json::array required = names_but(properties, optional);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::object position() {
  return described(counts({"line", "column", "byte"}), "line and column from 1, byte from 0");
}

json::object diagnostic() {
  return with_optional({{"severity", words({"error", "warning"})},
                        {"code", described(typed("string"), "short and stable: unknown-field")},
                        {"summary", typed("string")},
                        {"detail", typed("string")},
                        {"hint", described(typed("string"), "what to do")},
                        {"range", open_object({{"filename", typed("string")},
                                               {"start", refer_to("position")},
                                               {"end", refer_to("position")}})}},
                       {"detail", "hint", "range"});
}

json::object place() {
  return described(
      {{"anyOf",
        {open_object({{"file", typed("string")}, {"line", count()}, {"column", count()}}), typed("null")}}},
      "where the manifest stands; null where there is none");
}

json::object shared() {
  return {{"diagnostic", diagnostic()}, {"position", position()}, {"place", place()}};
}

/// `diagnostics`, `exit_code`, `exit_reason`: how every document ends.
void add_ending(json::object& properties) {
  json::array codes;
  json::array reasons;
  for (const auto& row : diag::kExitStatusTexts) {
    codes.emplace_back(static_cast<int>(row.status));
    reasons.emplace_back(row.reason);
  }
  properties["diagnostics"] = list_of(refer_to("diagnostic"));
  properties["exit_code"] = {{"description", "the program's exit status"}, {"enum", std::move(codes)}};
  properties["exit_reason"] = {{"enum", std::move(reasons)}};
}

json::object document(std::string_view name, std::string_view title, std::string_view description,
                      json::object body, json::object definitions) {
  json::object out = begin_document(name, title, description);
  for (auto& member : body)
    out[member.key()] = std::move(member.value());
  out["$defs"] = std::move(definitions);
  return out;
}

json::object change() {
  return open_object(
      {{"actions",
        described(
            {{"enum", {{"create"}, {"update"}, {"delete"}, json::array{"delete", "create"}, {"no-op"}}}},
            "Terraform's words; delete and create together are a replacement")},
       {"before", described(or_null("object"), "managed fields; the whole object where it goes")},
       {"after", or_null("object")},
       {"after_unknown",
        described(typed("object"), "true in the place of what is known only after the apply")},
       {"before_sensitive", described(typed("object"), "true in the place of secrets, which are left out")},
       {"after_sensitive", typed("object")},
       {"replace_paths", list_of(list_of(typed("string")))}});
}

json::object field_change() {
  return with_optional(
      {{"path", described(typed("string"), "a JSON pointer; an item of a keyed list is named by its key")},
       {"before", json::object()},
       {"after", json::object()},
       {"sensitive", typed("boolean")},
       {"after_unknown", json::object()}},
      {"after_unknown"});
}

json::object additions() {
  return with_optional({{"live_id", or_null("string")},
                        {"adopted", typed("boolean")},
                        {"source", refer_to("place")},
                        {"depends_on", described(list_of(typed("string")), "addresses")},
                        {"wave", described(count(), "actions of one wave may run side by side")},
                        {"changes", list_of(refer_to("fieldChange"))},
                        {"reason", typed("string")},
                        {"warnings", list_of(typed("string"))},
                        {"consequences", described(list_of(typed("string")), "what a replacement breaks")},
                        {"no_longer_managed", list_of(typed("string"))},
                        {"moved_from", described(typed("string"), "the address in the state before")},
                        {"forgotten", described(typed("boolean"), "let go of, not deleted")}},
                       {"moved_from", "forgotten"});
}

json::object result() {
  return with_optional(
      {{"status", words({"done", "failed", "skipped", "unknown"})},
       {"error",
        with_optional({{"code", typed("string")}, {"message", typed("string")}, {"hint", typed("string")}},
                      {"hint"})},
       {"attempts", count()},
       {"seconds", {{"type", "number"}, {"minimum", 0}}},
       {"live_id", or_null("string")}},
      {"error"});
}

json::object resource_change(bool is_applied) {
  json::object properties{{"address", described(typed("string"), "KIND/NAME")},
                          {"mode", {{"const", "managed"}}},
                          {"type", described(typed("string"), "the kind")},
                          {"name", described(typed("string"), "the handle")},
                          {"provider_name", {{"const", "descope"}}},
                          {"change", refer_to("change")}};
  if (is_applied) properties["result"] = refer_to("result");
  properties["descopectl"] = refer_to("additions");
  return open_object(std::move(properties));
}

json::object run(bool is_applied) {
  json::object properties{
      {"version", typed("string")},
      {"project_id", typed("string")},
      {"base_url", typed("string")},
      {"plan_sha256", typed("string")},
      {"summary", counts({"create", "update", "replace", "delete", "adopt", "noop", "forget", "unmanaged"})},
      {"unmanaged",
       list_of(open_object(
           {{"type", typed("string")}, {"live_id", typed("string")}, {"name", typed("string")}}))},
      {"refusals",
       described(list_of(open_object(
                     {{"code", typed("string")}, {"summary", typed("string")}, {"hint", typed("string")}})),
                 "what keeps the plan from being applied")}};
  if (is_applied) {
    json::object outcome =
        counts({"added", "changed", "destroyed", "adopted", "failed", "skipped", "unknown", "unverified"});
    outcome["properties"].as_object()["state_error"] = typed("string");
    properties["outcome"] = std::move(outcome);
  }
  if (!is_applied)
    properties["saved"] = described(typed("object"), "of a saved plan: what tells whether it still holds");
  add_ending(properties);
  // Where an apply ended before it began, there is nothing to tell of its outcome.
  return with_optional(std::move(properties), {"outcome", "saved"});
}

json::object plan_document(bool is_applied) {
  json::object change_entry = resource_change(is_applied);
  if (is_applied) change_entry["required"] = names_but(change_entry["properties"].as_object(), {"result"});
  json::object definitions = shared();
  definitions["change"] = change();
  definitions["fieldChange"] = field_change();
  definitions["additions"] = additions();
  if (is_applied) definitions["result"] = result();
  json::object body = open_object(
      {{"format_version", {{"const", "1.2"}}},
       {"terraform_version", typed("null")},
       {"timestamp", {{"type", "string"}, {"format", "date-time"}}},
       {"applyable", described(typed("boolean"), "there is work, and nothing keeps it from being done")},
       {"complete", described(typed("boolean"), "false: the run ended before there was a plan")},
       {"errored", typed("boolean")},
       {"resource_changes", list_of(std::move(change_entry))},
       {"descopectl", run(is_applied)}});
  return is_applied ? document("apply", "Result of 'descopectl apply' and 'descopectl destroy'",
                               "The plan document with a result beside each change.", std::move(body),
                               std::move(definitions))
                    : document("plan", "Result of 'descopectl plan'",
                               "Terraform's plan document, format 1.2, with additions under 'descopectl'.",
                               std::move(body), std::move(definitions));
}

json::object drift_change() {
  return open_object({{"path", typed("string")},
                      {"expected", json::object()},
                      {"live", json::object()},
                      {"last_applied", json::object()},
                      {"cause", words({"live", "manifest", "both", "deleted", "unmanaged"})},
                      {"sensitive", typed("boolean")}});
}

json::object drift_action() {
  return described({{"enum", {"create", "update", "delete", "replace", nullptr}}},
                   "what an apply would do; null where nothing");
}

}  // namespace

json::object plan_schema() {
  return plan_document(false);
}

json::object apply_schema() {
  return plan_document(true);
}

json::object drift_schema() {
  json::object properties{
      {"drift", list_of(open_object({{"address", typed("string")},
                                     {"cause", words({"live", "manifest", "both", "deleted", "unmanaged"})},
                                     {"action", drift_action()},
                                     {"changes", list_of(drift_change())},
                                     {"live_id", or_null("string")},
                                     {"name", or_null("string")},
                                     {"source", refer_to("place")}}))},
      {"summary", counts({"live", "manifest", "both", "deleted", "unmanaged", "clean"})},
      {"not_compared",
       described(list_of(open_object({{"address", typed("string")}, {"path", typed("string")}})),
                 "secrets that were not at hand, or never recorded")},
      {"version", typed("string")},
      {"timestamp", {{"type", "string"}, {"format", "date-time"}}}};
  add_ending(properties);
  return document("drift", "Result of 'descopectl drift'",
                  "What differs from what was last applied, and why.", open_object(std::move(properties)),
                  shared());
}

json::object diagnostics_schema() {
  json::object properties{{"valid", typed("boolean")}, {"error_count", count()}, {"warning_count", count()}};
  add_ending(properties);
  properties["summary"] = described(typed("object"), "counts of files, documents and objects");
  return document("diagnostics", "Result of 'descopectl validate'",
                  "Every problem that was found, with its place.", open_object(std::move(properties)),
                  shared());
}

}  // namespace descopectl::reference
