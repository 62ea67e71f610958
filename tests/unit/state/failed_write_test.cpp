// Writes that fail half-way: a limit on file sizes makes the kernel take some bytes and refuse the rest.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

// While it lives no file of this process grows past `bytes`: writes are cut short there, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes) : was_ignored_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, was_ignored_);
  }

 private:
  rlimit before_{};
  void (*was_ignored_)(int);
};

constexpr const char* kHint =
    "What was recorded before is safe. Make room or mend the rights, then run the command again.";

TEST(FailedWrite, IsCutBackToTheLastWholeRecord) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  const std::string text = read_bytes(path);
  const std::string state = text_of(store->current());
  for (const std::size_t room : {0U, 1U, 50U, 300U}) {
    const FileSizeLimit limit(text.size() + room);
    const auto put = store->put(sample_object("slack"));
    ASSERT_TRUE(put.has_error());
    EXPECT_EQ(put.error().kind(), ErrorKind::kFailure);
    EXPECT_EQ(put.error().message(), "the state " + path.string() + " can't be written: File too large");
    EXPECT_EQ(put.error().hint(), kHint);
    EXPECT_EQ(read_bytes(path), text);
    EXPECT_EQ(text_of(store->current()), state);
  }
  ASSERT_TRUE(store->put(sample_object("slack"))) << "with room again it goes on";
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(FailedWrite, OfTheFirstRecordLeavesNoFile) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  {
    const FileSizeLimit limit(10);
    EXPECT_EQ(store->put(sample_object("google")).error().kind(), ErrorKind::kFailure);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(store->current().objects.empty());
  ASSERT_TRUE(store->put(sample_object("google")));
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(FailedWrite, OfTheBaseLeavesTheOldFile) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  const auto store = open_store(path);
  ASSERT_TRUE(store->put(sample_object("google")));
  const std::string text = read_bytes(path);
  {
    const FileSizeLimit limit(100);
    const auto compacted = store->compact();
    EXPECT_EQ(compacted.error().kind(), ErrorKind::kFailure);
    EXPECT_EQ(compacted.error().message(),
              "the state can't be rewritten: can't write '" + path.string() + "': File too large");
    EXPECT_EQ(compacted.error().hint(), kHint);
  }
  EXPECT_EQ(read_bytes(path), text);
  ASSERT_TRUE(store->put(sample_object("slack")));
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(text_of(read_state(path).value()), text_of(store->current()));
}

TEST(FailedWrite, NeedsAFileThatCanBeWritten) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "state.json.lock");
  const auto opened = open_for_writing(folder / "state.json", sample_holder());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(opened.error().message(),
            "can't open the lock " + (folder / "state.json.lock").string() + ": Is a directory");
}

}  // namespace
}  // namespace descopectl::state
