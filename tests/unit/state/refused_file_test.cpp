// Files that are no state of ours, or none that this program can read: refused with a way out, and left
// alone.
#include <gtest/gtest.h>
#include <unistd.h>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

constexpr const char* kForeignHint =
    "Point state.path (or --state) at the state of this project; if this file was it, restore it from a "
    "copy, or move "
    "it aside and run 'descopectl state rebuild', which binds the manifests to what is live.";
constexpr const char* kDamageHint =
    "Restore the file from a copy, or move it aside and run 'descopectl state rebuild', which binds the "
    "manifests to what is live; nothing in it was changed.";
constexpr const char* kUpgradeHint =
    "Use the newer descopectl that wrote this state; nothing in it was changed.";

// Neither reading nor opening `bytes` works; both say `problem` after "the state PATH", and the file stays.
void expect_refused(std::string_view bytes, const std::string& problem, const std::string& hint) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  write_bytes(path, bytes);
  const auto read = read_state(path);
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(read.error().message(), "the state " + path.string() + problem);
  EXPECT_EQ(read.error().hint(), hint);
  const auto opened = open_for_writing(path, sample_holder());
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().message(), read.error().message());
  EXPECT_EQ(opened.error().hint(), hint);
  EXPECT_EQ(read_bytes(path), bytes);
}

std::string sample_base() {
  return frame_record(encode_base(sample_state()));
}

TEST(RefusedState, IsAnEmptyFile) {
  expect_refused("", " is empty, which a state never is", kDamageHint);
}

TEST(RefusedState, IsTheStateOfAnotherProgram) {
  expect_refused("{\n  \"version\": 4,\n  \"terraform_version\": \"1.9.0\",\n  \"resources\": []\n}\n",
                 ", line 1: this is not a state of descopectl", kForeignHint);
  expect_refused("[]", ", line 1: this is not a state of descopectl", kForeignHint);
  expect_refused("\n", ", line 1: this is not a state of descopectl", kForeignHint);
}

TEST(RefusedState, IsABinaryFile) {
  expect_refused(std::string_view("\x7f"
                                  "ELF\0\0\0\1",
                                  8),
                 ", line 1: this is not a state of descopectl", kForeignHint);
  expect_refused(std::string(5000, '\0'), ", line 1: this is not a state of descopectl", kForeignHint);
}

TEST(RefusedState, IsOneOfANewerFormat) {
  expect_refused(frame_record(R"({"format":"descopectl-state","version":2,"record":"base","novelty":[]})"),
                 ", line 1: its format version 2 is newer than this program's 1", kUpgradeHint);
}

TEST(RefusedState, IsOneWithAnUnknownRecord) {
  expect_refused(sample_base() + frame_record(R"({"record":"lease","serial":8,"action":"create"})"),
                 ", line 2: unknown record type 'lease'", kUpgradeHint);
}

TEST(RefusedState, IsOneWithADamagedBase) {
  std::string text = sample_base();
  text[text.find("P2sample")] = 'Q';
  expect_refused(text, ", line 1: damaged: its checksum does not fit", kDamageHint);
}

TEST(RefusedState, IsOneWithADamagedLineInTheMiddle) {
  const std::string good = frame_record(encode_change(RemoveChange{connection_key("slack")}, 8));
  const std::string last = frame_record(encode_change(RemoveChange{connection_key("google")}, 9));
  std::string bad = good;
  bad[bad.find("slack")] = 'S';
  expect_refused(sample_base() + bad + last, ", line 2: damaged: its checksum does not fit", kDamageHint);
  expect_refused(sample_base() + good + "\n" + last,
                 ", line 3: damaged: it does not begin with a length and a checksum", kDamageHint);
}

TEST(RefusedState, IsOneWithADamagedLastLine) {
  std::string bad = frame_record(encode_change(RemoveChange{connection_key("slack")}, 8));
  bad[bad.find("slack")] = 'S';
  expect_refused(sample_base() + bad, ", line 2: damaged: its checksum does not fit", kDamageHint);
}

TEST(RefusedState, IsOneWithoutAKey) {
  model::RecordedState state = sample_state();
  state.fingerprint_key.clear();
  expect_refused(frame_record(encode_base(state)), ", line 1: damaged: 'fingerprint_key' is not a key",
                 kDamageHint);
}

TEST(RefusedState, IsAFolder) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "state.json");
  const auto read = read_state(folder / "state.json");
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(read.error().message(),
            "the state can't be read: can't read '" + (folder / "state.json").string() + "': Is a directory");
  EXPECT_EQ(read.error().hint(), "Check the path (state.path or --state) and the rights to the file.");
  EXPECT_TRUE(open_for_writing(folder / "state.json", sample_holder()).has_error());
}

TEST(RefusedState, IsAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  write_bytes(path, sample_base());
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const bool is_root = ::geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  if (is_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);  // rights mean nothing to root
  }
  const auto read = read_state(path);
  const auto opened = open_for_writing(path, sample_holder());
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(read.error().message(),
            "the state can't be read: can't read '" + path.string() + "': Permission denied");
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().message(), read.error().message());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  EXPECT_EQ(read_bytes(path), sample_base());
}

TEST(RefusedState, IsALinkThatLeadsInACircle) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("state.json", folder / "state.json");
  EXPECT_EQ(open_for_writing(folder / "state.json", sample_holder()).error().message(),
            "the state " + (folder / "state.json").string() + " is a symbolic link that leads nowhere");
}

}  // namespace
}  // namespace descopectl::state
