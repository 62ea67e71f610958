// Reading back what was written: lists that lag, fields that do not stick, fields that the service changes.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;

class ApplyProof : public test::ApplyTest {};

/// Deletions, and a list that goes on showing what is deleted.
class ApplyDepartures : public test::ApplyTest {
 protected:
  /// So many lists show what the service has now.
  void lag(const std::string& kind_name, unsigned lists) {
    service.lagging[kind_name] = lists;
    service.lagging_shows[kind_name] = service.live[kind_name];
  }
  /// The service answers deletes and forgets to carry them out.
  void ignore_deletes(const std::string& kind_name) {
    service.on_call = [this, kind_name, kept = service.live[kind_name]](const std::string& call) {
      if (call == "list " + kind_name) service.live[kind_name].insert(kept.begin(), kept.end());
    };
  }
};

class ApplyServerChange : public test::ApplyTest {};

TEST_F(ApplyProof, OneListAKindIsEnough) {
  for (const char* name : {"a", "b", "c"})
    add(make_create("Connection", name));
  add(make_create("Role", "editor"));
  add(make_delete("Permission", "p", "PERM9"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(std::count(service.log.begin(), service.log.end(), "list Connection"), 1);
  EXPECT_EQ(std::count(service.log.begin(), service.log.end(), "list Role"), 1);
  EXPECT_EQ(std::count(service.log.begin(), service.log.end(), "list Permission"), 1);
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(ApplyProof, WaitsForListsThatLag) {
  add(make_create("Connection", "a"));
  service.lagging["Connection"] = 5;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000),
                                        milliseconds(2000), milliseconds(2000)));
}

TEST_F(ApplyProof, AnObjectThatNeverShowsIsAFailureAtTheEndOfTheTime) {
  add(make_create("Connection", "a"));
  add(make_create("Connection", "b"));
  service.on_write = [](const std::string& call, json::object& body) {
    if (call == "create Connection/a") body["id"] = "elsewhere";
  };
  service.lagging["Connection"] = 1000;
  service.lagging_shows["Connection"]["b"] = {{"id", "b"}, {"name", "b"}};
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_EQ(outcome.actions[0].message,
            "Connection/a was written, but the list of its kind does not show it (live id 'a')");
  EXPECT_EQ(outcome.actions[1].status, Status::kDone);
  EXPECT_EQ(outcome.added, 1U);
  EXPECT_EQ(std::accumulate(timing.waits.begin(), timing.waits.end(), milliseconds(0)), options.settle);
  EXPECT_THAT(timing.waits, Each(Le(milliseconds(2000))));
}

TEST_F(ApplyProof, NamesTheFieldThatDidNotStick) {
  options.settle = milliseconds(0);
  add(make_update("Connection", "c", "c", {{"name", "c"}},
                  {{"pkce", true}, {"accessType", "offline"}, {"prompt", json::array{"login"}}}));
  service.on_write = [](const std::string&, json::object& body) {
    body.erase("pkce");
    body["accessType"] = "online";
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.changed, 0U);
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_EQ(
      outcome.actions[0].message,
      "Connection/c was written, but /pkce is absent instead of true, /accessType is \"online\" instead of "
      "\"offline\"");
  EXPECT_THAT(outcome.actions[0].hint, HasSubstr("lifecycle.ignoreFields"));
}

TEST_F(ApplyProof, AResetThatDidNotStickIsNamedToo) {
  options.settle = milliseconds(0);
  add(make_update("Connection", "c", "c", {{"name", "c"}, {"pkce", true}}, {{"pkce", nullptr}}));
  service.on_write = [](const std::string&, json::object& body) { body["pkce"] = true; };
  EXPECT_EQ(apply().actions[0].message, "Connection/c was written, but /pkce is true instead of absent");
}

TEST_F(ApplyProof, AResetToADefaultThatOnlyTheServiceKnowsIsFine) {
  add(make_update("Resource", "r", "RS1", {{"name", "r"}, {"userAccess", "none"}},
                  {{"userAccess", nullptr}}));
  service.on_write = [](const std::string&, json::object& body) { body["userAccess"] = "all"; };
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
}

TEST_F(ApplyProof, OrderOfSetsAndTextForNumbersAreNoDifference) {
  add(make_create("Connection", "c",
                  {{"name", "c"}, {"prompt", json::array{"login", "consent"}}, {"description", ""}}));
  service.on_write = [](const std::string&, json::object& body) {
    body["prompt"] = json::array{"consent", "login"};
    body.erase("description");
  };
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(ApplyProof, FieldsThatNobodyDeclaredAreNotLookedAt) {
  add(make_create("Connection", "c"));
  service.on_write = [](const std::string&, json::object& body) {
    body["accessType"] = "online";
    body["novel"] = json::object{{"deep", 0}};
  };
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
}

TEST_F(ApplyProof, WriteOnlyFieldsAreNotLookedFor) {
  add(make_create("InboundApp", "app", {{"name", "app"}, {"consentFlowId", "flow"}}));
  service.on_write = [](const std::string&, json::object& body) { body.erase("consentFlowId"); };
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
}

TEST_F(ApplyProof, AnIdThatTheCreateDidNotTellIsFoundByName) {
  service.tells_ids = false;
  add(make_create("Permission", "read", {{"name", "Read all"}}));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.actions[0].live_id, "PERM1");
  EXPECT_EQ(recorded("Permission", "read").live_id, "PERM1");
}

TEST_F(ApplyProof, UntilTheIdIsFoundTheIntentStaysOpen) {
  service.tells_ids = false;
  options.settle = milliseconds(0);
  service.lagging["Permission"] = 1;
  add(make_create("Permission", "read", {{"name", "Read all"}}));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_TRUE(store.current().objects.empty()) << "a name is no id";
  EXPECT_TRUE(store.current().intents.contains({"Permission", "read"}));
}

TEST_F(ApplyProof, AListThatCantBeHadLeavesTheWritesDoneAndSaysSo) {
  add(make_create("Connection", "a"));
  service.fail_next("list Connection", Error(ErrorKind::kUnreachable, "no answer"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kUnreachable);
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_EQ(outcome.actions[0].code, "not-verified");
  EXPECT_THAT(warnings, ElementsAre("Connection/a was written, but not read back: no answer"));
}

TEST_F(ApplyDepartures, AreWaitedForWhileTheListLags) {
  add(make_delete("Connection", "a", "a"));
  add(make_create("Connection", "b"));
  lag("Connection", 3);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000)));
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ApplyDepartures, OfReplacementsAreWaitedForToo) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}, {"type", "api"}},
                   {{"name", "r"}, {"type", "mcp"}}));
  const Outcome outcome = [&] {
    service.lagging["Resource"] = 2;
    service.lagging_shows["Resource"] = {{"RS9", {{"id", "RS9"}}},
                                         {"RS1", {{"id", "RS1"}, {"name", "r"}, {"type", "mcp"}}}};
    return apply();
  }();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS1");
  EXPECT_THAT(timing.waits, ElementsAre(milliseconds(250), milliseconds(500)));
}

TEST_F(ApplyDepartures, UnderAnIdThatLivesOnAreNoneToWaitFor) {
  add(make_replace("Connection", "c", "c", {{"name", "c"}}, {{"name", "c"}, {"pkce", true}}));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(ApplyDepartures, ThatTheListStillHidesAtTheEndAreLookedUpByTheirIds) {
  for (const char* name : {"a", "b"})
    add(make_delete("Connection", name, name));
  lag("Connection", 1000);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.destroyed, 2U);
  EXPECT_EQ(std::accumulate(timing.waits.begin(), timing.waits.end(), milliseconds(0)), options.settle);
  EXPECT_THAT(warnings,
              ElementsAre("Connection/a and Connection/b are deleted, and the list of kind Connection lags "
                          "behind: it still shows what no load finds any more"));
  EXPECT_EQ(store.current().intents.size(), 2U) << "the next run looks again";
}

TEST_F(ApplyDepartures, ThatDidNotHappenAreFailuresAndOwnedAsBefore) {
  add(make_delete("Connection", "a", "a"));
  ignore_deletes("Connection");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.destroyed, 0U);
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_EQ(outcome.actions[0].message, "Connection/a was deleted, but it is still there (live id 'a')");
  EXPECT_EQ(recorded("Connection", "a").live_id, "a");
}

TEST_F(ApplyDepartures, OfReplacementsThatDidNotHappenAreOwnedBesideTheNewObject) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}, {"type", "api"}},
                   {{"name", "r"}, {"type", "mcp"}}));
  ignore_deletes("Resource");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS1");
  EXPECT_EQ(recorded("Resource", "r").superseded_id, "RS9") << "the next plan deletes it";
}

TEST_F(ApplyDepartures, OfAKindWithoutALoadAreNotAppliedWhereItsListShowsThem) {
  add(make_delete("Role", "r", "ROL9"));
  lag("Role", 1000);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].code, "not-applied");
  EXPECT_EQ(outcome.actions[0].message,
            "Role/r was deleted, but the list of its kind still shows it (live id 'ROL9')");
  EXPECT_THAT(outcome.actions[0].hint, HasSubstr("lists may lag behind"));
  EXPECT_EQ(recorded("Role", "r").live_id, "ROL9") << "ours for as long as it may be there";
  EXPECT_EQ(store.state.intents.size(), 1U) << "the next run looks whether it is gone";
}

TEST_F(ApplyDepartures, WithTheParentTheyWereListedUnderNeedNoList) {
  add(make_delete("InboundApp", "a", "TPA1"));
  add(make_delete("ResourcePolicy", "p", "TPA1/RS2"));
  add(make_delete("ResourcePolicy", "q", "TPA2/RS2"));
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(service.asked_parents["ResourcePolicy"], ElementsAre("TPA2"));
}

TEST_F(ApplyDepartures, ThatNobodyCouldLookAtAreSaidToBeNotReadBack) {
  add(make_delete("Connection", "a", "a"));
  service.fail_next("list Connection", Error(ErrorKind::kUnreachable, "no answer"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kUnreachable);
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_THAT(warnings, ElementsAre("Connection/a was deleted, but not read back: no answer"));
}

TEST_F(ApplyServerChange, AHostedCopyIsRememberedAndNotPolledFor) {
  add(make_create("Connection", "c", {{"name", "c"}, {"logo", "data:image/png;base64,AA"}}));
  service.on_write = [](const std::string&, json::object& body) { body["logo"] = "https://static/1.png"; };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(timing.waits, IsEmpty());
  const auto& changed = recorded("Connection", "c").changed_by_server;
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed.at("/logo").sent, "data:image/png;base64,AA");
  EXPECT_EQ(changed.at("/logo").got, "https://static/1.png");
}

TEST_F(ApplyServerChange, TheValueOfBeforeIsNoHostedCopy) {
  options.settle = milliseconds(0);
  add(make_update("Connection", "c", "c", {{"name", "c"}, {"logo", "https://static/0.png"}},
                  {{"logo", "data:new"}}));
  service.on_write = [](const std::string&, json::object& body) { body["logo"] = "https://static/0.png"; };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].message,
            "Connection/c was written, but /logo is \"https://static/0.png\" instead of \"data:new\"");
  EXPECT_THAT(recorded("Connection", "c").changed_by_server, IsEmpty());
}

TEST_F(ApplyServerChange, NothingIsNoHostedCopy) {
  options.settle = milliseconds(0);
  add(make_create("Connection", "c", {{"name", "c"}, {"logo", "data:new"}}));
  service.on_write = [](const std::string&, json::object& body) { body.erase("logo"); };
  EXPECT_EQ(apply().actions[0].code, "not-applied");
}

TEST_F(ApplyServerChange, WhatIsRememberedStaysRememberedWhenAnotherFieldChanges) {
  // The plan puts live's own form into the managed fields where it remembers that the manifest's means the
  // same.
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}, {"logo", "https://static/1.png"}},
                                    {{"logo", "https://static/1.png"}, {"pkce", true}});
  action.record.changed_by_server["/logo"] = {.sent = "data:one", .got = "https://static/1.png"};
  add(std::move(action));
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("Connection", "c").changed_by_server.at("/logo").sent, "data:one");
}

TEST_F(ApplyServerChange, ACopyOfTheCopyStillStandsForTheManifest) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}, {"logo", "https://static/1.png"}},
                                    {{"logo", "https://static/1.png"}, {"pkce", true}});
  action.record.changed_by_server["/logo"] = {.sent = "data:one", .got = "https://static/1.png"};
  add(std::move(action));
  service.on_write = [](const std::string&, json::object& body) { body["logo"] = "https://static/2.png"; };
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  const auto& changed = recorded("Connection", "c").changed_by_server.at("/logo");
  EXPECT_EQ(changed.sent, "data:one");
  EXPECT_EQ(changed.got, "https://static/2.png");
}

TEST_F(ApplyServerChange, WhatIsNoLongerTrueIsForgotten) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}, {"logo", "https://static/1.png"}},
                                    {{"logo", "https://kept/as-it-is.png"}});
  action.record.changed_by_server["/logo"] = {.sent = "data:one", .got = "https://static/1.png"};
  add(std::move(action));
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(recorded("Connection", "c").changed_by_server, IsEmpty());
}

}  // namespace
}  // namespace descopectl::apply
