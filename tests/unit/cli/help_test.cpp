// Help: complete, within its width, on the right stream.
#include <gmock/gmock.h>

#include <sstream>

#include "descopectl/base/text.hpp"
#include "parse.hpp"

namespace descopectl::cli {
namespace {

using testing::HasSubstr;

constexpr std::array kCommands{Command::kValidate, Command::kPlan,    Command::kApply,    Command::kDrift,
                               Command::kDestroy,  Command::kExport,  Command::kAdopt,    Command::kOutput,
                               Command::kRotate,   Command::kState,   Command::kEmulator, Command::kExplain,
                               Command::kSchema,   Command::kVersion, Command::kHelp};

TEST(Help, GoesToStandardOutputAndExitsWithZero) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"--help"}, {"-h"}, {"-h", "--nonsense"}}) {
    const auto result = parse(words);
    EXPECT_FALSE(result.options);
    EXPECT_EQ(result.out, program_help());
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, diag::ExitStatus::kDone);
  }
  EXPECT_EQ(parse({"plan", "--help"}).out, command_help(Command::kPlan));
  EXPECT_EQ(parse({"-h", "apply"}).out, command_help(Command::kApply));
}

TEST(Help, IsACommandToo) {
  EXPECT_EQ(parse({"help"}).out, program_help());
  EXPECT_EQ(parse({"help", "apply"}).out, command_help(Command::kApply));
  EXPECT_EQ(parse({"help", "help"}).out, command_help(Command::kHelp));
  EXPECT_EQ(parse({"help", "--help"}).out, command_help(Command::kHelp));
  EXPECT_EQ(parse({"--no-color", "help", "plan"}).out, command_help(Command::kPlan));
  EXPECT_EQ(parse({"help", "plan"}).status, diag::ExitStatus::kDone);
}

TEST(Help, OnAnUnknownCommandNamesTheNearest) {
  const auto result = parse({"help", "aply"});
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, diag::ExitStatus::kInvalidInput);
  EXPECT_EQ(messages(result),
            "error: unknown command 'aply' [unknown-command]\nhint: did you mean 'apply'?\n");
  EXPECT_EQ(messages(parse({"help", "plan", "more"})),
            "error: unexpected argument 'more' for 'help' [unexpected-argument]\n"
            "hint: see 'descopectl help --help'\n");
  EXPECT_THAT(messages(parse({"help", "--nonsense"})), HasSubstr("[unknown-flag]"));
}

TEST(Help, IsShownOnStandardErrorWhereThereIsNoCommand) {
  const auto result = parse({});
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, program_help());
  EXPECT_EQ(result.status, diag::ExitStatus::kInvalidInput);
}

TEST(Help, NamesEveryCommandAndExitStatus) {
  const auto help = program_help();
  for (const auto command : kCommands)
    EXPECT_THAT(help, HasSubstr("\n  " + std::string(name_of(command)) + " "));
  for (const auto& row : diag::kExitStatusTexts) {
    EXPECT_THAT(help, HasSubstr(std::to_string(static_cast<int>(row.status)) + "  " +
                                std::string(row.meaning, 0, 20)));
  }
  for (const auto* name : {"DESCOPE_MANAGEMENT_KEY", "DESCOPE_PROJECT_ID", "DESCOPE_BASE_URL",
                           "DESCOPECTL_FLAG_NAME", "--filename PATH", "--no-color", "--sandbox"}) {
    EXPECT_THAT(help, HasSubstr(name));
  }
}

TEST(Help, ShowsTheFlagsOfItsCommand) {
  EXPECT_THAT(command_help(Command::kApply), HasSubstr("\n      --auto-approve, --yes      do not ask"));
  EXPECT_THAT(command_help(Command::kPlan), testing::Not(HasSubstr("--auto-approve, --yes")));
  EXPECT_THAT(command_help(Command::kEmulator), HasSubstr("--dcr-update HOW"));
}

TEST(Help, StaysWithinAHundredColumnsAndEndsInANewline) {
  auto texts = std::vector{program_help()};
  for (const auto command : kCommands)
    texts.push_back(command_help(command));
  for (const auto& text : texts) {
    EXPECT_TRUE(text.ends_with("\n")) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(base::count_code_points(line), 100U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

}  // namespace
}  // namespace descopectl::cli
