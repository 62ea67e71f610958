// Files for secrets: their mode, what they never replace, and that they go where nothing was written.
#include "descopectl/base/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/files.hpp"

namespace descopectl::base {
namespace {

namespace fs = std::filesystem;

class PrivateFiles : public testing::Test {
 protected:
  PrivateFiles() : folder_(fs::temp_directory_path() / ("descopectl-private-" + random_hex(6))) {
    fs::create_directories(folder_);
  }
  ~PrivateFiles() override { fs::remove_all(folder_); }

  [[nodiscard]] std::size_t count_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  [[nodiscard]] static unsigned mode_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
  }

  fs::path folder_;
};

TEST_F(PrivateFiles, HoldWhatWasWrittenForTheirOwnerAlone) {
  {
    auto file = PrivateFile::create(folder_ / "secret", false);
    ASSERT_TRUE(file);
    EXPECT_EQ(mode_of(folder_ / "secret"), 0600U);
    EXPECT_TRUE(file->write("abc"));
  }
  EXPECT_EQ(read_file(folder_ / "secret", 100).value(), "abc");
  EXPECT_EQ(mode_of(folder_ / "secret"), 0600U);
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(PrivateFiles, GoWhereNothingWasWritten) {
  EXPECT_TRUE(PrivateFile::create(folder_ / "secret", false));
  EXPECT_EQ(count_files(), 0U);
}

TEST_F(PrivateFiles, ReplaceAnotherOnlyWhereThatIsWantedAndOnlyOnceWritten) {
  std::ofstream(folder_ / "secret") << "old";
  EXPECT_EQ(PrivateFile::create(folder_ / "secret", false).error().kind(), ErrorKind::kConflict);
  {
    EXPECT_TRUE(PrivateFile::create(folder_ / "secret", true));
  }
  EXPECT_EQ(read_file(folder_ / "secret", 100).value(), "old");
  EXPECT_TRUE(PrivateFile::create(folder_ / "secret", true)->write("new"));
  EXPECT_EQ(read_file(folder_ / "secret", 100).value(), "new");
  EXPECT_EQ(mode_of(folder_ / "secret"), 0600U) << "whatever the old file's mode was";
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(PrivateFiles, NeverFollowALinkAndNeverReplaceWhatIsNoFile) {
  std::ofstream(folder_ / "target") << "old";
  fs::create_symlink(folder_ / "target", folder_ / "link");
  fs::create_symlink(folder_ / "nowhere", folder_ / "dangling");
  for (const bool may_replace : {false, true})
    for (const char* name : {"link", "dangling", "."})
      EXPECT_EQ(PrivateFile::create(folder_ / name, may_replace).error().kind(), ErrorKind::kConflict)
          << name;
  EXPECT_EQ(read_file(folder_ / "target", 100).value(), "old");
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

TEST_F(PrivateFiles, NeedAFolderThatIsThere) {
  EXPECT_EQ(PrivateFile::create(folder_ / "no" / "secret", false).error().kind(), ErrorKind::kFailure);
}

}  // namespace
}  // namespace descopectl::base
