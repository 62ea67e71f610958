// Resource policies in a plan: known by their pair, ordered by the scopes that they name.
#include <gmock/gmock.h>

#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"
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
std::string app(const std::string& handle) {
  return doc("InboundApp", "name: " + handle, "name: " + handle);
}
std::string resource(const std::string& handle, const std::vector<std::string>& scopes = {},
                     const std::string& uri = {}) {
  std::string list;
  for (const std::string& scope : scopes)
    list += "{name: " + scope + "}, ";
  return doc("Resource", "name: " + handle,
             "name: " + handle + ", type: api, uri: 'https://" + (uri.empty() ? handle : uri) +
                 "', scopes: {permissionsScopes: [" + list + "]}");
}
std::string policy(const std::string& handle, const std::string& app, const std::string& resource,
                   const std::string& more = {}) {
  return doc("ResourcePolicy", "name: " + handle,
             "inboundApp: " + app + ", resource: " + resource + (more.empty() ? "" : ", " + more));
}

/// The place of the first action on `address` of that sort in the plan's list.
std::size_t place_of(const plan::Plan& plan, const std::string& address, plan::ActionKind kind) {
  for (std::size_t i = 0; i < plan.actions.size(); ++i)
    if (plan.actions[i].key.to_string() == address && plan.actions[i].kind == kind) return i;
  throw std::runtime_error("no such action on " + address);
}

/// Must `first` be done before `second`?
bool comes_before(const plan::Plan& plan, std::size_t first, std::size_t second) {
  for (const std::size_t before : plan.actions[second].depends_on)
    if (before == first || comes_before(plan, first, before)) return true;
  return false;
}

TEST(PolicyIdentity, ALiveIdIsThePairAndCanBeTakenApart) {
  const schema::Kind& kind = *kinds::find("ResourcePolicy");
  const json::object pair{{"thirdPartyApplicationId", "a/b~c"}, {"resourceId", "RS1"}};
  const std::string id = schema::live_id_of(kind, pair);
  EXPECT_EQ(id, "a~1b~0c/RS1");
  json::object again;
  schema::put_live_id(kind, id, again);
  EXPECT_EQ(again, pair);
  EXPECT_EQ(schema::parent_of(kind, id), "a/b~c");
  EXPECT_EQ(schema::live_id_of(kind, {{"resourceId", "RS1"}}), "");
}

TEST(Policies, AreMadeAfterTheirAppAndResourceAndThenThereIsNothingToDo) {
  Project project;
  const std::string text = app("a") + resource("r", {"s"}) + policy("p", "a", "r", "userAccessScopes: [s]");
  const plan::Plan plan = project.plan_text(text);
  const plan::Action& made = action_on(plan, "ResourcePolicy/p");
  EXPECT_EQ(made.wave, 1U);
  EXPECT_EQ(made.live_id, "") << "the pair is not known before its two ends are made";
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(text).has_work());
  EXPECT_THAT(project.recorded.objects.at({"ResourcePolicy", "p"}).live_id, HasSubstr("/RS"));
}

TEST(Policies, ALiveOneOfTheSamePairIsAdopted) {
  Project project;
  project.add_live("InboundApp", R"({"id":"A","name":"a"})");
  project.add_live("Resource", R"({"id":"RS1","name":"r","type":"api","uri":"https://r"})");
  project.add_live("ResourcePolicy",
                   R"({"thirdPartyApplicationId":"A","resourceId":"RS1","allClientScopes":true})");
  const plan::Plan plan =
      project.plan_text(app("a") + doc("ResourcePolicy", "name: p",
                                       "inboundApp: a, resource: {live: RS1}, allClientScopes: true"));
  EXPECT_EQ(actions_of(plan), "adopt InboundApp/a, adopt ResourcePolicy/p");
}

TEST(Policies, WithAnotherPairAreAnotherObjectWithoutAWordForReplacements) {
  Project project;
  const std::string both = app("a") + resource("one") + resource("two");
  project.apply_text(both + policy("p", "a", "one"));
  const plan::Plan plan = project.plan_text(both + policy("p", "a", "two"));
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_EQ(actions_of(plan), "create ResourcePolicy/p, delete ResourcePolicy/p");
  EXPECT_TRUE(comes_before(plan, place_of(plan, "ResourcePolicy/p", plan::ActionKind::kDelete),
                           place_of(plan, "ResourcePolicy/p", plan::ActionKind::kCreate)));
  project.apply(plan);
  EXPECT_EQ(project.live.kinds["ResourcePolicy"].objects.size(), 1U);
  EXPECT_FALSE(project.plan_text(both + policy("p", "a", "two")).has_work());
}

TEST(Policies, ThatTakeEachOthersPairsStayOurs) {
  Project project;
  project.policy.allow_empty_kinds = {"ResourcePolicy"};
  const std::string ends = app("a") + resource("one") + resource("two") + resource("three");
  project.apply_text(ends + policy("p", "a", "one", "allUserScopes: true") + policy("q", "a", "two"));
  const std::string swapped =
      ends + policy("p", "a", "two", "allUserScopes: true") + policy("q", "a", "one", "allUserScopes: true");
  const plan::Plan plan = project.apply_text(swapped);
  EXPECT_EQ(actions_of(plan), "update ResourcePolicy/p");
  EXPECT_FALSE(project.plan_text(swapped).has_work());
  project.apply_text(ends);
  EXPECT_THAT(project.live.kinds["ResourcePolicy"].objects, IsEmpty());
}

TEST(Policies, ThatTakeAPairFromOneThatTakesAnotherAreAChain) {
  Project project;
  const std::string ends = app("a") + resource("one") + resource("two") + resource("three");
  project.apply_text(ends + policy("p", "a", "one") + policy("q", "a", "two", "allUserScopes: true"));
  const std::string moved =
      ends + policy("p", "a", "two", "allClientScopes: true") + policy("q", "a", "three");
  const plan::Plan plan = project.apply_text(moved);
  EXPECT_EQ(actions_of(plan), "update ResourcePolicy/p, create ResourcePolicy/q, delete ResourcePolicy/q");
  EXPECT_EQ(project.live.kinds["ResourcePolicy"].objects.size(), 2U);
  EXPECT_FALSE(project.plan_text(moved).has_work());
}

TEST(Policies, WithANewHandleAtTheHeadOfAChainAreHandedOnToo) {
  Project project;
  const std::string ends = app("a") + resource("one") + resource("two");
  project.apply_text(ends + policy("p", "a", "one"));
  const std::string moved = ends + policy("o", "a", "one", "allUserScopes: true") + policy("p", "a", "two");
  const plan::Plan plan = project.apply_text(moved);
  EXPECT_EQ(actions_of(plan), "update ResourcePolicy/o, create ResourcePolicy/p");
  EXPECT_FALSE(project.plan_text(moved).has_work());
}

TEST(Policies, ThatTakeThePairOfOneThatIsGoneWhileAnEndIsReplacedLeaveNothingBehind) {
  Project project;
  project.policy.allow_replace = true;
  project.apply_text(app("a") + resource("one", {"s"}) + resource("two", {"s"}) + policy("p", "a", "one") +
                     policy("q", "a", "two"));
  const std::string moved =
      app("a") + resource("one", {"s"}) + resource("two", {"s"}, "elsewhere") + policy("p", "a", "two");
  const plan::Plan plan = project.apply_text(moved);
  EXPECT_EQ(actions_of(plan),
            "replace Resource/two, create ResourcePolicy/p, delete ResourcePolicy/p, delete "
            "ResourcePolicy/q");
  EXPECT_EQ(project.live.kinds["ResourcePolicy"].objects.size(), 1U);
  EXPECT_FALSE(project.plan_text(moved).has_work());
}

TEST(Policies, AreDestroyedUnderThePairThatTheStateKnows) {
  Project project;
  const std::string ends = app("a") + resource("one") + resource("two");
  project.apply_text(ends + policy("p", "a", "one"));
  project.policy.is_destroy = true;
  const plan::Plan plan = project.apply_text(ends + policy("p", "a", "two"));
  EXPECT_THAT(actions_of(plan), HasSubstr("delete ResourcePolicy/p"));
  EXPECT_THAT(project.live.kinds["ResourcePolicy"].objects, IsEmpty());
  EXPECT_THAT(project.recorded.objects, IsEmpty());
}

TEST(Policies, OnAReplacedResourceGoBeforeItAndAreMadeAgainAfterIt) {
  Project project;
  project.policy.allow_replace = true;
  project.apply_text(app("a") + resource("r") + policy("p", "a", "r"));
  const std::string moved = app("a") + resource("r", {}, "elsewhere") + policy("p", "a", "r");
  const plan::Plan plan = project.plan_text(moved);
  EXPECT_EQ(actions_of(plan), "replace Resource/r, create ResourcePolicy/p, delete ResourcePolicy/p");
  const std::size_t replaced = place_of(plan, "Resource/r", plan::ActionKind::kReplace);
  EXPECT_TRUE(comes_before(plan, place_of(plan, "ResourcePolicy/p", plan::ActionKind::kDelete), replaced));
  EXPECT_TRUE(comes_before(plan, replaced, place_of(plan, "ResourcePolicy/p", plan::ActionKind::kCreate)));
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(moved).has_work());
}

TEST(Policies, GoBeforeTheAppAndTheResourceThatTheyName) {
  Project project;
  for (const char* kind : {"InboundApp", "Resource", "ResourcePolicy"})
    project.policy.allow_empty_kinds.insert(kind);
  project.apply_text(app("a") + resource("r") + policy("p", "a", "r"));
  const plan::Plan plan = project.plan_text(app("other"));
  const std::size_t gone = place_of(plan, "ResourcePolicy/p", plan::ActionKind::kDelete);
  EXPECT_TRUE(comes_before(plan, gone, place_of(plan, "InboundApp/a", plan::ActionKind::kDelete)));
  EXPECT_TRUE(comes_before(plan, gone, place_of(plan, "Resource/r", plan::ActionKind::kDelete)));
}

TEST(Policies, TwoOfOnePairAreAnError) {
  Manifests manifests(app("a") + resource("r") + policy("p", "a", "r") + policy("q", "a", "r"));
  EXPECT_THAT(manifests.messages(),
              HasSubstr("ResourcePolicy/p and ResourcePolicy/q have the same inboundApp and resource "
                        "'InboundApp/a, Resource/r' [duplicate-key]"));
}

TEST(Policies, HaveNoIdToBeBoundBy) {
  Manifests manifests(app("a") + resource("r") +
                      doc("ResourcePolicy", "name: p, id: x", "inboundApp: a, resource: r"));
  EXPECT_THAT(manifests.messages(), HasSubstr("a ResourcePolicy has no id of its own [invalid-combination]"));
}

TEST(Policies, AListBesideTheFlagThatOverrulesItIsAContradiction) {
  Manifests manifests(app("a") + resource("r") +
                      policy("p", "a", "r", "allUserScopes: true, userAccessScopes: [s]"));
  EXPECT_THAT(manifests.messages(),
              HasSubstr("allUserScopes is true: the scopes in userAccessScopes do not count "
                        "[invalid-combination]"));
}

TEST(PolicyScopes, ANewScopeArrivesBeforeThePolicyThatStartsToNameIt) {
  Project project;
  project.apply_text(app("a") + resource("r", {"s"}) + policy("p", "a", "r", "userAccessScopes: [s]"));
  const plan::Plan plan = project.plan_text(app("a") + resource("r", {"s", "t"}) +
                                            policy("p", "a", "r", "userAccessScopes: [s, t]"));
  EXPECT_TRUE(comes_before(plan, place_of(plan, "Resource/r", plan::ActionKind::kUpdate),
                           place_of(plan, "ResourcePolicy/p", plan::ActionKind::kUpdate)));
}

TEST(PolicyScopes, AScopeLeavesAfterThePolicyThatNamedIt) {
  Project project;
  const std::string start = app("a") + resource("r", {"s", "t"});
  project.apply_text(start + policy("p", "a", "r", "userAccessScopes: [s, t]"));
  const plan::Plan plan =
      project.plan_text(app("a") + resource("r", {"s"}) + policy("p", "a", "r", "userAccessScopes: [s]"));
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_TRUE(comes_before(plan, place_of(plan, "ResourcePolicy/p", plan::ActionKind::kUpdate),
                           place_of(plan, "Resource/r", plan::ActionKind::kUpdate)));
}

TEST(PolicyScopes, AScopeLeavesAfterThePolicyThatIsDeleted) {
  Project project;
  project.policy.allow_empty_kinds.insert("ResourcePolicy");
  project.apply_text(app("a") + resource("r", {"s", "t"}) + policy("p", "a", "r", "userAccessScopes: [t]"));
  const plan::Plan plan = project.plan_text(app("a") + resource("r", {"s"}));
  EXPECT_TRUE(comes_before(plan, place_of(plan, "ResourcePolicy/p", plan::ActionKind::kDelete),
                           place_of(plan, "Resource/r", plan::ActionKind::kUpdate)));
}

TEST(PolicyScopes, ARenamedScopeIsNoCircle) {
  Project project;
  project.apply_text(app("a") + resource("r", {"s"}) + policy("p", "a", "r", "userAccessScopes: [s]"));
  const std::string renamed =
      app("a") + resource("r", {"t"}) + policy("p", "a", "r", "userAccessScopes: [t]");
  const plan::Plan plan = project.plan_text(renamed);
  EXPECT_TRUE(comes_before(plan, place_of(plan, "Resource/r", plan::ActionKind::kUpdate),
                           place_of(plan, "ResourcePolicy/p", plan::ActionKind::kUpdate)));
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(renamed).has_work());
}

TEST(PolicyScopes, AScopeThatAPolicyOutsideTheManifestsNamesStays) {
  Project project;
  const std::string text = app("a") + resource("r", {"s", "t"});
  project.apply_text(text);
  const std::string id = project.recorded.objects.at({"Resource", "r"}).live_id;
  project.add_live("ResourcePolicy", R"({"thirdPartyApplicationId":"X","resourceId":")" + id +
                                         R"(","clientAccessScopes":["t"]})");
  const plan::Plan plan = project.plan_text(app("a") + resource("r", {"s"}));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().summary,
            "the scope 't' would leave Resource/r, but the unmanaged ResourcePolicy 'X/" + id +
                "' still names it (/clientAccessScopes)");
}

TEST(PolicyScopes, AScopeThatALeftOutPolicyNoLongerNamesLeavesOnceThatIsSelectedToo) {
  Project project;
  project.apply_text(app("a") + resource("r", {"s", "t"}) +
                     policy("p", "a", "r", "clientAccessScopes: [s, t]"));
  const std::string text = app("a") + resource("r", {"s"}) + policy("p", "a", "r", "clientAccessScopes: [s]");
  project.selection = {{}, {{"Resource", "r"}}};
  const plan::Plan plan = project.plan_text(text);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].hint, "add --target ResourcePolicy/p: its manifest has changed as well");
  project.selection = {{}, {{"Resource", "r"}, {"ResourcePolicy", "p"}}};
  EXPECT_THAT(project.plan_text(text).refusals, IsEmpty());
}

TEST(PolicyScopes, OfALeftOutResourceAreLookedForInTheProject) {
  Project project;
  const std::string ends = app("a") + resource("r", {"read"}) + resource("s", {"read"});
  project.apply_text(ends);
  project.selection.selector.push_back(model::parse_label_rule("tier=gold").value());
  const auto labelled = [](const std::string& handle, const std::string& tier, const std::string& resource) {
    return doc("ResourcePolicy", "name: " + handle + ", labels: {tier: " + tier + "}",
               "inboundApp: a, resource: " + resource + ", userAccessScopes: [raed]");
  };
  Manifests manifests(ends + labelled("p", "gold", "r") + labelled("q", "tin", "s"));
  EXPECT_EQ(actions_of(project.plan(manifests)), "create ResourcePolicy/p");
  EXPECT_THAT(manifests.messages(), HasSubstr("ResourcePolicy/p names the scope 'raed'"));
  EXPECT_THAT(manifests.messages(), testing::Not(HasSubstr("ResourcePolicy/q")));
}

TEST(PolicyScopes, AScopeThatTheResourceLacksIsAWarningAndAnErrorWhenStrict) {
  Project project;
  const std::string text =
      app("a") + resource("r", {"read"}) + policy("p", "a", "r", "userAccessScopes: [raed]");
  Manifests manifests(text);
  (void)project.plan(manifests);
  EXPECT_FALSE(manifests.sink.has_errors());
  EXPECT_THAT(manifests.messages(), HasSubstr("warning: ResourcePolicy/p names the scope 'raed', which its "
                                              "Resource does not have (/userAccessScopes) [unknown-scope]"));
  EXPECT_THAT(manifests.messages(), HasSubstr("^~~~\n")) << "at the scope, not at the handle";
  EXPECT_THAT(manifests.messages(), HasSubstr("hint: did you mean 'read'?"));
  project.policy.strict_references = true;
  Manifests strict(text);
  (void)project.plan(strict);
  EXPECT_TRUE(strict.sink.has_errors());
}

TEST(LiveUses, AreInTheProject) {
  Project project;
  project.apply_text(app("a"));
  const std::string text =
      app("a") + doc("ResourcePolicy", "name: p", "inboundApp: {live: TPA9}, resource: {live: RS9}") +
      doc("Resource", "name: r",
          "name: r, type: mcp, uri: 'https://r', scopes: {connectionsScopes: "
          "[{name: s, connections: [{connection: {live: gone}, scopes: [x]}]}]}");
  Manifests manifests(text);
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr(": error: the live InboundApp 'TPA9', which ResourcePolicy/p "
                                              "names, is not in the project [unknown-live-id]"));
  EXPECT_THAT(manifests.messages(),
              HasSubstr("10:20: error: the live InboundApp"))  // the place of the reference
      << manifests.messages();
  EXPECT_THAT(manifests.messages(), HasSubstr("the live Resource 'RS9', which ResourcePolicy/p names"));
  EXPECT_THAT(manifests.messages(), HasSubstr("the live Connection 'gone', which Resource/r names"));
  EXPECT_THAT(manifests.messages(), HasSubstr("hint: check '{live: gone}' and the project; where the "
                                              "Connection is gone for good, name another Connection"));
  project.policy.is_drift = true;
  Manifests drift(text);
  (void)project.plan(drift);
  EXPECT_FALSE(drift.sink.has_errors()) << "nothing is applied: " << drift.messages();
}

TEST(LiveUses, AreNotMissedWhereTheyAreCreatedOrTheirListCouldNotBeRead) {
  Project project;
  const std::string scope = doc("Resource", "name: r",
                                "name: r, type: mcp, uri: 'https://r', scopes: {connectionsScopes: "
                                "[{name: s, connections: [{connection: {live: c}, scopes: [x]}]}]}");
  Manifests created(doc("Connection", "name: c", "name: c") + scope);
  (void)project.plan(created);
  EXPECT_FALSE(created.sink.has_errors()) << created.messages();
  project.live.kinds["Connection"].is_loaded = false;
  Manifests unread(scope);
  (void)project.plan(unread);
  EXPECT_FALSE(unread.sink.has_errors()) << unread.messages();
}

TEST(LiveUses, OfAnAppThatItsPolicyIsListedUnderAreRight) {
  Project project;
  project.add_live("Resource", R"({"id": "RS1", "name": "r", "uri": "https://r", "type": "api"})");
  project.add_live("ResourcePolicy", R"({"thirdPartyApplicationId": "TPA9", "resourceId": "RS1"})");
  Manifests manifests(doc("ResourcePolicy", "name: p", "inboundApp: {live: TPA9}, resource: {live: RS1}"));
  (void)project.plan(manifests);
  EXPECT_FALSE(manifests.sink.has_errors()) << manifests.messages();
}

TEST(LiveUses, AskForTheListOfTheirKind) {
  const Manifests manifests(
      doc("Resource", "name: r",
          "name: r, type: mcp, uri: 'https://r', dynamicRegistrationSettings: {template: {live: T1}}"));
  const auto needed = plan::find_needed_kinds(manifests.desired, {}, {});
  EXPECT_TRUE(std::any_of(needed.begin(), needed.end(), [](const plan::NeededKind& kind) {
    return kind.kind->name == "DynamicRegistrationTemplate" && kind.is_optional;
  })) << manifests.messages();
}

TEST(PolicyParents, AreTheAppsThatAreThere) {
  Project project;
  const schema::Kind& kind = *kinds::find("ResourcePolicy");
  const std::string one = app("a") + resource("r") + policy("p", "a", "r");
  const auto parents = [&](const std::string& text) {
    const Manifests manifests(text);
    return plan::find_list_parents(kind, manifests.desired, project.live, project.recorded);
  };
  EXPECT_THAT(parents(one), IsEmpty()) << "an app that is yet to be made has no policies";
  project.apply_text(one);
  const std::string id = project.recorded.objects.at({"InboundApp", "a"}).live_id;
  EXPECT_THAT(parents(one), ElementsAre(id));
  EXPECT_THAT(parents(app("b")), ElementsAre(id)) << "what is owned is looked for";
  project.remove_live("InboundApp", id);
  EXPECT_THAT(parents(app("b")), IsEmpty()) << "policies went with the app";
  EXPECT_THAT(parents(doc("ResourcePolicy", "name: q", "inboundApp: {live: TPA9}, resource: {live: RS9}")),
              ElementsAre("TPA9"));
}

TEST(PolicyParents, AreAppsThatTheirListLacksWhereNobodyLookedForThem) {
  Project project;
  const schema::Kind& kind = *kinds::find("ResourcePolicy");
  project.add_live("InboundApp", R"({"id": "TPA9", "name": "a"})");
  project.add_live("Resource", R"({"id": "RS1", "name": "r", "uri": "https://r", "type": "api"})");
  project.apply_text(doc("ResourcePolicy", "name: p", "inboundApp: {live: TPA9}, resource: {live: RS1}"));
  project.remove_live("InboundApp", "TPA9");
  EXPECT_THAT(plan::find_list_parents(kind, {}, project.live, project.recorded), ElementsAre("TPA9"));
}

}  // namespace
}  // namespace descopectl
