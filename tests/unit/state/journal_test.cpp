// The journal: intents before writes, outcomes after them, and how often the disk is asked to keep them.
#include <gtest/gtest.h>

#include <cerrno>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

// Counts the flushes of one store, and makes them fail from now on where it is told to.
struct Flushes {
  int count = 0;
  int error = 0;

  std::unique_ptr<Store> open(const std::filesystem::path& path) {
    return open_for_writing(path, sample_holder(), [this](int) { return ++count, error; }).value();
  }
};

std::vector<model::Intent> sample_intents(int count) {
  std::vector<model::Intent> intents;
  for (int i = 0; i < count; ++i)
    intents.push_back(sample_intent("app-" + std::to_string(i)));
  return intents;
}

std::string text_of(const model::Intent& intent) {
  return encode_change(IntentChange{intent}, 1);
}

TEST(Journal, KeepsEveryMemberOfAnIntentInTailAndBase) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(wait_for(store->begin({sample_intent("google"), sample_deletion("slack")})));
  for (const bool is_compact : {false, true}) {
    if (is_compact) {
      ASSERT_TRUE(store->compact());
    }
    const model::RecordedState state = read_state(path).value();
    ASSERT_EQ(state.intents.size(), 2U);
    const model::Intent& intent = state.intents.at(connection_key("google"));
    EXPECT_EQ(intent.key, connection_key("google"));
    EXPECT_EQ(intent.operation, model::Operation::kCreate);
    EXPECT_EQ(intent.live_id, "google");
    EXPECT_EQ(intent.identity, sample_intent("google").identity);
    EXPECT_EQ(intent.body_sha256, "b0d1");
    EXPECT_EQ(intent.at, "2026-01-31T12:00:00Z");
    EXPECT_EQ(intent.record.applied, sample_object("google").applied);
    EXPECT_EQ(text_of(intent), text_of(sample_intent("google")));
    const model::Intent& deletion = state.intents.at(connection_key("slack"));
    EXPECT_EQ(deletion.operation, model::Operation::kDelete);
    EXPECT_EQ(text_of(deletion), text_of(sample_deletion("slack")));
    EXPECT_TRUE(state.objects.empty()) << "nothing is owned yet";
  }
}

TEST(Journal, IsReadableToAnOlderProgramWhereNothingIsOpen) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(wait_for(store->begin({sample_intent("google")})));
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(read_bytes(path).find("intent"), std::string::npos);
}

TEST(Journal, IsEmptyInAFileOfAnOlderProgram) {
  const std::string older = encode_base(sample_state());
  EXPECT_EQ(older.find("intents"), std::string::npos);
  const auto loaded = load_records(frame_record(older), "state.json").value();
  EXPECT_TRUE(loaded.state.intents.empty());
  EXPECT_EQ(loaded.state.objects.size(), 2U);
}

TEST(Journal, SettlesAnIntentWithTheOutcomeOfItsObject) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("slack")));
  ASSERT_TRUE(
      wait_for(store->begin({sample_intent("google"), sample_deletion("slack"), sample_intent("zoom")})));
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->remove(connection_key("slack")));
  EXPECT_EQ(store->current().intents.size(), 1U);
  ASSERT_TRUE(store->settle(connection_key("zoom")));
  const std::string settled = read_bytes(path);
  ASSERT_TRUE(store->settle(connection_key("zoom"))) << "there is none any more";
  EXPECT_EQ(read_bytes(path), settled);
  const model::RecordedState state = read_state(path).value();
  EXPECT_TRUE(state.intents.empty());
  EXPECT_EQ(state.objects.size(), 1U);
  EXPECT_EQ(test::text_of(state), test::text_of(store->current()));
}

TEST(Journal, KnowsOneIntentForAnObject) {
  const TemporaryFolder folder;
  const auto store = open_store(folder / "state.json");
  ASSERT_TRUE(wait_for(store->begin({sample_intent("google")})));
  ASSERT_TRUE(wait_for(store->begin({sample_deletion("google")})));
  const model::RecordedState state = read_state(folder / "state.json").value();
  ASSERT_EQ(state.intents.size(), 1U);
  EXPECT_EQ(state.intents.begin()->second.operation, model::Operation::kDelete);
}

TEST(Journal, IsFlushedOnceForAllThatBegins) {
  const TemporaryFolder folder;
  Flushes flushes;
  const auto store = flushes.open(folder / "state.json");
  ASSERT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  EXPECT_EQ(flushes.count, 0);
  ASSERT_TRUE(wait_for(store->begin(sample_intents(10))));
  EXPECT_EQ(flushes.count, 1);
  ASSERT_TRUE(store->put(sample_object("app-1")));
  ASSERT_TRUE(store->put(sample_object("app-2")));
  EXPECT_EQ(flushes.count, 1) << "outcomes wait for company";
  ASSERT_TRUE(wait_for(store->flush()));
  EXPECT_EQ(flushes.count, 2);
  ASSERT_TRUE(wait_for(store->flush()));
  ASSERT_TRUE(wait_for(store->begin({})));
  EXPECT_EQ(flushes.count, 2) << "there is nothing to flush";
}

TEST(Journal, FlushesAThousandActionsSomeTwentyTimes) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  model::RecordedState state = sample_state();
  for (int i = 0; i < 10'000; ++i) {
    const std::string handle = "owned-" + std::to_string(i);
    state.objects[connection_key(handle)] = sample_object(handle);
  }
  write_bytes(path, frame_record(encode_base(state)));
  Flushes flushes;
  const auto store = flushes.open(path);
  ASSERT_TRUE(wait_for(store->begin(sample_intents(1'000))));
  for (int i = 0; i < 1'000; ++i)
    ASSERT_TRUE(store->put(sample_object("app-" + std::to_string(i))));
  ASSERT_TRUE(wait_for(store->flush()));
  EXPECT_EQ(flushes.count, 1 + 1'000 / 64 + 1);
}

TEST(Journal, TrustsNoDiskThatFailedToKeepSomething) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  Flushes flushes;
  const auto store = flushes.open(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  flushes.error = EIO;
  const auto begun = wait_for(store->begin({sample_intent("slack")}));
  ASSERT_TRUE(begun.has_error());
  EXPECT_EQ(begun.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(begun.error().message(),
            "the state " + path.string() + " can't be flushed to disk: Input/output error");
  flushes.error = 0;
  EXPECT_TRUE(store->put(sample_object("zoom")).has_error());
  EXPECT_TRUE(wait_for(store->flush()).has_error());
  EXPECT_TRUE(store->compact().has_error());
}

}  // namespace
}  // namespace descopectl::state
