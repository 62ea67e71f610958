// Actions that share a request: each has its own outcome, record and event all the same.
#include <gmock/gmock.h>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ApplyBatch : public test::ApplyTest {
 protected:
  void add_creates(std::string_view kind_name, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      add(make_create(kind_name, std::string(kind_name) + std::to_string(i)));
  }
  void add_policies(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      plan::Action action = make_action(plan::ActionKind::kCreate, "ResourcePolicy", "p" + std::to_string(i));
      action.body = {{"thirdPartyApplicationId", "A" + std::to_string(i)}, {"resourceId", "R"}};
      action.managed = action.record.applied = action.body;
      add(std::move(action));
    }
  }
  std::size_t count(std::string_view call) const {
    return static_cast<std::size_t>(std::count(service.log.begin(), service.log.end(), call));
  }
  std::vector<std::string> writes() const {
    std::vector<std::string> found;
    for (const std::string& call : service.log)
      if (!call.starts_with("list ") && !call.starts_with("load ")) found.push_back(call);
    return found;
  }
};

TEST_F(ApplyBatch, CreatesOfOneKindAreOneRequest) {
  add_creates("Role", 3);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.added, 3U);
  EXPECT_THAT(service.log, ElementsAre("create 3 of Role", "list Role"));
  EXPECT_THAT(outcome.actions,
              Each(AllOf(Field(&ActionOutcome::status, Status::kDone), Field(&ActionOutcome::attempts, 1U))));
  EXPECT_EQ(recorded("Role", "Role0").live_id, "ROL1");
  EXPECT_EQ(recorded("Role", "Role2").live_id, "ROL3");
  EXPECT_EQ(outcome.actions[2].live_id, "ROL3");
  EXPECT_THAT(events, ElementsAre("started Role/Role0", "started Role/Role1", "started Role/Role2",
                                  "done Role/Role0", "done Role/Role1", "done Role/Role2"));
}

TEST_F(ApplyBatch, HasAHundredAtMost) {
  add_creates("Permission", 205);
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(writes(),
              ElementsAre("create 100 of Permission", "create 100 of Permission", "create 5 of Permission"));
}

TEST_F(ApplyBatch, MakesThreeRequestsOfThreeHundredCreates) {
  add_creates("Permission", 100);
  add_creates("Role", 100);
  add_policies(100);
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(writes(), testing::UnorderedElementsAre("create 100 of Permission", "create 100 of Role",
                                                      "create 100 of ResourcePolicy"));
  EXPECT_EQ(service.log.size(), 6U) << "one list a kind proves them";
}

TEST_F(ApplyBatch, IsNothingForOneAlone) {
  add_creates("Role", 1);
  add_creates("Connection", 2);
  apply();
  EXPECT_THAT(writes(), testing::UnorderedElementsAre("create Role/Role0", "create Connection/Connection0",
                                                      "create Connection/Connection1"));
}

TEST_F(ApplyBatch, KeepsTheOrder) {
  add_creates("Permission", 2);
  add_creates("Role", 2);
  depend(2, {0, 1});
  depend(3, {0});
  plan.actions[2].wave = plan.actions[3].wave = 1;
  apply();
  EXPECT_THAT(writes(), ElementsAre("create 2 of Permission", "create 2 of Role"));
}

TEST_F(ApplyBatch, WhoseAnswerTellsNoIdsIsFoundByName) {
  service.tells_ids = false;
  add_creates("Permission", 2);
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("Permission", "Permission1").live_id, "PERM2");
}

TEST_F(ApplyBatch, ThatIsRefusedIsMadeOfSingleCallsWithErrorsOfTheirOwn) {
  add_creates("Role", 3);
  service.fail_next("create 3 of Role", Error(ErrorKind::kRefused, "one of them is wrong"));
  service.fail_next("create Role/Role1", Error(ErrorKind::kRefused, "no such permission"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.added, 2U);
  EXPECT_EQ(outcome.actions[1].message, "no such permission");
  EXPECT_EQ(outcome.actions[1].attempts, 2U);
  EXPECT_EQ(service.live["Role"].size(), 2U);
  EXPECT_THAT(store.state.objects, Not(Contains(testing::Key(model::ObjectKey{"Role", "Role1"}))));
}

TEST_F(ApplyBatch, WhoseAnswerIsLostIsTakenOver) {
  add_creates("Role", 20);
  service.lose_answer("create 20 of Role");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.added, 20U);
  EXPECT_THAT(writes(), ElementsAre("create 20 of Role"));
  EXPECT_LE(count("list Role"), 4U) << "those who look share a list";
  EXPECT_EQ(recorded("Role", "Role19").live_id, "ROL20");
  EXPECT_THAT(warnings, ElementsAre("20 Roles in one request: timed out; looking for what became of each"));
}

TEST_F(ApplyBatch, ThatWasNotCarriedOutIsMadeOfSingleCalls) {
  add_creates("Role", 4);
  service.fail_next("create 4 of Role", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(writes().size(), 5U);
  EXPECT_EQ(service.live["Role"].size(), 4U);
  EXPECT_THAT(outcome.actions, Each(Field(&ActionOutcome::attempts, 2U)));
}

TEST_F(ApplyBatch, ThatWasCarriedOutInPartIsCompleted) {
  add_creates("Role", 3);
  service.fail_next("create 3 of Role", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  service.on_call = [&](const std::string& call) {
    if (call == "create 3 of Role") service.live["Role"]["ROL77"] = {{"id", "ROL77"}, {"name", "Role1"}};
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("Role", "Role1").live_id, "ROL77");
  EXPECT_EQ(service.live["Role"].size(), 3U);
}

TEST_F(ApplyBatch, ThatNobodyAnswersEndsAllOfItAtOnce) {
  add_creates("Role", 3);
  service.fail_next("create 3 of Role", Error(ErrorKind::kUnauthorized, "answered 401"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kCredentials);
  EXPECT_THAT(writes(), ElementsAre("create 3 of Role"));
  EXPECT_EQ(outcome.failed, 3U);
}

TEST_F(ApplyBatch, ThatIsRefusedTakesNothingOver) {
  add_creates("Role", 3);
  service.fail_next("create 3 of Role", Error(ErrorKind::kConflict, "one exists"));
  service.on_call = [&](const std::string&) {  // somebody else's, made at that moment
    if (service.live["Role"].empty()) service.live["Role"]["theirs"] = plan.actions[0].body;
  };
  service.fail_next("create Role/Role1", Error(ErrorKind::kConflict, "it exists"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.failed, 1U);
  for (const auto& [key, object] : store.current().objects)
    EXPECT_NE(object.live_id, "theirs");
}

TEST_F(ApplyBatch, ThatIsRefusedAfterAnInterruptIsNotTakenUp) {
  add_creates("Role", 3);
  service.fail_next("create 3 of Role", Error(ErrorKind::kRefused, "one of them is wrong"));
  bool is_interrupted = false;
  service.on_call = [&](const std::string&) { is_interrupted = true; };
  options.is_interrupted = [&] { return is_interrupted; };
  const Outcome outcome = apply();
  EXPECT_THAT(writes(), ElementsAre("create 3 of Role"));
  EXPECT_THAT(outcome.actions, Each(Field(&ActionOutcome::code, "api-refused"))) << "they were sent";
}

TEST_F(ApplyBatch, DeletesOfOneKindAreOneRequest) {
  for (const std::string n : {"1", "2", "3"})
    add(make_delete("Resource", "r" + n, "RS" + n));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.destroyed, 3U);
  EXPECT_THAT(service.log, ElementsAre("erase 3 of Resource", "list Resource"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyBatch, OfDeletesThatIsLostOrRefusedEndsOneByOne) {
  for (const std::string n : {"1", "2", "3"})
    add(make_delete("Resource", "r" + n, "RS" + n));
  for (const std::string n : {"1", "2"})
    add(make_delete("InboundApp", "a" + n, "TPA" + n));
  service.lose_answer("erase 3 of Resource");
  service.fail_next("erase 2 of InboundApp", Error(ErrorKind::kRefused, "answered 400"));
  service.fail_next("erase InboundApp/TPA2", Error(ErrorKind::kRefused, "answered 400: in use"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.destroyed, 4U);
  EXPECT_EQ(outcome.actions[4].message, "answered 400: in use");
  EXPECT_THAT(writes(), Not(Contains(StartsWith("erase Resource/"))));
  EXPECT_EQ(store.state.objects.size(), 1U);
}

TEST_F(ApplyBatch, LeavesOutWhatSomebodyElseHasDeleted) {
  for (const std::string n : {"1", "2", "3"})
    add(make_delete("Resource", "r" + n, "RS" + n));
  service.live["Resource"].erase("RS2");
  options.live_read_at = timing.now() - std::chrono::minutes(1);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(service.log, ElementsAre("list Resource", "erase 2 of Resource", "list Resource"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyBatch, LeavesWhatSomebodyElseHasChanged) {
  for (const std::string n : {"1", "2", "3"})
    add(make_delete("Resource", "r" + n, "RS" + n));
  service.live["Resource"]["RS2"]["description"] = "by hand";
  options.live_read_at = timing.now() - std::chrono::minutes(1);
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(outcome.actions[1].message,
            "Resource/r2 was changed by somebody else since the plan was made (/description)");
  EXPECT_THAT(service.log, ElementsAre("list Resource", "erase 2 of Resource", "list Resource"));
  EXPECT_EQ(store.state.objects.size(), 1U);
}

}  // namespace
}  // namespace descopectl::apply
