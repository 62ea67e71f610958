// Colours.
#include "descopectl/config/terminal.hpp"

#include <gtest/gtest.h>

namespace descopectl::config {
namespace {

using base::Environment;
constexpr auto kTerminal = StreamKind::kTerminal;
constexpr auto kOther = StreamKind::kOther;

Environment with(std::map<std::string, std::string, std::less<>> variables) {
  return Environment(std::move(variables));
}

TEST(Color, FollowsTheTerminalWhereNothingIsSaid) {
  EXPECT_TRUE(wants_color(ColorMode::kAuto, Environment(), kTerminal));
  EXPECT_FALSE(wants_color(ColorMode::kAuto, Environment(), kOther));
}

TEST(Color, IsDecidedByTheFlagAlone) {
  EXPECT_TRUE(wants_color(ColorMode::kAlways, with({{"NO_COLOR", "1"}}), kOther));
  EXPECT_FALSE(wants_color(ColorMode::kNever, with({{"CLICOLOR_FORCE", "1"}}), kTerminal));
}

TEST(Color, ObeysVariables) {
  EXPECT_FALSE(wants_color(ColorMode::kAuto, with({{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}), kTerminal));
  EXPECT_TRUE(wants_color(ColorMode::kAuto, with({{"NO_COLOR", ""}}), kTerminal));
  EXPECT_TRUE(wants_color(ColorMode::kAuto, with({{"CLICOLOR_FORCE", "1"}}), kOther));
  EXPECT_FALSE(wants_color(ColorMode::kAuto, with({{"CLICOLOR_FORCE", "0"}}), kOther));
  EXPECT_FALSE(wants_color(ColorMode::kAuto, with({{"TERM", "dumb"}}), kTerminal));
}

}  // namespace
}  // namespace descopectl::config
