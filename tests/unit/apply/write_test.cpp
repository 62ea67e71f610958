// What one action sends and records: ids, secrets, replacement, adoption, moves, staleness, refused fields.
#include <gmock/gmock.h>

#include <algorithm>

#include "descopectl/state/fingerprint.hpp"
#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using diag::ExitStatus;
using plan::ActionKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace marker = model::marker;

class ApplyWrite : public test::ApplyTest {};
class ApplySecret : public test::ApplyTest {};
class ApplyStale : public test::ApplyTest {};
class ApplyRecord : public test::ApplyTest {};
class ApplyReplace : public test::ApplyTest {};

json::object with_template(json::value id) {
  return {{"name", "r"},
          {"dynamicRegistrationSettings", json::object{{"dynamicRegistrationTemplateId", std::move(id)}}}};
}

TEST_F(ApplyWrite, IdsThatAreKnownLateAreSentAndRecorded) {
  add(make_create("DynamicRegistrationTemplate", "t"));
  add(make_create("Resource", "r",
                  with_template(marker::make_reference({"DynamicRegistrationTemplate", "t"}))));
  depend(1, {0});
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[1].message;
  EXPECT_EQ(outcome.actions[0].live_id, "DRT1");
  EXPECT_EQ(outcome.actions[1].live_id, "RS2");
  EXPECT_EQ(service.live["Resource"]["RS2"]["dynamicRegistrationSettings"],
            with_template("DRT1")["dynamicRegistrationSettings"]);
  EXPECT_EQ(recorded("Resource", "r").applied, with_template("DRT1"));
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS2");
  EXPECT_EQ(recorded("Resource", "r").object_id.size(), 32U);
}

TEST_F(ApplyWrite, IdsOfNoopsAreKnown) {
  plan::Action noop = make_action(ActionKind::kNoop, "DynamicRegistrationTemplate", "t");
  noop.live_id = "DRT7";
  add(std::move(noop));
  add(make_create("Resource", "r",
                  with_template(marker::make_reference({"DynamicRegistrationTemplate", "t"}))));
  apply();
  EXPECT_EQ(recorded("Resource", "r").applied, with_template("DRT7"));
}

TEST_F(ApplyWrite, AnIdThatNobodyKnowsIsAFailureBeforeAnythingIsSent) {
  add(make_create("Resource", "r",
                  with_template(marker::make_reference({"DynamicRegistrationTemplate", "t"}))));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].message, "the live id of DynamicRegistrationTemplate/t is not known");
  EXPECT_EQ(outcome.actions[0].attempts, 0U);
  EXPECT_THAT(service.log, IsEmpty());
}

TEST_F(ApplyWrite, NullsAreRecordedAsTheyAre) {
  add(make_update("Connection", "c", "c", {{"name", "c"}, {"prompt", json::array{"login"}}},
                  {{"prompt", nullptr}}));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.changed, 1U);
  EXPECT_EQ(recorded("Connection", "c").applied, (json::object{{"prompt", nullptr}}));
}

TEST_F(ApplyWrite, AFieldThatTheServiceRefusesIsNotDroppedInSilence) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}, {"novel", 1}}, {{"name", "d"}});
  action.unlisted = {"/novel", "/other/deep"};
  add(std::move(action));
  service.fail_next("update Connection/c",
                    Error(ErrorKind::kUnknownField, "answered 400 (E011001): unknown field"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kPartial);
  EXPECT_EQ(outcome.actions[0].code, "would-drop-field");
  EXPECT_EQ(
      outcome.actions[0].message,
      "Connection/c has the fields /novel and /other/deep in the project, which this program does not know "
      "and the "
      "service does not take back; without them the update would lose their values (answered 400 (E011001): "
      "unknown field)");
  EXPECT_EQ(outcome.actions[0].hint,
            "to let go of them: --allow-drop Connection/c:novel --allow-drop Connection/c:other/deep");
}

TEST_F(ApplyWrite, AFieldOfTheManifestThatTheServiceRefusesIsSimplyRefused) {
  add(make_create("Connection", "c"));
  service.fail_next("create Connection/c", Error(ErrorKind::kUnknownField, "unknown field"));
  EXPECT_EQ(apply().actions[0].code, "api-refused");
}

TEST_F(ApplySecret, IsSentAndLeavesNothingButAFingerprint) {
  const std::string secret = "a-secret-of-more-than-twenty-characters";
  plan::Action action = make_create("Connection", "c");
  action.secrets.push_back(make_secret("/clientSecret"));
  add(std::move(action));
  secrets[{{"Connection", "c"}, "/clientSecret"}] = model::Secret(secret);
  apply();
  EXPECT_EQ(service.sent_secrets["create Connection/c /clientSecret"], secret);
  const model::RecordedObject& record = recorded("Connection", "c");
  ASSERT_EQ(record.secrets.size(), 1U);
  EXPECT_EQ(record.secrets.at("/clientSecret"),
            state::make_fingerprint(store.state.fingerprint_key, record.object_id, "/clientSecret",
                                    model::Secret(secret)));
  EXPECT_EQ(record.secrets.at("/clientSecret").scheme, "hmac-sha256");
  EXPECT_THAT(json::serialize(record.applied), Not(HasSubstr(secret)));
}

TEST_F(ApplySecret, ShortOnesTakeTheSlowScheme) {
  plan::Action action = make_create("Connection", "c");
  action.secrets.push_back(make_secret("/clientSecret"));
  add(std::move(action));
  secrets[{{"Connection", "c"}, "/clientSecret"}] = model::Secret("short");
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").scheme, "scrypt-16384-8-1");
}

TEST_F(ApplySecret, OneThatIsNotSentKeepsItsFingerprint) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}}, {{"name", "d"}});
  plan::SecretUse use = make_secret("/clientSecret");
  use.is_sent = false;
  action.secrets.push_back(std::move(use));
  action.record.secrets["/clientSecret"] = {.scheme = "hmac-sha256", .digest = "old"};
  add(std::move(action));
  apply();
  EXPECT_THAT(service.sent_secrets, IsEmpty());
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").digest, "old");
  EXPECT_EQ(recorded("Connection", "c").object_id, "object-of-c");
}

TEST_F(ApplySecret, ClearingSendsTheEmptyText) {
  plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}}, {});
  plan::SecretUse use = make_secret("/clientSecret");
  use.source.form = model::SecretSource::Form::kClear;
  action.secrets.push_back(std::move(use));
  add(std::move(action));
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(service.sent_secrets.at("update Connection/c /clientSecret"), "");
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret"), (model::Fingerprint{"cleared", ""}));
}

/// An update that sends another secret than the recorded one.
class ApplyRotated : public ApplySecret {
 protected:
  void rotate_and_meet(Error error) {
    plan::Action action = make_update("Connection", "c", "c", {{"name", "c"}}, {});
    action.secrets.push_back(make_secret("/clientSecret"));
    const model::Fingerprint old{"hmac-sha256", "old"};
    action.record.secrets["/clientSecret"] = old;
    store.state.objects[action.key].secrets["/clientSecret"] = old;
    add(std::move(action));
    secrets[{{"Connection", "c"}, "/clientSecret"}] =
        model::Secret("a-secret-of-more-than-twenty-characters");
    service.on_call = [this](const std::string& call) {
      if (call == "update Connection/c") scheme_while_sent = announced().scheme;
    };
    service.fail_next("update Connection/c", std::move(error));
    apply();
  }
  const model::Fingerprint& fingerprint() const {
    return recorded("Connection", "c").secrets.at("/clientSecret");
  }
  const model::Fingerprint& announced() const {
    return store.state.intents.at({"Connection", "c"}).record.secrets.at("/clientSecret");
  }

  std::string scheme_while_sent;
};

TEST_F(ApplyRotated, WithAnUnknownOutcomeEqualsNothingRecorded) {
  service.fail_next("load Connection/c", Error(ErrorKind::kUnreachable, "no answer"));
  rotate_and_meet(Error(ErrorKind::kOutcomeUnknown, "timed out"));
  EXPECT_EQ(scheme_while_sent, "unsettled") << "a crash may come before the answer";
  EXPECT_EQ(announced(), (model::Fingerprint{"unsettled", ""})) << "for the next run to take over";
}

TEST_F(ApplyRotated, ThatIsRefusedIsStillTheOldSecret) {
  rotate_and_meet(Error(ErrorKind::kRefused, "answered 400"));
  EXPECT_EQ(scheme_while_sent, "unsettled");
  EXPECT_THAT(store.state.intents, IsEmpty());
  EXPECT_EQ(fingerprint(), (model::Fingerprint{"hmac-sha256", "old"}));
}

TEST_F(ApplySecret, ClearingANewObjectIsRecordedWithoutBeingSent) {
  plan::Action action = make_create("Connection", "c");
  plan::SecretUse use = make_secret("/clientSecret");
  use.source.form = model::SecretSource::Form::kClear;
  use.is_sent = false;
  action.secrets.push_back(std::move(use));
  add(std::move(action));
  apply();
  EXPECT_THAT(service.sent_secrets, IsEmpty());
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").scheme, "cleared");
}

TEST_F(ApplySecret, OneThatIsMissingStopsEverythingBeforeTheFirstWrite) {
  add(make_create("Connection", "a"));
  plan::Action action = make_create("Connection", "c");
  action.secrets.push_back(make_secret("/clientSecret"));
  action.secrets.back().problem = "the variable SLACK_SECRET is not set";
  add(std::move(action));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kInvalidInput);
  EXPECT_EQ(outcome.actions[1].code, "secret-unavailable");
  EXPECT_EQ(outcome.actions[1].message,
            "Connection/c needs the secret /clientSecret, which is not at hand: the variable SLACK_SECRET is "
            "not set");
  EXPECT_EQ(outcome.actions[0].message, "skipped: a secret is missing, so nothing was started");
  EXPECT_THAT(service.log, IsEmpty());
  EXPECT_THAT(store.log, IsEmpty());
}

TEST_F(ApplySecret, OneOfWhiteSpaceIsNeverSent) {
  plan::Action action = make_create("Connection", "c");
  action.secrets.push_back(make_secret("/clientSecret"));
  add(std::move(action));
  secrets[{{"Connection", "c"}, "/clientSecret"}] = model::Secret(" \n");
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kInvalidInput);
  EXPECT_THAT(outcome.actions[0].message, HasSubstr("it is empty or white space"));
}

TEST_F(ApplySecret, WithoutAStateNothingIsRemembered) {
  plan::Action action = make_create("Connection", "c");
  action.secrets.push_back(make_secret("/clientSecret"));
  add(std::move(action));
  secrets[{{"Connection", "c"}, "/clientSecret"}] = model::Secret("short");
  const auto nothing = state::make_null_store();
  const Outcome outcome = test::run(context, apply_plan(plan, service, *nothing, secrets, options));
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(service.sent_secrets["create Connection/c /clientSecret"], "short");
}

TEST_F(ApplyStale, FreshLiveIsNotReadAgain) {
  add(make_update("Connection", "c", "c", {{"name", "c"}}, {{"name", "d"}}));
  timing.advance(options.fresh_for);
  apply();
  EXPECT_THAT(service.log, ElementsAre("update Connection/c", "list Connection"));
}

TEST_F(ApplyStale, OldLiveIsReadAgainOnceForAllOfAKind) {
  for (const char* id : {"a", "b", "c"})
    add(make_update("Connection", id, id, {{"name", id}}, {{"description", "new"}}));
  add(make_create("Connection", "d"));
  timing.advance(options.fresh_for + std::chrono::milliseconds(1));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.changed, 3U);
  EXPECT_EQ(std::count(service.log.begin(), service.log.end(), "list Connection"), 2);  // and the proof
}

TEST_F(ApplyStale, WhatMovedIsRefusedAndTheRestGoesOn) {
  add(make_update("Connection", "a", "a", {{"name", "a"}, {"description", "old"}}, {{"description", "new"}}));
  add(make_update("Connection", "b", "b", {{"name", "b"}}, {{"description", "new"}}));
  service.live["Connection"]["a"]["description"] = "somebody's";
  timing.advance(std::chrono::seconds(11));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(outcome.actions[0].status, Status::kFailed);
  EXPECT_EQ(outcome.actions[0].code, "stale");
  EXPECT_EQ(outcome.actions[0].message, "Connection/a was changed by somebody else since the plan was made (/description)");
  EXPECT_EQ(outcome.actions[1].status, Status::kDone);
  EXPECT_FALSE(was_called("update Connection/a"));
}

TEST_F(ApplyStale, AChangeOfAnotherFieldIsCarriedThrough) {
  add(make_update("Connection", "a", "a", {{"name", "a"}}, {{"description", "new"}}));
  service.live["Connection"]["a"]["pkce"] = true;
  timing.advance(std::chrono::seconds(11));
  EXPECT_EQ(apply().exit, ExitStatus::kDone);
  EXPECT_EQ(service.live["Connection"]["a"]["pkce"], true);
  EXPECT_EQ(service.live["Connection"]["a"]["description"], "new");
}

TEST_F(ApplyStale, AnUpdateOfWhatIsGoneIsRefused) {
  add(make_update("Connection", "a", "a", {{"name", "a"}}, {{"description", "new"}}));
  service.live["Connection"].clear();
  timing.advance(std::chrono::seconds(11));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(outcome.actions[0].message,
            "Connection/a is gone from the project since the plan was made (live id 'a')");
}

TEST_F(ApplyStale, AnUpdateThatIsAnsweredNotFoundIsRefusedLikewise) {
  add(make_update("Connection", "a", "a", {{"name", "a"}}, {{"description", "new"}}));
  service.fail_next("update Connection/a", Error(ErrorKind::kNotFound, "answered 404"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kStale);
  EXPECT_EQ(outcome.actions[0].message,
            "Connection/a is gone from the project since the plan was made: answered 404");
}

TEST_F(ApplyStale, ADeleteOfWhatIsGoneIsDone) {
  add(make_delete("Connection", "a", "a"));
  service.live["Connection"].clear();
  timing.advance(std::chrono::seconds(11));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_FALSE(was_called("erase Connection/a"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyStale, AListThatCantBeReadAgainStopsItsActions) {
  add(make_delete("Connection", "a", "a"));
  add(make_delete("Connection", "b", "b"));
  timing.advance(std::chrono::seconds(11));
  service.fail_next("list Connection", Error(ErrorKind::kUnreachable, "no answer"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kUnreachable);
  EXPECT_THAT(service.log, ElementsAre("list Connection"));
  EXPECT_EQ(outcome.failed, 2U);
}

TEST_F(ApplyReplace, DeletesThenCreatesAndCountsBoth) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}, {"uri", "https://a"}},
                   {{"name", "r"}, {"uri", "https://b"}}));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(outcome.added, 1U);
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_EQ(outcome.changed, 0U);
  EXPECT_THAT(service.log, ElementsAre("erase Resource/RS9", "create Resource/r", "list Resource"));
  EXPECT_THAT(store.log, ElementsAre("target P2", "begin replace Resource/r", "put Resource/r", "compact"));
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS1");
  EXPECT_EQ(recorded("Resource", "r").object_id, "object-of-r");
  EXPECT_THAT(recorded("Resource", "r").pending_create, IsEmpty());
}

TEST_F(ApplyReplace, ThoseThatReferLearnTheNewId) {
  add(make_replace("DynamicRegistrationTemplate", "t", "DRT9", {{"name", "t"}}, {{"name", "t"}}));
  add(make_create("Resource", "r",
                  with_template(marker::make_reference({"DynamicRegistrationTemplate", "t"}))));
  depend(1, {0});
  apply();
  EXPECT_EQ(recorded("Resource", "r").applied, with_template("DRT1"));
}

TEST_F(ApplyReplace, WithoutEverythingForTheCreateNothingIsDeleted) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}},
                   with_template(marker::make_reference({"DynamicRegistrationTemplate", "t"}))));
  EXPECT_EQ(apply().failed, 1U);
  EXPECT_THAT(service.log, IsEmpty());
}

TEST_F(ApplyReplace, ACreateThatFailsSaysThatTheObjectIsGoneAndKeepsItsFields) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}, {"logoUrl", "https://l"}}, {{"name", "r"}}));
  service.fail_next("create Resource/r", Error(ErrorKind::kRefused, "answered 400"));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.actions[0].message,
            "Resource/r was deleted (live id 'RS9'), and not created again: answered 400");
  EXPECT_EQ(outcome.destroyed, 1U);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(recorded("Resource", "r").pending_create,
            (json::object{{"name", "r"}, {"logoUrl", "https://l"}}));
}

TEST_F(ApplyReplace, ADeleteThatIsRefusedLeavesTheStateAsItWas) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}}, {{"name", "r"}}));
  service.fail_next("erase Resource/RS9", Error(ErrorKind::kRefused, "answered 400"));
  EXPECT_EQ(apply().destroyed, 0U);
  EXPECT_THAT(recorded("Resource", "r").pending_create, IsEmpty());
}

TEST_F(ApplyReplace, WhatIsNotOwnedIsOwnedFromItsDeleteOn) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}}, {{"name", "r"}}));
  store.state.objects.clear();
  service.fail_next("create Resource/r", Error(ErrorKind::kRefused, "answered 400"));
  apply();
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS9");
  EXPECT_EQ(recorded("Resource", "r").pending_create, (json::object{{"name", "r"}}));
}

TEST_F(ApplyReplace, WhatIsNotOwnedAndNotDeletedStaysSo) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}}, {{"name", "r"}}));
  store.state.objects.clear();
  service.fail_next("erase Resource/RS9", Error(ErrorKind::kRefused, "answered 400"));
  apply();
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyReplace, ADeleteOfUnknownOutcomeIsNotFollowedByACreate) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}}, {{"name", "r"}}));
  service.fail_next("erase Resource/RS9", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  service.fail_next("load Resource/RS9", Error(ErrorKind::kUnreachable, "no answer"));
  EXPECT_EQ(apply().actions[0].status, Status::kUnknown);
  EXPECT_THAT(service.log, ElementsAre("erase Resource/RS9", "load Resource/RS9"));
  EXPECT_TRUE(store.state.objects.contains({"Resource", "r"}));
  EXPECT_EQ(store.state.intents.at({"Resource", "r"}).record.pending_create, (json::object{{"name", "r"}}));
}

TEST_F(ApplyReplace, NothingIsDeletedWhereTheStateCantBeWritten) {
  add(make_replace("Resource", "r", "RS9", {{"name", "r"}}, {{"name", "r"}}));
  store.state.project_id = "P2";
  store.writes_left = 0;
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kFailure);
  EXPECT_EQ(outcome.actions[0].message, "the state state.json can't be written: no space left");
  EXPECT_THAT(service.log, IsEmpty());
}

TEST_F(ApplyRecord, AdoptionIsRecordedWithoutARequest) {
  plan::Action action = make_action(ActionKind::kNoop, "Connection", "c");
  action.is_adopted = true;
  action.live_id = "live-c";
  action.record.applied = {{"name", "c"}};
  add(std::move(action));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_THAT(service.log, IsEmpty());
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(recorded("Connection", "c").live_id, "live-c");
  EXPECT_EQ(recorded("Connection", "c").applied, (json::object{{"name", "c"}}));
  EXPECT_EQ(recorded("Connection", "c").object_id.size(), 32U);
}

TEST_F(ApplyRecord, AMovedHandleKeepsItsObjectId) {
  own("Connection", "old", "c", {{"name", "c"}});
  plan::Action action = make_action(ActionKind::kNoop, "Connection", "new");
  action.is_moved = true;
  action.moved_from = {"Connection", "old"};
  action.record = store.state.objects[action.moved_from];
  action.live_id = "c";
  add(std::move(action));
  apply();
  EXPECT_THAT(store.log, ElementsAre("target P2", "move Connection/old Connection/new", "put Connection/new",
                                     "compact"));
  EXPECT_EQ(store.state.objects.size(), 1U);
  EXPECT_EQ(recorded("Connection", "new").object_id, "object-of-old");
}

TEST_F(ApplyRecord, AMoveWithAChangeIsRecordedAfterTheChange) {
  plan::Action action = make_update("Connection", "new", "c", {{"name", "c"}}, {{"name", "d"}});
  store.state.objects.clear();
  own("Connection", "old", "c", {{"name", "c"}});
  action.is_moved = true;
  action.moved_from = {"Connection", "old"};
  add(std::move(action));
  apply();
  EXPECT_EQ(store.state.objects.size(), 1U);
  EXPECT_EQ(recorded("Connection", "new").applied, (json::object{{"name", "d"}}));
}

TEST_F(ApplyRecord, ForgettingTouchesTheStateAlone) {
  own("Connection", "c", "c", {{"name", "c"}});
  plan::Action action = make_action(ActionKind::kForget, "Connection", "c");
  action.live_id = "c";
  add(std::move(action));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.destroyed, 0U);
  EXPECT_THAT(service.log, IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyRecord, DeletingWhatNobodyOwnsLeavesAnotherObjectsRecord) {
  own("Connection", "slack", "slack-2", {{"name", "other"}});
  plan::Action action = make_action(ActionKind::kDelete, "Connection", "slack");
  action.live_id = "slack";
  add(std::move(action));
  EXPECT_EQ(apply().destroyed, 1U);
  EXPECT_TRUE(store.state.objects.contains({"Connection", "slack"}));
}

TEST_F(ApplyRecord, TakingTheLastItemsOutOfSomebodysObjectForgetsIt) {
  const json::object scope{{"name", "mcp:read"}};
  const json::object other{{"name", "mcp:write"}};
  const json::object before{{"name", "r"},
                            {"scopes", json::object{{"connectionsScopes", json::array{scope, other}}}}};
  json::object managed{
      {"scopes", json::object{{"connectionsScopes", marker::make_items({}, json::array{"mcp:read"})}}}};
  plan::Action action = make_update("Resource", "RS5", "RS5", before, std::move(managed));
  action.record.is_partial = true;
  add(std::move(action));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[0].message;
  EXPECT_EQ(service.live["Resource"]["RS5"]["scopes"],
            json::value({{"connectionsScopes", json::array{other}}}));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyRecord, APolicyWhoseTurnComesLateIsReadAgainUnderItsApp) {
  const std::size_t index =
      add(make_update("ResourcePolicy", "p", "A/RS1", {{"allUserScopes", false}}, {{"allUserScopes", true}}));
  timing.advance(std::chrono::seconds(11));
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone) << outcome.actions[index].message;
  EXPECT_THAT(service.asked_parents["ResourcePolicy"], testing::ElementsAre("A"));
  EXPECT_EQ(service.live["ResourcePolicy"]["A/RS1"]["allUserScopes"], json::value(true));
}

TEST_F(ApplyRecord, APolicyThatIsMadeAnewTakesTheHandleOfTheFormer) {
  plan::Action made = make_action(ActionKind::kCreate, "ResourcePolicy", "p");
  made.managed = made.body = {{"thirdPartyApplicationId", "A"}, {"resourceId", "RS2"}};
  made.live_id = made.record.live_id = "A/RS2";
  made.record.applied = made.managed;
  const std::size_t create = add(std::move(made));
  const std::size_t gone = add(make_delete("ResourcePolicy", "p", "A/RS1"));
  depend(create, {gone});
  const Outcome outcome = apply();
  EXPECT_EQ(outcome.exit, ExitStatus::kDone);
  EXPECT_EQ(recorded("ResourcePolicy", "p").live_id, "A/RS2");
  EXPECT_EQ(service.live["ResourcePolicy"].size(), 1U);
}

}  // namespace
}  // namespace descopectl::apply
