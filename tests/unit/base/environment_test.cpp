// Environment variables and time stamps.
#include "descopectl/base/environment.hpp"

#include <gtest/gtest.h>

namespace descopectl::base {
namespace {

TEST(Environment, TellsAnEmptyVariableFromAnUnsetOne) {
  const std::map<std::string, std::string, std::less<>> variables{{"EMPTY", ""}};
  const Environment environment(variables);
  EXPECT_EQ(environment.find("EMPTY"), "");
  EXPECT_EQ(environment.find("UNSET"), std::nullopt);
}

TEST(FormatTime, GivesWholeSecondsInUtc) {
  using std::chrono::system_clock;
  EXPECT_EQ(format_time(system_clock::time_point{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(system_clock::from_time_t(1769860800) + std::chrono::milliseconds(999)),
            "2026-01-31T12:00:00Z");
  EXPECT_EQ(format_time(system_clock::from_time_t(1709251199)), "2024-02-29T23:59:59Z");
  EXPECT_EQ(format_time(system_clock::time_point{} - std::chrono::milliseconds(1)), "1969-12-31T23:59:59Z");
}

TEST(ParseTime, ReadsWhatFormatTimeWritesAndWhatOthersDo) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-01-31T12:00:00Z", "2024-02-29T23:59:59Z"})
    EXPECT_EQ(format_time(parse_time(text).value()), text);
  EXPECT_EQ(format_time(parse_time("2026-01-31T12:00:00.123456789Z").value()), "2026-01-31T12:00:00Z");
  EXPECT_EQ(format_time(parse_time("2026-01-31T14:30:00+02:30").value()), "2026-01-31T12:00:00Z");
  EXPECT_EQ(format_time(parse_time("2026-01-31T11:00:00-01:00").value()), "2026-01-31T12:00:00Z");
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text : {"", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z",
                           "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:00Z "})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace descopectl::base
