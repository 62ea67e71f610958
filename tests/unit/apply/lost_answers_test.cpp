// What becomes of a write whose answer is lost: looked up, taken over, sent again, or told as unknown.
#include <gmock/gmock.h>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using plan::ActionKind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LostCreate : public test::ApplyTest {
 protected:
  Error lost() const { return {ErrorKind::kOutcomeUnknown, "timed out"}; }

  std::size_t count(std::string_view call) const {
    return static_cast<std::size_t>(std::count(service.log.begin(), service.log.end(), call));
  }
};
class LostUpdate : public LostCreate {};
class LostDelete : public LostCreate {};
class OutdatedVersion : public LostCreate {};

TEST_F(LostCreate, OfAKnownIdIsFoundByOneLoad) {
  add(make_create("Connection", "c"));
  service.lose_answer("create Connection/c");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.actions[0].status, Status::kDone);
  EXPECT_EQ(outcome.actions[0].attempts, 1U);
  EXPECT_THAT(service.log, ElementsAre("create Connection/c", "load Connection/c", "list Connection"));
  EXPECT_EQ(recorded("Connection", "c").live_id, "c");
}

TEST_F(LostCreate, OfAnIdOfTheServicesIsFoundByWhatIdentifiesIt) {
  add(make_create("Resource", "r", {{"name", "r"}, {"uri", "https://r"}}));
  service.lose_answer("create Resource/r");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.actions[0].live_id, "RS1");
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS1");
  EXPECT_EQ(count("create Resource/r"), 1U);
}

TEST_F(LostCreate, IsLookedForAsLongAsAListMayLag) {
  add(make_create("Role", "r"));
  service.lose_answer("create Role/r");
  service.lagging["Role"] = 4;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(count("create Role/r"), 1U);
  EXPECT_EQ(service.live["Role"].size(), 1U);
}

TEST_F(LostCreate, ThatWasNotCarriedOutIsSentAgain) {
  add(make_create("Role", "r"));
  service.fail_next("create Role/r", lost());
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.actions[0].attempts, 2U);
  EXPECT_EQ(service.live["Role"].size(), 1U);
  EXPECT_THAT(warnings, Contains("Role/r: timed out; looking for what became of it"));
}

TEST_F(LostCreate, IsSentThreeTimesAtMost) {
  add(make_create("Connection", "c"));
  for (int i = 0; i < 3; ++i)
    service.fail_next("create Connection/c", lost());
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed) << "it is known that nothing was made";
  EXPECT_EQ(outcome.actions[0].message,
            "timed out; a look at the project shows that it was not carried out (sent 3 times)");
  EXPECT_EQ(outcome.actions[0].attempts, 3U);
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(LostCreate, IsNotSentAgainAfterAnInterrupt) {
  add(make_create("Connection", "c"));
  service.fail_next("create Connection/c", lost());
  bool is_interrupted = false;
  service.on_call = [&](const std::string&) { is_interrupted = true; };
  options.is_interrupted = [&] { return is_interrupted; };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].message, "timed out; a look at the project shows that it was not carried out");
  EXPECT_EQ(count("create Connection/c"), 1U);
}

TEST_F(LostCreate, LeavesAloneWhatWasThereBefore) {
  model::LiveState live;
  live.kinds["Role"].objects.push_back({"ROL77", {{"id", "ROL77"}, {"name", "r"}}});
  options.live = &live;
  service.live["Role"]["ROL77"] = live.kinds["Role"].objects.front().body;
  add(make_create("Role", "r"));
  service.fail_next("create Role/r", lost());
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].live_id, "ROL1") << outcome.actions[0].message;
  EXPECT_EQ(service.live["Role"].size(), 2U);
}

TEST_F(LostCreate, IsUnknownWhereTwoMayBeIt) {
  add(make_create("Role", "r"));
  service.lose_answer("create Role/r");
  service.live["Role"]["ROL8"] = {{"id", "ROL8"}, {"name", "r"}};
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[0].status, Status::kUnknown);
  EXPECT_EQ(outcome.actions[0].message, "timed out; 'ROL1' and 'ROL8' are all new and as it was sent");
  EXPECT_EQ(count("create Role/r"), 1U);
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(LostCreate, IsUnknownWhereSomebodyElseMadeOneOfTheName) {
  add(make_create("Role", "r", {{"name", "r"}, {"description", "ours"}}));
  service.fail_next("create Role/r", lost());
  service.live["Role"]["ROL8"] = {{"id", "ROL8"}, {"name", "r"}, {"description", "theirs"}};
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].status, Status::kUnknown);
  EXPECT_EQ(outcome.actions[0].message, "timed out; live has 'ROL8' now, with other values than were sent");
  EXPECT_EQ(service.live["Role"].size(), 1U);
}

TEST_F(LostCreate, IsOursWhereTheServiceThenSaysThatItExists) {
  add(make_create("Role", "r"));
  service.lose_answer("create Role/r");
  // The list lags for longer than it should: a second request is sent, and refused.
  service.lagging["Role"] = 10;
  service.on_call = [&](const std::string& call) {
    if (call != "create Role/r") return;
    if (!service.live["Role"].empty()) service.lagging["Role"] = 0;
  };
  const auto already = Error(ErrorKind::kConflict, "a role of that name exists already");
  service.on_write = [&](const std::string&, json::object&) { service.fail_next("create Role/r", already); };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.actions[0].live_id, "ROL1");
  EXPECT_EQ(outcome.actions[0].attempts, 2U);
}

TEST_F(LostCreate, OfAGeneratedSecretSaysHowToHaveIt) {
  add(make_create("InboundApp", "a"));
  service.lose_answer("create InboundApp/a");
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_THAT(warnings,
              Contains("InboundApp/a: the answer that told its generated secret was lost, and secrets are "
                       "not fetched unasked; to have it: descopectl output InboundApp/a --secret-file FILE"));
}

TEST_F(LostCreate, OfOneKindShareTheirLists) {
  constexpr std::size_t kMany = 8;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string name = "r" + std::to_string(i);
    add(make_create("Resource", name, {{"name", name}, {"uri", "https://" + name}}));
    service.lose_answer("create Resource/" + name);
  }
  service.lagging["Resource"] = 2;
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_LT(count("list Resource"), 3 * kMany);
  EXPECT_EQ(service.live["Resource"].size(), kMany);
}

TEST_F(LostUpdate, ThatShowsIsDone) {
  add(make_update("Connection", "c", "c", {{"name", "old"}}, {{"name", "new"}}));
  service.lose_answer("update Connection/c");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(count("update Connection/c"), 1U);
  EXPECT_EQ(recorded("Connection", "c").applied.at("name"), "new");
}

TEST_F(LostUpdate, ThatDoesNotShowIsSentAgain) {
  add(make_update("Connection", "c", "c", {{"name", "old"}}, {{"name", "new"}}));
  service.fail_next("update Connection/c", lost());
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.actions[0].attempts, 2U);
  EXPECT_EQ(service.live["Connection"]["c"].at("name"), "new");
}

TEST_F(LostUpdate, OfASecretIsSentAgainThoughAllElseShows) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "old"}}, {{"name", "new"}});
  action.secrets.push_back(make_secret("/clientSecret"));
  add(std::move(action));
  secrets[{{"Connection", "c"}, "/clientSecret"}] = model::Secret("a-secret-of-more-than-twenty-characters");
  service.lose_answer("update Connection/c");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(count("update Connection/c"), 2U);
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").scheme, "hmac-sha256");
}

TEST_F(LostUpdate, IsStaleWhereSomebodyElseChangedTheObject) {
  add(make_update("Connection", "c", "c", {{"name", "old"}}, {{"name", "new"}}));
  service.fail_next("update Connection/c", lost());
  service.on_call = [&](const std::string& call) {
    if (call == "load Connection/c") service.live["Connection"]["c"]["name"] = "theirs";
  };
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(outcome.actions[0].code, "stale");
  EXPECT_EQ(service.live["Connection"]["c"].at("name"), "theirs");
}

TEST_F(LostUpdate, OfAnObjectThatIsGoneIsStale) {
  add(make_update("Connection", "c", "c", {{"name", "old"}}, {{"name", "new"}}));
  service.fail_next("update Connection/c", lost());
  service.on_call = [&](const std::string& call) {
    if (call == "load Connection/c") service.live["Connection"].clear();
  };
  EXPECT_EQ(apply().actions[0].code, "stale");
}

TEST_F(LostDelete, OfWhatIsGoneIsDone) {
  add(make_delete("Resource", "r", "RS9"));
  service.lose_answer("erase Resource/RS9");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_EQ(count("erase Resource/RS9"), 1U);
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(LostDelete, OfWhatIsStillThereIsSentAgain) {
  add(make_delete("Resource", "r", "RS9"));
  service.fail_next("erase Resource/RS9", lost());
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(count("erase Resource/RS9"), 2U);
  EXPECT_THAT(service.live["Resource"], IsEmpty());
}

TEST_F(LostDelete, OfAReplacementIsFollowedByTheCreate) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}, {"uri", "https://a"}},
                   {{"name", "r"}, {"uri", "https://b"}}));
  service.lose_answer("erase Resource/RS9");
  service.lose_answer("create Resource/r");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(service.live["Resource"].size(), 1U);
  EXPECT_EQ(recorded("Resource", "r").live_id, outcome.actions[0].live_id);
  EXPECT_THAT(recorded("Resource", "r").pending_create, IsEmpty());
}

TEST_F(OutdatedVersion, IsReadAgainAndSentOnce) {
  add(make_update("Resource", "r", "RS9", {{"name", "old"}, {"version", "1"}}, {{"name", "new"}}));
  service.live["Resource"]["RS9"]["version"] = "2";
  service.fail_next("update Resource/RS9", Error(ErrorKind::kConflict, "answered 409: outdated"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(count("update Resource/RS9"), 2U);
  EXPECT_EQ(service.live["Resource"]["RS9"].at("version"), "2") << "as it was loaded";
}

TEST_F(OutdatedVersion, OfAnObjectThatMovedIsStaleAndNeverForced) {
  add(make_update("Resource", "r", "RS9", {{"name", "old"}, {"version", "1"}}, {{"name", "new"}}));
  service.live["Resource"]["RS9"]["version"] = "2";
  service.live["Resource"]["RS9"]["name"] = "theirs";
  service.fail_next("update Resource/RS9", Error(ErrorKind::kRefused, "answered 400: outdated"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(count("update Resource/RS9"), 1U);
}

TEST_F(OutdatedVersion, IsNotWhatARefusalOfTheNewestVersionMeans) {
  add(make_update("Resource", "r", "RS9", {{"name", "old"}, {"version", "1"}}, {{"name", "new"}}));
  service.fail_next("update Resource/RS9", Error(ErrorKind::kRefused, "answered 400: no such template"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].code, "api-refused");
  EXPECT_EQ(outcome.actions[0].message, "answered 400: no such template");
  EXPECT_EQ(count("update Resource/RS9"), 1U);
}

TEST_F(OutdatedVersion, IsReadAgainOnlyOnce) {
  add(make_update("Resource", "r", "RS9", {{"name", "old"}, {"version", "1"}}, {{"name", "new"}}));
  unsigned version = 2;
  service.on_call = [&](const std::string& call) {
    if (call != "update Resource/RS9") return;
    service.live["Resource"]["RS9"]["version"] = std::to_string(version++);
    service.fail_next(call, Error(ErrorKind::kConflict, "answered 409: outdated"));
  };
  EXPECT_EQ(apply().actions[0].code, "conflict");
  EXPECT_EQ(count("update Resource/RS9"), 2U);
}

}  // namespace
}  // namespace descopectl::apply
