// What goes with its manifest and what stays; what came from standard input is never missing from it.
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

TEST(PlanPrune, DeletesWhatIsOwnedAndNoLongerDeclaredDependantsFirst) {
  Project project;
  project.apply_text(
      connection("keep") + connection("c") + resource("keep") +
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: c, scopes: [x]}]}]}"));
  const plan::Plan plan = project.plan_text(connection("keep") + resource("keep"));
  EXPECT_EQ(actions_of(plan), "delete Connection/c, delete Resource/r");
  EXPECT_EQ(action_on(plan, "Resource/r").wave, 0U);
  EXPECT_EQ(action_on(plan, "Connection/c").wave, 1U);
}

TEST(PlanPrune, AnUpdateThatDropsAReferenceComesBeforeTheDeletion) {
  Project project;
  project.apply_text(
      connection("keep") + connection("c") +
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: c, scopes: [x]}]}]}"));
  const plan::Plan plan =
      project.plan_text(connection("keep") + resource("r", "scopes: {connectionsScopes: [{name: s}]}"));
  EXPECT_EQ(actions_of(plan), "delete Connection/c, update Resource/r");
  EXPECT_LT(action_on(plan, "Resource/r").wave, action_on(plan, "Connection/c").wave);
}

TEST(PlanPrune, LeavesAloneWhatOtherRootsDeclareAndWhatNobodyOwns) {
  Project project;
  project.apply_text(connection("a") + connection("b"));
  project.recorded.objects.begin()->second.root = "elsewhere";
  project.add_live("Connection", R"({"id":"foreign","name":"foreign"})");
  const plan::Plan plan = project.plan_text(resource("r"));
  EXPECT_EQ(actions_of(plan), "delete Connection/b, create Resource/r");
  ASSERT_EQ(plan.unmanaged.size(), 1U);
  EXPECT_EQ(plan.unmanaged[0].live_id, "foreign");
}

TEST(PlanPrune, AllOfAKindTakesWhatNobodyOwnsButNeverTenantsConnections) {
  Project project;
  project.add_live("Connection", R"({"id":"foreign","name":"foreign"})");
  project.add_live("Connection", R"({"id":"tenants","name":"t","tenantId":"T1"})");
  project.policy.prune = {plan::Prune::Form::kAll, {"Connection"}};
  EXPECT_EQ(actions_of(project.plan_text(connection("c"))), "create Connection/c, delete Connection/foreign");
}

TEST(PlanPrune, OnRemovalKeepLetsGo) {
  Project project;
  project.apply_text(connection("b") + doc("Connection", "name: a, lifecycle: {onRemoval: keep}", "name: a"));
  const plan::Plan plan = project.plan_text(connection("b"));
  EXPECT_EQ(actions_of(plan), "forget Connection/a");
  EXPECT_FALSE(plan.has_changes());
}

class PlanStandardInput : public testing::Test {
 protected:
  static Manifests pipe(const std::string& text) {
    Manifests manifests(text);
    manifests.desired.roots = {"-"};
    for (model::DesiredObject& object : manifests.desired.objects)
      object.root = "-";
    return manifests;
  }

  Project project;
};

TEST_F(PlanStandardInput, LeavesWhatAnEarlierPipeDeclaredAndSaysSoOnce) {
  Manifests first = pipe(connection("a") + connection("b"));
  project.apply(project.plan(first));
  Manifests second = pipe(connection("c"));
  const plan::Plan plan = project.plan(second);
  EXPECT_EQ(actions_of(plan), "create Connection/c");
  EXPECT_EQ(second.messages(),
            "warning: 2 objects from an earlier run's standard input are not declared now and stay: "
            "Connection/a and Connection/b [stdin-not-pruned]\n"
            "hint: a pipe has no identity, so nothing is missing from it; delete with 'destroy -f -' and "
            "their manifests, or keep manifests in a folder\n");
  EXPECT_TRUE(plan.unmanaged.empty()) << "they are owned";
}

TEST_F(PlanStandardInput, SaysNothingWhereNothingIsMissing) {
  Manifests first = pipe(connection("a"));
  project.apply(project.plan(first));
  Manifests again = pipe(connection("a"));
  (void)project.plan(again);
  EXPECT_EQ(again.messages(), "");
  Manifests file(connection("b"));
  (void)project.plan(file);
  EXPECT_EQ(file.messages(), "");
}

TEST_F(PlanStandardInput, OfAnotherHandleIsStillAMove) {
  Manifests first = pipe(test::doc("Connection", "name: a, id: x", "name: n"));
  project.apply(project.plan(first));
  Manifests second = pipe(test::doc("Connection", "name: b, id: x", "name: n"));
  EXPECT_EQ(actions_of(project.plan(second)), "move Connection/b");
  EXPECT_EQ(second.messages(), "");
}

TEST(Prune, TellsOfWhatIsOwnedFromARootThatIsNotListedAnyMore) {
  Project project;
  project.policy.is_whole = true;
  project.apply_text(connection("a"));
  project.recorded.objects.at({"Connection", "a"}).root = "elsewhere";
  Manifests manifests(connection("b"));
  EXPECT_EQ(actions_of(project.plan(manifests)), "create Connection/b");
  EXPECT_THAT(manifests.messages(),
              testing::HasSubstr("1 object from 'elsewhere', which is not among the manifests now, "
                                 "stays in the project and in the state: Connection/a "
                                 "[root-not-loaded]"));
}

TEST(Prune, TellsThatAHandleAndANameThatChangeTogetherAreNoRename) {
  Project project;
  project.apply_text(connection("a") + doc("Role", "name: r", "name: Agent"));
  Manifests manifests(connection("a") + doc("Role", "name: q", "name: Frontline"));
  const plan::Plan plan = project.plan(manifests);
  EXPECT_EQ(actions_of(plan), "create Role/q, delete Role/r");
  EXPECT_THAT(manifests.messages(), testing::HasSubstr("descopectl state mv Role/r Role/q"));
  EXPECT_THAT(test::action_on(plan, "Role/r").consequences,
              testing::ElementsAre("users, tenants and access keys that hold it lose it"));
}

}  // namespace
}  // namespace descopectl
