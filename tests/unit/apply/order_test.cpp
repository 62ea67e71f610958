// The walk over the graph: order, parallelism, skipping, stopping.
#include <gmock/gmock.h>

#include <boost/asio/post.hpp>

#include "descopectl/transport/task_group.hpp"
#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using plan::ActionKind;
using testing::ElementsAre;
using testing::IsEmpty;

class ApplyOrder : public test::ApplyTest {};
class ApplyStop : public test::ApplyTest {
 protected:
  boost::asio::awaitable<void> apply_for_nobody() {
    co_await apply_plan(plan, service, store, secrets, options);
  }

  /// Starts the apply, lets everything run that can, cancels it, and waits for its end.
  void apply_and_cancel() {
    transport::TaskGroup group(context.get_executor());
    group.start(apply_for_nobody());
    for (int turn = 0; turn < 20; ++turn)
      context.poll_one();
    boost::asio::post(context, [&] { group.cancel(); });
    EXPECT_THROW(test::run(context, group.wait()), boost::system::system_error);
  }
};

TEST_F(ApplyOrder, AnEmptyPlanDoesNothing) {
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(service.log, IsEmpty());
  EXPECT_THAT(store.log, ElementsAre("compact"));
}

TEST_F(ApplyOrder, CreatesWhatIsReferredToFirst) {
  // By place in the plan the order would be the other way round.
  add(make_create("Connection", "c"));
  add(make_create("Connection", "b"));
  add(make_create("Connection", "a"));
  depend(0, {1});
  depend(1, {2});
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.added, 3U);
  EXPECT_THAT(service.log, ElementsAre("create Connection/a", "create Connection/b", "create Connection/c",
                                       "list Connection"));
  EXPECT_THAT(store.log, ElementsAre("target P2", "begin create Connection/a", "put Connection/a",
                                     "begin create Connection/b", "put Connection/b",
                                     "begin create Connection/c", "put Connection/c", "compact"));
}

TEST_F(ApplyOrder, RecordsAnOutcomeBeforeAnythingThatDependsOnItStarts) {
  add(make_create("Connection", "a"));
  add(make_create("Connection", "b"));
  depend(1, {0});
  bool was_recorded = false;
  service.on_call = [&](const std::string& call) {
    if (call == "create Connection/b") was_recorded = store.state.objects.contains({"Connection", "a"});
  };
  apply();
  EXPECT_TRUE(was_recorded);
}

TEST_F(ApplyOrder, DeletesWaitForThoseWhoRefer) {
  add(make_delete("Connection", "a", "a"));
  add(make_delete("Resource", "r", "RS9"));
  depend(0, {1});
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.destroyed, 2U);
  EXPECT_THAT(service.log,
              ElementsAre("erase Resource/RS9", "erase Connection/a", "list Connection", "list Resource"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyOrder, OrderPassesThroughNoops) {
  add(make_create("Connection", "last"));
  add(make_action(ActionKind::kNoop, "Connection", "middle"));
  add(make_create("Connection", "first"));
  depend(0, {1});
  depend(1, {2});
  const Outcome outcome = apply();
  EXPECT_LT(place_of("create Connection/first"), place_of("create Connection/last"));
  EXPECT_EQ(outcome.actions[1].status, Status::kDone);
}

TEST_F(ApplyOrder, RunsSideBySideWithinItsBound) {
  for (int i = 0; i < 30; ++i)
    add(make_create("Connection", "c" + std::to_string(i)));
  options.parallelism = 4;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.added, 30U);
  EXPECT_EQ(service.most_in_flight, 4U);
}

TEST_F(ApplyOrder, ParallelismOfZeroIsOne) {
  for (int i = 0; i < 3; ++i)
    add(make_create("Connection", "c" + std::to_string(i)));
  options.parallelism = 0;
  EXPECT_EQ(apply().added, 3U);
  EXPECT_EQ(service.most_in_flight, 1U);
}

TEST_F(ApplyOrder, ThousandsOfActionsThatNeverWaitDoNotPileUp) {
  for (int i = 0; i < 10'000; ++i) {
    plan::Action action = make_action(ActionKind::kNoop, "Connection", "c" + std::to_string(i));
    action.is_adopted = true;
    add(std::move(action));
    if (i > 0) depend(static_cast<std::size_t>(i), {static_cast<std::size_t>(i) - 1});
  }
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(store.state.objects.size(), 10'000U);
}

TEST_F(ApplyOrder, SkipsWhatDependsOnAFailureAndGoesOnWithTheRest) {
  add(make_create("Connection", "x"));
  add(make_create("Connection", "needs-x"));
  add(make_create("Connection", "needs-that"));
  add(make_create("Connection", "free"));
  depend(1, {0});
  depend(2, {1, 0});
  service.fail_next("create Connection/x", Error(ErrorKind::kRefused, "answered 400 (E011002): no", "look"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(outcome.skipped, 2U);
  EXPECT_EQ(outcome.added, 1U);
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].code, "api-refused");
  EXPECT_EQ(outcome.actions[0].message, "answered 400 (E011002): no");
  EXPECT_EQ(outcome.actions[0].hint, "look");
  EXPECT_EQ(outcome.actions[1].message, "skipped: Connection/x failed");
  EXPECT_EQ(outcome.actions[2].message, "skipped: Connection/x failed");
  EXPECT_EQ(outcome.actions[2].attempts, 0U);
  EXPECT_FALSE(was_called("create Connection/needs-x"));
  EXPECT_THAT(events, testing::UnorderedElementsAre("started Connection/x", "started Connection/free",
                                                    "failed Connection/x", "skipped Connection/needs-x",
                                                    "skipped Connection/needs-that", "done Connection/free"));
}

TEST_F(ApplyOrder, ANoopBehindAFailureIsDoneAllTheSame) {
  add(make_create("Connection", "x"));
  add(make_action(ActionKind::kNoop, "Connection", "n"));
  depend(1, {0});
  service.fail_next("create Connection/x", Error(ErrorKind::kRefused, "no"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[1].status, Status::kDone);
  EXPECT_EQ(outcome.skipped, 0U);
}

TEST_F(ApplyOrder, WhatDependsOnAnUnknownOutcomeIsSkipped) {
  add(make_create("Connection", "x"));
  add(make_create("Connection", "y"));
  depend(1, {0});
  service.fail_next("create Connection/x", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  service.fail_next("load Connection/x", Error(ErrorKind::kUnreachable, "no answer"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.unknown, 1U);
  EXPECT_EQ(outcome.actions[0].status, Status::kUnknown);
  EXPECT_EQ(outcome.actions[0].code, "outcome-unknown");
  EXPECT_EQ(outcome.actions[0].message, "timed out; looking it up failed: no answer");
  EXPECT_EQ(outcome.actions[1].message, "skipped: the outcome of Connection/x is not known");
  EXPECT_THAT(service.log, ElementsAre("create Connection/x", "load Connection/x"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyOrder, SaysOfLongActionsThatTheyAreStillRunning) {
  add(make_create("Connection", "slow"));
  options.report_every = std::chrono::milliseconds(1);
  bool has_beaten = false;
  auto note = options.on_event;
  options.on_event = [&](const Event& event) {
    has_beaten = has_beaten || event.kind == EventKind::kStillRunning;
    note(event);
  };
  // The service answers once the beat was heard: however slow the machine, no time is guessed.
  service.hold = [&] { return !has_beaten; };
  apply();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events.front(), "started Connection/slow");
  EXPECT_EQ(events[1], "running Connection/slow");
  EXPECT_EQ(events.back(), "done Connection/slow");
}

TEST_F(ApplyStop, RefusedCredentialsStartNothingFurther) {
  for (const char* name : {"a", "b", "c"})
    add(make_create("Connection", name));
  options.parallelism = 1;
  service.fail_next("create Connection/b", Error(ErrorKind::kUnauthorized, "answered 401"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kCredentials);
  EXPECT_EQ(outcome.actions[1].code, "unauthorized");
  EXPECT_EQ(outcome.actions[2].status, Status::kSkipped);
  EXPECT_EQ(outcome.actions[2].message, "skipped: the credentials were refused");
  // What was done is recorded, and is said not to have been read back.
  EXPECT_TRUE(store.state.objects.contains({"Connection", "a"}));
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_EQ(outcome.actions[0].code, "not-verified");
  EXPECT_THAT(warnings,
              ElementsAre("Connection/a was written, but not read back: the credentials were refused"));
}

TEST_F(ApplyStop, AnUnreachableServiceStartsNothingFurther) {
  add(make_create("Connection", "a"));
  add(make_create("Connection", "b"));
  options.parallelism = 1;
  service.fail_next("create Connection/a", Error(ErrorKind::kUnreachable, "refused"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kUnreachable);
  EXPECT_EQ(outcome.actions[1].message, "skipped: the API can't be reached");
}

TEST_F(ApplyStop, ARateLimitThatOutlastsTheRetriesStartsNothingFurther) {
  add(make_create("Connection", "a"));
  add(make_create("Connection", "b"));
  options.parallelism = 1;
  service.fail_next("create Connection/a", Error(ErrorKind::kRateLimited, "429"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kUnreachable);
  EXPECT_EQ(outcome.actions[1].message, "skipped: the API's rate limit outlasted the retries");
}

TEST_F(ApplyStop, AnInterruptLetsWhatRunsFinishAndBeRecorded) {
  bool is_interrupted = false;
  options.is_interrupted = [&] { return is_interrupted; };
  options.parallelism = 2;
  for (const char* name : {"a", "b", "c", "d"})
    add(make_create("Connection", name));
  add(make_action(ActionKind::kNoop, "Connection", "n"));
  depend(4, {3});
  service.on_call = [&](const std::string& call) {
    is_interrupted = is_interrupted || call == "create Connection/b";
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.added, 2U);
  EXPECT_EQ(outcome.skipped, 2U);
  EXPECT_EQ(outcome.actions[2].message, "interrupted");
  EXPECT_EQ(outcome.actions[2].code, "not-started");
  EXPECT_EQ(outcome.actions[2].error_kind, ErrorKind::kInterrupted);
  EXPECT_EQ(outcome.actions[4].status, Status::kDone);
  EXPECT_EQ(store.state.objects.size(), 2U);
  EXPECT_THAT(warnings, IsEmpty());  // one look at the list was enough
}

TEST_F(ApplyStop, AnInterruptEndsThePollingForLists) {
  bool is_interrupted = false;
  options.is_interrupted = [&] { return is_interrupted; };
  add(make_create("Connection", "a"));
  service.lagging["Connection"] = 100;
  service.on_call = [&](const std::string& call) {
    is_interrupted = is_interrupted || call == "list Connection";
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_EQ(outcome.actions[0].code, "not-verified");
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(ApplyStop, CancellingEndsWhatRunsAndWaitsForIt) {
  for (const char* name : {"a", "b", "c"})
    add(make_create("Connection", name));
  options.parallelism = 2;
  service.hold = [] { return true; };
  apply_and_cancel();
  EXPECT_THAT(service.log, IsEmpty());
  EXPECT_EQ(store.state.objects.size(), 0U);
}

TEST_F(ApplyStop, CancellingReachesThoseWhoWaitForAList) {
  for (const char* name : {"a", "b", "c"})
    add(make_delete("Connection", name, name));
  timing.advance(std::chrono::seconds(11));
  service.hold = [] { return true; };
  apply_and_cancel();
  EXPECT_EQ(store.state.objects.size(), 3U);
}

TEST_F(ApplyStop, CancellingReachesThoseWhoWaitForAFingerprint) {
  for (const char* name : {"a", "b"}) {
    plan::Action action = make_create("Connection", name);
    action.secrets.push_back(make_secret("/clientSecret"));
    secrets[{action.key, "/clientSecret"}] = model::Secret("short");
    add(std::move(action));
  }
  service.hold = [] { return true; };
  apply_and_cancel();
}

TEST_F(ApplyStop, TheEndOfTheContextLeavesNothingBehind) {
  for (const char* name : {"a", "b"})
    add(make_create("Connection", name));
  boost::asio::io_context other;
  {
    test::FakeService held(other.get_executor());
    held.hold = [] { return true; };
    transport::TaskGroup group(other.get_executor());
    auto work = [&]() -> boost::asio::awaitable<void> {
      co_await apply_plan(plan, held, store, secrets, options);
    };
    group.start(work());
    for (int turn = 0; turn < 20; ++turn)
      other.poll_one();
  }
  EXPECT_TRUE(store.state.objects.empty());
}

// As if the machine had slept while the first was created.
TEST_F(ApplyStop, AfterALongPauseTheLockIsProvenBeforeAnythingMoreIsSent) {
  for (const bool is_lost : {false, true}) {
    plan.actions.clear();
    store = test::MemoryStore();
    store.loses_lock = is_lost;
    service.log.clear();
    for (const char* name : {"a", "b"})
      add(make_create("Connection", name));
    options.parallelism = 1;
    service.on_call = [&](const std::string& call) {
      if (call == "create Connection/a") timing.advance(std::chrono::seconds(90));
    };
    const Outcome outcome = apply();
    EXPECT_EQ(store.renewed, 1U);
    EXPECT_EQ(outcome.added, is_lost ? 1U : 2U);
    EXPECT_EQ(outcome.exit, is_lost ? ExitStatus::kPartial : ExitStatus::kDone);
    EXPECT_EQ(outcome.state_error, is_lost ? "taken" : "");
  }
}

TEST_F(ApplyStop, ALockThatWasLostWhenAllWasDoneIsNoApplyInPart) {
  add(make_create("Connection", "a"));
  store.writes_left = 2;  // the target and the intent
  store.write_error = Error(ErrorKind::kLockHeld, "taken");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kLockHeld);
  EXPECT_EQ(outcome.state_error,
            "Connection/a was created (live id 'a'), but that could not be recorded: taken");
}

TEST_F(ApplyStop, AStateThatCantBeWrittenAtAllIsFoundOutBeforeAnythingIsSent) {
  add(make_create("Connection", "a"));
  store.writes_left = 0;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kFailure);
  EXPECT_EQ(outcome.state_error, "the state state.json can't be written: no space left");
  EXPECT_EQ(outcome.actions[0].message, "skipped: the state can't be written, so nothing was started");
  EXPECT_THAT(service.log, IsEmpty());
}

TEST_F(ApplyStop, AFailedRecordNamesTheLiveIdOfWhatWasDone) {
  add(make_create("Role", "editor"));
  store.writes_left = 2;  // the target and the intent
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kFailure);
  EXPECT_EQ(outcome.state_error,
            "Role/editor was created (live id 'ROL1'), but that could not be recorded: the state state.json "
            "can't be "
            "written: no space left");
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].code, "not-recorded");
  EXPECT_EQ(outcome.actions[0].live_id, "ROL1");
  EXPECT_EQ(outcome.actions[0].hint, "make room");
}

TEST_F(ApplyStop, NothingIsSentWhoseIntentCouldNotBeRecorded) {
  add(make_create("Connection", "a"));
  store.writes_left = 1;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kFailure);
  EXPECT_EQ(outcome.actions[0].code, "not-recorded");
  EXPECT_EQ(outcome.actions[0].message, "the state state.json can't be written: no space left");
  EXPECT_THAT(service.log, IsEmpty());
}

TEST_F(ApplyStop, NothingIsStartedThatCouldNotBeRecorded) {
  for (const char* name : {"a", "b"})
    add(make_create("Connection", name));
  options.parallelism = 1;
  store.writes_left = 3;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[1].message, "skipped: the state can't be written");
  EXPECT_THAT(service.log, ElementsAre("create Connection/a"));
}

TEST_F(ApplyStop, ACompactionThatFailsIsOnlyAWarning) {
  add(make_create("Connection", "a"));
  store.compacts = false;
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(warnings, ElementsAre("the state can't be rewritten; nothing is lost by that"));
}

TEST_F(ApplyStop, TheTargetThatIsSetStays) {
  store.state.project_id = "P2";
  add(make_create("Connection", "a"));
  apply();
  EXPECT_THAT(store.log, ElementsAre("begin create Connection/a", "put Connection/a", "compact"));
}

}  // namespace
}  // namespace descopectl::apply
