// The probe: a state file cut at every byte, and with every byte changed.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

// A file with a base and records of every type, and what the state was after each of them.
struct Recording {
  struct Point {
    std::size_t bytes = 0;
    std::string state;
  };
  std::string text;
  std::vector<Point> points;  ///< the first is the base
};

// Short, since each of its bytes costs the probe a few files.
model::RecordedObject small_object(const std::string& handle) {
  model::RecordedObject object;
  object.key = {.kind = "Role", .handle = handle};
  object.live_id = handle;
  return object;
}

model::Intent small_intent(const std::string& handle) {
  model::Intent intent;
  intent.record = small_object(handle);
  intent.key = intent.record.key;
  return intent;
}

Recording make_recording(const std::filesystem::path& path, int records) {
  Recording recording;
  const auto store = open_store(path);
  EXPECT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
  for (const char* handle : {"google", "slack"})
    EXPECT_TRUE(store->put(sample_object(handle)));
  EXPECT_TRUE(store->compact());
  const auto note = [&] { recording.points.push_back({read_bytes(path).size(), text_of(store->current())}); };
  note();
  for (int i = 0; i < records; ++i) {
    const std::string name = "app-" + std::to_string(i);
    if (i % 8 == 2)
      EXPECT_TRUE(store->remove({"Role", "app-" + std::to_string(i - 1)}));
    else if (i % 8 == 3)
      EXPECT_TRUE(store->move({"Role", "app-" + std::to_string(i - 3)}, {"Role", "moved-" + name}));
    else if (i % 8 == 4)
      EXPECT_TRUE(store->set_target("P2" + name, "https://api.descope.com"));
    else if (i % 8 == 5 || i % 8 == 6)
      EXPECT_TRUE(wait_for(store->begin({small_intent(name)})));
    else if (i % 8 == 7)
      EXPECT_TRUE(store->settle({"Role", "app-" + std::to_string(i - 2)}));
    else
      EXPECT_TRUE(store->put(small_object(name)));
    note();
  }
  recording.text = read_bytes(path);
  return recording;
}

// The state after the last record that is whole in the first `length` bytes; a missing newline takes nothing
// away.
const Recording::Point* find_point(const Recording& recording, std::size_t length) {
  const Recording::Point* last = nullptr;
  for (const auto& point : recording.points)
    if (point.bytes <= length + 1) last = &point;
  return last;
}

TEST(StateCut, LoadsWhatWasWholeAtEveryLength) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "state.json", 30);
  ASSERT_EQ(recording.points.size(), 31U);
  for (std::size_t length = 0; length <= recording.text.size(); ++length) {
    const auto loaded = load_records(std::string_view(recording.text).substr(0, length), "state.json");
    const Recording::Point* point = find_point(recording, length);
    ASSERT_EQ(loaded.has_value(), point != nullptr) << length;
    if (point != nullptr) {
      ASSERT_EQ(text_of(loaded->state), point->state) << length;
      ASSERT_EQ(loaded->whole_bytes, std::min(point->bytes, length)) << length;
    } else {
      ASSERT_EQ(loaded.error().message(),
                length == 0 ? "the state state.json is empty, which a state never is"
                            : "the state state.json, line 1: damaged: the file ends before its "
                              "first record does");
    }
  }
}

TEST(StateCut, GoesOnFromWhatWasWholeAtEveryLength) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "recorded.json", 30);
  const auto path = folder / "state.json";
  for (std::size_t length = recording.points[0].bytes - 1; length <= recording.text.size(); ++length) {
    const std::string text = recording.text.substr(0, length);
    write_bytes(path, text);
    const Recording::Point* point = find_point(recording, length);
    std::string after;
    {
      const auto store = open_store(path);
      ASSERT_EQ(text_of(store->current()), point->state) << length;
      ASSERT_EQ(read_bytes(path), recording.text.substr(0, point->bytes)) << length;
      ASSERT_TRUE(store->put(small_object("after"))) << length;
      after = text_of(store->current());
    }
    ASSERT_EQ(text_of(read_state(path).value()), after) << length;
    ASSERT_EQ(read_bytes(path).substr(0, point->bytes), recording.text.substr(0, point->bytes)) << length;
  }
}

TEST(StateCut, IsReadWithoutMendingIt) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "state.json", 2);
  const std::string text = recording.text.substr(0, recording.text.size() - 10);
  write_bytes(folder / "state.json", text);
  EXPECT_EQ(text_of(read_state(folder / "state.json").value()), recording.points[1].state);
  EXPECT_EQ(read_bytes(folder / "state.json"), text);
}

TEST(StateCut, RefusesEveryLengthInsideTheBaseAndLeavesTheFileAlone) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "recorded.json", 1);
  const auto path = folder / "state.json";
  for (std::size_t length = 0; length + 1 < recording.points[0].bytes; ++length) {
    const std::string text = recording.text.substr(0, length);
    write_bytes(path, text);
    const auto read = read_state(path);
    ASSERT_TRUE(read.has_error()) << length;
    ASSERT_EQ(read.error().kind(), ErrorKind::kInvalidInput) << length;
    const auto opened = open_for_writing(path, sample_holder());
    ASSERT_TRUE(opened.has_error()) << length;
    ASSERT_EQ(opened.error().message(), read.error().message()) << length;
    ASSERT_EQ(read_bytes(path), text) << length;
  }
}

// Each single bit, and the bytes that mean something to the format.
std::vector<char> other_bytes(char byte) {
  std::vector<char> others;
  for (unsigned bit = 0; bit < 8; ++bit)
    others.push_back(static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit)));
  for (const char special : {'\0', '\n', '\r', ' ', '0', '1', '9', 'a', '{', '}'})
    if (special != byte) others.push_back(special);
  return others;
}

TEST(StateCut, RefusesEveryChangedByteOfAWholeFile) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "state.json", 8);
  std::string text = recording.text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char was = text[at];
    for (const char other : other_bytes(was)) {
      text[at] = other;
      const auto loaded = load_records(text, "state.json");
      ASSERT_TRUE(loaded.has_error()) << "byte " << at << " to " << static_cast<int>(other);
      ASSERT_EQ(loaded.error().kind(), ErrorKind::kInvalidInput);
      ASSERT_FALSE(loaded.error().hint().empty());
    }
    text[at] = was;
  }
}

TEST(StateCut, DropsOrRefusesEveryChangedByteOfATornRecord) {
  const TemporaryFolder folder;
  const Recording recording = make_recording(folder / "state.json", 8);
  const std::size_t whole = recording.points[7].bytes;
  std::string text = recording.text.substr(0, recording.text.size() - 20);
  ASSERT_LT(whole, text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char was = text[at];
    for (const char other : other_bytes(was)) {
      text[at] = other;
      const auto loaded = load_records(text, "state.json");
      if (loaded.has_error()) continue;
      ASSERT_GE(at, whole) << "byte " << at << " to " << static_cast<int>(other);
      ASSERT_EQ(text_of(loaded->state), recording.points[7].state);
    }
    text[at] = was;
  }
}

}  // namespace
}  // namespace descopectl::state
