// Files: limits, links, modes, and what is left behind.
#include "descopectl/base/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "descopectl/base/digest.hpp"

namespace descopectl::base {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() : folder_(fs::temp_directory_path() / ("descopectl-files-" + random_hex(6))) {
    fs::create_directories(folder_);
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path_text(const char* name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::size_t count_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(FilesTest, ReadBackWhatWasWritten) {
  const std::string content("a\0b\n", 4);
  ASSERT_TRUE(write_file_atomically(folder_ / "x", content, 0600));
  EXPECT_EQ(*read_file(folder_ / "x", 4), content);
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(FilesTest, RefuseByTheirSizeBeforeAnythingIsRead) {
  const auto path = folder_ / "big";
  {
    std::ofstream(path).put('x');
  }
  fs::resize_file(path, 1ULL << 40);  // sparse: reading it would take for ever
  const auto read = read_file(path, 64ULL << 20);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(read.error().message(), "'" + path.string() + "' is larger than the limit of 64 MiB");
}

TEST_F(FilesTest, AreCutOffAtTheLimitWhereTheyAreDevicesOrPipes) {
  EXPECT_EQ(read_file("/dev/zero", 1 << 20).error().message(),
            "'/dev/zero' is larger than the limit of 1 MiB");
  EXPECT_EQ(*read_file("/dev/null", 10), "");
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << "through a pipe"; });
  EXPECT_EQ(*read_file(pipe, 100), "through a pipe");
  writer.join();
}

TEST_F(FilesTest, SayWhyTheyCannotBeRead) {
  const auto missing = read_file(folder_ / "missing", 10);
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message(),
            "can't read '" + path_text("missing") + "': No such file or directory");
  const auto is_folder = read_file(folder_, 10);
  EXPECT_EQ(is_folder.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(is_folder.error().message(), "can't read '" + folder_.string() + "': Is a directory");
}

TEST_F(FilesTest, KeepTheLinkThatLeadsToThem) {
  fs::create_directories(folder_ / "real");
  ASSERT_TRUE(write_file_atomically(folder_ / "real" / "x", "old", 0600));
  fs::create_symlink("real/x", folder_ / "link");
  ASSERT_TRUE(write_file_atomically(folder_ / "link", "new", 0600));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(*read_file(folder_ / "real" / "x", 10), "new");
}

TEST_F(FilesTest, AreMadeBehindADanglingLinkButNotInACircle) {
  fs::create_symlink("later", folder_ / "link");
  ASSERT_TRUE(write_file_atomically(folder_ / "link", "new", 0600));
  EXPECT_EQ(*read_file(folder_ / "later", 10), "new");
  fs::create_symlink("two", folder_ / "one");
  fs::create_symlink("one", folder_ / "two");
  EXPECT_FALSE(write_file_atomically(folder_ / "one", "new", 0600));
}

TEST_F(FilesTest, GetTheirModeAndTheirFolders) {
  const auto path = folder_ / "a" / "b" / "secret";
  ASSERT_TRUE(write_file_atomically(path, "s", 0600));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FilesTest, LeaveNothingBehindWhereWritingFails) {
  fs::create_directories(folder_ / "taken");
  const auto written = write_file_atomically(folder_ / "taken", "x", 0600);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(written.error().message(), "can't write '" + path_text("taken") + "': Is a directory");
  {
    std::ofstream(folder_ / "file").put('x');
  }
  EXPECT_FALSE(write_file_atomically(folder_ / "file" / "below", "x", 0600));
  EXPECT_FALSE(write_file_atomically(folder_ / std::string(300, 'n'), "x", 0600));
  EXPECT_EQ(count_files(), 2U);
}

TEST(Streams, AreNotReadFurtherThanAskedFor) {
  std::istringstream stream(std::string(200'000, 'x') + "rest");
  EXPECT_EQ(read_at_most(stream, 200'000), std::string(200'000, 'x'));
  EXPECT_EQ(read_at_most(stream, 2), "re");
  EXPECT_EQ(read_at_most(stream, 100), "st");
  EXPECT_EQ(read_at_most(stream, 100), "");
}

TEST_F(FilesTest, AreWrittenToInPlaceWhereTheyAreDevices) {
  EXPECT_TRUE(write_file_atomically("/dev/null", "x", 0600));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace descopectl::base
