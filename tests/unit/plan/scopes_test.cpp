// What a plan decides of scopes in documents of their own: whose items they are, and in which list they
// stand.
#include <gmock/gmock.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::actions_of;
using test::connection;
using test::doc;
using test::Manifests;
using test::Project;
using test::resource;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PlanScopes, AScopeOnALiveResourceOutsideTouchesItsOwnItemAlone) {
  Project project;
  project.add_live(
      "Resource",
      R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u","scopes":{"connectionsScopes":[{"name":"theirs","values":["v"]}]}})");
  const std::string text = doc("McpScope", "name: mine", "resource: {live: RS1}, name: mine, description: d");
  const plan::Plan plan = project.apply_text(text);
  EXPECT_EQ(actions_of(plan), "update Resource/RS1");
  EXPECT_EQ(json::serialize(project.live_body("Resource", "RS1").at("scopes")),
            R"({"connectionsScopes":[{"name":"theirs","values":["v"]},{"name":"mine","description":"d"}]})");
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  const plan::Plan gone = project.apply_text(connection("c"));
  EXPECT_EQ(actions_of(gone), "create Connection/c, update Resource/RS1");
  EXPECT_EQ(json::serialize(project.live_body("Resource", "RS1").at("scopes")),
            R"({"connectionsScopes":[{"name":"theirs","values":["v"]}]})");
}

TEST(PlanScopes, AScopeOnALiveResourceOutsideStaysWhereNothingIsPruned) {
  const auto scope = [](const std::string& name, const std::string& label) {
    return doc("McpScope", "name: " + name + ", labels: {team: " + label + "}",
               "resource: {live: RS1}, name: " + name);
  };
  Project project;
  project.add_live("Resource", R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u"})");
  project.apply_text(scope("a", "one") + scope("b", "two"));
  project.policy.prune.form = plan::Prune::Form::kNone;
  EXPECT_EQ(actions_of(project.apply_text(scope("b", "two"))), "");
  EXPECT_EQ(actions_of(project.apply_text(scope("b", "two") + scope("c", "two"))), "update Resource/RS1");
  project.policy.prune.form = plan::Prune::Form::kOwned;
  project.selection.selector.push_back(model::parse_label_rule("team=two").value());
  EXPECT_EQ(actions_of(project.apply_text(scope("b", "two"))), "");
  project.selection = {};
  EXPECT_EQ(actions_of(project.apply_text(scope("b", "two"))), "update Resource/RS1");
  EXPECT_EQ(json::serialize(project.live_body("Resource", "RS1").at("scopes")),
            R"({"connectionsScopes":[{"name":"b"}]})");
}

TEST(PlanScopes, AScopeThatLiveKeepsInAnotherListStaysThere) {
  Project project;
  project.add_live(
      "Resource",
      R"({"id":"RS1","name":"r","type":"mcp","uri":"https://r","scopes":{"permissionsScopes":[{"name":"s","values":["R"]}]}})");
  const std::string text = resource("r") + doc("McpScope", "name: m", "resource: r, name: s, values: [R]");
  EXPECT_EQ(actions_of(project.plan_text(text)), "adopt Resource/r");
}

class ScopeOfRoles : public testing::Test {
 protected:
  ScopeOfRoles() {
    project.add_live(
        "Resource",
        R"({"id":"RS1","name":"r","type":"mcp","uri":"https://r","scopes":{"permissionsScopes":[{"name":"s","values":["R"]}]}})");
    project.add_live("Connection", R"({"id":"c","name":"c"})");
    project.add_live("Role", R"({"id":"ROL1","name":"R"})");
    project.policy.adopt = plan::Adopt::kAlways;
  }
  Project project;
  const std::string connections = "name: s, connections: [{connection: c, scopes: [x]}]";
  static constexpr std::string_view kMessage =
      "'connections' of the scope 's': live keeps it in permissionsScopes of Resource/";
};

TEST_F(ScopeOfRoles, KeepsItsRolesWhereAScopeDocumentHasNoValues) {
  for (const std::string owner : {"resource: r", "resource: {live: RS1}"}) {
    const std::string scope = doc("McpScope", "name: m", owner + ", name: s, description: d");
    const plan::Plan plan = project.plan_text(owner == "resource: r" ? resource("r") + scope : scope);
    ASSERT_EQ(plan.actions.size(), 1U);
    EXPECT_EQ(json::serialize(plan.actions[0].body.at("scopes").at("permissionsScopes")),
              R"([{"name":"s","description":"d","values":["R"]}])");
  }
  const std::string text = resource("r") + doc("McpScope", "name: m", "resource: r, name: s, description: d");
  project.apply_text(text);
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
}

TEST_F(ScopeOfRoles, LeavesAListThatIsWrittenWithoutIt) {
  const std::string text = connection("c") + resource("r", "scopes: {permissionsScopes: []}") +
                           doc("McpScope", "name: m", "resource: r, " + connections);
  project.apply_text(text);
  EXPECT_EQ(json::serialize(project.live_body("Resource", "RS1").at("scopes")),
            R"({"permissionsScopes":[],"connectionsScopes":[{"name":"s","values":["x"]}]})");
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
}

TEST_F(ScopeOfRoles, IsNotOverwrittenByConnections) {
  Manifests declared(connection("c") + resource("r") +
                     doc("McpScope", "name: m", "resource: r, " + connections));
  (void)project.plan(declared);
  EXPECT_THAT(declared.messages(), HasSubstr(std::string(kMessage) + "r, where values are role names"));
  EXPECT_THAT(declared.messages(), HasSubstr("<stdin>:15:")) << "at spec.name of the scope";
  Manifests outside(connection("c") + doc("McpScope", "name: m", "resource: {live: RS1}, " + connections));
  (void)project.plan(outside);
  EXPECT_THAT(outside.messages(), HasSubstr(std::string(kMessage) + "RS1, where values are role names"));
}

TEST(PlanScopes, ItemsOfSomebodyElseAreNotTakenOverUnasked) {
  Project project;
  project.add_live(
      "Resource",
      R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u","scopes":{"connectionsScopes":[{"name":"e","values":["v"]}]}})");
  const std::string text = doc("McpScope", "name: x", "resource: {live: RS1}, name: e, values: [w]");
  EXPECT_EQ(project.plan_text(text).refusals.at(0).code, "adoption-not-allowed");
  EXPECT_THAT(project.plan_text(doc("McpScope", "name: x", "resource: {live: RS1}, name: f")).refusals,
              IsEmpty());
}

TEST(PlanScopes, AfterAnItemWasTakenOutThereIsNothingToDo) {
  Project project;
  project.add_live("Resource", R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u"})");
  const std::string one = doc("McpScope", "name: x", "resource: {live: RS1}, name: e");
  project.apply_text(one + doc("McpScope", "name: y", "resource: {live: RS1}, name: f"));
  EXPECT_EQ(actions_of(project.apply_text(one)), "update Resource/RS1");
  EXPECT_FALSE(project.plan_text(one).has_work());
}

}  // namespace
}  // namespace descopectl
