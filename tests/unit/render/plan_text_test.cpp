// The plan as text, whole.
#include "descopectl/render/plan_text.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace descopectl::test {
namespace {

using plan::ActionKind;
using render::plan_to_text;

constexpr std::string_view kIntro = "descopectl will perform the following actions:\n\n";

std::string show(std::vector<plan::Action> actions, const render::TextOptions& options = {}) {
  plan::Plan plan = make_plan(std::move(actions));
  plan.sha256.clear();
  std::string text = plan_to_text(plan, options);
  if (text.starts_with(kIntro)) text.erase(0, kIntro.size());
  return text;
}

plan::Action make_update(std::string_view kind, std::string handle, std::string_view before,
                         std::string_view managed) {
  plan::Action action = make_action(ActionKind::kUpdate, kind, std::move(handle));
  action.live_id = "id1";
  action.before = parse(before);
  action.managed = parse(managed);
  compare(action);
  return action;
}

TEST(PlanText, ShowsACreationWithItsSecretHiddenAndItsPlace) {
  diag::SourceTable sources;
  plan::Action action = new_connection();
  action.source = {sources.add("descope/google.yaml", "kind: Connection\nmetadata:\n  name: x\n"), 27, 28};
  EXPECT_EQ(plan_to_text(make_plan({action}), {.sources = &sources}),
            R"(descopectl will perform the following actions:

# Connection/google-calendar will be created (not in the project yet)
+ Connection/google-calendar [id=google-calendar] (descope/google.yaml:3:1)
  + name = "Google Calendar"
  + defaultScopes = ["openid", "email"]
  + pkce = true
  + clientSecret = (sensitive value)

Plan SHA-256: c0ffee
Plan: 1 to add, 0 to change, 0 to destroy.
)");
}

TEST(PlanText, OfAPartSaysWhatItIsLimitedTo) {
  plan::Plan plan = make_plan({});
  plan.scope.selection.selector = {{model::LabelRule::Form::kEquals, "team", "a"},
                                   {model::LabelRule::Form::kIsMissing, "old", ""}};
  plan.scope.keys = {{"Connection", "c"}};
  EXPECT_EQ(plan_to_text(plan, {}),
            R"(Limited to --selector team=a,!old: 1 of 1 declared object, and nothing is pruned.
Plan SHA-256: c0ffee
No changes. Live matches the selected manifests.
)");
  plan.scope.selection = {{}, {{"McpScope", "s"}, {"Connection", "c"}}};
  plan.scope.keys.insert({"Resource", "r"});
  plan.scope.owners = {{{"McpScope", "s"}, {"Resource", "r"}}};
  plan.scope.left_out = 4;
  EXPECT_EQ(
      plan_to_text(plan, {}),
      R"(Limited to --target McpScope/s, --target Connection/c: 2 of 6 declared objects, and nothing is pruned.
  Resource/r, which McpScope/s is a part of
Plan SHA-256: c0ffee
No changes. Live matches the selected manifests.
)");
}

TEST(PlanText, ShowsOnlyChangedFieldsAndCountsTheRest) {
  plan::Action action = make_update(
      "Connection", "crm",
      R"({"id": "id1", "name": "CRM", "pkce": false, "description": "old", "defaultScopes": ["a", "b", "c"], "prompt": ["login"], "logo": "l"})",
      R"({"name": "CRM", "pkce": true, "description": null, "defaultScopes": ["c", "a", "d"], "prompt": ["login"], "tokenUrl": "https://t.example/"})");
  action.reason = "the manifest differs from live";
  action.no_longer_managed = {"/logo"};
  action.warnings = {"the update call is known to lose useDcr"};
  EXPECT_EQ(show({action}), R"(# Connection/crm will be updated in-place (the manifest differs from live)
~ Connection/crm [id=id1]
  - description = "old" -> null
  + tokenUrl = "https://t.example/"
  ~ defaultScopes = [
      - "b"
      + "d"
        (2 unchanged items)
    ]
  ~ pkce = false -> true
    (2 unchanged fields)
    note: no longer managed, stays as it is: logo
    warning: the update call is known to lose useDcr

Plan: 0 to add, 1 to change, 0 to destroy.
)");
}

TEST(PlanText, NamesItemsOfKeyedListsByTheirKey) {
  const plan::Action action = make_update("Resource", "crm",
                                          R"({"name": "CRM", "scopes": {"permissionsScopes": [
                                              {"name": "contacts.read", "values": ["Reader"]},
                                              {"name": "old", "values": ["Admin"]}]}})",
                                          R"({"name": "CRM", "scopes": {"permissionsScopes": [
                                              {"name": "contacts.read", "values": ["Reader", "Admin"]},
                                              {"name": "new", "description": "New one", "values": ["Admin"]}]}})");
  EXPECT_EQ(show({action}), R"(# Resource/crm will be updated in-place
~ Resource/crm [id=id1]
  ~ scopes.permissionsScopes["contacts.read"].values = [
      + "Admin"
        (1 unchanged item)
    ]
  + scopes.permissionsScopes["new"] = {
      + name = "new"
      + description = "New one"
      + values = ["Admin"]
    }
  - scopes.permissionsScopes["old"] = {
      - name = "old"
      - values = ["Admin"]
    } -> null
    (1 unchanged field)

Plan: 0 to add, 1 to change, 0 to destroy.
)");
}

TEST(PlanText, MarksFieldsThatForceAReplacementAndListsWhatItBreaks) {
  plan::Action action = make_action(ActionKind::kReplace, "Resource", "crm");
  action.live_id = "RS1";
  action.before = parse(R"({"name": "CRM", "uri": "https://old.example/"})");
  action.managed = parse(R"({"name": "CRM", "uri": "https://new.example/"})");
  compare(action);
  action.replaced_by = {"/uri"};
  action.consequences = {"its id changes", "consents are lost"};
  EXPECT_EQ(show({action}), R"(# Resource/crm must be replaced
-/+ Resource/crm [id=RS1]
  ~ id = "RS1" -> (known after apply)
  ~ uri = "https://old.example/" -> "https://new.example/" # forces replacement
    (1 unchanged field)
    ! its id changes
    ! consents are lost

Plan: 1 to add, 0 to change, 1 to destroy.
)");
}

TEST(PlanText, NamesWhatAReferenceWaitsFor) {
  plan::Action action = make_action(ActionKind::kCreate, "Resource", "crm");
  action.managed = parse(R"({"name": "CRM"})");
  action.managed["dynamicRegistrationSettings"] =
      json::object{{"dynamicRegistrationTemplateId",
                    model::marker::make_reference({"DynamicRegistrationTemplate", "strict"})}};
  compare(action);
  EXPECT_EQ(show({action}), R"(# Resource/crm will be created
+ Resource/crm
  + id = (known after apply)
  + name = "CRM"
  + dynamicRegistrationSettings.dynamicRegistrationTemplateId = (known after apply) # id of DynamicRegistrationTemplate/strict

Plan: 1 to add, 0 to change, 0 to destroy.
)");
}

TEST(PlanText, ShowsWhatADeleteTakesAway) {
  plan::Action action = make_action(ActionKind::kDelete, "Connection", "crm");
  action.live_id = "crm";
  action.reason = "no manifest declares it any more";
  action.before =
      parse(R"({"id": "crm", "name": "CRM", "pkce": false, "defaultScopes": ["a"], "tomorrow": 1})");
  action.consequences = {"tokens that users stored through it are deleted with it"};
  EXPECT_EQ(show({action}), R"(# Connection/crm will be destroyed (no manifest declares it any more)
- Connection/crm [id=crm]
  - name = "CRM"
  - defaultScopes = ["a"]
  - tomorrow = 1
    ! tokens that users stored through it are deleted with it

Plan: 0 to add, 0 to change, 1 to destroy.
)");
}

TEST(PlanText, ShowsAdoptionMoveAndForgetting) {
  plan::Action adopted = make_action(ActionKind::kNoop, "Connection", "a");
  adopted.is_adopted = true;
  adopted.live_id = "a";
  plan::Action moved = make_action(ActionKind::kNoop, "Connection", "c");
  moved.is_moved = true;
  moved.moved_from = {"Connection", "b"};
  moved.live_id = "b";
  plan::Action forgotten = make_action(ActionKind::kForget, "Connection", "d");
  forgotten.reason = "onRemoval: keep";
  EXPECT_EQ(show({adopted, moved, forgotten}), R"(# Connection/a will be adopted, nothing changes
> Connection/a [id=a]

# Connection/b has moved to Connection/c
  Connection/c [id=b]

# Connection/d will be forgotten, nothing changes in the project (onRemoval: keep)
. Connection/d

Plan: 0 to add, 0 to change, 0 to destroy, 1 to adopt.
)");
}

TEST(PlanText, SaysWhenThereIsNothingToDo) {
  const plan::Action same = make_action(ActionKind::kNoop, "Connection", "a");
  EXPECT_EQ(show({same}), "No changes. Live matches the manifests.\n");
  EXPECT_EQ(show({same}, {.is_destroy = true}),
            "No changes. Nothing that is owned and declared is left to destroy.\n");
  EXPECT_EQ(show({make_action(ActionKind::kForget, "Connection", "a")}, {.is_summary = true}),
            ". Connection/a\n\nNo changes. Live matches the manifests; only the state will be updated.\n");
}

TEST(PlanText, ShowsUnchangedObjectsOnlyWhenAsked) {
  EXPECT_EQ(show({make_action(ActionKind::kNoop, "Connection", "a")}, {.show_noop = true}),
            "# Connection/a has no changes\n  Connection/a\n\nNo changes. Live matches the manifests.\n");
}

TEST(PlanText, CountsWhatIsUnmanagedByKind) {
  plan::Plan plan = make_plan({});
  plan.unmanaged = {{"Connection", "a", "A"},
                    {"Connection", "b", "B"},
                    {"ResourcePolicy", "c", ""},
                    {"ResourcePolicy", "d", ""}};
  EXPECT_EQ(plan_to_text(plan, {}),
            "Unmanaged: 2 connections, 2 resource policies\nPlan SHA-256: c0ffee\nNo changes. Live matches "
            "the manifests.\n");
}

TEST(PlanText, SaysWhichSecretsAreNotCompared) {
  plan::Action action = make_action(ActionKind::kNoop, "Connection", "a");
  action.secrets.resize(2);
  action.secrets[0].pointer = "/clientSecret";
  action.secrets[0].problem = "the environment variable A_SECRET is not set";
  action.secrets[1].pointer = "/other";
  action.secrets[1].status = diff::SecretStatus::Form::kUnchanged;
  EXPECT_EQ(show({action}), R"(Not compared: 1 secret
  Connection/a: clientSecret (the environment variable A_SECRET is not set)
No changes. Live matches the manifests.
)");
}

TEST(PlanText, HasNothingToCompareASecretWithBeforeACreation) {
  plan::Action action = new_connection();
  action.secrets[0].is_sent = false;
  action.secrets[0].status = diff::SecretStatus::Form::kUnavailable;
  EXPECT_EQ(show({action}).find("Not compared"), std::string::npos);
}

TEST(PlanText, ShowsTextsOfSeveralLinesByLineAndShortensLongOnes) {
  const std::string logo = "data:image/png;base64," + std::string(300, 'A');
  plan::Action action = make_update("Connection", "a", R"({"description": "one\ntwo\nthree\n", "logo": "x"})",
                                    R"({"description": "one\n2\nthree\n"})");
  action.managed["logo"] = logo;
  compare(action);
  EXPECT_EQ(show({action}),
            "# Connection/a will be updated in-place\n~ Connection/a [id=id1]\n"
            "  ~ description = <<EOT\n      - two\n      + 2\n        (2 unchanged lines)\n    EOT\n"
            "  ~ logo = \"x\" -> \"data:image/png;base64," +
                std::string(38, 'A') + "..." + std::string(20, 'A') +
                "\" (322 bytes)\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n");
}

TEST(PlanText, LetsNothingSteerTheTerminal) {
  plan::Action action =
      make_update("Connection", "a", R"({"name": "x"})", R"({"name": "\u001b[2J\u202e\"\\"})");
  action.reason = "because\x1b[31m";
  EXPECT_EQ(show({action}), R"(# Connection/a will be updated in-place (because\x1b[31m)
~ Connection/a [id=id1]
  ~ name = "x" -> "\x1b[2J\xe2\x80\xae\"\\"

Plan: 0 to add, 1 to change, 0 to destroy.
)");
}

TEST(PlanText, IsColouredOnlyWhenAsked) {
  EXPECT_EQ(show({make_update("Connection", "a", R"({"name": "x"})", R"({"name": "y"})")}, {.color = true}),
            "\x1b[1m# Connection/a will be updated in-place\x1b[0m\n\x1b[33m~\x1b[0m Connection/a [id=id1]\n"
            "  \x1b[33m~\x1b[0m name = \"x\" -> \"y\"\n\n\x1b[1mPlan: 0 to add, 1 to change, 0 to "
            "destroy.\x1b[0m\n");
}

TEST(PlanText, NeverShowsASecretsSource) {
  plan::Action action = new_connection();
  action.secrets[0].source.text = model::Secret("hunter2");
  action.secrets[0].source.name = "hunter2";
  EXPECT_EQ(show({action}).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace descopectl::test
