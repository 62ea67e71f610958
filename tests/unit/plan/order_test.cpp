// The order of renames and replacements.
#include <gmock/gmock.h>

#include <algorithm>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::action_on;
using test::actions_of;
using test::connection;
using test::doc;
using test::Manifests;
using test::parse;
using test::Project;
using test::resource;
using ::testing::Contains;
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

TEST(PlanRename, OfAConnectionToTheNameThatAnotherGivesUpComesAfterThat) {
  Project project;
  const auto named = [](const std::string& handle, const std::string& name) {
    return doc("Connection", "name: " + handle, "name: " + name);
  };
  project.apply_text(named("a", "A") + named("b", "B"));
  const plan::Plan chain = project.plan_text(named("a", "B") + named("b", "C"));
  EXPECT_LT(action_on(chain, "Connection/b").wave, action_on(chain, "Connection/a").wave);
  const plan::Plan removed = project.plan_text(named("a", "B"));
  EXPECT_LT(action_on(removed, "Connection/b").wave, action_on(removed, "Connection/a").wave);
  // Several connections may have one name, for all that is known: no order helps, and perhaps none is needed.
  Manifests swap(named("a", "B") + named("b", "A"));
  EXPECT_EQ(actions_of(project.plan(swap)), "update Connection/a, update Connection/b");
  EXPECT_THAT(swap.messages(),
              HasSubstr("warning: Connection/a ('A') and Connection/b ('B') take over the name "
                        "of each other; where names have to be unique"));
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

TEST(PlanRename, ToANameThatIsStillReferredToComesAfterWhoReferredHasLetGo) {
  Project project;
  project.policy.allow_empty_kinds = {"Connection", "DynamicRegistrationTemplate"};
  const auto named = [](const std::string& kind, const std::string& handle, const std::string& name) {
    return doc(kind, "name: " + handle, "name: " + name);
  };
  for (const auto& [kind, field] :
       {std::pair("Connection", "scopes: {connectionsScopes: [{name: s, connections: [{connection: "),
        std::pair("DynamicRegistrationTemplate", "dynamicRegistrationSettings: {template: ")}) {
    const std::string end = kind == std::string("Connection") ? "}]}]}" : "}";
    project.apply_text(named(kind, "a", "A") + named(kind, "b", "B") + resource("r", field + ("a" + end)));
    project.order.clear();
    const std::string text = named(kind, "b", "A") + resource("r", field + ("b" + end));
    project.apply_text(text);
    const std::string handle = std::string(kind);
    EXPECT_THAT(project.order, ElementsAre("Resource/r", handle + "/a", handle + "/b"));
    EXPECT_FALSE(project.plan_text(text).has_work());
  }
}

TEST(PlanRename, ToTheNameOfWhatIsCreatedAgainUnderAnotherIdComesAfterTheOldOneIsGone) {
  Project project;
  project.policy.allow_replace = true;
  const auto named = [](const std::string& metadata, const std::string& name) {
    return doc("Connection", metadata, "name: " + name);
  };
  const std::string user =
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: a}]}]}");
  project.apply_text(named("name: a", "N") + named("name: x", "X") + user);
  project.order.clear();
  project.apply_text(named("name: a, id: z", "N2") + named("name: x", "N") + user);
  EXPECT_THAT(project.order,
              ElementsAre("create Connection/a", "Resource/r", "delete Connection/a", "Connection/x"));
}

class PlanReplacementOrder : public testing::Test {
 protected:
  PlanReplacementOrder() { project.policy.allow_replace = true; }

  /// Named by a resource of somebody else.
  void add_referrer(const std::string& id) {
    project.add_live("Resource", R"({"id":"RS9","name":"x","type":"mcp","uri":"https://x",
      "scopes":{"connectionsScopes":[{"name":"s","values":[")" +
                                     id + R"("]}]}})");
  }
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
  project.apply_text(bound_connection("c") + using_connection("mcp"));
  const std::string text = bound_connection("c", ", tenantId: T1") + using_connection("api");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "replace Connection/c, replace Resource/r");
  EXPECT_LT(action_on(plan, "Connection/c").wave, action_on(plan, "Resource/r").wave);
  project.order.clear();
  project.apply(plan);
  EXPECT_THAT(project.order, ElementsAre("delete Resource/r", "Connection/c", "create Resource/r"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanReplacementOrder, WhatTheNewObjectNeedsBesidesIsMadeBeforeTheOldOneIsDeleted) {
  project.apply_text(bound_connection("c") + using_connection("mcp"));
  project.order.clear();
  project.apply_text(
      bound_connection("c", ", tenantId: T1") + doc("DynamicRegistrationTemplate", "name: t", "name: T") +
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

TEST_F(PlanReplacementOrder, UnderTheSameIdLeavesADeclaredReferrerAloneAndNamesIt) {
  const std::string resource = using_connection("mcp");
  project.apply_text(bound_connection("c") + resource);
  const plan::Plan plan = project.plan_text(bound_connection("c", ", tenantId: T1") + resource);
  EXPECT_EQ(actions_of(plan), "replace Connection/c");
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_THAT(action_on(plan, "Connection/c").consequences,
              Contains("until it is made again, Resource/r refers to what is not there"));
}

TEST_F(PlanReplacementOrder, UnderTheSameIdNamesAReferrerThatLiveDoesNotShow) {
  const std::string resource =
      doc("Resource", "name: r",
          "name: r, uri: 'https://r', type: mcp, scopes: {connectionsScopes: [{name: s, connections: "
          "[{connection: c, scopes: [calendar]}]}]}");
  project.apply_text(bound_connection("c") + resource);
  const plan::Plan plan = project.plan_text(bound_connection("c", ", tenantId: T1") + resource);
  EXPECT_THAT(action_on(plan, "Connection/c").consequences, Contains(HasSubstr("Resource/r refers to")));
}

TEST_F(PlanReplacementOrder, UnderTheSameIdIsRefusedWhileSomebodyElseRefersToIt) {
  project.apply_text(bound_connection("c"));
  add_referrer("c");
  const plan::Plan plan = project.plan_text(bound_connection("c", ", tenantId: T1"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].code, "still-referenced");
  EXPECT_EQ(plan.refusals[0].summary,
            "Connection/c would be deleted and made again, but the unmanaged Resource 'RS9' \"x\" "
            "refers to it (/scopes/connectionsScopes/s/values)");
}

TEST_F(PlanReplacementOrder, OfARoleIsRefusedWhileSomebodyElseNamesIt) {
  project.apply_text(role("a", "A"));
  project.add_live("Resource", R"({"id":"RS9","name":"x","type":"api","uri":"https://x",
      "scopes":{"permissionsScopes":[{"name":"s","values":["A"]}]}})");
  const plan::Plan plan = project.plan_text(doc("Role", "name: a", "name: A, tenantId: T1"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_THAT(plan.refusals[0].summary, HasSubstr("Role/a would be deleted and made again, but"));
}

TEST_F(PlanReplacementOrder, UnderAnotherIdIsRefusedWhileSomebodyElseRefersToTheOldOne) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  add_referrer("old");
  const plan::Plan plan = project.plan_text(bound_connection("new") + using_connection("mcp"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].code, "still-referenced");
  EXPECT_EQ(plan.refusals[0].summary,
            "Connection/c would be replaced by an object with another id, but the unmanaged Resource 'RS9' "
            "\"x\" still refers to it (/scopes/connectionsScopes/s/values)");
}

TEST_F(PlanReplacementOrder, UnderAnotherIdDeletesTheOldOneAfterWhoeverReferredLearnedTheNewOne) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  const std::string text = bound_connection("new") + using_connection("mcp");
  project.order.clear();
  const plan::Plan plan = project.apply_text(text);
  EXPECT_EQ(actions_of(plan), "replace Connection/c, update Resource/r");
  EXPECT_THAT(project.order, ElementsAre("create Connection/c", "Resource/r", "delete Connection/c"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanReplacementOrder, UnderAnotherIdDeletesFirstWhereTheOldIdIsTakenOver) {
  project.apply_text(bound_connection("old") + using_connection("mcp"));
  const std::string text =
      bound_connection("new") + using_connection("mcp") + doc("Connection", "name: d, id: old", "name: d");
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(action_on(plan, "Connection/c").sequence, plan::Sequence::kOneStep);
}

/// A replacement under another id that ended before its old object was deleted.
class PlanUnfinishedReplacement : public PlanReplacementOrder {
 protected:
  PlanUnfinishedReplacement() {
    project.apply_text(bound_connection("new") + using_connection("mcp"));
    project.add_live("Connection", R"({"id":"old","name":"c","description":"kept"})");
    record().superseded_id = "old";
  }
  model::RecordedObject& record() { return project.recorded.objects.at({"Connection", "c"}); }
  const std::string text = bound_connection("new") + using_connection("mcp");
};

TEST_F(PlanUnfinishedReplacement, IsEndedByTheDeletion) {
  EXPECT_EQ(actions_of(project.apply_text(text)), "delete Connection/c");
  EXPECT_EQ(record().live_id, "new");
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanUnfinishedReplacement, DeletesAfterWhoeverStillRefers) {
  project.live.kinds["Resource"].objects.at(0).body["scopes"] =
      parse(R"({"connectionsScopes":[{"name":"s","values":["old"]}]})");
  project.order.clear();
  EXPECT_EQ(actions_of(project.apply_text(text)), "delete Connection/c, update Resource/r");
  EXPECT_THAT(project.order, testing::Contains("Resource/r"));
  EXPECT_EQ(project.order.back(), "Connection/c");
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanUnfinishedReplacement, CreatesWhatWasNotCreatedYetWithWhatTheOldOneHad) {
  project.remove_live("Connection", "new");
  record().pending_create = {{"id", "new"}, {"name", "c"}, {"description", "kept"}};
  project.policy.allow_replace = false;
  EXPECT_EQ(actions_of(project.apply_text(text)), "create Connection/c, delete Connection/c");
  EXPECT_EQ(project.live_body("Connection", "new").at("description"), "kept");
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanUnfinishedReplacement, GoesWithTheNewObject) {
  project.policy.allow_empty_kinds = {"Connection"};
  project.apply_text(doc("Resource", "name: r",
                         "name: r, uri: 'https://r', type: mcp, scopes: {connectionsScopes: [{name: s}]}"));
  EXPECT_THAT(project.live.kinds["Connection"].objects, IsEmpty());
}

TEST_F(PlanUnfinishedReplacement, ForgetsWhatSomebodyElseDeleted) {
  project.remove_live("Connection", "old");
  EXPECT_EQ(actions_of(project.apply_text(text)), "");
  EXPECT_EQ(record().superseded_id, "");
  EXPECT_FALSE(project.plan_text(text).has_work());
}

class PlanScopeOrder : public testing::Test {
 protected:
  static std::string owner(const std::string& scopes) {
    return doc("InboundApp", "name: a", "name: a") +
           doc("Resource", "name: r",
               "name: r, uri: 'https://r', type: api, scopes: {permissionsScopes: [" + scopes + "]}");
  }
  static std::string policy(const std::string& scopes) {
    return doc("ResourcePolicy", "name: p", "inboundApp: a, resource: r, userAccessScopes: [" + scopes + "]");
  }
  json::object& live_scopes() {
    return project.live.kinds["Resource"].objects.at(0).body["scopes"].as_object();
  }
  Project project;
};

TEST_F(PlanScopeOrder, ARenamedScopeArrivesBeforeAndLeavesAfterThePolicyIsUpdated) {
  project.apply_text(owner("{name: old}, {name: same}") + policy("old, same"));
  project.order.clear();
  const std::string text = owner("{name: new}, {name: same, description: d}") + policy("new, same");
  const plan::Plan plan = project.apply_text(text);
  EXPECT_EQ(actions_of(plan), "update Resource/r, update ResourcePolicy/p");
  EXPECT_THAT(project.order,
              ElementsAre("InboundApp/a", "add to Resource/r", "ResourcePolicy/p", "Resource/r"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanScopeOrder, TheFirstHalfHoldsWhatArrivesAndWhatLeaves) {
  project.apply_text(owner("{name: old}") + policy("old"));
  const plan::Plan plan = project.plan_text(owner("{name: new}") + policy("new"));
  const plan::Action half = plan::make_first_half(action_on(plan, "Resource/r"));
  EXPECT_EQ(json::serialize(half.body.at("scopes")),
            R"({"permissionsScopes":[{"name":"new"},{"name":"old"}]})");
  EXPECT_EQ(test::paths_of(half), "/scopes/permissionsScopes/new");
}

TEST_F(PlanScopeOrder, AListThatGoesWholeIsKeptInTheFirstHalf) {
  project.apply_text(owner("{name: old}") + policy("old"));
  const std::string text = doc("InboundApp", "name: a", "name: a") +
                           doc("Resource", "name: r",
                               "name: r, uri: 'https://r', type: api, scopes: {permissionsScopes: null, "
                               "attributesScopes: [{name: new}]}") +
                           policy("new");
  const plan::Plan plan = project.plan_text(text);
  const plan::Action half = plan::make_first_half(action_on(plan, "Resource/r"));
  EXPECT_EQ(diff::find_item_keys(*half.descriptor, half.body), (std::set<std::string>{"new", "old"}));
  project.apply(plan);
  EXPECT_FALSE(live_scopes().contains("permissionsScopes"));
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanScopeOrder, AScopeThatLeavesNamesWhatIsRenamedByItsNewName) {
  project.apply_text(role("s", "Sales") + role("t", "T") + owner("{name: old, values: [Sales, T]}") +
                     policy("old"));
  project.order.clear();
  const std::string text =
      role("s", "Sellers") + role("t", "T") + owner("{name: new, values: [T]}") + policy("new");
  const plan::Plan plan = project.plan_text(text);
  const plan::Action half = plan::make_first_half(action_on(plan, "Resource/r"));
  EXPECT_EQ(
      json::serialize(half.body.at("scopes")),
      R"({"permissionsScopes":[{"name":"new","values":["T"]},{"name":"old","values":["Sellers","T"]}]})");
  EXPECT_EQ(test::paths_of(half), "/scopes/permissionsScopes/new, /scopes/permissionsScopes/old/values");
  project.apply(plan);
  const auto place = [&](const std::string& step) {
    return std::find(project.order.begin(), project.order.end(), step) - project.order.begin();
  };
  EXPECT_LT(place("Role/s"), place("add to Resource/r")) << "though no manifest of the resource's names it";
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST_F(PlanScopeOrder, AScopeThatLeavesKeepsTheNamesOfWhatIsDeletedAfterIt) {
  project.apply_text(role("s", "Sales") + role("t", "T") + owner("{name: old, values: [Sales]}") +
                     policy("old"));
  project.order.clear();
  const std::string text = role("t", "T") + owner("{name: new, values: [T]}") + policy("new");
  const plan::Plan plan = project.apply_text(text);
  const plan::Action half = plan::make_first_half(action_on(plan, "Resource/r"));
  EXPECT_EQ(json::serialize(half.body.at("scopes")),
            R"({"permissionsScopes":[{"name":"new","values":["T"]},{"name":"old","values":["Sales"]}]})");
  EXPECT_EQ(project.order.back(), "Role/s");
}

TEST_F(PlanScopeOrder, AScopeThatLeavesIsSentWithoutTheNamesOfNobody) {
  project.apply_text(role("s", "Sales") + owner("{name: old, values: [Sales]}") + policy("old"));
  // A run that ended after the first of its writes.
  project.apply_text(role("s", "Sellers") + owner("{name: old, values: [Sellers]}") + policy("old"));
  live_scopes() = parse(R"({"permissionsScopes":[{"name":"old","values":["Sales"]}]})").as_object();
  const plan::Plan plan =
      project.plan_text(role("s", "Sellers") + owner("{name: new, values: [Sellers]}") + policy("new"));
  const plan::Action half = plan::make_first_half(action_on(plan, "Resource/r"));
  EXPECT_EQ(json::serialize(half.body.at("scopes")),
            R"({"permissionsScopes":[{"name":"new","values":["Sellers"]},{"name":"old","values":[]}]})");
}

TEST_F(PlanScopeOrder, WhatOnlyArrivesOrOnlyLeavesTakesOneUpdate) {
  project.apply_text(owner("{name: one}, {name: two}") + policy("one, two"));
  EXPECT_EQ(action_on(project.apply_text(owner("{name: one}") + policy("one")), "Resource/r").sequence,
            plan::Sequence::kOneStep);
  EXPECT_EQ(
      action_on(project.apply_text(owner("{name: one}, {name: three}") + policy("one, three")), "Resource/r")
          .sequence,
      plan::Sequence::kOneStep);
}

}  // namespace
}  // namespace descopectl
