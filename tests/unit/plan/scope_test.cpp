// --selector and --target: what is planned, what is drawn in, what is left alone.
#include <gmock/gmock.h>

#include "descopectl/plan/scope.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::action_on;
using test::actions_of;
using test::Manifests;
using test::Project;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string doc(const std::string& kind, const std::string& metadata, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {" + metadata + "}\nspec: {" + spec +
         "}\n";
}
std::string connection(const std::string& handle, const std::string& labels = "") {
  return doc("Connection", "name: " + handle + ", labels: {" + labels + "}", "name: " + handle);
}
std::string resource(const std::string& handle, const std::string& used, const std::string& labels = "") {
  return doc("Resource", "name: " + handle + ", labels: {" + labels + "}",
             "name: " + handle + ", type: mcp, uri: 'https://" + handle +
                 "', scopes: {connectionsScopes: [{name: s, connections: [{connection: " + used + "}]}]}");
}

/// r1 refers to c1; r2 to c2; a role refers to a permission by its name, and an app to the role.
std::string shop() {
  return connection("c1", "team: one") + connection("c2", "team: two") + resource("r1", "c1", "team: one") +
         resource("r2", "c2", "team: two, tier: gold") + doc("Permission", "name: p", "name: read") +
         doc("Role", "name: role", "name: Reader, permissionNames: [read]") +
         doc("InboundApp", "name: app", "name: App, permissionsScopes: [{name: x, values: [Reader]}]");
}

class ScopeTest : public testing::Test {
 protected:
  void target(const std::vector<model::ObjectKey>& targets) { project.selection = {{}, targets}; }
  void select(const std::vector<std::string>& rules) {
    project.selection = {};
    for (const std::string& rule : rules)
      project.selection.selector.push_back(model::parse_label_rule(rule).value());
  }
  /// The errors of a plan for `text`, without places.
  std::string errors(const std::string& text) {
    Manifests manifests(text);
    [[maybe_unused]] const plan::Plan plan = project.plan(manifests);
    std::string found;
    for (const diag::Diagnostic& diagnostic : manifests.sink.all())
      if (diagnostic.severity == diag::Severity::kError)
        found += diagnostic.code + ": " + diagnostic.summary + " (" + diagnostic.hint + ")\n";
    return found;
  }

  Project project;
};

std::string pulled_in(const plan::Plan& plan) {
  std::string text;
  for (const plan::Scope::Pulled& pulled : plan.scope.pulled)
    text += (text.empty() ? "" : ", ") + pulled.key.to_string() + " by " + pulled.by.to_string();
  return text;
}

TEST(LabelRules, ReadAsInKubectl) {
  const model::Labels labels{{"team", "one"}, {"empty", ""}};
  const auto holds = [&](std::string_view text) {
    return model::parse_label_rule(text).value().holds(labels);
  };
  EXPECT_TRUE(holds("team=one"));
  EXPECT_TRUE(holds("team==one"));
  EXPECT_FALSE(holds("team=two"));
  EXPECT_FALSE(holds("other=one"));
  EXPECT_TRUE(holds("team!=two"));
  EXPECT_FALSE(holds("team!=one"));
  EXPECT_TRUE(holds("other!=one")) << "what has no such label differs";
  EXPECT_TRUE(holds("team"));
  EXPECT_FALSE(holds("other"));
  EXPECT_TRUE(holds("!other"));
  EXPECT_FALSE(holds("!team"));
  EXPECT_TRUE(holds("empty="));
  for (const char* wrong : {"", "=x", "!", "!=x", "a b", "team in (one", "two)"})
    EXPECT_FALSE(model::parse_label_rule(wrong)) << wrong;
}

TEST_F(ScopeTest, WithoutASelectionEverythingIsPlanned) {
  const plan::Plan plan = project.plan_text(shop());
  EXPECT_FALSE(plan.scope.is_limited());
  EXPECT_EQ(plan.actions.size(), 7U);
}

TEST_F(ScopeTest, ATargetComesWithWhatItLeansOnOverAnyDistance) {
  target({{"Resource", "r1"}});
  const plan::Plan one = project.plan_text(shop());
  EXPECT_EQ(actions_of(one), "create Connection/c1, create Resource/r1");
  EXPECT_EQ(pulled_in(one), "Connection/c1 by Resource/r1");
  EXPECT_EQ(one.scope.left_out, 5U);
  target({{"InboundApp", "app"}, {"Connection", "c2"}});
  const plan::Plan two = project.plan_text(shop());
  EXPECT_EQ(actions_of(two),
            "create Connection/c2, create InboundApp/app, create Permission/p, create Role/role");
  EXPECT_EQ(pulled_in(two), "Permission/p by Role/role, Role/role by InboundApp/app");
}

TEST_F(ScopeTest, AScopeAsATargetMeansItsResource) {
  const std::string text = resource("r", "c") + connection("c") +
                           doc("McpScope", "name: ping", "resource: r, name: mcp:ping") +
                           doc("McpScope", "name: there", "resource: {live: RS1}, name: mcp:there");
  project.add_live("Resource", R"({"id":"RS1","name":"theirs","type":"mcp","uri":"https://theirs"})");
  target({{"McpScope", "ping"}});
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "create Connection/c, create Resource/r");
  ASSERT_EQ(plan.scope.owners.size(), 1U);
  EXPECT_EQ(plan.scope.owners[0].key.to_string(), "Resource/r");
  target({{"McpScope", "there"}});
  EXPECT_EQ(actions_of(project.plan_text(text)), "update Resource/RS1");
}

TEST_F(ScopeTest, ASelectorTakesWhatItsLabelsSayAndNothingElse) {
  select({"team=one"});
  EXPECT_EQ(actions_of(project.plan_text(shop())), "create Connection/c1, create Resource/r1");
  select({"team", "tier!=gold"});
  EXPECT_EQ(actions_of(project.plan_text(shop())),
            "create Connection/c1, create Connection/c2, create Resource/r1");
  select({"!team"});
  EXPECT_EQ(actions_of(project.plan_text(shop())),
            "create InboundApp/app, create Permission/p, create Role/role");
}

TEST_F(ScopeTest, ALabelOfAScopeSelectsItsResource) {
  const std::string text = doc("Resource", "name: r", "name: r, type: mcp, uri: 'https://r'") +
                           doc("McpScope", "name: ping, labels: {team: one}", "resource: r, name: mcp:ping");
  select({"team=one"});
  EXPECT_EQ(actions_of(project.plan_text(text)), "create Resource/r");
  project.selection = {};
  project.apply_text(text);
  project.policy.is_destroy = true;
  select({"team=one"});
  EXPECT_THAT(errors(text), HasSubstr("nothing-selected")) << "but it does not destroy it";
}

TEST_F(ScopeTest, WhatIsLeftOutMustBeThereWhereItIsReferredTo) {
  select({"tier=gold"});
  EXPECT_EQ(
      errors(shop()),
      "unselected-reference: Resource/r2 needs Connection/c2, which is neither selected nor in the project "
      "(widen --selector, or apply --target Connection/c2 first)\n");
  target({{"Connection", "c2"}});
  project.apply(project.plan_text(shop()));
  select({"tier=gold"});
  const plan::Plan plan = project.plan_text(shop());
  EXPECT_EQ(actions_of(plan), "create Resource/r2");
  EXPECT_THAT(json::serialize(action_on(plan, "Resource/r2").body), HasSubstr(R"("values":["c2"])"));
}

TEST_F(ScopeTest, WhatIsLeftOutAndReferredToByNameMustBeThereToo) {
  std::string text = shop();
  text.replace(text.find("{name: app}"), 11, "{name: app, labels: {team: three}}");
  select({"team=three"});
  EXPECT_THAT(errors(text), HasSubstr("unselected-reference: InboundApp/app needs Role/role"));
}

TEST_F(ScopeTest, NothingIsPrunedAndWhatIsLeftOutKeepsItsState) {
  project.apply_text(shop());
  const std::string fewer = connection("c1", "team: one") + resource("r1", "c1", "team: one");
  for (const char* kind : {"Permission", "Role", "InboundApp"})
    project.policy.allow_empty_kinds.insert(kind);
  target({{"Resource", "r1"}});
  EXPECT_EQ(actions_of(project.plan_text(fewer)), "");
  project.policy.prune = {plan::Prune::Form::kAll, {"Connection"}};
  project.add_live("Connection", R"({"id":"foreign","name":"foreign"})");
  const plan::Plan plan = project.plan_text(fewer);
  EXPECT_EQ(actions_of(plan), "");
  EXPECT_THAT(plan.unmanaged, IsEmpty()) << "only what is selected is looked at";
  project.apply(plan);
  EXPECT_EQ(project.recorded.objects.size(), 7U);
  project.selection = {};
  EXPECT_THAT(actions_of(project.plan_text(fewer)), HasSubstr("delete Connection/c2"));
}

std::string named_role(const std::string& name) {
  return doc("Role", "name: r1, labels: {team: one}", "name: " + name);
}
std::string role_users(const std::string& name) {
  return doc("InboundApp", "name: app", "name: App, permissionsScopes: [{name: x, values: [" + name + "]}]") +
         doc("Resource", "name: api",
             "name: api, type: api, uri: 'https://api', scopes: {permissionsScopes: [{name: y, values: [" +
                 name + "]}]}");
}

TEST_F(ScopeTest, ARenameNamesTheReferrersThatWouldFollowIfTheyWereSelectedToo) {
  project.apply_text(named_role("Old") + role_users("Old"));
  const std::string text = named_role("New") + role_users("New");
  target({{"InboundApp", "app"}});
  const plan::Plan plan = project.plan_text(text);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_THAT(plan.refusals[0].summary, HasSubstr("Role/r1 would be renamed, but Resource/api still refers"));
  EXPECT_EQ(plan.refusals[0].hint, "add --target Resource/api: its manifest has changed as well");
  target({{"InboundApp", "app"}, {"Resource", "api"}});
  const plan::Plan wider = project.plan_text(text);
  EXPECT_THAT(wider.refusals, IsEmpty()) << "the hint leads on";
  EXPECT_EQ(actions_of(wider), "update InboundApp/app, update Resource/api, update Role/r1");
  select({"team=one"});
  const plan::Plan selected = project.plan_text(text);
  ASSERT_EQ(selected.refusals.size(), 2U);
  EXPECT_EQ(selected.refusals[0].hint,
            "widen --selector to InboundApp/app: its manifest has changed as well");
}

TEST_F(ScopeTest, ARenameAsksToChangeReferrersWhoseManifestsKeepTheOldName) {
  project.apply_text(named_role("Old") + role_users("Old"));
  target({{"Role", "r1"}});
  const plan::Plan plan = project.plan_text(named_role("New") + role_users("Old"));
  ASSERT_EQ(plan.refusals.size(), 2U);
  for (const plan::Refusal& refusal : plan.refusals)
    EXPECT_EQ(refusal.hint, "change or delete the referrer first");
}

TEST_F(ScopeTest, AMoveHappensWithItsObjectAndNotWithAnother) {
  project.apply_text(shop());
  std::string moved = shop();
  moved.replace(moved.find("{name: app}"), 11, "{name: renamed}");
  target({{"Connection", "c1"}});
  EXPECT_EQ(actions_of(project.plan_text(moved)), "");
  target({{"InboundApp", "renamed"}});
  EXPECT_EQ(actions_of(project.plan_text(moved)), "move InboundApp/renamed");
}

TEST_F(ScopeTest, DestroyTakesWhatLeansOnATarget) {
  project.apply_text(shop());
  project.policy.is_destroy = true;
  target({{"Permission", "p"}});
  const plan::Plan plan = project.plan_text(shop());
  EXPECT_EQ(actions_of(plan), "delete InboundApp/app, delete Permission/p, delete Role/role");
  EXPECT_EQ(pulled_in(plan), "InboundApp/app by Role/role, Role/role by Permission/p");
  EXPECT_THAT(plan.refusals, IsEmpty());
  target({{"Resource", "r1"}});
  EXPECT_EQ(actions_of(project.plan_text(shop())), "delete Resource/r1") << "what it leans on stays";
}

TEST_F(ScopeTest, DestroyTakesNothingThatReferredToTheTargetInNoApply) {
  const auto text = [](const std::string& used) {
    return connection("c1") + connection("c2") + resource("r", used);
  };
  project.apply_text(text("c1"));
  project.policy.is_destroy = true;
  target({{"Connection", "c2"}});
  EXPECT_EQ(actions_of(project.plan_text(text("c2"))), "delete Connection/c2");
}

TEST_F(ScopeTest, ANameThatOnlyAnUnselectedRenameWouldGiveIsMissed) {
  const auto text = [](const std::string& name) {
    return doc("Role", "name: role", "name: " + name) +
           doc("InboundApp", "name: app, labels: {team: one}",
               "name: App, permissionsScopes: [{name: x, values: [" + name + "]}]");
  };
  project.apply_text(text("Reader"));
  select({"team=one"});
  EXPECT_EQ(
      errors(text("Viewer")),
      "unselected-reference: InboundApp/app needs Role/role, which is not selected and has another name "
      "in the project (widen --selector, or apply --target Role/role first)\n");
  target({{"InboundApp", "app"}});
  EXPECT_EQ(errors(text("Viewer")), "") << "a target brings what it refers to";
}

TEST_F(ScopeTest, DestroyOfWhatSomethingLeftOutRefersToIsRefusedByName) {
  project.apply_text(shop());
  project.policy.is_destroy = true;
  select({"team=two", "!tier"});
  const plan::Plan plan = project.plan_text(shop());
  EXPECT_EQ(actions_of(plan), "delete Connection/c2");
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_THAT(plan.refusals[0].summary,
              HasSubstr("Connection/c2 would be deleted, but Resource/r2 still refers to it"));
}

TEST_F(ScopeTest, DestroyOfAConnectionThatOnlyTheStateKnowsToBeReferredToIsRefused) {
  project.policy.connection_scope_format = diff::ConnectionScopeFormat::kScope;
  const std::string text =
      connection("c", "team: one") +
      doc("Resource", "name: r", "name: R, type: mcp, uri: \"https://x.example.com/mcp\"") +
      doc("McpScope", "name: s", "resource: r, name: s, connections: [{connection: c, scopes: [read]}]");
  project.apply_text(text);
  project.policy.is_destroy = true;
  select({"team=one"});
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "delete Connection/c");
  ASSERT_EQ(plan.refusals.size(), 1U) << "the scope's values do not name the connection";
  EXPECT_THAT(plan.refusals[0].summary,
              HasSubstr("Connection/c would be deleted, but Resource/r still refers to it"));
  select({});
  EXPECT_THAT(project.plan_text(text).refusals, IsEmpty());
}

TEST_F(ScopeTest, DestroyTakesNoPartOfAnObject) {
  const std::string text =
      resource("r", "c") + connection("c") + doc("McpScope", "name: ping", "resource: r, name: mcp:ping");
  project.apply_text(text);
  project.policy.is_destroy = true;
  target({{"McpScope", "ping"}});
  EXPECT_EQ(
      errors(text),
      "part-as-target: McpScope/ping is a part of Resource/r and can't be destroyed by itself (remove its "
      "manifest and apply --target Resource/r; or destroy that)\n");
}

TEST_F(ScopeTest, AnUnknownTargetNamesTheNearest) {
  target({{"Resource", "r3"}, {"Widget", "x"}});
  EXPECT_EQ(
      errors(shop()),
      "unknown-target: --target Resource/r3: no manifest declares it (did you mean 'Resource/r1'?)\n"
      "unknown-target: --target Widget/x: no manifest declares it (name it as KIND/NAME, with the handle in "
      "its manifest's metadata.name)\n");
  project.selection = {};
  project.apply_text(shop());
  target({{"Connection", "c1"}});
  EXPECT_THAT(errors(connection("c2")),
              HasSubstr("the state owns it; what is no longer declared is only deleted "
                        "by an apply without --target"));
}

TEST_F(ScopeTest, ASelectorThatMatchesNothingNamesTheNearest) {
  select({"taem=one"});
  EXPECT_EQ(errors(shop()),
            "nothing-selected: --selector taem=one: no manifest has such labels (did you mean 'team'?)\n");
  select({"team=onne"});
  EXPECT_THAT(errors(shop()), HasSubstr("(did you mean 'team=one'?)"));
  select({"tier=gold", "team=one"});
  EXPECT_THAT(errors(shop()),
              HasSubstr("--selector tier=gold,team=one: no manifest has such labels (labels that "
                        "there are: team and tier)"));
  select({"x"});
  EXPECT_THAT(errors(connection("c")), HasSubstr("(no manifest has metadata.labels)"));
}

TEST_F(ScopeTest, WhatIsWrongWithTheIdentityOfWhatIsLeftOutDoesNotMatter) {
  project.add_live("Connection", R"({"id":"other","name":"c2"})");
  EXPECT_THAT(errors(shop()), HasSubstr("possible-match: Connection/c2 is not in the project"));
  target({{"Resource", "r1"}});
  EXPECT_EQ(errors(shop()), "");
  target({{"Resource", "r2"}});
  EXPECT_THAT(errors(shop()), HasSubstr("possible-match: Connection/c2"));
  select({"tier=gold"});
  EXPECT_THAT(errors(shop()), HasSubstr("unselected-reference: Resource/r2 needs Connection/c2"));
}

TEST_F(ScopeTest, OneLiveObjectForTwoManifestsIsAnErrorOfBoth) {
  project.apply_text(doc("InboundApp", "name: two", "name: App"));
  const std::string id = project.live.find("InboundApp")->objects.front().id;
  const std::string text = doc("InboundApp", "name: one, id: " + id, "name: One") +
                           doc("InboundApp", "name: two", "name: App") + connection("c");
  target({{"InboundApp", "one"}});
  EXPECT_THAT(errors(text), HasSubstr("duplicate-binding: "));
  target({{"Connection", "c"}});
  EXPECT_EQ(errors(text), "");
}

TEST_F(ScopeTest, DriftLooksAtWhatIsSelectedAlone) {
  project.apply_text(shop());
  project.live_body("Connection", "c1")["name"] = "changed";
  project.live_body("Connection", "c2")["name"] = "changed";
  project.add_live("Connection", R"({"id":"foreign","name":"foreign"})");
  target({{"Connection", "c1"}});
  Manifests manifests(shop());
  const plan::DriftReport report = project.drift(manifests);
  ASSERT_EQ(report.objects.size(), 1U);
  EXPECT_EQ(report.objects[0].key.to_string(), "Connection/c1");
  EXPECT_EQ(report.unmanaged, 0U);
}

TEST_F(ScopeTest, NamesInWhatIsLeftOutAreNotChecked) {
  const std::string text =
      connection("c") +
      doc("InboundApp", "name: app", "name: App, permissionsScopes: [{name: x, values: [Nobody]}]");
  target({{"Connection", "c"}});
  EXPECT_EQ(errors(text), "");
}

/// What is declared of two handles, the first of which is selected by team=one.
class HandoverTest : public ScopeTest {
 protected:
  static std::string two(const std::string& kind, const std::string& first, const std::string& second) {
    return doc(kind, "name: one, labels: {team: one}", first) + doc(kind, "name: two", second);
  }
  /// The code, summary and hint of what is told about records that can't be handed on.
  std::string told_of_records(const std::string& text) {
    Manifests manifests(text);
    const plan::Scope scope = project.input(manifests).scope;
    EXPECT_FALSE(
        plan::hand_records_on(manifests.desired, project.live, scope, project.recorded, manifests.sink));
    std::string found;
    for (const diag::Diagnostic& diagnostic : manifests.sink.all())
      found += diagnostic.code + ": " + diagnostic.summary + " (" + diagnostic.hint + ")\n";
    return found;
  }
  /// The hint of the one refusal of a plan for `text`.
  std::string refusal(const std::string& text) {
    const plan::Plan plan = project.plan_text(text);
    if (plan.refusals.size() != 1) return "";
    return plan.refusals[0].code + ": " + plan.refusals[0].summary + " (" + plan.refusals[0].hint + ")";
  }
};

TEST_F(HandoverTest, OfARecordIsInTheRunAsAWholeOrAnError) {
  const std::string ends = doc("InboundApp", "name: a", "name: A") +
                           doc("Resource", "name: r1", "name: R1, type: api, uri: 'https://r1'") +
                           doc("Resource", "name: r2", "name: R2, type: api, uri: 'https://r2'") +
                           doc("Resource", "name: r3", "name: R3, type: api, uri: 'https://r3'");
  const auto pairs = [&](const std::string& one, const std::string& other) {
    return ends +
           two("ResourcePolicy", "inboundApp: a, resource: " + one, "inboundApp: a, resource: " + other);
  };
  project.apply_text(pairs("r1", "r2"));
  const model::RecordedState before = project.recorded;
  const std::string text = pairs("r3", "r1");
  select({"team=one"});
  EXPECT_EQ(told_of_records(text),
            "unselected-handover: ResourcePolicy/two is to have the live object that ResourcePolicy/one has "
            "until now, and only ResourcePolicy/one is selected (select ResourcePolicy/two as well, or apply "
            "without --selector and --target)\n");
  select({"!team"});
  EXPECT_THAT(told_of_records(text), HasSubstr("and only ResourcePolicy/two is selected"));
  const model::ObjectKey one{"ResourcePolicy", "one"};
  EXPECT_EQ(project.recorded.objects.at(one).live_id, before.objects.at(one).live_id);
  target({{"Resource", "r3"}});
  EXPECT_EQ(told_of_records(text), "") << "neither is selected";
  project.selection = {};
  EXPECT_EQ(actions_of(project.apply_text(text)), "create ResourcePolicy/one, delete ResourcePolicy/one");
  EXPECT_EQ(project.recorded.objects.at({"ResourcePolicy", "two"}).live_id, before.objects.at(one).live_id);
}

TEST_F(HandoverTest, OfARecordIsSeenWhateverIsInDoubtElsewhere) {
  const auto text = [](const std::string& one, const std::string& two, const std::string& more) {
    return doc("InboundApp", "name: a", "name: A") +
           doc("Resource", "name: r1", "name: R1, type: api, uri: 'https://r1'") +
           doc("Resource", "name: r2", "name: R2, type: api, uri: 'https://r2'") +
           doc("Resource", "name: r3", "name: R3, type: api, uri: 'https://r3'") +
           doc("ResourcePolicy", "name: one", "inboundApp: a, resource: " + one) +
           doc("ResourcePolicy", "name: two", "inboundApp: a, resource: " + two) + more;
  };
  project.apply_text(text("r1", "r2", ""));
  project.add_live("Connection", R"({"id":"theirs","name":"Other"})");
  target({{"ResourcePolicy", "two"}});
  EXPECT_THAT(told_of_records(text("r3", "r1", doc("Connection", "name: other", "name: Other"))),
              HasSubstr("unselected-handover"));
}

TEST_F(HandoverTest, OfANameThatOneKeepsForBeingLeftOutIsRefused) {
  project.apply_text(two("Permission", "name: a", "name: b"));
  const std::string text = two("Permission", "name: b", "name: c");
  select({"team=one"});
  EXPECT_THAT(refusal(text),
              HasSubstr("value-taken: Permission/one can't have what another object has: the "));
  EXPECT_THAT(refusal(text), HasSubstr("has the name 'b' (Permission/two gives it up, but is not selected: "
                                       "select it as well, or apply it first)"));
  select({"!team"});
  EXPECT_EQ(refusal(text), "");
  project.apply_text(text);
  select({"team=one"});
  project.apply_text(text);
  EXPECT_EQ(project.live_body("Permission", project.live.kinds["Permission"].objects[0].id).at("name"), "b");
}

TEST_F(HandoverTest, OfANameToANewObjectIsRefusedAsWell) {
  project.apply_text(doc("Role", "name: two", "name: a"));
  select({"team=one"});
  EXPECT_THAT(refusal(two("Role", "name: a", "name: b")), HasSubstr("(Role/two gives it up"));
  EXPECT_EQ(refusal(two("Role", "name: a, tenantId: T", "name: b")), "") << "a tenant's name is its own";
}

TEST_F(HandoverTest, OfANameThatNobodyGivesUpIsRefused) {
  project.apply_text(doc("Role", "name: two", "name: a"));
  project.add_live("Role", R"({"id":"ROL9","name":"b"})");
  EXPECT_EQ(refusal(doc("Role", "name: two", "name: b")),
            "value-taken: Role/two can't have what another object has: the role 'ROL9' has the name 'b' "
            "(write another name, or take it from that role first)");
}

TEST_F(ScopeTest, ANameThatARenamedPermissionHasInItsManifestAloneIsMissing) {
  const auto text = [](const std::string& name) {
    return doc("Permission", "name: p", "name: " + name) +
           doc("Role", "name: r, labels: {team: one}", "name: R, permissionNames: [" + name + "]");
  };
  project.apply_text(text("old"));
  select({"team=one"});
  EXPECT_EQ(
      errors(text("new")),
      "unselected-reference: Role/r needs Permission/p, which is not selected and has another name in the "
      "project (widen --selector, or apply --target Permission/p first)\n");
}

TEST_F(ScopeTest, AScopeThatItsUnselectedResourceIsYetToGetIsMissing) {
  const auto text = [](const std::string& scope) {
    return doc("InboundApp", "name: a", "name: A") +
           doc("Resource", "name: r",
               "name: R, type: api, uri: 'https://r', scopes: {attributesScopes: [{name: " + scope + "}]}") +
           doc("ResourcePolicy", "name: p, labels: {team: one}",
               "inboundApp: a, resource: r, userAccessScopes: [" + scope + "]");
  };
  project.apply_text(text("old"));
  select({"team=one"});
  EXPECT_EQ(
      errors(text("new")),
      "unselected-reference: ResourcePolicy/p needs the scope 'new' of Resource/r, which is not selected "
      "and has no such scope in the project yet (widen --selector, or apply --target Resource/r first)\n");
}

TEST_F(HandoverTest, OfATenantNamesWhoWouldLeaveIt) {
  project.policy.allow_replace = true;
  project.apply_text(two("Role", "name: a, tenantId: T1", "name: a, tenantId: T2"));
  select({"team=one"});
  EXPECT_THAT(refusal(two("Role", "name: a, tenantId: T2", "name: a, tenantId: T3")),
              HasSubstr("Role/two gives it up, but is not selected"));
}

TEST_F(HandoverTest, BetweenTenantsNeedsNoOther) {
  project.policy.allow_replace = true;
  project.apply_text(two("Role", "name: a, tenantId: T1", "name: a, tenantId: T2"));
  EXPECT_EQ(actions_of(project.plan_text(two("Role", "name: a, tenantId: T2", "name: a, tenantId: T3"))),
            "replace Role/one, replace Role/two");
  EXPECT_EQ(refusal(two("Role", "name: a, tenantId: T2", "name: a, tenantId: T3")), "");
}

TEST_F(ScopeTest, WhatIsLeftOutKeepsItsIdForThoseWhoReferToIt) {
  const auto text = [](const std::string& id) {
    return doc("Connection", "name: c" + id, "name: C" + id) +
           doc("Resource", "name: r, labels: {team: one}",
               "name: R, type: mcp, uri: 'https://r', description: d" + id +
                   ", scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}");
  };
  project.policy.allow_replace = true;
  project.apply_text(text(""));
  select({"team=one"});
  const std::string changed = doc("Connection", "name: c, id: other", "name: New") +
                              doc("Resource", "name: r, labels: {team: one}",
                                  "name: R, type: mcp, uri: 'https://r', description: new, scopes: "
                                  "{connectionsScopes: [{name: s, connections: [{connection: c}]}]}");
  const plan::Plan plan = project.plan_text(changed);
  EXPECT_EQ(actions_of(plan), "update Resource/r");
  EXPECT_EQ(json::serialize(action_on(plan, "Resource/r").body).find("other"), std::string::npos);
}

TEST_F(ScopeTest, ANameThatASelectedObjectTakesOverServesWhoIsLeftOut) {
  const std::string app =
      doc("InboundApp", "name: x", "name: X, permissionsScopes: [{name: s, values: [RA]}]");
  project.apply_text(doc("Role", "name: a, labels: {team: one}", "name: RA") + app);
  select({"team=one"});
  const std::string renamed = doc("Role", "name: a, labels: {team: one}", "name: RB");
  EXPECT_EQ(
      actions_of(project.apply_text(renamed + doc("Role", "name: c, labels: {team: one}", "name: RA") + app)),
      "update Role/a, create Role/c");
}

TEST_F(ScopeTest, ANameThatNobodySelectedTakesOverServesNobody) {
  const std::string app =
      doc("InboundApp", "name: x", "name: X, permissionsScopes: [{name: s, values: [RA]}]");
  project.apply_text(doc("Role", "name: a, labels: {team: one}", "name: RA") + app);
  select({"team=one"});
  const plan::Plan plan = project.plan_text(doc("Role", "name: a, labels: {team: one}", "name: RB") +
                                            doc("Role", "name: c", "name: RA") + app);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].code, "still-referenced");
}

class LiveResourceTest : public ScopeTest {
 protected:
  LiveResourceTest() {
    project.add_live("Resource", R"({"id":"RS1","name":"R","type":"mcp","uri":"https://r"})");
    project.add_live("InboundApp", R"({"id":"A1","name":"A"})");
  }
  std::string text = doc("McpScope", "name: g", "resource: {live: RS1}, name: yy") +
                     doc("ResourcePolicy", "name: p, labels: {team: one}",
                         "inboundApp: {live: A1}, resource: {live: RS1}, userAccessScopes: [yy]");
};

TEST_F(LiveResourceTest, HasTheScopesThatAManifestAddsToIt) {
  project.policy.strict_references = true;
  EXPECT_EQ(errors(text), "");
}

TEST_F(LiveResourceTest, LacksTheScopesOfManifestsThatAreLeftOut) {
  select({"team=one"});
  EXPECT_THAT(errors(text), HasSubstr("unselected-reference: ResourcePolicy/p needs the scope 'yy'"));
}

}  // namespace
}  // namespace descopectl
