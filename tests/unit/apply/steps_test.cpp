// Replacements in two steps: delete what refers, replace what it refers to, create anew.
#include <gmock/gmock.h>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using testing::ElementsAre;
using testing::HasSubstr;

/// Connection c is replaced; Resource r, which refers to it, is replaced too.
class ApplySteps : public test::ApplyTest {
 protected:
  ApplySteps() {
    add(make_replace("Connection", "c", "c", {{"name", "C"}}, {{"name", "C"}, {"tenantId", "T1"}}));
    add(make_replace("Resource", "r", "RS7", {{"name", "R"}}, {{"name", "R"}, {"type", "mcp"}}));
    plan.actions[0].erase_after = {1};
    plan.actions[1].sequence = plan::Sequence::kDeleteFirst;
    plan.actions[1].wave = 1;
    depend(1, {0});
  }

  std::vector<std::string> writes() const {
    std::vector<std::string> calls;
    for (const std::string& call : service.log)
      if (!call.starts_with("list ")) calls.push_back(call);
    return calls;
  }
};

TEST_F(ApplySteps, DeleteTheReferrerThenReplaceThenCreate) {
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[1].message;
  EXPECT_THAT(writes(), ElementsAre("erase Resource/RS7", "erase Connection/c", "create Connection/C",
                                    "create Resource/R"));
  EXPECT_EQ(outcome.added, 2U);
  EXPECT_EQ(outcome.destroyed, 2U);
  EXPECT_EQ(outcome.actions[1].attempts, 2U);
  EXPECT_THAT(events, ElementsAre("started Resource/r", "started Connection/c", "done Connection/c",
                                  "done Resource/r"));
  EXPECT_EQ(recorded("Resource", "r").live_id, outcome.actions[1].live_id);
}

TEST_F(ApplySteps, NothingGoesOnWhereTheReferrerCanNotBeDeleted) {
  service.fail_next("erase Resource/RS7", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("erase Resource/RS7"));
  EXPECT_EQ(outcome.actions[1].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].message, "skipped: Resource/r failed");
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS7");
}

TEST_F(ApplySteps, WhatWasDeletedAndNotCreatedAgainIsAFailureThatSaysSo) {
  service.fail_next("erase Connection/c", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("erase Resource/RS7", "erase Connection/c"));
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[1].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[1].code, "not-created-again");
  EXPECT_EQ(outcome.actions[1].message,
            "Resource/r was deleted (live id 'RS7'), and not created again: Connection/c failed");
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_EQ(recorded("Resource", "r").pending_create, (json::object{{"name", "R"}, {"type", "mcp"}}))
      << "the next run creates it";
}

TEST_F(ApplySteps, AnInterruptLetsTheSecondStepFinishWhereItCan) {
  bool is_interrupted = false;
  options.is_interrupted = [&] { return is_interrupted; };
  service.on_call = [&](const std::string& call) {
    is_interrupted = is_interrupted || call == "create Connection/C";
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_EQ(outcome.actions[1].status, Status::kDone);
}

TEST_F(ApplySteps, AnInterruptBetweenThemIsTold) {
  bool is_interrupted = false;
  options.is_interrupted = [&] { return is_interrupted; };
  service.on_call = [&](const std::string&) { is_interrupted = true; };
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("erase Resource/RS7"));
  EXPECT_EQ(outcome.actions[0].message, "interrupted");
  EXPECT_EQ(outcome.actions[1].message,
            "Resource/r was deleted (live id 'RS7'), and not created again: interrupted");
  EXPECT_EQ(outcome.destroyed, 1U);
}

TEST_F(ApplySteps, KeepLivesFormOfWhatNamesIdsThatAreKnownLater) {
  const json::value late = model::marker::make_reference({"Connection", "late"});
  plan.actions[1].body["dynamicRegistrationSettings"] = {{"template", late}};
  plan.actions[1].before["dynamicRegistrationSettings"] = {{"template", "DRT9"}, {"enabled", true}};
  service.fail_next("erase Connection/c", Error(ErrorKind::kRefused, "no"));
  apply();
  EXPECT_EQ(recorded("Resource", "r").pending_create.at("dynamicRegistrationSettings"),
            plan.actions[1].before.at("dynamicRegistrationSettings"));
}

TEST_F(ApplySteps, WhatTheCreateNeedsIsMadeBeforeTheDelete) {
  const std::size_t other = add(make_create("Connection", "x"));
  depend(1, {0, other});
  service.fail_next("create Connection/x", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("create Connection/x"));
  EXPECT_EQ(outcome.actions[1].message, "skipped: Connection/x failed");
  EXPECT_EQ(outcome.actions[0].message, "skipped: Connection/x failed");
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS7");
}

/// Connection c gets another id while Resource r, which refers to it, is updated.
class ApplyCreateFirst : public ApplySteps {
 protected:
  ApplyCreateFirst() {
    plan.actions.clear();
    add(make_replace("Connection", "c", "old", {{"name", "C"}}, {{"name", "C"}}));
    add(make_update("Resource", "r", "RS8", {{"name", "R"}}, {{"name", "S"}}));
    plan::Action& connection = plan.actions[0];
    connection.body["id"] = connection.record.live_id = "new";
    connection.record.superseded_id = "old";
    connection.sequence = plan::Sequence::kCreateFirst;
    connection.erase_after = {1};
    depend(1, {0});
  }
};

TEST_F(ApplyCreateFirst, MakesTheNewOneThenUpdatesThenDeletesTheOldOne) {
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_THAT(writes(), ElementsAre("create Connection/C", "update Resource/RS8", "erase Connection/old"));
  EXPECT_EQ(recorded("Connection", "c").live_id, "new");
  EXPECT_EQ(recorded("Connection", "c").superseded_id, "");
  EXPECT_EQ(outcome.actions[0].live_id, "new");
  EXPECT_EQ(outcome.added, 1U);
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_THAT(events, ElementsAre("started Connection/c", "started Resource/r", "done Resource/r",
                                  "done Connection/c"));
}

TEST_F(ApplyCreateFirst, TheJournalKnowsBothObjectsBeforeAnythingIsSent) {
  service.on_call = [&](const std::string& call) {
    if (call != "create Connection/C") return;
    const model::Intent& intent = store.state.intents.at({"Connection", "c"});
    EXPECT_EQ(intent.operation, model::Operation::kCreate);
    EXPECT_EQ(intent.record.superseded_id, "old");
    EXPECT_EQ(recorded("Connection", "c").live_id, "old");
  };
  apply();
  EXPECT_TRUE(store.state.intents.empty());
}

TEST_F(ApplyCreateFirst, ARefusedCreateLeavesEverythingAsItWas) {
  service.fail_next("create Connection/C", Error(ErrorKind::kConflict, "already exists"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("create Connection/C"));
  EXPECT_EQ(outcome.actions[1].message, "skipped: Connection/c failed");
  EXPECT_EQ(recorded("Connection", "c").live_id, "old");
  EXPECT_EQ(recorded("Connection", "c").superseded_id, "");
}

TEST_F(ApplyCreateFirst, TheOldOneStaysWhereSomebodyStillRefersToIt) {
  service.fail_next("update Resource/RS8", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("create Connection/C", "update Resource/RS8"));
  EXPECT_EQ(outcome.actions[0].code, "not-deleted");
  EXPECT_EQ(outcome.actions[0].message,
            "Connection/c was created under its new id, and the old object (live id 'old') was not deleted: "
            "Resource/r failed");
  EXPECT_EQ(recorded("Connection", "c").superseded_id, "old") << "the next run deletes it";
}

/// Resource r renames a scope that ResourcePolicy p names.
class ApplyAddFirst : public ApplySteps {
 protected:
  ApplyAddFirst() {
    plan.actions.clear();
    add(make_update("Resource", "r", "RS8", {{"name", "R"}, {"version", "1"}, {"scopes", scopes({"old"})}},
                    {{"scopes", scopes({"new"})}}));
    add(make_update("InboundApp", "a", "TPA1", {{"name", "A"}}, {{"name", "B"}}));
    plan.actions[0].sequence = plan::Sequence::kAddFirst;
    plan.actions[0].erase_after = {1};
    depend(1, {0});
    service.on_call = [this](const std::string& call) {
      if (call == "update InboundApp/TPA1") between = service.live["Resource"]["RS8"].at("scopes");
    };
  }
  static json::object scopes(std::initializer_list<const char*> names) {
    json::array items;
    for (const char* name : names)
      items.push_back(json::object{{"name", name}});
    return {{"permissionsScopes", std::move(items)}};
  }
  json::value between;
};

TEST_F(ApplyAddFirst, AddsThenUpdatesThenTakesOut) {
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_THAT(writes(), ElementsAre("update Resource/RS8", "update InboundApp/TPA1", "update Resource/RS8"));
  EXPECT_EQ(between, json::value(scopes({"new", "old"})));
  EXPECT_EQ(service.live["Resource"]["RS8"].at("scopes"), json::value(scopes({"new"})));
  EXPECT_EQ(outcome.changed, 2U);
  EXPECT_EQ(outcome.actions[0].attempts, 2U);
}

TEST_F(ApplyAddFirst, LooksAgainBeforeTheSecondUpdateWhereTheFirstIsLongAgo) {
  const auto note = service.on_call;
  service.on_call = [&, note](const std::string& call) {
    note(call);
    if (call == "update InboundApp/TPA1") timing.advance(std::chrono::seconds(11));
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_LT(place_of("update InboundApp/TPA1"), place_of("list Resource"));
}

TEST_F(ApplyAddFirst, SaysWhatIsLeftToDoWhereSomethingBetweenFails) {
  service.fail_next("update InboundApp/TPA1", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("update Resource/RS8", "update InboundApp/TPA1"));
  EXPECT_EQ(outcome.actions[0].code, "not-removed");
  EXPECT_EQ(outcome.actions[0].message,
            "Resource/r was updated, but for the scopes that were to leave: InboundApp/a failed");
  EXPECT_EQ(recorded("Resource", "r").applied, json::object()) << "as it was before";
}

}  // namespace
}  // namespace descopectl::apply
