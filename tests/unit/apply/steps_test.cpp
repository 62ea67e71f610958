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
    plan.actions[1].is_in_two_steps = true;
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

}  // namespace
}  // namespace descopectl::apply
