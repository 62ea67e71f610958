// What the next run makes of writes that an interrupted one left open.
#include "descopectl/apply/recovery.hpp"

#include <gmock/gmock.h>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using model::Operation;
using testing::ElementsAre;
using testing::IsEmpty;

class Recovery : public test::ApplyTest {
 protected:
  model::Intent& intend(Operation operation, std::string_view kind_name, const std::string& handle) {
    const model::ObjectKey key{std::string(kind_name), handle};
    model::Intent& intent = store.state.intents[key];
    intent.key = key;
    intent.operation = operation;
    intent.at = "1970-01-01T01:00:00Z";  // FakeTiming's beginning
    if (operation == Operation::kDelete) return intent;
    intent.record.key = key;
    intent.record.root = "descope";
    intent.record.object_id = "object-of-" + handle;
    return intent;
  }
  model::Intent& intend_create(std::string_view kind_name, const std::string& handle, json::object sent) {
    model::Intent& intent = intend(Operation::kCreate, kind_name, handle);
    intent.identity = {{"name", sent.at("name")}};
    intent.record.applied = std::move(sent);
    return intent;
  }

  /// Resolves, records, and gives what the user is told.
  std::vector<std::string> recover() {
    LiveOptions how;
    how.timing = &timing;
    for (const schema::Kind* kind : kinds::all())
      if (kind->calls.list_by.empty()) how.kinds.push_back({kind, false});
    const auto work = [&]() -> boost::asio::awaitable<std::vector<std::string>> {
      auto live = co_await read_live(service, store.state, how);
      auto resolutions = co_await resolve_intents(service, store.state, *live, how);
      std::vector<std::string> findings;
      for (const Resolution& resolution : *resolutions)
        if (!resolution.finding.empty()) findings.push_back(resolution.finding);
      const auto recorded = co_await record(store, std::move(*resolutions));
      EXPECT_TRUE(recorded);
      seen = std::move(live->state);
      co_return findings;
    };
    auto findings = test::run(context, work());
    EXPECT_THAT(store.state.intents, IsEmpty());
    return findings;
  }

  model::LiveState seen;  ///< what the run that recovers plans with
};

TEST_F(Recovery, TakesOverWhatWasCreated) {
  model::Intent& intent = intend_create("Role", "editor", {{"name", "Editor"}, {"description", "d"}});
  intent.record.prevent_destroy = true;
  service.live["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}, {"description", "d"}, {"tenantId", ""}};
  EXPECT_THAT(recover(),
              ElementsAre("an interrupted run had created Role/editor (live id 'ROL7'); it is taken over"));
  EXPECT_EQ(recorded("Role", "editor").live_id, "ROL7");
  EXPECT_EQ(recorded("Role", "editor").object_id, "object-of-editor");
  EXPECT_TRUE(recorded("Role", "editor").prevent_destroy) << "what protects it survives";
  EXPECT_EQ(recorded("Role", "editor").root, "descope") << "and so does whose it is";
}

TEST_F(Recovery, LeavesAloneWhatShowsOtherValuesThanWereSent) {
  intend_create("Role", "editor", {{"name", "Editor"}, {"description", "ours"}});
  service.live["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}, {"description", "somebody's"}};
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, LeavesAloneWhatAnotherHandleOwns) {
  own("Role", "other", "ROL7", {{"name", "Editor"}});
  intend_create("Role", "editor", {{"name", "Editor"}});
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_FALSE(store.state.objects.contains({"Role", "editor"}));
}

TEST_F(Recovery, TakesNoneOfTwoThatAreAlike) {
  intend_create("Role", "editor", {{"name", "Editor"}});
  for (const char* id : {"ROL7", "ROL8"})
    service.live["Role"][id] = {{"id", id}, {"name", "Editor"}};
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, GivesOneObjectToOneIntent) {
  for (const char* handle : {"a", "b"})
    intend_create("Role", handle, {{"name", "Editor"}});
  service.live["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}};
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_EQ(store.state.objects.size(), 1U);
}

TEST_F(Recovery, WaitsForAListThatMayLagBehindACreate) {
  intend_create("Role", "editor", {{"name", "Editor"}});
  service.live["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}};
  service.lagging["Role"] = 3;
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_EQ(recorded("Role", "editor").live_id, "ROL7");
  EXPECT_EQ(timing.waits.size(), 3U);
}

TEST_F(Recovery, WaitsNoLongerThanListsMayLag) {
  intend_create("Role", "editor", {{"name", "Editor"}});
  const auto begun = timing.now();
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
  EXPECT_GE(timing.now() - begun, std::chrono::seconds(10));
  EXPECT_LE(timing.now() - begun, std::chrono::seconds(11));
}

TEST_F(Recovery, DoesNotWaitForWhatWasLongAgo) {
  intend_create("Role", "editor", {{"name", "Editor"}});
  timing.advance(std::chrono::seconds(11));
  recover();
  EXPECT_THAT(timing.waits, IsEmpty());
}

TEST_F(Recovery, DoesNotWaitLongerForAClockThatGoesWrong) {
  intend_create("Role", "editor", {{"name", "Editor"}}).at = "1970-01-02T00:00:00Z";
  const auto begun = timing.now();
  recover();
  EXPECT_LE(timing.now() - begun, std::chrono::seconds(11));
}

TEST_F(Recovery, SendsSecretsAgainWhoseUpdateMayHaveHappened) {
  own("Connection", "c", "c", {{"name", "c"}});
  model::Intent& intent = intend(Operation::kUpdate, "Connection", "c");
  intent.live_id = "c";
  intent.record = store.state.objects.at(intent.key);
  intent.record.secrets["/clientSecret"] = {"unsettled", ""};
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").scheme, "unsettled");
}

TEST_F(Recovery, OfAProjectsRoleTakesNoneOfATenant) {
  intend_create("Role", "editor", {{"name", "Editor"}}).identity["tenantId"] = "";
  service.live["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}, {"tenantId", "T1"}};
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, SettlesAnUpdateOfWhatIsNotOwned) {
  service.live["Connection"]["c"] = {{"id", "c"}, {"name", "c"}};
  model::Intent& intent = intend(Operation::kUpdate, "Connection", "c");
  intent.live_id = "c";
  intent.record = {};
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, FollowsARenameThatChangesTheId) {
  own("Permission", "p", "Old", {{"name", "Old"}});
  model::Intent& intent = intend(Operation::kUpdate, "Permission", "p");
  intent.live_id = "Old";
  intent.identity = {{"name", "New"}};
  intent.record = store.state.objects.at(intent.key);
  service.live["Permission"].clear();
  service.live["Permission"]["New"] = {{"id", "New"}, {"name", "New"}};
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_EQ(recorded("Permission", "p").live_id, "New");
}

TEST_F(Recovery, ForgetsWhatWasDeleted) {
  own("Role", "editor", "ROL7", {{"name", "Editor"}});
  intend(Operation::kDelete, "Role", "editor").live_id = "ROL7";
  service.live["Role"].clear();
  EXPECT_THAT(recover(), ElementsAre("an interrupted run had deleted Role/editor"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, AsksForWhatAListMayShowNoLonger) {
  own("Connection", "slack", "slack", {{"name", "Slack"}});
  intend(Operation::kDelete, "Connection", "slack").live_id = "slack";
  service.lagging["Connection"] = 1000;
  service.lagging_shows["Connection"]["slack"] = {{"id", "slack"}, {"name", "Slack"}};
  service.live["Connection"].clear();
  EXPECT_THAT(recover(), ElementsAre("an interrupted run had deleted Connection/slack"));
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, OfADeletionThatWasRecordedTakesForGoneWhatAListStillShows) {
  intend(Operation::kDelete, "Connection", "slack").live_id = "slack";
  service.lagging["Connection"] = 1000;
  service.lagging_shows["Connection"]["slack"] = {{"id", "slack"}, {"name", "Slack"}};
  service.live["Connection"].clear();
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(seen.find("Connection")->find("slack"), nullptr) << "nothing is there to be adopted";
}

TEST_F(Recovery, WaitsForAListThatMayLagBehindADelete) {
  own("Role", "editor", "ROL7", {{"name", "Editor"}});
  intend(Operation::kDelete, "Role", "editor").live_id = "ROL7";
  service.lagging["Role"] = 2;
  service.lagging_shows["Role"]["ROL7"] = {{"id", "ROL7"}, {"name", "Editor"}};
  service.live["Role"].clear();
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(Recovery, KeepsWhatWasNotDeleted) {
  own("Role", "editor", "ROL7", {{"name", "Editor"}});
  intend(Operation::kDelete, "Role", "editor").live_id = "ROL7";
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(recorded("Role", "editor").live_id, "ROL7");
}

class UndoneDeletion : public Recovery {
 protected:
  /// As a delete that was said to be done and never looked at leaves the state.
  UndoneDeletion() {
    service.live["Connection"]["slack"] = {{"id", "slack"}, {"name", "Slack"}};
    model::Intent& intent = intend(Operation::kDelete, "Connection", "slack");
    intent.live_id = "slack";
    intent.record.key = intent.key;
    intent.record.live_id = "slack";
    intent.before_sha256 = base::sha256_hex(R"({"id":"slack","name":"Slack"})");
  }
};

TEST_F(UndoneDeletion, IsOwnedAsBefore) {
  EXPECT_THAT(recover(),
              ElementsAre("an interrupted run was to delete Connection/slack, and it is still there (live id "
                          "'slack')"));
  EXPECT_EQ(recorded("Connection", "slack").live_id, "slack");
}

TEST_F(UndoneDeletion, IsNothingOfOursWhereSomebodyMadeAnotherUnderThatId) {
  service.live["Connection"]["slack"]["name"] = "another";
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(UndoneDeletion, IsOwnedBesideWhatTookItsHandle) {
  own("Connection", "slack", "slack-2", {{"name", "other"}});
  EXPECT_EQ(recover().size(), 1U);
  EXPECT_EQ(recorded("Connection", "slack").live_id, "slack-2");
  EXPECT_EQ(recorded("Connection", "slack").superseded_id, "slack");
}

TEST_F(Recovery, OfADeleteLeavesAnotherObjectOfThatHandle) {
  own("Connection", "slack", "slack-2", {{"name", "other"}});
  intend(Operation::kDelete, "Connection", "slack").live_id = "slack";
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_TRUE(store.state.objects.contains({"Connection", "slack"}));
}

class ReplacementRecovery : public Recovery {
 protected:
  ReplacementRecovery() {
    own("Resource", "r", "RS1", {{"name", "r"}, {"uri", "https://a"}});
    model::Intent& intent = intend(Operation::kReplace, "Resource", "r");
    intent.live_id = "RS1";
    intent.identity = {{"uri", "https://b"}};
    intent.record = store.state.objects.at(intent.key);
    intent.record.pending_create = {{"name", "r"}, {"uri", "https://b"}, {"logoUrl", "https://l"}};
  }
};

TEST_F(ReplacementRecovery, KeepsLivesFieldsWhereOnlyTheDeleteWasDone) {
  service.live["Resource"].clear();
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(recorded("Resource", "r").pending_create.at("logoUrl"), "https://l");
}

TEST_F(ReplacementRecovery, TakesTheNewObjectUnderTheOldIdWhereItIsNotAsTheOldOneWas) {
  own("Connection", "c", "c", {{"name", "C"}});
  model::Intent& intent = intend(Operation::kReplace, "Connection", "c");
  intent.live_id = "c";
  intent.identity = {{"id", "c"}};
  intent.before_sha256 = base::sha256_hex(R"({"id":"c","name":"C","tokenUrl":"https://old.example/t"})");
  intent.record.applied = {{"name", "C"}, {"templateId", "new"}};
  intent.record.pending_create = {{"id", "c"}, {"name", "C"}, {"templateId", "new"}};
  EXPECT_THAT(recover(),
              ElementsAre("an interrupted run had replaced Connection/c (live id 'c'); it is taken over"));
  EXPECT_EQ(recorded("Connection", "c").applied.at("templateId"), "new");
}

TEST_F(ReplacementRecovery, SendsSecretsAgainWhereTheIdTellsNothing) {
  own("Connection", "c", "c", {{"name", "C"}});
  model::Intent& intent = intend(Operation::kReplace, "Connection", "c");
  intent.live_id = "c";
  intent.identity = {{"id", "c"}};
  intent.record.pending_create = {{"id", "c"}, {"name", "C"}};
  intent.record.secrets["/clientSecret"] = {};
  recover();
  EXPECT_EQ(recorded("Connection", "c").secrets.at("/clientSecret").scheme, unsettled_fingerprint().scheme);
}

TEST_F(ReplacementRecovery, TakesOverWhatWasCreated) {
  service.live["Resource"].clear();
  service.live["Resource"]["RS2"] = {
      {"id", "RS2"}, {"name", "r"}, {"uri", "https://b"}, {"logoUrl", "https://l"}};
  EXPECT_THAT(recover(),
              ElementsAre("an interrupted run had replaced Resource/r (live id 'RS2'); it is taken over"));
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS2");
  EXPECT_THAT(recorded("Resource", "r").pending_create, IsEmpty());
}

TEST_F(ReplacementRecovery, GoesOnWithTheOldOneWhereNothingWasDone) {
  EXPECT_THAT(recover(), IsEmpty());
  EXPECT_EQ(recorded("Resource", "r").live_id, "RS1");
}

}  // namespace
}  // namespace descopectl::apply
