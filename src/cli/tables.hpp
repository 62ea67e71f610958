// The shape of the two tables behind the command line: commands and flags. See command_table.cpp and
// flag_table.cpp for the rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/columns.hpp"
#include "descopectl/cli/options.hpp"

namespace descopectl::cli {

/// What a command takes beside flags.
struct ArgumentsRow {
  std::string_view usage = {};  ///< for help: "KIND/NAME [FIELD]"; empty: nothing
  std::size_t least = 0;
  std::size_t most = 0;
  std::size_t objects = 0;  ///< so many of them, from the first, are KIND/NAME
};
inline constexpr std::size_t kAnyNumber = ~std::size_t{0};

/// A command's own command: its first argument.
struct SubcommandRow {
  std::string_view name;
  std::string_view summary;
  ArgumentsRow arguments = {};  ///< after its name
  config::Needs needs = {};
  std::span<const std::string_view> flags = {};  ///< of the command's flags those that it takes
};

struct CommandRow {
  Command command;
  std::string_view name;
  std::string_view summary;      ///< one line for the list of commands
  std::string_view description;  ///< paragraphs for the command's own help
  config::Needs needs = {};
  std::span<const Format> formats = {};             ///< of -o and --report; the first is the default
  std::span<const std::string_view> examples = {};  ///< pairs: a line, what it does
  ArgumentsRow arguments = {};
  std::span<const std::string_view> elsewhere = {};  ///< what other tools call it, for who types that
  std::span<const SubcommandRow> subcommands =
      {};                               ///< where there are any, they have `arguments` and `needs`
  std::string_view further_title = {};  ///< of one more table in the command's help
  base::Rows (*further)() = nullptr;
};

/// What a flag's value looks like; decides how it is checked.
enum class FlagType : unsigned char {
  kSwitch,       ///< no value, or =true and =false
  kText,         ///< anything but empty
  kNumber,       ///< a whole number in [minimum, maximum]
  kDigest,       ///< sha256: and 64 hexadecimal digits; stored without the prefix
  kWord,         ///< one of `words`
  kFormat,       ///< one of the command's formats
  kTexts,        ///< repeatable from here on
  kWords,        ///< several of `words`, separated by commas or repeated
  kAssignments,  ///< NAME=VALUE; variable and flags add up
  kLabels,       ///< LABEL=VALUE and what else is a label rule, several separated by commas
  kKinds,        ///< KIND
  kObjects,      ///< KIND/NAME
  kFields,       ///< KIND/NAME:FIELD
  kReports,      ///< FORMAT=FILE
  kFaults,       ///< specs of the emulator's faults
};

/// Where a flag stands in help.
enum class FlagGroup : unsigned char { kInput, kTarget, kOutput, kGeneral, kCommand };

/// A checked value, ready to be stored.
struct FlagValue {
  bool is_on = false;              ///< kSwitch
  std::int64_t number = 0;         ///< kNumber
  std::size_t word = 0;            ///< kWord, kFormat: the index
  std::vector<std::string> texts;  ///< all other types; kText: one
  std::vector<std::size_t> words;  ///< kWords: indexes
  bool is_from_variable = false;
};

/// A set of commands, one bit each.
using Commands = std::uint32_t;
inline constexpr Commands kAllCommands = ~Commands{0};
template <class... C>
[[nodiscard]] constexpr Commands on(C... commands) {
  return ((Commands{1} << static_cast<unsigned>(commands)) | ...);
}

struct FlagRow {
  std::string_view name;  ///< without dashes
  FlagType type;
  FlagGroup group;
  std::string_view value_name = {};  ///< for help: "FILE"
  std::string_view help;
  void (*store)(Options& options, const FlagValue& value);
  Commands commands = kAllCommands;
  char short_name = '\0';
  std::string_view alias = {};
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  std::span<const std::string_view> words = {};
  bool has_variable = true;
  char separator = ',';      ///< between the values of a repeatable flag's variable
  bool shapes_plan = false;  ///< decides what a plan comes to: a saved plan keeps it

  [[nodiscard]] constexpr bool is_switch() const { return type == FlagType::kSwitch; }
  [[nodiscard]] constexpr bool is_repeatable() const { return type >= FlagType::kTexts; }
  [[nodiscard]] constexpr bool is_of(Command command) const { return (commands & on(command)) != 0; }
};

[[nodiscard]] std::span<const CommandRow> command_table();
[[nodiscard]] std::span<const FlagRow> flag_table();
[[nodiscard]] const CommandRow& row_of(Command command);

/// Remembers in `options` a flag that shapes the plan.
void keep_plan_flag(Options& options, const FlagRow& row, const FlagValue& value);

/// "text", "json".
[[nodiscard]] std::string_view name_of(Format format);

/// "DESCOPECTL_LOG_LEVEL" for "log-level".
[[nodiscard]] std::string variable_name(std::string_view flag);

}  // namespace descopectl::cli
