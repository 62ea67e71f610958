// The order of renames and replacements.
#include <gmock/gmock.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::action_on;
using test::actions_of;
using test::connection;
using test::doc;
using test::Manifests;
using test::Project;
using test::resource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string role(const std::string& handle, const std::string& name) {
  return doc("Role", "name: " + handle, "name: " + name);
}

TEST(PlanRename, OfAChainFreesEachNameFirst) {
  Project project;
  project.apply_text(role("a", "A") + role("b", "B") + role("c", "C"));
  project.order.clear();
  const std::string text = role("a", "B") + role("b", "C") + role("c", "D");
  project.apply_text(text);
  EXPECT_THAT(project.order, ElementsAre("Role/c", "Role/b", "Role/a"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(PlanRename, OfAChainLeavesAScopeThatNamesWhatIsThereAfterwards) {
  Project project;
  const auto api = [](const std::string& name) {
    return doc("Resource", "name: r",
               "name: r, type: api, uri: 'https://r', scopes: {permissionsScopes: [{name: s, values: [" +
                   name + "]}]}");
  };
  project.apply_text(role("a", "A") + role("b", "B") + api("B"));
  const std::string text = role("a", "B") + role("b", "C") + api("B");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_THAT(plan.refusals, IsEmpty()) << "the manifest that names B means Role/a";
  EXPECT_EQ(actions_of(plan), "update Role/a, update Role/b");
}

TEST(PlanRename, InACircleIsAnErrorThatNamesAllOfIt) {
  Project project;
  project.apply_text(role("a", "A") + role("b", "B") + role("c", "C"));
  Manifests swap(role("a", "B") + role("b", "A") + role("c", "C"));
  (void)project.plan(swap);
  EXPECT_EQ(swap.messages(),
            "<stdin>:4:18: error: Role/a ('A') and Role/b ('B') take over the name of each other, which no "
            "order of single changes can do [rename-cycle]\n"
            "  metadata: {name: a}\n"
            "                   ^\n"
            "hint: give Role/a a third name and apply, then give it the one that it is to have\n");
  Manifests three(role("a", "B") + role("b", "C") + role("c", "A"));
  (void)project.plan(three);
  EXPECT_EQ(three.sink.error_count(), 1U);
  EXPECT_THAT(three.messages(), HasSubstr("Role/a ('A'), Role/b ('B') and Role/c ('C') take over the name"));
  project.policy.is_drift = true;
  Manifests drifting(role("a", "B") + role("b", "A") + role("c", "C"));
  EXPECT_EQ(project.drift(drifting).manifest, 2U);
  EXPECT_EQ(drifting.messages(), "");
}

TEST(PlanRename, ToTheNameOfWhatIsDeletedComesAfterTheDeletion) {
  Project project;
  project.add_live("InboundApp", R"({"id":"i1","name":"App","clientId":"other"})");
  project.add_live("InboundApp", R"({"id":"i2","name":"Old","clientId":"mine"})");
  project.apply_text(doc("InboundApp", "name: z", "name: App") +
                     doc("InboundApp", "name: a", "name: Old, clientId: mine"));
  const plan::Plan plan = project.plan_text(doc("InboundApp", "name: a", "name: App, clientId: mine"));
  EXPECT_EQ(actions_of(plan), "update InboundApp/a, delete InboundApp/z");
  EXPECT_LT(action_on(plan, "InboundApp/z").wave, action_on(plan, "InboundApp/a").wave);
}

class PlanReplacementOrder : public testing::Test {
 protected:
  PlanReplacementOrder() { project.policy.allow_replace = true; }

  static std::string bound_connection(const std::string& id, const std::string& more = "") {
    return doc("Connection", "name: c, id: " + id, "name: c" + more);
  }
  static std::string using_connection(const std::string& type, const std::string& more = "") {
    return doc("Resource", "name: r",
               "name: r, uri: 'https://r', type: " + type +
                   ", scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}" + more);
  }

  Project project;
};

TEST_F(PlanReplacementOrder, WhatReferredIsDeletedBeforeAndMadeAfterWhatItRefersTo) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  const std::string text = bound_connection("new") + using_connection("api");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "replace Connection/c, replace Resource/r");
  EXPECT_LT(action_on(plan, "Connection/c").wave, action_on(plan, "Resource/r").wave);
  project.order.clear();
  project.apply(plan);
  EXPECT_THAT(project.order, ElementsAre("delete Resource/r", "Connection/c", "create Resource/r"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanReplacementOrder, WhatTheNewObjectNeedsBesidesIsMadeBeforeTheOldOneIsDeleted) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  project.order.clear();
  project.apply_text(
      bound_connection("new") + doc("DynamicRegistrationTemplate", "name: t", "name: T") +
      using_connection("api", ", dynamicRegistrationSettings: {template: t, useTemplate: true}"));
  EXPECT_THAT(project.order, ElementsAre("DynamicRegistrationTemplate/t", "delete Resource/r", "Connection/c",
                                         "create Resource/r"));
}

TEST_F(PlanReplacementOrder, AnUpdateThatDropsTheReferenceComesFirst) {
  project.apply_text(bound_connection("c") + using_connection("mcp"));
  project.order.clear();
  project.apply_text(bound_connection("new") +
                     doc("Resource", "name: r",
                         "name: r, uri: 'https://r', type: mcp, scopes: {connectionsScopes: [{name: s}]}"));
  EXPECT_THAT(project.order, ElementsAre("Resource/r", "Connection/c"));
}

TEST_F(PlanReplacementOrder, UnderTheSameIdLeavesTheReferrerAlone) {
  project.apply_text(bound_connection("c") + using_connection("mcp"));
  project.add_live("Resource", R"({"id":"RS9","name":"x","type":"mcp","uri":"https://x",
      "scopes":{"connectionsScopes":[{"name":"s","values":["c"]}]}})");
  const plan::Plan plan =
      project.plan_text(bound_connection("c", ", tenantId: T1") + using_connection("mcp"));
  EXPECT_EQ(actions_of(plan), "replace Connection/c");
  EXPECT_THAT(plan.refusals, IsEmpty()) << "what refers to the id finds it again";
}

TEST_F(PlanReplacementOrder, UnderAnotherIdIsRefusedWhileSomebodyElseRefersToTheOldOne) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  project.add_live("Resource", R"({"id":"RS9","name":"x","type":"mcp","uri":"https://x",
      "scopes":{"connectionsScopes":[{"name":"s","values":["old"]}]}})");
  const plan::Plan plan = project.plan_text(bound_connection("new") + using_connection("mcp"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].code, "still-referenced");
  EXPECT_EQ(plan.refusals[0].summary,
            "Connection/c would be replaced by an object with another id, but the unmanaged Resource 'RS9' "
            "still refers to it (/scopes/connectionsScopes/values)");
}

}  // namespace
}  // namespace descopectl
