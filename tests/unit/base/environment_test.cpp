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

}  // namespace
}  // namespace descopectl::base
