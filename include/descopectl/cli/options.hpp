// The command line as plain data: which command, with which flags; every flag also reads its DESCOPECTL_
// variable.
//
// Commands and flags are two tables (src/cli/command_table.cpp, flag_table.cpp). Parsing, checking, help and
// suggestions iterate them, so a flag is one row and its member here, a command one row and its enumerator.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/config/settings.hpp"
#include "descopectl/config/terminal.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/diag/exit_status.hpp"
#include "descopectl/emulator/faults.hpp"

namespace descopectl::cli {

enum class Command : unsigned char {
  kValidate,
  kPlan,
  kApply,
  kDrift,
  kDestroy,
  kExport,
  kAdopt,
  kOutput,
  kRotate,
  kState,
  kEmulator,
  kExplain,
  kSchema,
  kVersion,
  kHelp
};

/// In the order of their rows.
enum class StateCommand : unsigned char { kList, kShow, kRemove, kMove, kPull, kPush, kRebuild, kUnlock };

enum class Format : unsigned char { kText, kJson };
enum class LogLevel : unsigned char { kError, kWarn, kInfo, kDebug, kTrace };
enum class LogFormat : unsigned char { kText, kJson };

/// One `--report FORMAT=FILE`.
struct Report {
  Format format = Format::kText;
  std::string file;
};

/// How a plan is shown and judged.
struct PlanFlags {
  bool detailed_exitcode = false;
  bool show_noop = false;
  bool summary = false;
};

/// What plan and apply are allowed to do beyond the safe. Objects are written "KIND/NAME".
struct Permissions {
  bool adopt = false;
  bool replace = false;
  std::vector<std::string> empty_kinds;
  std::vector<std::string> destroy;
  std::vector<std::string> drop;  ///< "KIND/NAME:FIELD"
  std::optional<std::int64_t> deletes;
  std::optional<std::int64_t> recreate;
  std::vector<std::string> send_secrets;
};

/// A flag that decides what a plan comes to, with its checked values.
struct PlanFlag {
  std::string name;  ///< without dashes
  std::vector<std::string> texts;

  friend bool operator==(const PlanFlag&, const PlanFlag&) = default;
};

/// What a run is limited to, as it was given; checked.
struct SelectionFlags {
  std::vector<std::string> selector;  ///< a rule each: "team=calendar"
  std::vector<std::string> targets;   ///< "KIND/NAME"
};

/// What besides live changes makes drift exit with 2.
struct DriftFlags {
  bool counts_manifest = false;
  bool counts_unmanaged = false;
};

/// Where exported manifests go, and which.
struct ExportFlags {
  std::vector<std::string> kinds;  ///< empty: all
  bool is_single_file = false;
};

/// How a secret is handed over.
struct SecretFlags {
  bool is_shown = false;
  std::string file;
};

enum class DcrUpdate : unsigned char { kKeep, kReset, kStore };

/// The emulator's switches (sheet 15), with its defaults.
struct EmulatorFlags {
  std::uint16_t port = 0;  ///< 0: any free one
  std::string data;        ///< file that keeps the store; empty: memory alone
  std::int64_t latency_ms = 0;
  bool strict_version = false;
  bool check_references = false;
  bool strict_connection = false;
  bool unique_names = false;
  bool allow_uri_update = false;
  bool allow_unfiltered_role_delete = false;
  DcrUpdate dcr_update = DcrUpdate::kKeep;
  bool no_zero_values = false;
  int duplicate_status = 409;
  bool wrap_inbound_load = false;
  bool ignore_unknown_fields = false;
  int list_lag_ms = 0;
  bool secret_in_response = false;
  std::string default_app_type = "oauth";
  std::uint32_t page_size = 100;
  std::uint64_t seed = 0;  ///< 0: random ids
  std::vector<emulator::Fault> faults;
  std::uint64_t fault_seed = 0;
};

struct Options {
  Command command = Command::kVersion;
  std::size_t subcommand = 0;          ///< of a command that has some: the index of its row
  std::vector<std::string> arguments;  ///< what follows the command and is no flag, checked
  config::Overrides settings;
  Format format = Format::kText;
  std::vector<Report> reports;
  config::ColorMode color = config::ColorMode::kAuto;
  LogLevel log_level = LogLevel::kWarn;
  LogFormat log_format = LogFormat::kText;
  bool auto_approve = false;
  PlanFlags plan;
  std::vector<PlanFlag> plan_flags;  ///< those given, in the order of the table
  std::string expected_plan;         ///< of --expect-plan: hexadecimal; empty: any plan
  bool continues_on_stale = false;
  Permissions allow;
  SelectionFlags selection;
  DriftFlags drift;
  std::string out;  ///< of export: empty for standard output; of plan: empty for none
  bool may_overwrite = false;
  bool adopts_all = false;
  bool is_forced = false;
  ExportFlags export_flags;
  SecretFlags secret;
  EmulatorFlags emulator;
};

/// Options, or what to print and exit with.
struct ParseResult {
  std::optional<Options> options;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error: the help of the program where nothing else is wrong
  diag::ExitStatus status = diag::ExitStatus::kDone;
  /// Where the command line is wrong: what is wrong with it, and as much of it as was understood.
  std::vector<diag::Diagnostic> problems;
  Options understood;  ///< the command and the format
};

/// Reads arguments (argv[0] is skipped) and DESCOPECTL_ variables. Everything wrong is told at once, with
/// kInvalidInput: `unknown-flag`, `unknown-command`, `unknown-variable`, `invalid-value`, `missing-value`,
/// `missing-argument`, `unexpected-argument`, `conflicting-flags`, `unknown-kind`. `kinds` are the names of
/// kinds that KIND may be; empty: not checked.
[[nodiscard]] ParseResult parse_options(int argc, const char* const* argv,
                                        const base::Environment& environment,
                                        std::span<const std::string_view> kinds = {});

/// Lays the flags of a saved plan over `options`, whose command is apply. A flag of that sort that was given
/// and is not among them is `conflicting-flags`; one that this version does not know is `not-a-plan`.
void take_plan_flags(Options& options, const std::vector<PlanFlag>& saved, std::string_view file,
                     std::span<const std::string_view> kinds, diag::Sink& sink);

/// "plan".
[[nodiscard]] std::string_view name_of(Command command);

/// What the command can't do without: for config::resolve_settings.
[[nodiscard]] config::Needs needs_of(const Options& options);

/// The help of the program, ending in a newline; lines have at most 100 columns.
[[nodiscard]] std::string program_help();
[[nodiscard]] std::string command_help(Command command);

}  // namespace descopectl::cli
