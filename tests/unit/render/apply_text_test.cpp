// What an apply says.
#include "descopectl/render/apply_text.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace descopectl::test {
namespace {

using apply::EventKind;
using apply::Status;
using plan::ActionKind;

plan::Action make_known(ActionKind kind) {
  plan::Action action = make_action(kind, "Connection", "x");
  action.live_id = "x";
  return action;
}

std::string say(const plan::Action& action, EventKind kind, double seconds = 0,
                const apply::ActionOutcome* outcome = nullptr) {
  return render::progress_line(make_plan({action}), {kind, 0, seconds, outcome}, {});
}

TEST(ApplyProgress, FollowsAnActionFromItsStartToItsEnd) {
  const plan::Action action = make_action(ActionKind::kCreate, "Resource", "x");
  const apply::ActionOutcome done{.status = Status::kDone, .live_id = "RS1"};
  EXPECT_EQ(say(action, EventKind::kStarted), "Resource/x: Creating...\n");
  EXPECT_EQ(say(action, EventKind::kStillRunning, 10.02), "Resource/x: Still creating... [10s elapsed]\n");
  EXPECT_EQ(say(action, EventKind::kStillRunning, 70.2), "Resource/x: Still creating... [1m10s elapsed]\n");
  EXPECT_EQ(say(action, EventKind::kFinished, 0.21, &done),
            "Resource/x: Creation accepted after 0.2s [id=RS1]\n");
}

TEST(ApplyProgress, HasWordsForEveryAction) {
  const apply::ActionOutcome done{.status = Status::kDone};
  EXPECT_EQ(say(make_known(ActionKind::kUpdate), EventKind::kStarted), "Connection/x: Modifying... [id=x]\n");
  EXPECT_EQ(say(make_known(ActionKind::kUpdate), EventKind::kFinished, 12.4, &done),
            "Connection/x: Modifications accepted after 12s [id=x]\n");
  EXPECT_EQ(say(make_known(ActionKind::kDelete), EventKind::kStarted),
            "Connection/x: Destroying... [id=x]\n");
  EXPECT_EQ(say(make_known(ActionKind::kDelete), EventKind::kFinished, 1, &done),
            "Connection/x: Destruction complete after 1.0s\n");
  EXPECT_EQ(say(make_known(ActionKind::kReplace), EventKind::kFinished, 1, &done),
            "Connection/x: Replacement accepted after 1.0s [id=x]\n");
  EXPECT_EQ(say(make_known(ActionKind::kNoop), EventKind::kStarted), "");
  EXPECT_EQ(say(make_known(ActionKind::kForget), EventKind::kFinished, 0, &done), "");
}

TEST(ApplyProgress, SaysWhatFailed) {
  apply::ActionOutcome outcome{.status = Status::kFailed, .message = "the service refused it"};
  EXPECT_EQ(say(make_known(ActionKind::kUpdate), EventKind::kFinished, 0.3, &outcome),
            "Connection/x: Modifications failed after 0.3s: the service refused it\n");
  outcome.status = Status::kUnknown;
  EXPECT_EQ(say(make_known(ActionKind::kUpdate), EventKind::kFinished, 30, &outcome),
            "Connection/x: Modifications: outcome unknown after 30s: the service refused it\n");
  outcome.status = Status::kSkipped;
  EXPECT_EQ(say(make_known(ActionKind::kUpdate), EventKind::kFinished, 0, &outcome), "");
}

TEST(ApplyText, EndsLikeTerraform) {
  apply::Outcome outcome;
  outcome.added = 3;
  outcome.changed = 1;
  EXPECT_EQ(render::apply_to_text({}, outcome, {}),
            "Apply complete! Resources: 3 added, 1 changed, 0 destroyed.\n");
  outcome.destroyed = 2;
  EXPECT_EQ(render::apply_to_text({}, outcome, {.is_destroy = true}),
            "Destroy complete! Resources: 2 destroyed.\n");
}

TEST(ApplyText, ListsWhatWasNotDone) {
  const plan::Plan plan = make_plan(
      {make_action(ActionKind::kCreate, "Connection", "a"),
       make_action(ActionKind::kCreate, "Connection", "b"), make_action(ActionKind::kCreate, "Resource", "c"),
       make_action(ActionKind::kUpdate, "Role", "d"), make_action(ActionKind::kUpdate, "Role", "e"),
       make_action(ActionKind::kNoop, "Role", "f")});
  apply::Outcome outcome;
  outcome.actions.resize(6);
  outcome.actions[0].status = Status::kDone;
  outcome.actions[1] = {.status = Status::kFailed,
                        .code = "api-refused",
                        .message = "the service refused it: bad\nurl",
                        .hint = "check tokenUrl"};
  outcome.actions[2] = {.status = Status::kSkipped, .message = "Connection/b failed"};
  outcome.actions[3] = {.status = Status::kUnknown, .code = "outcome-unknown", .message = "no answer"};
  outcome.added = outcome.failed = outcome.skipped = outcome.unknown = 1;
  outcome.exit = diag::ExitStatus::kPartial;
  outcome.state_error = "disk full";
  EXPECT_EQ(render::apply_to_text(plan, outcome, {}), R"(Failed:
  Connection/b: the service refused it: bad url [api-refused]
    hint: check tokenUrl

Outcome unknown:
  Role/d: no answer [outcome-unknown]

Skipped:
  Resource/c: Connection/b failed

Not started:
  Role/e

The state could not be written: disk full

Apply incomplete: 1 added, 0 changed, 0 destroyed, 1 failed, 1 skipped, 1 unknown, 1 not started.
)");
}

TEST(ApplyText, WhatAnInterruptLeftOverWasNotStarted) {
  const plan::Plan plan = make_plan({make_action(ActionKind::kCreate, "Connection", "a"),
                                     make_action(ActionKind::kCreate, "Connection", "b")});
  apply::Outcome outcome;
  outcome.actions.resize(2);
  outcome.actions[0].status = Status::kDone;
  outcome.actions[1] = {.status = Status::kSkipped,
                        .code = "not-started",
                        .message = "interrupted",
                        .error_kind = ErrorKind::kInterrupted};
  outcome.added = outcome.skipped = 1;
  EXPECT_EQ(render::apply_to_text(plan, outcome, {}), R"(Not started:
  Connection/b: interrupted [not-started]

Apply incomplete: 1 added, 0 changed, 0 destroyed, 1 not started.
)");
}

}  // namespace
}  // namespace descopectl::test
