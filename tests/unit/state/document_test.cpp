// The state as one document: what is written can be read, and everything else is told apart.
#include "descopectl/state/document.hpp"

#include <gtest/gtest.h>

#include "descopectl/state/records.hpp"
#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

TEST(StateDocument, HoldsTheWholeState) {
  const model::RecordedState state = sample_state();
  const auto read_back = decode_document(encode_document(state), "backup.json");
  ASSERT_TRUE(read_back) << read_back.error().message();
  EXPECT_EQ(encode_base(*read_back), encode_base(state));
}

TEST(StateDocument, MayBeAStatesFile) {
  const model::RecordedState state = sample_state();
  const auto read_back = decode_document(frame_record(encode_base(state)), "state.json");
  ASSERT_TRUE(read_back) << read_back.error().message();
  EXPECT_EQ(encode_base(*read_back), encode_base(state));
}

TEST(StateDocument, OfSomethingElseIsRefusedByName) {
  for (const char* text : {"", "{}", "[1]", "nonsense", R"({"version": 4, "serial": 1})"}) {
    const auto refused = decode_document(text, "backup.json");
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidInput);
    EXPECT_NE(refused.error().message().find("backup.json"), std::string::npos) << refused.error().message();
  }
}

}  // namespace
}  // namespace descopectl::state
