// The plan document, whole, and its parts.
#include "descopectl/render/plan_json.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace descopectl::test {
namespace {

using plan::ActionKind;

render::JsonContext make_context() {
  return {.version = "0.1.0", .timestamp = "2026-01-31T12:00:00Z"};
}

json::object change_of(const plan::Action& action) {
  const json::object document = render::plan_to_json(make_plan({action}), make_context());
  return document.at("resource_changes").at(0).at("change").get_object();
}

json::object additions_of(const plan::Action& action) {
  const json::object document = render::plan_to_json(make_plan({action}), make_context());
  return document.at("resource_changes").at(0).at("descopectl").get_object();
}

TEST(PlanJson, OfAPartSaysWhichAndIsNotComplete) {
  plan::Plan plan = make_plan({new_connection()});
  plan.scope.selection.targets = {{"McpScope", "s"}};
  plan.scope.keys = {{"Connection", "google-calendar"}, {"Resource", "r"}};
  plan.scope.owners = {{{"McpScope", "s"}, {"Resource", "r"}}};
  plan.scope.pulled = {{{"Connection", "google-calendar"}, {"Resource", "r"}}};
  plan.scope.left_out = 3;
  const json::object document = render::plan_to_json(plan, make_context());
  EXPECT_EQ(document.at("complete"), json::value(false));
  EXPECT_EQ(
      json::serialize(document.at("descopectl").at("selection")),
      R"({"selector":[],"targets":["McpScope/s"],"selected":["Connection/google-calendar","Resource/r"],)"
      R"("pulled_in":[{"address":"Connection/google-calendar","because_of":"Resource/r"},)"
      R"({"address":"Resource/r","because_of":"McpScope/s"}],"left_out":3,"prunes":false})");
}

TEST(PlanJson, HasTheShapeOfTheContract) {
  diag::SourceTable sources;
  plan::Action action = new_connection();
  action.managed = parse(R"({"name": "Google Calendar", "pkce": true})");
  compare(action);
  action.source = {sources.add("descope/google.yaml", "kind: Connection\n"), 0, 4};
  plan::Plan plan = make_plan({action});
  plan.unmanaged = {{"Connection", "slack", "Slack"}};
  plan.summary.unmanaged = 1;
  render::JsonContext context = make_context();
  context.sources = &sources;
  EXPECT_EQ(base::to_pretty_json(render::plan_to_json(plan, context)), R"({
  "format_version": "1.2",
  "terraform_version": null,
  "timestamp": "2026-01-31T12:00:00Z",
  "applyable": true,
  "complete": true,
  "errored": false,
  "resource_changes": [
    {
      "address": "Connection/google-calendar",
      "mode": "managed",
      "type": "Connection",
      "name": "google-calendar",
      "provider_name": "descope",
      "change": {
        "actions": [
          "create"
        ],
        "before": null,
        "after": {
          "name": "Google Calendar",
          "pkce": true
        },
        "after_unknown": {
          "id": true
        },
        "before_sensitive": {},
        "after_sensitive": {
          "clientSecret": true
        },
        "replace_paths": []
      },
      "descopectl": {
        "live_id": null,
        "adopted": false,
        "source": {
          "file": "descope/google.yaml",
          "line": 1,
          "column": 1
        },
        "depends_on": [],
        "wave": 0,
        "changes": [
          {
            "path": "/name",
            "before": null,
            "after": "Google Calendar",
            "sensitive": false
          },
          {
            "path": "/pkce",
            "before": null,
            "after": true,
            "sensitive": false
          },
          {
            "path": "/clientSecret",
            "before": null,
            "after": null,
            "sensitive": true
          }
        ],
        "reason": "not in the project yet",
        "warnings": [],
        "consequences": [],
        "no_longer_managed": []
      }
    }
  ],
  "descopectl": {
    "version": "0.1.0",
    "project_id": "P2abc",
    "base_url": "https://api.descope.com",
    "plan_sha256": "c0ffee",
    "summary": {
      "create": 1,
      "update": 0,
      "replace": 0,
      "delete": 0,
      "adopt": 0,
      "noop": 0,
      "forget": 0,
      "unmanaged": 1
    },
    "unmanaged": [
      {
        "type": "Connection",
        "live_id": "slack",
        "name": "Slack"
      }
    ],
    "refusals": [],
    "diagnostics": [],
    "exit_code": 0,
    "exit_reason": "done"
  }
}
)");
}

TEST(PlanJson, ShowsManagedFieldsOnlyAndNullWhereOneIsReset) {
  plan::Action action = make_action(ActionKind::kUpdate, "Connection", "a");
  action.before = parse(R"({"id": "a", "name": "A", "description": "old", "logo": "l"})");
  action.managed = parse(R"({"name": "B", "description": null})");
  compare(action);
  const json::object change = change_of(action);
  EXPECT_EQ(change.at("before"), json::value(parse(R"({"name": "A", "description": "old"})")));
  EXPECT_EQ(change.at("after"), json::value(parse(R"({"name": "B", "description": null})")));
}

TEST(PlanJson, ShowsTheWholeObjectBeforeADeleteAndAReplacementWithoutSecrets) {
  plan::Action action = make_action(ActionKind::kReplace, "Connection", "a");
  action.live_id = "a";
  action.before = parse(R"({"id": "a", "name": "A", "clientSecret": "hunter2", "tomorrow": {"x": 1}})");
  action.managed = parse(R"({"name": "A", "appType": "apikey", "description": null})");
  action.replaced_by = {"/appType"};
  const json::value before(parse(R"({"id": "a", "name": "A", "tomorrow": {"x": 1}})"));
  json::object change = change_of(action);
  EXPECT_EQ(change.at("actions"), json::value({"delete", "create"}));
  EXPECT_EQ(change.at("before"), before);
  EXPECT_EQ(change.at("after"), json::value(parse(R"({"name": "A", "appType": "apikey"})")));
  EXPECT_EQ(json::serialize(change.at("replace_paths")), R"([["appType"]])");
  action.kind = ActionKind::kDelete;
  change = change_of(action);
  EXPECT_EQ(json::serialize(change.at("actions")), R"(["delete"])");
  EXPECT_EQ(change.at("before"), before);
  EXPECT_TRUE(change.at("after").is_null());
}

TEST(PlanJson, MirrorsWhatIsKnownOnlyLater) {
  plan::Action action = make_action(ActionKind::kCreate, "Resource", "crm");
  const json::value reference = model::marker::make_reference({"Role", "reader"});
  action.managed = parse(R"({"name": "CRM", "dynamicRegistrationSettings": {"useTemplate": true}})");
  action.managed["dynamicRegistrationSettings"].get_object()["dynamicRegistrationTemplateId"] = reference;
  action.managed["list"] = json::array{parse(R"({"a": 1})"), json::object{{"a", 2}, {"role", reference}}};
  compare(action);
  const json::object change = change_of(action);
  EXPECT_EQ(json::serialize(change.at("after")),
            R"({"name":"CRM","dynamicRegistrationSettings":{"useTemplate":true},"list":[{"a":1},{"a":2}]})");
  EXPECT_EQ(
      json::serialize(change.at("after_unknown")),
      R"({"id":true,"dynamicRegistrationSettings":{"dynamicRegistrationTemplateId":true},"list":[{},{"role":true}]})");
  const json::object additions = additions_of(action);
  for (const json::value& entry : additions.at("changes").get_array())
    if (entry.at("path") == "/dynamicRegistrationSettings/dynamicRegistrationTemplateId") {
      EXPECT_EQ(
          json::serialize(entry),
          R"({"path":"/dynamicRegistrationSettings/dynamicRegistrationTemplateId","before":null,"after":null,"sensitive":false,"after_unknown":true})");
    }
}

TEST(PlanJson, ShowsOurItemsOfAListThatOthersOwnToo) {
  plan::Action action = make_action(ActionKind::kUpdate, "Resource", "crm");
  action.before = parse(
      R"({"name": "CRM", "scopes": {"connectionsScopes": [{"name": "theirs"}, {"name": "ours", "description": "old"}]}})");
  action.managed["scopes"] = json::object{
      {"connectionsScopes",
       model::marker::make_items({parse(R"({"name": "ours", "description": "new"})")}, {"gone"})}};
  const json::object change = change_of(action);
  EXPECT_EQ(json::serialize(change.at("before")),
            R"({"scopes":{"connectionsScopes":[{"name":"ours","description":"old"}]}})");
  EXPECT_EQ(json::serialize(change.at("after")),
            R"({"scopes":{"connectionsScopes":[{"name":"ours","description":"new"}]}})");
}

TEST(PlanJson, SaysWhatWasAdoptedMovedAndForgotten) {
  plan::Action action = make_action(ActionKind::kNoop, "Connection", "b");
  action.is_adopted = true;
  action.is_moved = true;
  action.moved_from = {"Connection", "a"};
  EXPECT_EQ(json::serialize(change_of(action).at("actions")), R"(["no-op"])");
  EXPECT_TRUE(additions_of(action).at("adopted").get_bool());
  EXPECT_EQ(additions_of(action).at("moved_from"), "Connection/a");
  EXPECT_FALSE(additions_of(action).contains("forgotten"));
  action = make_action(ActionKind::kForget, "Connection", "b");
  EXPECT_EQ(json::serialize(change_of(action).at("actions")), R"(["no-op"])");
  EXPECT_TRUE(additions_of(action).at("forgotten").get_bool());
}

TEST(PlanJson, NamesDependenciesByAddress) {
  plan::Action second = make_action(ActionKind::kCreate, "Resource", "crm");
  second.depends_on = {0};
  second.wave = 1;
  const json::object document = render::plan_to_json(make_plan({new_connection(), second}), make_context());
  const json::value& additions = document.at("resource_changes").at(1).at("descopectl");
  EXPECT_EQ(json::serialize(additions.at("depends_on")), R"(["Connection/google-calendar"])");
  EXPECT_EQ(additions.at("wave"), 1);
}

TEST(PlanJson, IsNotApplyableWhenRefusedOrInError) {
  plan::Plan plan = make_plan({new_connection()});
  plan.refusals = {{"too-many-deletes", "11 objects would be deleted", "--allow-deletes 11 allows it"}};
  render::JsonContext context = make_context();
  context.exit = diag::ExitStatus::kRefused;
  json::object document = render::plan_to_json(plan, context);
  EXPECT_FALSE(document.at("applyable").get_bool());
  EXPECT_FALSE(document.at("errored").get_bool());
  EXPECT_EQ(
      json::serialize(document.at("descopectl").at("refusals")),
      R"([{"code":"too-many-deletes","summary":"11 objects would be deleted","hint":"--allow-deletes 11 allows it"}])");
  EXPECT_EQ(document.at("descopectl").at("exit_code"), 8);
  EXPECT_EQ(document.at("descopectl").at("exit_reason"), "refused");

  plan.refusals.clear();
  context.diagnostics.push_back({.code = "cycle", .summary = "a cycle"});
  document = render::plan_to_json(plan, context);
  EXPECT_FALSE(document.at("applyable").get_bool());
  EXPECT_TRUE(document.at("errored").get_bool());
}

TEST(ApplyJson, PutsAResultBesideEachChange) {
  apply::Outcome outcome;
  outcome.actions.resize(2);
  outcome.actions[0] = {
      .status = apply::Status::kDone, .attempts = 1, .seconds = 0.21004, .live_id = "google-calendar"};
  outcome.actions[1] = {.status = apply::Status::kFailed,
                        .code = "api-refused",
                        .message = "the service refused it",
                        .hint = "look at the uri",
                        .attempts = 2};
  outcome.added = 1;
  outcome.failed = 1;
  render::JsonContext context = make_context();
  context.exit = diag::ExitStatus::kPartial;
  const plan::Plan plan = make_plan({new_connection(), make_action(ActionKind::kCreate, "Resource", "crm")});
  const json::object document = render::apply_to_json(plan, outcome, context);
  const json::value& entries = document.at("resource_changes");
  EXPECT_EQ(base::to_canonical_json(entries.at(0).at("result")),
            R"({"attempts":1,"live_id":"google-calendar","seconds":0.21,"status":"done"})");
  EXPECT_EQ(
      base::to_canonical_json(entries.at(1).at("result")),
      R"({"attempts":2,"error":{"code":"api-refused","hint":"look at the uri","message":"the service refused it"},"live_id":null,"seconds":0.0,"status":"failed"})");
  EXPECT_EQ(
      json::serialize(document.at("descopectl").at("outcome")),
      R"({"added":1,"changed":0,"destroyed":0,"adopted":0,"failed":1,"skipped":0,"unknown":0,"unverified":0})");
  EXPECT_EQ(document.at("descopectl").at("exit_reason"), "partial");
}

TEST(ApplyJson, CallsWhatWasNeverStartedSkipped) {
  const plan::Plan plan = make_plan({new_connection(), make_action(ActionKind::kNoop, "Resource", "crm")});
  const json::object document = render::apply_to_json(plan, {}, make_context());
  EXPECT_EQ(document.at("resource_changes").at(0).at("result").at("status"), "skipped");
  EXPECT_EQ(document.at("resource_changes").at(1).at("result").at("status"), "done");
}

}  // namespace
}  // namespace descopectl::test
