// The local store: what it writes, when it rewrites, and what becomes of files, links and modes.
#include <gtest/gtest.h>

#include "descopectl/base/digest.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;
namespace fs = std::filesystem;

TEST(LocalStore, ReadsAMissingFileAsAnEmptyStateWithoutMakingOne) {
  const TemporaryFolder folder;
  const auto state = read_state(folder / "sub/state.json").value();
  EXPECT_TRUE(state.objects.empty());
  EXPECT_EQ(state.fingerprint_key, "");
  EXPECT_EQ(state.project_id, "");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(LocalStore, GivesANewStateItsKeyAndKeepsIt) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  std::string key;
  std::string lineage;
  {
    const auto store = open_store(path);
    EXPECT_TRUE(store->is_kept());
    key = store->current().fingerprint_key;
    lineage = store->current().lineage;
    EXPECT_EQ(base::from_hex(key).size(), 32U);
    EXPECT_FALSE(lineage.empty());
    EXPECT_FALSE(fs::exists(path)) << "nothing was recorded";
    ASSERT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  }
  const auto state = read_state(path).value();
  EXPECT_EQ(state.fingerprint_key, key);
  EXPECT_EQ(state.lineage, lineage);
  EXPECT_EQ(state.project_id, "P2sample");
  EXPECT_EQ(state.serial, 1U);
  EXPECT_NE(open_store(folder / "other.json")->current().fingerprint_key, key);
}

TEST(LocalStore, CreatesFileAndFolderForTheOwnerAlone) {
  const TemporaryFolder folder;
  const auto path = folder / "a/b/state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(folder / "a/b/state.json.lock"), 0600U);
  EXPECT_EQ(mode_of(folder / "a"), 0700U);
  EXPECT_EQ(mode_of(folder / "a/b"), 0700U);
}

TEST(LocalStore, TightensALoosenedModeWhenItWrites) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  ASSERT_TRUE(open_store(path)->put(sample_object("google")));
  fs::permissions(path, fs::perms(0644));
  ASSERT_TRUE(read_state(path));
  EXPECT_EQ(mode_of(path), 0644U);
  ASSERT_TRUE(open_store(path)->put(sample_object("slack")));
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST(LocalStore, AppendsOneRecordWhateverTheStateHolds) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  model::RecordedState state = sample_state();
  for (int i = 0; i < 10'000; ++i) {
    const std::string handle = "app-" + std::to_string(i);
    state.objects[connection_key(handle)] = sample_object(handle);
  }
  const std::string base = frame_record(encode_base(state));
  write_bytes(path, base);
  const ino_t inode = inode_of(path);
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("one-more")));
  EXPECT_EQ(inode_of(path), inode);
  EXPECT_EQ(read_bytes(path),
            base + frame_record(encode_change(PutChange{sample_object("one-more")}, state.serial + 1)));
}

TEST(LocalStore, RewritesTheBaseWhenTheTailHasOutgrownIt) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  const std::size_t record = frame_record(encode_change(PutChange{sample_object("google")}, 1000)).size();
  std::size_t largest = 0;
  std::size_t rewrites = 0;
  for (std::size_t last = 0, i = 0; i < 500; ++i) {
    ASSERT_TRUE(store->put(sample_object("google")));
    const std::size_t size = fs::file_size(path);
    rewrites += size < last ? 1 : 0;
    largest = std::max(largest, size);
    last = size;
  }
  EXPECT_LE(largest, 64 * 1024 + 3 * record);
  EXPECT_EQ(rewrites, 500 * (record - 4) / (64 * 1024));
  EXPECT_EQ(store->current().serial, 500U);
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(LocalStore, CompactsToTheBaseAlone) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->compact());
  EXPECT_FALSE(fs::exists(path)) << "there is nothing to write";
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->put(sample_object("slack")));
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(read_bytes(path), frame_record(encode_base(store->current())));
  EXPECT_EQ(mode_of(path), 0600U);
  const ino_t inode = inode_of(path);
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(inode_of(path), inode) << "there is nothing to rewrite";
  ASSERT_TRUE(store->remove(connection_key("google")));
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(LocalStore, IsReplacedWhole) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  model::RecordedState other = sample_state();
  other.serial = 0;
  ASSERT_TRUE(wait_for(store->replace(other)));
  EXPECT_EQ(store->current().serial, 2U) << "no serial comes twice";
  EXPECT_EQ(store->current().lineage, other.lineage);
  EXPECT_EQ(read_bytes(path), frame_record(encode_base(store->current())));
  ASSERT_TRUE(store->put(sample_object("after")));
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(LocalStore, WritesNothingForWhatIsSoAlready) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  ASSERT_TRUE(store->put(sample_object("google")));
  const std::string before = read_bytes(path);
  EXPECT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  EXPECT_TRUE(store->move(connection_key("google"), connection_key("google")));
  EXPECT_EQ(read_bytes(path), before);
}

TEST(LocalStore, RefusesWhatDoesNotFitTheState) {
  const TemporaryFolder folder;
  const auto store = open_store(folder / "state.json");
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->put(sample_object("slack")));
  const std::string before = text_of(store->current());
  const auto missing = store->remove(connection_key("zoom"));
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message(), "the state does not own Connection/zoom");
  EXPECT_EQ(store->move(connection_key("zoom"), connection_key("a")).error().kind(), ErrorKind::kNotFound);
  const auto taken = store->move(connection_key("google"), connection_key("slack"));
  EXPECT_EQ(taken.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(taken.error().message(), "the state owns Connection/slack already");
  EXPECT_EQ(text_of(store->current()), before);
}

TEST(LocalStore, FollowsASymbolicLink) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_symlink("real/state.json", folder / "link.json");
  const auto store = open_store(folder / "link.json");
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->put(sample_object("slack")));
  ASSERT_TRUE(store->compact());
  EXPECT_TRUE(fs::is_symlink(folder / "link.json"));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder / "real/state.json")));
  EXPECT_EQ(text_of(read_state(folder / "link.json").value()), text_of(store->current()));
  EXPECT_EQ(open_for_writing(folder / "real/state.json", sample_holder()).error().kind(),
            ErrorKind::kLockHeld);
}

TEST(LocalStore, RefusesToWriteOverWhatAnotherProgramWrote) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  ASSERT_TRUE(store->put(sample_object("slack")));
  const std::string before = text_of(store->current());
  const std::string theirs = read_bytes(path) + "x";
  write_bytes(path, theirs);
  const auto put = store->put(sample_object("zoom"));
  EXPECT_EQ(put.error().kind(), ErrorKind::kStale);
  EXPECT_EQ(put.error().message(),
            "the state " + path.string() + " was changed by another program while it was open");
  EXPECT_EQ(store->compact().error().kind(), ErrorKind::kStale);
  EXPECT_EQ(read_bytes(path), theirs);
  fs::remove(path);
  EXPECT_EQ(store->put(sample_object("zoom")).error().kind(), ErrorKind::kStale);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(text_of(store->current()), before);
}

TEST(LocalStore, RefusesAFileThatAppearedMeanwhile) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  write_bytes(path, "theirs");
  EXPECT_EQ(store->put(sample_object("google")).error().kind(), ErrorKind::kStale);
  EXPECT_EQ(read_bytes(path), "theirs");
}

TEST(LocalStore, HoldsNoSecret) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  for (const std::string secret : {"hunter2", "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ider"}) {
    model::RecordedObject object = sample_object("google");
    object.secrets["/clientSecret"] = make_fingerprint(store->current().fingerprint_key, object.object_id,
                                                       "/clientSecret", model::Secret(secret));
    ASSERT_TRUE(store->put(object));
    const std::string text = read_bytes(path);
    EXPECT_EQ(text.find(secret), std::string::npos);
    EXPECT_EQ(text.find(base::sha256_hex(secret)), std::string::npos);
    EXPECT_NE(text.find(object.secrets["/clientSecret"].digest), std::string::npos);
  }
}

TEST(NullStore, KeepsNothing) {
  const auto store = make_null_store();
  EXPECT_FALSE(store->is_kept());
  EXPECT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  EXPECT_TRUE(store->put(sample_object("google")));
  EXPECT_TRUE(store->remove(connection_key("google")));
  EXPECT_TRUE(store->move(connection_key("a"), connection_key("b")));
  EXPECT_TRUE(wait_for(store->begin({sample_intent("google")})));
  EXPECT_TRUE(store->settle(connection_key("google")));
  EXPECT_TRUE(wait_for(store->flush()));
  EXPECT_TRUE(store->compact());
  EXPECT_TRUE(store->current().objects.empty());
  EXPECT_TRUE(store->current().intents.empty());
  EXPECT_EQ(store->current().project_id, "");
}

}  // namespace
}  // namespace descopectl::state
