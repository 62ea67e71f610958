// The lines of a state file: what they look like, and that they come back as they were.
#include "descopectl/state/records.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

std::string put_line(std::uint64_t serial, const std::string& handle) {
  return frame_record(encode_change(PutChange{sample_object(handle)}, serial));
}

TEST(StateRecords, AreOneReadableLineEach) {
  EXPECT_EQ(frame_record(encode_change(RemoveChange{connection_key("slack")}, 8)),
            "75 86f91b774497834f {\"record\":\"remove\",\"serial\":8,"
            "\"key\":{\"kind\":\"Connection\",\"handle\":\"slack\"}}\n");
  const std::string base = frame_record(encode_base(sample_state()));
  EXPECT_EQ(std::count(base.begin(), base.end(), '\n'), 1);
  EXPECT_NE(base.find(R"({"format":"descopectl-state","version":1,"record":"base","serial":7,)"),
            std::string::npos);
}

TEST(StateRecords, KeepEveryMemberOfTheState) {
  const auto loaded = load_records(frame_record(encode_base(sample_state())), "state.json").value();
  EXPECT_EQ(text_of(loaded.state), text_of(sample_state()));
  const model::RecordedObject& object = loaded.state.objects.at(connection_key("google"));
  EXPECT_EQ(loaded.state.project_id, "P2sample");
  EXPECT_EQ(loaded.state.serial, 7U);
  EXPECT_EQ(object.live_id, "live-google");
  EXPECT_EQ(object.root, "descope/");
  EXPECT_TRUE(object.prevent_destroy);
  EXPECT_FALSE(object.keep_on_removal);
  EXPECT_TRUE(object.is_partial);
  EXPECT_EQ(object.depends_on, sample_object("google").depends_on);
  EXPECT_EQ(object.applied, sample_object("google").applied);
  EXPECT_EQ(object.secrets.at("/clientSecret").digest, "abcdef");
  EXPECT_EQ(object.changed_by_server.at("/logo").got, "https://cdn.example.com/a.png");
  EXPECT_EQ(object.pending_create, sample_object("google").pending_create);
}

TEST(StateRecords, NameWhatIsToBeCreatedAgainOnlyWhereThereIsSomething) {
  model::RecordedObject object = sample_object("slack");
  object.pending_create.clear();
  const std::string record = encode_change(PutChange{object}, 8);
  EXPECT_EQ(record.find("pending_create"), std::string::npos);
  const auto read = decode_change(record);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(std::get<PutChange>(read->change).object.pending_create.empty());
}

TEST(StateRecords, KeepTheOrderOfAppliedMembers) {
  model::RecordedState state = sample_state();
  json::object& applied = state.objects[connection_key("google")].applied;
  applied = {{"z", 1}, {"a", 2}, {"m", 3}};
  const auto loaded = load_records(frame_record(encode_base(state)), "state.json").value();
  EXPECT_EQ(json::serialize(loaded.state.objects.at(connection_key("google")).applied),
            R"({"z":1,"a":2,"m":3})");
}

TEST(StateRecords, CarryBytesThatAreNoText) {
  model::RecordedState state = sample_state();
  state.objects[connection_key("google")].applied["name"] = std::string("\xff\x00\x1b[31m", 7);
  const auto loaded = load_records(frame_record(encode_base(state)), "state.json").value();
  EXPECT_EQ(text_of(loaded.state), text_of(state));
}

TEST(StateRecords, ChangeTheStateOneAfterTheOther) {
  const std::string text =
      frame_record(encode_base(sample_state())) + put_line(8, "zoom") +
      frame_record(encode_change(RemoveChange{connection_key("slack")}, 9)) +
      frame_record(encode_change(MoveChange{connection_key("google"), connection_key("gcal")}, 10)) +
      frame_record(encode_change(TargetChange{"P2other", "https://eu.example.com"}, 11));
  const auto loaded = load_records(text, "state.json").value();
  EXPECT_EQ(loaded.tail_records, 4U);
  EXPECT_EQ(loaded.whole_bytes, text.size());
  EXPECT_EQ(loaded.state.serial, 11U);
  EXPECT_EQ(loaded.state.project_id, "P2other");
  EXPECT_EQ(loaded.state.objects.size(), 2U);
  const model::RecordedObject& moved = loaded.state.objects.at(connection_key("gcal"));
  EXPECT_EQ(moved.key, connection_key("gcal"));
  EXPECT_EQ(moved.live_id, "live-google");
  EXPECT_EQ(moved.object_id, sample_object("google").object_id);
}

TEST(StateRecords, MoveWhatOthersDependOnWithIt) {
  model::RecordedState state = sample_state();
  state.objects[connection_key("slack")].depends_on = {{"Role", "editor"}, connection_key("google")};
  const std::string text =
      frame_record(encode_base(state)) +
      frame_record(encode_change(MoveChange{connection_key("google"), connection_key("gcal")}, 8));
  const auto loaded = load_records(text, "state.json").value();
  const std::vector<model::ObjectKey> expected = {{"Role", "editor"}, connection_key("gcal")};
  EXPECT_EQ(loaded.state.objects.at(connection_key("slack")).depends_on, expected);
}

TEST(StateRecords, AreTornOnlyAtTheEnd) {
  const std::string base = frame_record(encode_base(sample_state()));
  const auto loaded = load_records(base + put_line(8, "zoom") + "312 9f86d0", "state.json").value();
  EXPECT_EQ(loaded.tail_records, 1U);
  EXPECT_EQ(loaded.whole_bytes, base.size() + put_line(8, "zoom").size());
  EXPECT_FALSE(loaded.lacks_newline);
}

TEST(StateRecords, CountWhereOnlyTheNewlineIsMissing) {
  std::string text = frame_record(encode_base(sample_state())) + put_line(8, "zoom");
  text.pop_back();
  const auto loaded = load_records(text, "state.json").value();
  EXPECT_EQ(loaded.tail_records, 1U);
  EXPECT_EQ(loaded.whole_bytes, text.size());
  EXPECT_TRUE(loaded.lacks_newline);
}

TEST(StateRecords, AreRefusedWhereOneIsMissing) {
  const std::string text = frame_record(encode_base(sample_state())) + put_line(8, "a") + put_line(10, "c");
  EXPECT_EQ(load_records(text, "state.json").error().message(),
            "the state state.json, line 3: damaged: serial 10 follows 8");
}

TEST(StateRecords, AreRefusedWhereOneIsThereTwice) {
  const std::string text = frame_record(encode_base(sample_state())) + put_line(8, "a") + put_line(8, "a");
  EXPECT_EQ(load_records(text, "state.json").error().message(),
            "the state state.json, line 3: damaged: serial 8 follows 8");
}

TEST(StateRecords, AreRefusedWhereTheyContradictTheState) {
  const std::string text = frame_record(encode_base(sample_state())) +
                           frame_record(encode_change(RemoveChange{connection_key("zoom")}, 8));
  EXPECT_EQ(load_records(text, "state.json").error().message(),
            "the state state.json, line 2: damaged: the state does not own Connection/zoom");
}

TEST(StateRecords, AreRefusedWithAMemberThatIsUnknownOrMissing) {
  const std::string base = frame_record(encode_base(sample_state()));
  const std::string more = R"({"record":"remove","serial":8,"key":{"kind":"A","handle":"b"},"lease":1})";
  const auto unknown = load_records(base + frame_record(more), "state.json").error();
  EXPECT_EQ(unknown.message(), "the state state.json, line 2: unknown member 'lease'");
  EXPECT_EQ(unknown.hint(), "Use the newer descopectl that wrote this state; nothing in it was changed.");
  const std::string less = R"({"record":"remove","serial":8})";
  EXPECT_EQ(load_records(base + frame_record(less), "state.json").error().message(),
            "the state state.json, line 2: damaged: 'key' is missing");
}

}  // namespace
}  // namespace descopectl::state
