// Which live object a manifest means, where ids and names move.
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
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string role(const std::string& handle, const std::string& name) {
  return doc("Role", "name: " + handle, "name: " + name);
}

class PlanGoneId : public testing::Test {
 protected:
  PlanGoneId() {
    project.add_live("Resource", R"({"id":"RS1","name":"r","type":"api","uri":"https://r"})");
    project.add_live("Resource", R"({"id":"RS2","name":"s","type":"api","uri":"https://s"})");
  }

  plan::DriftReport drift(const std::string& text) {
    Manifests manifests(text);
    project.policy.is_drift = true;
    plan::DriftReport report = project.drift(manifests);
    EXPECT_EQ(manifests.messages(), "");
    return report;
  }

  Project project;
};

TEST_F(PlanGoneId, OfAnOwnedObjectIsDriftAndStopsAPlan) {
  const std::string text = doc("Resource", "name: r, id: RS1", "name: r, type: api, uri: 'https://r'");
  project.apply_text(text);
  project.remove_live("Resource", "RS1");
  Manifests manifests(text);
  EXPECT_EQ(actions_of(project.plan(manifests)), "");
  EXPECT_EQ(manifests.messages(),
            "<stdin>:4:25: error: Resource/r is bound to the live id 'RS1', which was deleted outside "
            "descopectl [unknown-live-id]\n"
            "  metadata: {name: r, id: RS1}\n"
            "                          ^~~\n"
            "hint: remove metadata.id to have the object created again, or name another live object there\n");
  const plan::DriftReport report = drift(text);
  ASSERT_EQ(report.objects.size(), 2U);
  EXPECT_EQ(report.objects[0].key.to_string(), "Resource/r");
  EXPECT_EQ(report.objects[0].cause, plan::Cause::kDeleted);
  EXPECT_TRUE(report.objects[0].source.is_known());
  EXPECT_EQ(report.deleted, 1U);
}

TEST_F(PlanGoneId, WithoutItTheObjectIsCreatedAgain) {
  project.apply_text(doc("Resource", "name: r, id: RS1", "name: r, type: api, uri: 'https://r'"));
  project.remove_live("Resource", "RS1");
  const plan::Plan plan =
      project.plan_text(doc("Resource", "name: r", "name: r, type: api, uri: 'https://r'"));
  EXPECT_EQ(actions_of(plan), "create Resource/r");
  EXPECT_TRUE(action_on(plan, "Resource/r").was_deleted);
}

TEST_F(PlanGoneId, IsForgottenByDestroy) {
  const std::string text = doc("Resource", "name: r, id: RS1", "name: r, type: api, uri: 'https://r'");
  project.apply_text(text);
  project.remove_live("Resource", "RS1");
  project.policy.is_destroy = true;
  EXPECT_EQ(actions_of(project.plan_text(text)), "forget Resource/r");
}

TEST_F(PlanGoneId, OfAScopesResourceNamesTheFieldThatHoldsIt) {
  const std::string text = doc("McpScope", "name: mine", "resource: {live: RS1}, name: mine");
  const std::string hint =
      "hint: check 'spec.resource: {live: RS1}' and the project; where the Resource is gone for good, remove "
      "the McpScope or name another Resource\n";
  project.apply_text(text);
  project.remove_live("Resource", "RS1");
  Manifests owned(text);
  (void)project.plan(owned);
  EXPECT_THAT(owned.messages(), HasSubstr("error: the live Resource 'RS1', which this McpScope names, was "
                                          "deleted outside descopectl [unknown-live-id]\n"));
  EXPECT_THAT(owned.messages(), HasSubstr(hint));
  EXPECT_EQ(drift(text).deleted, 1U);
  Project other;
  Manifests unknown(text);
  (void)other.plan(unknown);
  EXPECT_THAT(unknown.messages(), HasSubstr("error: the live Resource 'RS1', which this McpScope names, is "
                                            "not in the project [unknown-live-id]\n"));
  EXPECT_THAT(unknown.messages(), HasSubstr(hint));
}

TEST(PlanTakeover, ANewManifestGetsTheNameThatAnotherGivesUp) {
  Project project;
  project.apply_text(role("z", "A"));
  const std::string text = role("a", "A") + role("z", "B");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "create Role/a, update Role/z");
  EXPECT_LT(action_on(plan, "Role/z").wave, action_on(plan, "Role/a").wave);
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(PlanTakeover, ANewManifestGetsTheUriThatAnotherGivesUp) {
  Project project;
  project.policy.allow_replace = true;
  project.apply_text(doc("Resource", "name: z", "name: z, type: api, uri: 'https://u'"));
  const std::string text = doc("Resource", "name: a", "name: a, type: api, uri: 'https://u'") +
                           doc("Resource", "name: z", "name: z, type: api, uri: 'https://v'");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "create Resource/a, replace Resource/z");
  EXPECT_LT(action_on(plan, "Resource/z").wave, action_on(plan, "Resource/a").wave);
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(PlanTakeover, ANewConnectionGetsTheIdThatAnotherGivesUp) {
  Project project;
  project.policy.allow_replace = true;
  project.apply_text(doc("Connection", "name: z, id: x", "name: Z"));
  const std::string text =
      doc("Connection", "name: a, id: x", "name: Z") + doc("Connection", "name: z, id: y", "name: Other");
  Manifests manifests(text);
  const plan::Plan plan = project.plan(manifests);
  EXPECT_EQ(manifests.messages(), "");
  EXPECT_EQ(actions_of(plan), "adopt Connection/a, create Connection/z") << "x is a's from now on";
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(PlanTakeover, APinnedClientIdIsStrongerThanANameWhateverTheHandles) {
  Project project;
  project.add_live("InboundApp", R"({"id":"i1","name":"App","clientId":"mine"})");
  project.policy.adopt = plan::Adopt::kAlways;
  const plan::Plan plan = project.plan_text(doc("InboundApp", "name: a", "name: App") +
                                            doc("InboundApp", "name: b", "name: New, clientId: mine"));
  EXPECT_EQ(actions_of(plan), "create InboundApp/a, update InboundApp/b");
  EXPECT_EQ(action_on(plan, "InboundApp/b").live_id, "i1");
  EXPECT_LT(action_on(plan, "InboundApp/b").wave, action_on(plan, "InboundApp/a").wave);
}

class PlanOwnedId : public testing::Test {
 protected:
  PlanOwnedId() {
    project.add_live("Resource", R"({"id":"RS1","name":"r","type":"api","uri":"https://r"})");
    project.add_live("Resource", R"({"id":"RS2","name":"s","type":"api","uri":"https://s"})");
    project.apply_text(bound("r", "RS1", "r"));
  }
  static std::string bound(const std::string& handle, const std::string& id, const std::string& name) {
    return doc("Resource", "name: " + handle + ", id: " + id,
               "name: " + name + ", type: api, uri: 'https://" + name + "'");
  }

  Project project;
};

TEST_F(PlanOwnedId, ThatNamesAnotherObjectIsRefusedSinceTheFirstWouldBeLost) {
  Manifests manifests(bound("r", "RS2", "s"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(),
              HasSubstr("error: Resource/r owns the live object 'RS1', and metadata.id now names another, "
                        "'RS2' [owned-id-changed]\n"));
  EXPECT_THAT(manifests.messages(),
              HasSubstr("hint: declare 'RS2' under another metadata.name: then 'RS1' is no longer declared "
                        "and is deleted, or let go with 'lifecycle.onRemoval: keep'\n"));
}

TEST_F(PlanOwnedId, UnderAnotherHandleDeletesTheFirst) {
  const plan::Plan plan = project.plan_text(bound("s", "RS2", "s"));
  EXPECT_EQ(actions_of(plan), "delete Resource/r, adopt Resource/s");
}

TEST_F(PlanOwnedId, MayChangeWhereTheFirstIsGoneOrAnothers) {
  const std::string both = bound("r", "RS2", "s") + bound("t", "RS1", "r");
  EXPECT_EQ(actions_of(project.plan_text(both)), "adopt Resource/r") << "the first stays ours, as t's";
  project.remove_live("Resource", "RS1");
  EXPECT_EQ(actions_of(project.plan_text(bound("r", "RS2", "s"))), "adopt Resource/r, forget Resource/t");
}

/// Connections under ids of their own.
std::string pinned(const std::string& handle, const std::string& id, const std::string& more = "") {
  return doc("Connection", "name: " + handle + ", id: " + id, "name: name-of-" + id + more);
}

TEST(PlanHandles, ThatMoveAlongTakeTheirRecordsWithThem) {
  Project project;
  project.apply_text(pinned("a", "ia", ", description: d") + pinned("b", "ib"));
  const std::string moved = pinned("b", "ia", ", description: n") + pinned("c", "ib");
  const plan::Plan plan = project.apply_text(moved);
  EXPECT_EQ(actions_of(plan), "update Connection/b");
  EXPECT_FALSE(project.plan_text(moved).has_work());
  EXPECT_EQ(project.recorded.objects.size(), 2U);
  EXPECT_EQ(project.recorded.objects.at({"Connection", "c"}).live_id, "ib");
}

TEST(PlanHandles, ThatAreExchangedKeepWhatWasApplied) {
  Project project;
  project.apply_text(pinned("a", "ia", ", description: d") + pinned("b", "ib"));
  const std::string first = project.recorded.objects.at({"Connection", "a"}).object_id;
  const plan::Plan plan = project.apply_text(pinned("b", "ia") + pinned("a", "ib"));
  EXPECT_EQ(actions_of(plan), "update Connection/b") << "the description is reset";
  EXPECT_EQ(project.recorded.objects.at({"Connection", "b"}).object_id, first) << "fingerprints hang on it";
}

TEST(PlanHandles, OfWhichOneIsInDoubtStayAsTheyAre) {
  Project project;
  project.apply_text(pinned("a", "ia") + pinned("b", "ib"));
  Manifests manifests(pinned("c", "ib") + pinned("b", "ib"));
  EXPECT_FALSE(plan::hand_records_on(manifests.desired, project.live, {}, project.recorded, manifests.sink));
}

TEST(PlanPossibleMatch, IsAConnectionWhoseHandleChanges) {
  Project project;
  project.apply_text(doc("Connection", "name: slack", "name: Slack"));
  Manifests renamed(doc("Connection", "name: chat", "name: Slack"));
  (void)project.plan(renamed);
  EXPECT_THAT(renamed.messages(),
              HasSubstr("write 'metadata.id: slack' to bind it, or 'metadata.id: chat' to "
                        "create another one"));
  const plan::Plan moved = project.plan_text(doc("Connection", "name: chat, id: slack", "name: Slack"));
  EXPECT_EQ(actions_of(moved), "move Connection/chat");
  EXPECT_TRUE(action_on(moved, "Connection/chat").is_moved);
}

TEST(PlanPossibleMatch, NamesEveryObjectAndItsKind) {
  Project project;
  project.add_live("Connection", R"({"id":"x","name":"Google"})");
  project.add_live("Connection", R"({"id":"y","name":"Google"})");
  Manifests manifests(doc("Connection", "name: google", "name: Google"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr("but the live Connections 'x' and 'y' have the same name "
                                              "'Google' [possible-match]\n"));
}

}  // namespace
}  // namespace descopectl
