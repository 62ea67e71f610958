// What the journal says before, while and after actions run.
#include <gmock/gmock.h>

#include "fixture.hpp"

namespace descopectl::apply {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ApplyJournal : public test::ApplyTest {
 protected:
  const model::Intent& open(std::string_view kind, const std::string& handle) const {
    return store.state.intents.at({std::string(kind), handle});
  }
  void add_creates(const std::vector<std::string>& names) {
    for (const std::string& name : names)
      add(make_create("Connection", name));
  }
};

TEST_F(ApplyJournal, SaysWhatIsSentBeforeItIsSent) {
  plan::Action action = make_create("Resource", "r", {{"name", "Calendar"}, {"uri", "https://a"}});
  action.secrets.push_back(make_secret("/secret"));
  action.record.prevent_destroy = true;
  add(std::move(action));
  secrets[{{"Resource", "r"}, "/secret"}] = model::Secret("a-secret-of-more-than-twenty-characters");
  model::Intent intent;
  service.on_call = [&](const std::string& call) {
    if (call == "create Resource/Calendar") intent = open("Resource", "r");
  };
  apply();
  EXPECT_EQ(intent.operation, model::Operation::kCreate);
  EXPECT_EQ(intent.identity, (json::object{{"uri", "https://a"}}));
  EXPECT_EQ(intent.body_sha256.size(), 64U);
  EXPECT_EQ(intent.at, "1970-01-01T01:00:00Z");
  EXPECT_EQ(intent.record.applied, (json::object{{"name", "Calendar"}, {"uri", "https://a"}}));
  EXPECT_TRUE(intent.record.prevent_destroy);
  EXPECT_EQ(intent.record.root, "descope");
  EXPECT_EQ(intent.record.secrets.at("/secret").scheme, "hmac-sha256");
  EXPECT_THAT(store.state.intents, IsEmpty()) << "the outcome is recorded";
}

TEST_F(ApplyJournal, TellsObjectsApartByTheirIdKeyOrName) {
  add(make_create("Connection", "c"));
  add(make_create("Role", "editor"));
  plan::Action policy = make_action(plan::ActionKind::kCreate, "ResourcePolicy", "p");
  policy.managed = policy.body = {{"thirdPartyApplicationId", "A"}, {"resourceId", "RS2"}};
  add(std::move(policy));
  std::map<std::string, json::object> identities;
  service.on_call = [&](const std::string&) {
    for (const auto& [key, intent] : store.state.intents)
      identities[key.to_string()] = intent.identity;
  };
  apply();
  EXPECT_EQ(identities["Connection/c"], (json::object{{"id", "c"}}));
  EXPECT_EQ(identities["Role/editor"], (json::object{{"name", "editor"}, {"tenantId", ""}}));
  EXPECT_EQ(identities["ResourcePolicy/p"],
            (json::object{{"thirdPartyApplicationId", "A"}, {"resourceId", "RS2"}}));
}

TEST_F(ApplyJournal, AnnouncesAllThatIsReadyAtOnce) {
  add_creates({"a", "b", "c", "d", "e"});
  options.parallelism = 1;
  apply();
  EXPECT_EQ(store.begins, 1U);
  EXPECT_EQ(store.log.at(5), "begin create Connection/e");
}

TEST_F(ApplyJournal, AnnouncesWhatBecomesReadyTogether) {
  add_creates({"a", "b", "c", "d"});
  for (const std::size_t dependant : {2U, 3U})
    depend(dependant, {0, 1});
  apply();
  EXPECT_EQ(store.begins, 2U);
}

TEST_F(ApplyJournal, GoesWaveByWaveWhereItIsFarAway) {
  // c needs a alone, and is ready while b still runs.
  add_creates({"a", "b", "c", "d"});
  depend(2, {0});
  depend(3, {1});
  options.parallelism = 1;
  store.is_far = true;
  apply();
  EXPECT_EQ(store.begins, 2U);
  EXPECT_THAT(service.log, ElementsAre("create Connection/a", "create Connection/b", "create Connection/c",
                                       "create Connection/d", "list Connection"));
}

TEST_F(ApplyJournal, TakesBackWhatIsNotStarted) {
  add_creates({"a", "b", "c"});
  options.parallelism = 1;
  service.fail_next("create Connection/a", Error(ErrorKind::kUnauthorized, "answered 401"));
  apply();
  EXPECT_THAT(service.log, ElementsAre("create Connection/a"));
  EXPECT_THAT(store.state.intents, IsEmpty());
  EXPECT_THAT(store.state.objects, IsEmpty());
}

TEST_F(ApplyJournal, LeavesOpenWhatMayHaveHappened) {
  add_creates({"a", "b", "c"});
  service.fail_next("create Connection/a", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  service.fail_next("load Connection/a", Error(ErrorKind::kUnreachable, "no answer"));
  service.fail_next("create Connection/b", Error(ErrorKind::kRefused, "answered 400"));
  apply();
  EXPECT_EQ(store.state.intents.size(), 1U);
  EXPECT_EQ(open("Connection", "a").identity, (json::object{{"id", "a"}}));
}

TEST_F(ApplyJournal, LeavesADeleteOpenThatMayHaveHappened) {
  add(make_delete("Connection", "a", "a"));
  service.fail_next("erase Connection/a", Error(ErrorKind::kOutcomeUnknown, "timed out"));
  service.fail_next("load Connection/a", Error(ErrorKind::kUnreachable, "no answer"));
  apply();
  EXPECT_EQ(open("Connection", "a").operation, model::Operation::kDelete);
  EXPECT_EQ(open("Connection", "a").live_id, "a");
  EXPECT_TRUE(store.state.objects.contains({"Connection", "a"}));
}

TEST_F(ApplyJournal, NamesWhatWasDeletedUnderAHandleBesideItsSuccessor) {
  model::Intent& deletion = store.state.intents[{"Connection", "a"}];
  deletion.key = {"Connection", "a"};
  deletion.operation = model::Operation::kDelete;
  deletion.live_id = "old";
  add_creates({"a"});
  apply();
  EXPECT_THAT(store.state.intents, IsEmpty());
  EXPECT_EQ(store.state.objects.at({"Connection", "a"}).superseded_id, "old");
}

TEST_F(ApplyJournal, FollowsAMovedHandle) {
  plan::Action action = make_update("Connection", "new", "c", {{"name", "c"}}, {{"name", "d"}});
  store.state.objects.clear();
  own("Connection", "old", "c", {{"name", "c"}});
  action.is_moved = true;
  action.moved_from = {"Connection", "old"};
  add(std::move(action));
  service.on_call = [&](const std::string& call) {
    if (call != "update Connection/c") return;
    EXPECT_EQ(open("Connection", "old").record.key.handle, "old");
  };
  apply();
  EXPECT_THAT(store.state.intents, IsEmpty());
}

TEST_F(ApplyJournal, KnowsNothingOfWhatOnlyTheStateLearns) {
  own("Connection", "c", "c", {{"name", "c"}});
  plan::Action action = make_action(plan::ActionKind::kForget, "Connection", "c");
  action.live_id = "c";
  add(std::move(action));
  apply();
  EXPECT_EQ(store.begins, 0U);
}

TEST_F(ApplyJournal, IsNotWrittenWithoutAState) {
  add_creates({"a"});
  const auto nothing = state::make_null_store();
  const Outcome outcome = test::run(context, apply_plan(plan, service, *nothing, secrets, options));
  EXPECT_EQ(outcome.added, 1U);
}

}  // namespace
}  // namespace descopectl::apply
