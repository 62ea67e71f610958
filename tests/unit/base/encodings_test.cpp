// Escapes taken out with their places kept, and the cores of base64 and hexadecimal.
#include "descopectl/base/encodings.hpp"

#include <gmock/gmock.h>

#include "descopectl/base/text.hpp"

namespace descopectl::base {
namespace {

using testing::ElementsAre;

std::string without_json(std::string_view text) {
  return unescape(text, Escapes::kJson).text;
}

std::string without_percent(std::string_view text) {
  return unescape(text, Escapes::kPercent).text;
}

TEST(Unescape, TakesOutJsonOrPercentEscapes) {
  EXPECT_EQ(without_json(R"(a\"b\\c\/d\n\u0041\u00e9%41)"), "a\"b\\c/d\nA\xC3\xA9%41");
  EXPECT_EQ(without_json(R"(\ud83d\ude00\u20ac)"), "\xF0\x9F\x98\x80\xE2\x82\xAC");
  EXPECT_EQ(without_percent(R"(%41%2f%2F+\n)"), R"(A//+\n)");
}

TEST(Unescape, LeavesWhatIsNoEscape) {
  for (const std::string text :
       {"", "plain", "50%", "%4", "%zz", "\\", "\\x41", "\\u00", "\\u00g1", "% \\q"}) {
    EXPECT_EQ(without_json(text), text);
    EXPECT_EQ(without_percent(text), text);
  }
  EXPECT_EQ(without_json(R"(\ud83dx)").back(), 'x') << "half a character takes nothing with it";
}

TEST(Unescape, TakesOneLevelAtATime) {
  EXPECT_EQ(without_json(R"(\\u0041)"), R"(\u0041)");
  EXPECT_EQ(without_percent("%2541"), "%41");
}

TEST(Unescape, KnowsWhereEachByteCameFrom) {
  EXPECT_THAT(unescape(R"(a\"\u00e9z)", Escapes::kJson).origins, ElementsAre(0, 1, 3, 3, 9, 10));
  EXPECT_THAT(unescape("a%41", Escapes::kPercent).origins, ElementsAre(0, 1, 4));
  EXPECT_THAT(unescape("", Escapes::kJson).origins, ElementsAre(0));
}

TEST(UnescapeAll, TakesOutEscapesWithinEscapes) {
  const auto texts = [](std::string_view text) {
    std::vector<std::string> out;
    for (const Unescaped& level : unescape_all(text))
      out.push_back(level.text);
    return out;
  };
  EXPECT_THAT(texts("plain"), ElementsAre());
  EXPECT_THAT(texts(R"(\"%41)"), ElementsAre("\"%41", "\\\"A", "\"A", "\"A"));
  EXPECT_THAT(texts(R"(%5C%5Cu0041)"), ElementsAre(R"(\\u0041)", R"(\u0041)", "A"));
  EXPECT_THAT(unescape_all("x%255Cu0041").back().origins, ElementsAre(0, 1, 11));
}

TEST(EncodedCores, StandInEveryEncodingOfWhatContainsTheBytes) {
  const std::string secret = "a secret / value?";
  const auto cores = encoded_cores(secret);
  ASSERT_EQ(cores.size(), 4U);
  EXPECT_EQ(cores[3], "6120736563726574202f2076616c75653f");
  for (std::size_t before = 0; before < 3; ++before)
    for (std::size_t behind = 0; behind < 3; ++behind) {
      const std::string whole = to_base64(std::string(before, '~') + secret + std::string(behind, '~'));
      EXPECT_NE(whole.find(cores[before]), std::string::npos) << whole << " lacks " << cores[before];
    }
}

TEST(EncodedCores, OfLittleAreShortAndOfNothingNone) {
  EXPECT_TRUE(encoded_cores("").empty());
  EXPECT_THAT(encoded_cores("a"), ElementsAre("Y", "", "h", "61"));
}

}  // namespace
}  // namespace descopectl::base
