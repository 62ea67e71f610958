// What a plan decides: identity, managed fields, adoption, replacement, order.
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
using test::parse;
using test::paths_of;
using test::Project;
using test::resource;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Plan, AnEmptyProjectGetsEverythingInTheOrderOfReferences) {
  Project project;
  const plan::Plan plan = project.plan_text(
      connection("c") +
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}"));
  EXPECT_EQ(actions_of(plan), "create Connection/c, create Resource/r");
  EXPECT_EQ(action_on(plan, "Connection/c").wave, 0U);
  EXPECT_EQ(action_on(plan, "Resource/r").wave, 1U);
  EXPECT_EQ(json::serialize(action_on(plan, "Connection/c").body), R"({"id":"c","name":"c"})");
  EXPECT_EQ(
      json::serialize(action_on(plan, "Resource/r").body),
      R"({"name":"r","uri":"https://r","type":"mcp","scopes":{"connectionsScopes":[{"name":"s","values":["c"]}]}})");
}

TEST(Plan, AfterAnApplyThereIsNothingToDo) {
  Project project;
  const std::string text = connection("c", "pkce: false, logo: null, prompt: [login, consent]") +
                           resource("r", "description: ''") +
                           doc("InboundApp", "name: a", "name: App, customAttributes: {x: y}");
  project.apply_text(text);
  const plan::Plan again = project.plan_text(text);
  EXPECT_EQ(actions_of(again), "");
  EXPECT_FALSE(again.has_work());
}

TEST(Plan, IsEmptyAfterAnApplyInWhateverOrderScopesOfConnectionsAreWritten) {
  Project project;
  const std::string text =
      "---\napiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: c}\nspec: {name: C}\n"
      "---\napiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: b}\nspec: {name: B}\n"
      "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec: {name: R, type: mcp, "
      "uri: 'https://r.example.com/mcp', scopes: {connectionsScopes: [{name: s, connections: "
      "[{connection: c, scopes: [q, d]}, {connection: b}]}]}}\n";
  project.apply_text(text);
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(Plan, AFieldLeftOutKeepsItsLiveValueAndUnknownOnesAreCarried) {
  Project project;
  project.apply_text(connection("c"));
  project.live_body("Connection", "c")["description"] = "by hand";
  project.live_body("Connection", "c")["tomorrow"] = 7;
  const plan::Plan plan = project.plan_text(connection("c", "pkce: true"));
  EXPECT_EQ(json::serialize(action_on(plan, "Connection/c").body),
            R"({"id":"c","name":"c","description":"by hand","pkce":true,"tomorrow":7})");
  EXPECT_EQ(paths_of(action_on(plan, "Connection/c")), "/pkce");
  EXPECT_THAT(action_on(plan, "Connection/c").unlisted, ::testing::ElementsAre("/tomorrow"));
}

TEST(Plan, AFieldNoLongerWrittenGoesBackToItsDefaultWhereThatIsKnown) {
  Project project;
  project.apply_text(connection("c", "description: d, callbackDomain: x.example, pkce: true"));
  const plan::Plan plan = project.plan_text(connection("c"));
  const plan::Action& action = action_on(plan, "Connection/c");
  EXPECT_EQ(paths_of(action), "/description, /pkce");
  EXPECT_THAT(action.no_longer_managed, ::testing::ElementsAre("/callbackDomain"));
  EXPECT_EQ(json::serialize(action.body), R"({"id":"c","name":"c","callbackDomain":"x.example"})");
  project.apply(plan);
  EXPECT_EQ(actions_of(project.plan_text(connection("c"))), "");
}

TEST(Plan, AListOnceWrittenIsManagedWhole) {
  Project project;
  const std::string text = connection("c", "defaultScopes: [a, b]");
  project.apply_text(text);
  project.live_body("Connection", "c")["defaultScopes"] = parse(R"(["b","a"])");
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  project.live_body("Connection", "c")["defaultScopes"] = parse(R"(["b","a","c"])");
  EXPECT_EQ(json::serialize(action_on(project.plan_text(text), "Connection/c").body.at("defaultScopes")),
            R"(["a","b"])");
}

TEST(Plan, IgnoredFieldsAreSentOnCreateAndThenLiveWins) {
  Project project;
  const std::string text =
      doc("InboundApp", "name: a, lifecycle: {ignoreFields: [/description, /sessionSettings/enabled]}",
          "name: App, description: first, sessionSettings: {enabled: true, userTemplateId: t}");
  const plan::Plan created = project.apply_text(text);
  EXPECT_EQ(action_on(created, "InboundApp/a").body.at("description"), json::value("first"));
  const std::string id = project.live.kinds["InboundApp"].objects[0].id;
  project.live_body("InboundApp", id)["description"] = "changed by hand";
  project.live_body("InboundApp", id)["sessionSettings"].as_object()["enabled"] = false;
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  project.live_body("InboundApp", id)["sessionSettings"].as_object()["userTemplateId"] = "u";
  EXPECT_EQ(paths_of(action_on(project.plan_text(text), "InboundApp/a")), "/sessionSettings/userTemplateId");
}

TEST(PlanIdentity, AConnectionIsBoundByItsIdAndAResourceByItsUri) {
  Project project;
  project.add_live("Connection", R"({"id":"c","name":"c"})");
  project.add_live("Resource", R"({"id":"RS1","name":"other name","type":"mcp","uri":"https://r"})");
  const plan::Plan plan = project.plan_text(
      connection("c") + doc("Resource", "name: r", "name: other name, type: mcp, uri: 'https://r'"));
  EXPECT_EQ(actions_of(plan), "adopt Connection/c, adopt Resource/r");
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_FALSE(plan.has_changes());
  EXPECT_TRUE(plan.has_work());
}

TEST(PlanIdentity, AnInboundAppIsBoundByItsNameButAPinnedClientIdIsStronger) {
  Project project;
  project.add_live("InboundApp", R"({"id":"i1","name":"App","clientId":"x"})");
  project.add_live("InboundApp", R"({"id":"i2","name":"Renamed","clientId":"mine"})");
  EXPECT_EQ(action_on(project.plan_text(doc("InboundApp", "name: a", "name: App")), "InboundApp/a").live_id,
            "i1");
  EXPECT_EQ(
      action_on(project.plan_text(doc("InboundApp", "name: a", "name: App, clientId: mine")), "InboundApp/a")
          .live_id,
      "i2");
}

TEST(PlanIdentity, AMatchByDisplayNameAloneIsAnErrorThatSaysWhatToWrite) {
  Project project;
  project.add_live("Connection", R"({"id":"live-1","name":"Google"})");
  Manifests manifests(doc("Connection", "name: google", "name: Google"));
  (void)project.plan(manifests);
  EXPECT_EQ(manifests.messages(),
            "<stdin>:4:18: error: Connection/google is not in the project, but the live Connection 'live-1' "
            "has the same "
            "name 'Google' [possible-match]\n"
            "  metadata: {name: google}\n"
            "                   ^~~~~~\n"
            "hint: write 'metadata.id: live-1' to bind it, or 'metadata.id: google' to create another one\n");
  Manifests bound(doc("Connection", "name: google, id: live-1", "name: Google"));
  EXPECT_EQ(actions_of(project.plan(bound)), "adopt Connection/google");
  Manifests another(doc("Connection", "name: google, id: google", "name: Google"));
  EXPECT_EQ(actions_of(project.plan(another)), "create Connection/google");
}

TEST(PlanIdentity, SeveralMatchesAreAnErrorThatListsThem) {
  Project project;
  project.add_live("Resource", R"({"id":"RS1","name":"a","uri":"https://r"})");
  project.add_live("Resource", R"({"id":"RS2","name":"b","uri":"https://r"})");
  Manifests manifests(resource("r"));
  (void)project.plan(manifests);
  EXPECT_THAT(
      manifests.messages(),
      HasSubstr("Resource/r matches 2 live objects with the uri 'https://r': RS1 and RS2 [several-matches]"));
}

TEST(PlanIdentity, AnIdThatIsNotLiveIsAnErrorUnlessTheClientChoosesIt) {
  Project project;
  Manifests manifests(doc("Resource", "name: r, id: RS404", "name: r, type: api, uri: 'https://r'"));
  (void)project.plan(manifests);
  EXPECT_THAT(
      manifests.messages(),
      HasSubstr("Resource/r is bound to the live id 'RS404', which is not in the project [unknown-live-id]"));
  EXPECT_EQ(action_on(project.plan_text(doc("Connection", "name: c, id: custom", "name: c")), "Connection/c")
                .body.at("id"),
            json::value("custom"));
}

TEST(PlanIdentity, ANewHandleOnTheSameLiveObjectIsAMove) {
  Project project;
  project.apply_text(doc("Resource", "name: old", "name: r, type: api, uri: 'https://r'"));
  const plan::Plan plan =
      project.plan_text(doc("Resource", "name: new", "name: r, type: api, uri: 'https://r'"));
  EXPECT_EQ(actions_of(plan), "move Resource/new");
  EXPECT_FALSE(plan.has_changes());
  project.apply(plan);
  EXPECT_EQ(project.recorded.objects.size(), 1U);
  EXPECT_EQ(project.recorded.objects.begin()->first.handle, "new");
}

TEST(PlanAdoption, AChangedMatchIsRefusedUntilItIsAllowed) {
  Project project;
  project.add_live("Connection", R"({"id":"c","name":"c","description":"live"})");
  const std::string text = connection("c", "description: manifest");
  const plan::Plan refused = project.plan_text(text);
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].code, "adoption-not-allowed");
  EXPECT_EQ(refused.refusals[0].summary,
            "Connection/c is bound to the live object 'c', which this state does not own and which would be "
            "changed; "
            "the state is empty: first run, or a lost state?");
  project.policy.adopt = plan::Adopt::kAlways;
  EXPECT_THAT(project.plan_text(text).refusals, IsEmpty());
  EXPECT_EQ(actions_of(project.plan_text(text)), "update Connection/c");
}

TEST(PlanAdoption, WithoutAStateEveryMatchCountsAndNothingIsPruned) {
  Project project;
  project.is_state_kept = false;
  project.add_live("Connection", R"({"id":"c","name":"c","description":"live"})");
  project.add_live("Connection", R"({"id":"d","name":"d"})");
  const plan::Plan plan = project.plan_text(connection("c", "description: manifest"));
  EXPECT_EQ(actions_of(plan), "update Connection/c");
  EXPECT_THAT(plan.refusals, IsEmpty());
}

TEST(PlanReplacement, NeedsAWordAndCarriesLivesFieldsOver) {
  Project project;
  project.apply_text(resource("r", "description: d"));
  const std::string id = project.live.kinds["Resource"].objects[0].id;
  project.live_body("Resource", id)["userAccess"] = "by hand";
  const std::string text = doc("Resource", "name: r", "name: r, type: api, uri: 'https://r', description: d");
  const plan::Plan refused = project.plan_text(text);
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].code, "replacement-not-allowed");
  project.policy.allow_replace = true;
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "replace Resource/r");
  const plan::Action& action = action_on(plan, "Resource/r");
  EXPECT_THAT(action.replaced_by, ::testing::ElementsAre("/type"));
  EXPECT_FALSE(action.body.contains("id"));
  EXPECT_EQ(action.body.at("userAccess"), json::value("by hand"));
  EXPECT_FALSE(action.consequences.empty());
}

TEST(PlanReplacement, SpeaksOfAClientSecretOnlyWhereThereIsOne) {
  Project project;
  project.add_live("Connection", R"({"id":"k","name":"k","appType":"apikey"})");
  project.add_live("Connection", R"({"id":"o","name":"o","clientId":"i"})");
  project.policy.allow_replace = true;
  project.policy.adopt = plan::Adopt::kAlways;
  const std::string key = connection("k", "appType: apikey, tenantId: T1");
  const plan::Plan plan = project.plan_text(key + connection("o", "tenantId: T1, clientId: i"));
  EXPECT_THAT(action_on(plan, "Connection/k").consequences, Not(Contains(HasSubstr("ecret"))));
  EXPECT_THAT(action_on(plan, "Connection/o").consequences,
              Contains("clientSecret can't be read back and is not in the manifest: it is lost"));
  const plan::Plan declared =
      project.plan_text(key + connection("o", "tenantId: T1, clientId: i, clientSecret: {fromEnv: S}"));
  EXPECT_THAT(action_on(declared, "Connection/o").consequences,
              Contains("clientSecret is sent again and must be at hand"));
}

TEST(PlanReplacement, AnotherIdForAnOwnedConnectionReplacesItAndForgetsNothing) {
  Project project;
  project.apply_text(doc("Connection", "name: c, id: old", "name: c, description: d"));
  const std::string text = doc("Connection", "name: c, id: new", "name: c, description: d");
  ASSERT_EQ(project.plan_text(text).refusals.size(), 1U);
  project.policy.allow_replace = true;
  const plan::Plan plan = project.plan_text(text);
  EXPECT_EQ(actions_of(plan), "replace Connection/c");
  EXPECT_EQ(action_on(plan, "Connection/c").live_id, "old");
  EXPECT_EQ(action_on(plan, "Connection/c").body.at("id"), json::value("new"));
  project.apply(plan);
  EXPECT_EQ(project.live.kinds["Connection"].objects.size(), 1U);
  EXPECT_FALSE(project.plan_text(text).has_work());
}

TEST(PlanCreate, EndsAReplacementWithWhatLiveHad) {
  Project project;
  const std::string bare = connection("a");
  project.apply_text(bare + doc("Connection", "name: b", "name: b, description: declared"));
  for (const std::string handle : {"a", "b"}) {
    project.remove_live("Connection", handle);
    project.recorded.objects.at({"Connection", handle}).pending_create = {
        {"id", handle}, {"name", handle}, {"description", "live's"}, {"logo", "https://l"}};
  }
  const plan::Plan plan =
      project.plan_text(bare + doc("Connection", "name: b, lifecycle: {ignoreFields: [/logo]}",
                                   "name: b, description: declared, logo: 'https://m'"));
  ASSERT_EQ(actions_of(plan), "create Connection/a, create Connection/b");
  EXPECT_EQ(plan.actions[0].body.at("description"), "live's");
  EXPECT_EQ(plan.actions[0].body.at("logo"), "https://l");
  EXPECT_EQ(plan.actions[1].body.at("description"), "declared");
  EXPECT_EQ(plan.actions[1].body.at("logo"), "https://l") << "ignored: live's value is kept";
  EXPECT_FALSE(plan.actions[0].was_deleted);
  EXPECT_TRUE(plan.actions[0].record.pending_create.empty());
}

TEST(PlanCreate, DropsWhatTheManifestNoLongerWritesFromAReplacement) {
  Project project;
  project.apply_text(doc("Connection", "name: a", "name: a, description: declared"));
  project.remove_live("Connection", "a");
  project.recorded.objects.at({"Connection", "a"}).pending_create = {{"name", "a"},
                                                                     {"description", "declared"}};
  const plan::Plan plan = project.plan_text(connection("a"));
  ASSERT_EQ(actions_of(plan), "create Connection/a");
  EXPECT_FALSE(plan.actions[0].body.contains("description"));
}

TEST(PlanOrder, ALiveScopesOwnFormIsKeptWhereItMeansTheSame) {
  Project project;
  const std::string text =
      connection("c") +
      resource("r",
               "scopes: {connectionsScopes: [{name: s, connections: [{connection: c, scopes: [x, y]}]}]}");
  project.apply_text(text);
  const std::string id = project.live.kinds["Resource"].objects[0].id;
  const auto plan_with = [&](const char* form) {
    project.live_body("Resource", id)["scopes"]
        .as_object()["connectionsScopes"]
        .as_array()[0]
        .as_object()["values"] = parse(form);
    return actions_of(project.plan_text(text));
  };
  EXPECT_EQ(plan_with(R"(["y","x"])"), "");
  EXPECT_EQ(plan_with(R"(["c:x","c:y"])"), "");
  EXPECT_EQ(plan_with(R"(["c"])"), "update Resource/r") << "a bare id stands for no scopes";
  project.policy.connection_scope_format = diff::ConnectionScopeFormat::kId;
  EXPECT_EQ(plan_with(R"(["c"])"), "");
}

TEST(PlanOrder, TheUnsettledEncodingIsWarnedOfOnce) {
  Project project;
  Manifests manifests(connection("c") +
                      resource("r",
                               "scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}, "
                               "{name: t, connections: [{connection: c}]}]}"));
  (void)project.plan(manifests);
  EXPECT_EQ(manifests.sink.warning_count(), 1U);
  project.policy.connection_scope_format = diff::ConnectionScopeFormat::kIdAndScope;
  Manifests settled(
      connection("c") +
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: c, scopes: [x]}]}]}"));
  const plan::Plan plan = project.plan(settled);
  EXPECT_EQ(settled.sink.warning_count(), 0U);
  EXPECT_EQ(json::serialize(action_on(plan, "Resource/r").body.at("scopes")),
            R"({"connectionsScopes":[{"name":"s","values":["c:x"]}]})");
}

TEST(PlanOrder, NothingDependsOnTheOrderOfInput) {
  const std::string a = connection("a");
  const std::string b = connection("b");
  const std::string r = resource(
      "r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: a}, {connection: b}]}]}");
  Project project;
  EXPECT_EQ(project.plan_text(a + b + r).sha256, project.plan_text(r + b + a).sha256);
  EXPECT_NE(project.plan_text(a + b + r).sha256, project.plan_text(a + b).sha256);
}

TEST(PlanSecrets, AChangedSecretIsOneUpdateAndAnUnchangedOneIsNeverSent) {
  Project project;
  const std::string text = connection("c", "clientSecret: {fromEnv: S}");
  const plan::Plan created = project.apply_text(text);
  EXPECT_TRUE(action_on(created, "Connection/c").secrets.at(0).is_sent);
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  const std::pair key(model::ObjectKey{"Connection", "c"}, std::string("/clientSecret"));
  project.secrets[key] = {"/clientSecret", diff::SecretStatus::Form::kChanged, ""};
  const plan::Plan changed = project.plan_text(text);
  EXPECT_EQ(paths_of(action_on(changed, "Connection/c")), "/clientSecret");
  EXPECT_TRUE(action_on(changed, "Connection/c").changes.at(0).is_sensitive);
  project.secrets[key].form = diff::SecretStatus::Form::kUnchanged;
  const plan::Plan other = project.plan_text(connection("c", "clientSecret: {fromEnv: S}, pkce: true"));
  EXPECT_FALSE(action_on(other, "Connection/c").secrets.at(0).is_sent);
  project.secrets[key].form = diff::SecretStatus::Form::kNotRecorded;
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  project.policy.send_secret.insert("Connection/c");
  EXPECT_EQ(actions_of(project.plan_text(text)), "update Connection/c");
}

TEST(PlanSecrets, AnInboundAppsChangedSecretNamesRotate) {
  Project project;
  const std::string text = doc("InboundApp", "name: a", "name: App, clientSecret: {fromEnv: S}");
  project.apply_text(text);
  project.secrets[{{"InboundApp", "a"}, "/clientSecret"}] = {"/clientSecret",
                                                             diff::SecretStatus::Form::kChanged, ""};
  Manifests manifests(text);
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr("[secret-needs-rotate]"));
}

TEST(PlanNames, ARoleThatExistsNowhereIsAWarning) {
  Project project;
  const std::string text = doc("Resource", "name: r",
                               "name: r, type: api, uri: 'https://r', scopes: {permissionsScopes: [{name: s, "
                               "values: [Known, Declared, Nobody]}]}") +
                           doc("Role", "name: d", "name: Declared");
  project.add_live("Role", R"({"id":"ROL1","name":"Known"})");
  Manifests manifests(text);
  const plan::Plan plan = project.plan(manifests);
  EXPECT_THAT(
      manifests.messages(),
      HasSubstr("no role is called 'Nobody', neither in the manifests nor in the project [unknown-role]"));
  EXPECT_EQ(manifests.sink.warning_count(), 1U);
  EXPECT_EQ(action_on(plan, "Resource/r").wave, 1U);
  project.policy.strict_references = true;
  Manifests strict(text);
  (void)project.plan(strict);
  EXPECT_TRUE(strict.sink.has_errors());
}

TEST(PlanWriteOnly, AFieldThatCanNotBeReadBackIsAReplacementWhenItIsNewInTheManifest) {
  Project project;
  project.apply_text(doc("InboundApp", "name: a", "name: App"));
  const plan::Plan plan = project.plan_text(doc("InboundApp", "name: a", "name: App, consentFlowId: f1"));
  EXPECT_EQ(actions_of(plan), "replace InboundApp/a");
  EXPECT_EQ(plan.refusals.at(0).code, "replacement-not-allowed");
}

TEST(PlanRecheck, OfAReplacementThatTakesNothingOverAcceptsLiveAsItWas) {
  Project project;
  project.apply_text(connection("c", "tokenUrl: 'https://a.example'"));
  plan::Plan plan = project.plan_text(connection("c", "appType: apikey"));
  plan::Action& action = plan.actions.at(0);
  EXPECT_EQ(action.kind, plan::ActionKind::kReplace);
  json::object live = project.live_body("Connection", "c");
  EXPECT_TRUE(plan::recheck(action, &live, project.policy));
  EXPECT_FALSE(action.body.contains("tokenUrl"));
  live["description"] = "by hand";
  EXPECT_FALSE(plan::recheck(action, &live, project.policy));
}

TEST(PlanRecheck, AcceptsWhatMovedElsewhereAndRefusesWhatMovedUnderIt) {
  Project project;
  project.apply_text(connection("c", "description: d"));
  plan::Plan plan = project.plan_text(connection("c", "description: e"));
  plan::Action& action = plan.actions.at(0);
  json::object live = project.live_body("Connection", "c");
  live["logo"] = "new";
  EXPECT_TRUE(plan::recheck(action, &live, project.policy));
  EXPECT_EQ(action.body.at("logo"), json::value("new"));
  live["description"] = "somebody else's";
  EXPECT_FALSE(plan::recheck(action, &live, project.policy));
  EXPECT_FALSE(plan::recheck(action, nullptr, project.policy));
}

TEST(PlanServer, WhatCameBackChangedCountsAsWhatWasSent) {
  Project project;
  const std::string text = connection("c", "logo: 'https://l/a.png'");
  project.apply_text(text);
  project.live_body("Connection", "c")["logo"] = "https://hosted/1";
  project.recorded.objects.begin()->second.changed_by_server["/logo"] = {"https://l/a.png",
                                                                         "https://hosted/1"};
  EXPECT_EQ(actions_of(project.plan_text(text)), "");
  EXPECT_FALSE(project.plan_text(text).has_work());
  EXPECT_EQ(
      paths_of(action_on(project.plan_text(connection("c", "logo: 'https://l/b.png'")), "Connection/c")),
      "/logo");
  // An update for another reason does not make it forget.
  project.apply_text(connection("c", "logo: 'https://l/a.png', pkce: true"));
  EXPECT_FALSE(project.plan_text(connection("c", "logo: 'https://l/a.png', pkce: true")).has_work());
}

TEST(PlanServer, AResetToADefaultThatOnlyTheServiceKnowsIsAskedForOnce) {
  Project project;
  project.apply_text(connection("c", "callbackDomain: x.example"));
  const std::string text = connection("c", "callbackDomain: null");
  EXPECT_EQ(paths_of(action_on(project.apply_text(text), "Connection/c")), "/callbackDomain");
  project.live_body("Connection", "c")["callbackDomain"] = "the.project.example";
  project.recorded.objects.begin()->second.changed_by_server["/callbackDomain"] = {nullptr,
                                                                                   "the.project.example"};
  EXPECT_FALSE(project.plan_text(text).has_work());
  project.apply_text(connection("c", "callbackDomain: null, pkce: true"));
  EXPECT_FALSE(project.plan_text(connection("c", "callbackDomain: null, pkce: true")).has_work());
  // What somebody else sets it to is no default.
  project.live_body("Connection", "c")["callbackDomain"] = "another.example";
  EXPECT_EQ(paths_of(action_on(project.plan_text(text), "Connection/c")), "/callbackDomain, /pkce");
}

TEST(PlanDestroy, DeletesWhatIsOwnedAndDeclaredDependantsFirst) {
  Project project;
  const std::string text =
      connection("c") +
      resource("r", "scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}");
  project.apply_text(text);
  project.add_live("Connection", R"({"id":"match","name":"match"})");
  project.policy.is_destroy = true;
  const plan::Plan plan = project.plan_text(text + connection("match"));
  EXPECT_EQ(actions_of(plan), "delete Connection/c, delete Resource/r");
  EXPECT_LT(action_on(plan, "Resource/r").wave, action_on(plan, "Connection/c").wave);
  EXPECT_THAT(plan.refusals, IsEmpty());
}

TEST(PlanWithLive, HoldsAManifestToWhatItDoesNotSayAndCanNotChange) {
  Project project;
  project.apply_text(doc("Connection", "name: c", "name: C, appType: apikey"));
  Manifests manifests(doc("Connection", "name: c", "name: C, clientId: x"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(),
              HasSubstr("Connection/c is in the project as what its manifest does not say: an "
                        "API-key connection (appType: apikey) has no field 'clientId'"));
  project.policy.allow_replace = true;
  EXPECT_EQ(
      actions_of(project.plan_text(doc("Connection", "name: c", "name: C, appType: oauth, clientId: x"))),
      "replace Connection/c");
}

TEST(PlanReplacement, ThatCouldNotBeCreatedAgainIsRefusedBeforeTheDelete) {
  Project project;
  project.policy.allow_replace = true;
  const auto text = [](const std::string& uri) {
    return doc("Resource", "name: a", "name: A, type: api, uri: 'https://" + uri + "'");
  };
  project.apply_text(text("a.example"));
  project.add_live("Resource", R"({"id":"RS9","name":"Other","type":"api","uri":"https://taken.example"})");
  const plan::Plan refused = project.plan_text(text("taken.example"));
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].code, "value-taken");
  EXPECT_THAT(refused.refusals[0].summary, HasSubstr("'RS9' has the uri 'https://taken.example'"));
  EXPECT_THAT(project.plan_text(text("free.example")).refusals, IsEmpty());
}

}  // namespace
}  // namespace descopectl
