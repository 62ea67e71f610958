// What a plan refuses, and what lifts the refusal.
#include <gmock/gmock.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::actions_of;
using test::connection;
using test::doc;
using test::Project;
using test::resource;
using ::testing::IsEmpty;

TEST(PlanRails, RefuseProtectionLastOfAKindWrongProjectAndManyGone) {
  Project project;
  project.apply_text(connection("b") +
                     doc("Connection", "name: a, lifecycle: {preventDestroy: true}", "name: a"));
  EXPECT_EQ(project.plan_text(connection("b")).refusals.at(0).code, "prevent-destroy");
  project.policy.allow_destroy.insert("Connection/a");
  EXPECT_THAT(project.plan_text(connection("b")).refusals, IsEmpty());
  EXPECT_EQ(project.plan_text(resource("r")).refusals.at(0).code, "last-of-kind");
  project.policy.allow_empty_kinds.insert("Connection");
  EXPECT_THAT(project.plan_text(resource("r")).refusals, IsEmpty());
  project.project_id = "P2";
  EXPECT_EQ(project.plan_text(connection("b")).refusals.at(0).code, "wrong-project");
  project.project_id = "P1";
  const std::string three = connection("b") + connection("a") + connection("c");
  project.apply_text(three);
  project.remove_live("Connection", "a");
  EXPECT_EQ(actions_of(project.plan_text(three)), "create Connection/a");
  project.remove_live("Connection", "b");
  EXPECT_EQ(project.plan_text(three).refusals.at(0).code, "objects-gone");
  EXPECT_EQ(project.plan_text(three).refusals.at(0).hint,
            "check that this is the right project; to create them again: --allow-recreate 2");
  project.policy.allow_recreate = 2;
  EXPECT_THAT(project.plan_text(three).refusals, IsEmpty());
  project.policy.allow_recreate.reset();
  project.recorded.objects.at({"Connection", "b"}).pending_create = {{"name", "b"}};
  EXPECT_THAT(project.plan_text(three).refusals, IsEmpty()) << "a replacement that did not end";
}

TEST(PlanRails, SayOfObjectsThatAreGoneWhatWouldBecomeOfThem) {
  Project project;
  const std::string all = connection("a") + connection("b") + connection("c") + connection("d");
  project.apply_text(all);
  for (const char* name : {"a", "b", "c"})
    project.remove_live("Connection", name);
  const auto remedy = [&](const std::string& text) { return project.plan_text(text).refusals.at(0).hint; };
  const std::string start = "check that this is the right project; to ";
  EXPECT_EQ(remedy(all), start + "create them again: --allow-recreate 3");
  EXPECT_EQ(remedy(connection("d")), start + "forget them: --allow-recreate 3");
  EXPECT_EQ(remedy(connection("d") + connection("a")),
            start + "create 1 again and forget 2: --allow-recreate 3");
  project.policy.prune.form = plan::Prune::Form::kNone;
  EXPECT_EQ(remedy(connection("d")), start + "go on without them: --allow-recreate 3");
}

TEST(PlanRails, WarnOfAPermissionForAnObjectThatNobodyKnows) {
  Project project;
  project.apply_text(connection("crm"));
  project.policy.allow_destroy = {"Connection/crm", "Connection/crn"};
  project.policy.allow_drop = {"Connection/crm:logo", "Role/editor:name"};
  test::Manifests manifests(connection("crm"));
  EXPECT_THAT(project.plan(manifests).refusals, IsEmpty());
  EXPECT_EQ(manifests.messages(),
            "warning: --allow-destroy Connection/crn: neither a manifest nor the state has it "
            "[unknown-object]\n"
            "hint: did you mean 'Connection/crm'?\n"
            "warning: --allow-drop Role/editor:name: neither a manifest nor the state has it "
            "[unknown-object]\n");
}

TEST(PlanRails, ProtectAReplacedObjectThatMovedToAnotherHandle) {
  Project project;
  project.apply_text(doc("Connection", "name: a, id: x, lifecycle: {preventDestroy: true}", "name: a"));
  project.policy.allow_replace = true;
  const plan::Plan plan = project.plan_text(doc("Connection", "name: b, id: x", "name: a, appType: apikey"));
  EXPECT_EQ(actions_of(plan), "replace Connection/b");
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].code, "prevent-destroy");
}

TEST(PlanRails, CountDeletionsOfAllKindsTogetherAndOfEachKind) {
  Project project;
  std::string ten;
  for (const char* handle : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    ten += connection(handle);
  project.apply_text(ten + resource("r") + resource("s"));
  project.policy.max_deletes = 2;
  project.policy.max_delete_percent = 20;
  const std::string text = ten.substr(0, ten.rfind("---")) + resource("r");
  EXPECT_THAT(project.plan_text(text).refusals, IsEmpty()) << "two, and one in ten";
  project.policy.max_deletes = 1;
  project.policy.max_delete_percent = 9;
  const std::vector<plan::Refusal> refusals = project.plan_text(text).refusals;
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].summary, "2 objects would be deleted or replaced, and limits.maxDeletes is 1");
  EXPECT_EQ(refusals[1].summary,
            "1 of 10 owned objects of kind Connection would be deleted or replaced, and "
            "limits.maxDeletePercent is 9");
  EXPECT_EQ(refusals[1].hint, "look at the plan; if that is meant: --allow-deletes 2");
  project.policy.allow_deletes = 2;
  EXPECT_THAT(project.plan_text(text).refusals, IsEmpty());
}

TEST(PlanRails, RefuseToDeleteWhatALiveObjectOutsideTheManifestsRefersTo) {
  Project project;
  project.apply_text(connection("b") + connection("c"));
  project.add_live(
      "Resource",
      R"({"id":"RS9","name":"x","uri":"u","scopes":{"connectionsScopes":[{"name":"s","values":["c"]}]}})");
  const plan::Plan plan = project.plan_text(connection("b"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].summary,
            "Connection/c would be deleted, but the unmanaged Resource 'RS9' \"x\" still refers to "
            "it (/scopes/connectionsScopes/s/values)");
}

TEST(PlanRails, AConnectionThatAManifestNamesByItsLiveIdIsNotDeleted) {
  Project project;
  const std::string app =
      doc("InboundApp", "name: i",
          "name: i, connectionsScopes: [{name: s, connections: [{connection: {live: c}, scopes: [a]}]}]");
  project.apply_text(connection("c") + connection("d") + app);
  EXPECT_EQ(project.plan_text(connection("d") + app).refusals.at(0).code, "still-referenced");
}

}  // namespace
}  // namespace descopectl
