// Which texts are handles, and what is said of the others.
#include "descopectl/manifest/handle.hpp"

#include <gtest/gtest.h>

namespace descopectl::manifest {
namespace {

std::string fault_of(std::string_view handle) {
  const auto fault = find_handle_fault(handle);
  return fault ? fault->what : std::string();
}

TEST(Handle, MayHoldLettersDigitsAndSignsOfAnyScript) {
  for (const auto* handle : {"a", "google-calendar", "mcp:calendar.read", "A_1", "caf\xC3\xA9",
                             "\xE6\x97\xA5\xE6\x9C\xAC", "\xD0\xB6", "\xF0\x9F\x98\x80", "a@b#c?"})
    EXPECT_EQ(fault_of(handle), "") << handle;
  EXPECT_EQ(fault_of(std::string(200, 'a')), "");
}

TEST(Handle, HoldsNoSeparators) {
  EXPECT_EQ(fault_of("a/b"), "character 2 is '/'");
  EXPECT_EQ(fault_of("a,b"), "character 2 is ','");
  EXPECT_EQ(fault_of("\xC3\xA9\xC3\xA9="), "character 3 is '='");
}

TEST(Handle, HoldsNothingThatCanNotBeSeen) {
  EXPECT_EQ(fault_of("a b"), "character 2 is white space (U+0020)");
  EXPECT_EQ(fault_of("my\xC2\xA0"
                     "app"),
            "character 3 is white space (U+00A0)");
  EXPECT_EQ(fault_of("\xC3\xA9\xE2\x80\x8B"), "character 2 is an invisible character (U+200B)");
  EXPECT_EQ(fault_of("a\xEF\xBB\xBF"), "character 2 is an invisible character (U+FEFF)");
  EXPECT_EQ(fault_of("a\xE2\x80\xAE"
                     "b"),
            "character 2 is an invisible character (U+202E)");
  EXPECT_EQ(fault_of("a\xC2\xAD"
                     "b"),
            "character 2 is an invisible character (U+00AD)");
  EXPECT_EQ(fault_of("a\x1B"), "character 2 is a control character (U+001B)");
  EXPECT_EQ(fault_of("a\t"), "character 2 is white space (U+0009)");
  EXPECT_EQ(fault_of("a\xE3\x80\x80"), "character 2 is white space (U+3000)");
  EXPECT_EQ(fault_of("\xF3\xA0\x80\xA1"), "character 1 is an invisible character (U+E0021)");
}

TEST(Handle, HasALength) {
  EXPECT_EQ(fault_of(""), "it is empty");
  EXPECT_EQ(fault_of(std::string(201, 'a')), "it has 201 bytes, and 200 are the limit");
}

TEST(Handle, PointsAtTheBytesThatAreWrong) {
  const auto fault = find_handle_fault("\xC3\xA9\xE2\x80\x8B");
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->begin, 2U);
  EXPECT_EQ(fault->size, 3U);
}

}  // namespace
}  // namespace descopectl::manifest
