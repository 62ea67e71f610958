// UTF-8, nearest words, and texts that are safe to show.
#include "descopectl/base/text.hpp"

#include <gtest/gtest.h>

namespace descopectl::base {
namespace {

TEST(Utf8, AcceptsEveryLengthAndRefusesOverlongFormsAndSurrogates) {
  EXPECT_EQ(find_invalid_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("a\xC0\x80"), 1U);
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("ab\xED\xA0\x80"), 2U);
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xF5\x80\x80\x80"), 0U);
  EXPECT_EQ(find_invalid_utf8("abc\xE2\x82"), 3U);
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U);
}

TEST(FindNearest, FindsSlipsOfSpellingAndCase) {
  const std::vector<std::string_view> known{"tokenUrl", "authorizationUrl", "scopes"};
  EXPECT_EQ(find_nearest("tokenURL", known), "tokenUrl");
  EXPECT_EQ(find_nearest("toknUrl", known), "tokenUrl");
  EXPECT_EQ(find_nearest("socpes", known), "scopes");
  EXPECT_EQ(find_nearest("something", known), std::nullopt);
  EXPECT_EQ(find_nearest("", known), std::nullopt);
  EXPECT_EQ(find_nearest("x", {}), std::nullopt);
}

TEST(FindNearest, TakesTheClosestAndOfTiesTheFirst) {
  EXPECT_EQ(find_nearest("name", {"nama", "names", "name"}), "name");
  EXPECT_EQ(find_nearest("name", {"nam", "names"}), "nam");
  EXPECT_EQ(find_nearest(std::string(1'000'000, 'a'), {"name"}), std::nullopt);
}

TEST(Words, AreJoinedAndCounted) {
  EXPECT_EQ(join_words({}), "");
  EXPECT_EQ(join_words({"a"}), "a");
  EXPECT_EQ(join_words({"a", "b"}), "a and b");
  EXPECT_EQ(join_words({"a", "b", "c"}, " or "), "a, b or c");
  EXPECT_EQ(counted(1, "object"), "1 object");
  EXPECT_EQ(counted(0, "object"), "0 objects");
  EXPECT_EQ(counted(2, "policy", "policies"), "2 policies");
}

TEST(CodePoints, AreCountedNotBytes) {
  EXPECT_EQ(count_code_points("a\xC3\xA9\xF0\x9F\x98\x80"), 3U);
}

TEST(Blank, IsEmptyOrWhiteSpace) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n"));
  for (const char* space :
       {"\u00a0", "\u0085", "\u1680", "\u2003 \u200b", "\u2028", "\u3000", "\ufeff", "\u2060"})
    EXPECT_TRUE(is_blank(space)) << space;
  EXPECT_FALSE(is_blank("\u00a0a"));
  EXPECT_FALSE(is_blank("\xff"));
  EXPECT_FALSE(is_blank(" a "));
}

TEST(Printable, DisarmsWhatSteersATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("a\nb\tc\r"), "a b c\\x0d");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b31m");  // C1: a CSI in one character
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "evil"),
            "\\xe2\\x80\\xaeevil");  // right-to-left override
  EXPECT_EQ(printable("\xFFz"), "\\xffz");
  EXPECT_EQ(printable("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, CutsAtALimitOfCodePoints) {
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("abcd", 3), "abc...");
  EXPECT_EQ(printable("\xC3\xA9\xC3\xA9", 1), "\xC3\xA9...");
}

TEST(Base64, FollowsTheRfcsExamples) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xFF\xFE\xFD"), "//79");
}

}  // namespace
}  // namespace descopectl::base
