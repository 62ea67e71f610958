// JSON in and out, and pointers into it.
#include "descopectl/base/json.hpp"

#include <gtest/gtest.h>

namespace descopectl::base {
namespace {

TEST(ParseJson, SaysWhereTextIsNoJson) {
  const auto parsed = parse_json(R"({"a": x})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(parsed.error().message(), "not valid JSON at byte 6: syntax error");
}

TEST(ParseJson, RefusesWhatIsCutOffOrFollowedByMore) {
  EXPECT_EQ(parse_json("").error().message(), "not valid JSON at byte 0: incomplete JSON");
  EXPECT_EQ(parse_json(R"({"a": )").error().message(), "not valid JSON at byte 6: incomplete JSON");
  EXPECT_EQ(parse_json("{} x").error().message(), "not valid JSON at byte 3: extra data");
  EXPECT_FALSE(parse_json("<html>"));
}

TEST(ParseJson, RefusesMoreThanAHundredLevels) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(100)));
  EXPECT_FALSE(parse_json(nested(101)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(PrettyJson, IndentsByTwoAndKeepsTheOrder) {
  const auto value =
      parse_json(R"({"b": [1, {"x": null}], "a": {}, "c": [], "d": 0.21, "e": 2e0, "f": "\u0007"})");
  EXPECT_EQ(to_pretty_json(*value), R"({
  "b": [
    1,
    {
      "x": null
    }
  ],
  "a": {},
  "c": [],
  "d": 0.21,
  "e": 2.0,
  "f": "\u0007"
}
)");
}

TEST(CanonicalJson, IsTheSameForEqualValues) {
  EXPECT_EQ(to_canonical_json(*parse_json(R"({"b": 1, "a": [true, {"z": "q", "y": 1.5}]})")),
            R"({"a":[true,{"y":1.5,"z":"q"}],"b":1})");
  EXPECT_EQ(to_canonical_json(*parse_json(R"({"a": 18446744073709551615})")),
            R"({"a":18446744073709551615})");
}

TEST(IsZero, HoldsForWhatTheApiTakesForAbsent) {
  for (const auto* zero : {"null", "\"\"", "0", "0.0", "-0.0", "false", "[]", "{}"}) {
    EXPECT_TRUE(is_zero(*parse_json(zero))) << zero;
  }
  for (const auto* other :
       {"\"0\"", "1", "-1", "0.1", "true", "[0]", "{\"a\":null}", "18446744073709551615"}) {
    EXPECT_FALSE(is_zero(*parse_json(other))) << other;
  }
}

TEST(FindMember, MissesWithoutInserting) {
  const json::object object{{"a", nullptr}};
  EXPECT_NE(find_member(object, "a"), nullptr);
  EXPECT_EQ(find_member(object, "b"), nullptr);
}

TEST(JsonPointer, EscapesAndSplits) {
  EXPECT_EQ(escape_pointer_token("a/b~c"), "a~1b~0c");
  EXPECT_EQ(unescape_pointer_token("a~1b~0c~"), "a/b~c~");
  EXPECT_EQ(unescape_pointer_token("~01"), "~1");
  EXPECT_EQ(split_pointer("/a/b~1c"), (std::vector<std::string>{"a", "b/c"}));
  EXPECT_EQ(split_pointer(""), std::vector<std::string>{});
  EXPECT_EQ(split_pointer("/"), std::vector<std::string>{""});
  EXPECT_EQ(split_pointer("/a//"), (std::vector<std::string>{"a", "", ""}));
}

}  // namespace
}  // namespace descopectl::base
