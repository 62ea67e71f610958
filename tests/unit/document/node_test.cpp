// The core schema, scalar by scalar.
#include "descopectl/document/node.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace descopectl::document {
namespace {

void expect_kind(NodeKind kind, std::initializer_list<std::string_view> texts) {
  for (const auto text : texts)
    EXPECT_EQ(resolve_plain_scalar(text), kind) << text;
}

TEST(PlainScalar, HasTheKindOfTheCoreSchema) {
  expect_kind(NodeKind::kNull, {"", "~", "null", "Null", "NULL"});
  expect_kind(NodeKind::kBoolean, {"true", "True", "TRUE", "false", "False", "FALSE"});
  expect_kind(NodeKind::kInteger, {"0", "12", "-3", "+4", "012", "0o17", "0x1fA", "99999999999999999999"});
  expect_kind(NodeKind::kFloat, {"1.", "1.5", ".5", "-1e3", "1E-3", "+.5e+10", ".inf", "-.Inf", "+.INF",
                                 ".nan", ".NaN", ".NAN"});
}

TEST(PlainScalar, IsAStringWhereOnlyOlderYamlSaysOtherwise) {
  expect_kind(NodeKind::kString,
              {"yes",  "no",   "on",    "off",  "y",          "N",     "nULL", "tRUE", "0b1", "1_000",
               "1:30", "-",    "+",     ".",    "e3",         "1e",    "1e+",  "0o8",  "0o",  "0x",
               "-0x1", "+0o7", "-.nan", ".iNF", "2026-01-31", "1.2.3", "--1",  "..5",  "<<"});
}

TEST(Integer, IsReadInThreeBases) {
  EXPECT_EQ(parse_integer("012"), 12);
  EXPECT_EQ(parse_integer("0o17"), 15);
  EXPECT_EQ(parse_integer("0xfF"), 255);
  EXPECT_EQ(parse_integer("+7"), 7);
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_integer("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_integer("0xffffffffffffffff"), std::nullopt);
  EXPECT_EQ(parse_integer("+-7"), std::nullopt);
  EXPECT_EQ(parse_integer(""), std::nullopt);
}

TEST(Node, GivesItsValueOnlyAsWhatItIs) {
  Node node{.kind = NodeKind::kInteger, .text = "12"};
  EXPECT_EQ(node.as_integer(), 12);
  EXPECT_EQ(node.as_float(), 12.0);
  EXPECT_EQ(node.as_boolean(), std::nullopt);
  node = {.kind = NodeKind::kString, .text = "12"};
  EXPECT_EQ(node.as_integer(), std::nullopt);
  EXPECT_EQ(node.as_float(), std::nullopt);
  node = {.kind = NodeKind::kBoolean, .text = "TRUE"};
  EXPECT_EQ(node.as_boolean(), true);
}

TEST(Node, ReadsNumbersThatJsonHasNot) {
  const auto number = [](std::string_view text) {
    return Node{.kind = resolve_plain_scalar(text), .text = text}.as_float();
  };
  EXPECT_EQ(number("-.inf"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*number(".NaN")));
  EXPECT_EQ(number("+1e3"), 1000.0);
  EXPECT_EQ(number(".5"), 0.5);
  EXPECT_EQ(number("1."), 1.0);
  EXPECT_EQ(number("0x10"), 16.0);
  EXPECT_EQ(number("1e999"), std::nullopt);
}

TEST(Node, FindsAMemberByItsKey) {
  const Member members[]{{.key = "a"}, {.key = "b"}};
  const Node node{.kind = NodeKind::kMapping, .members = members};
  EXPECT_EQ(node.find("b"), &members[1]);
  EXPECT_EQ(node.find("c"), nullptr);
}

}  // namespace
}  // namespace descopectl::document
