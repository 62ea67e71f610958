// The program: reads its surroundings once, dispatches the command, and is the only place that ends the
// process.
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <iostream>

#include "context.hpp"
#include "descopectl/base/sanitized.hpp"
#include "descopectl/kinds/registry.hpp"
#include "run.hpp"

extern char** environ;  // NOLINT: POSIX

namespace descopectl::cli {
namespace {

using diag::ExitStatus;

base::Environment read_environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {  // NOLINT: POSIX
    const std::string_view entry(*at);
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return base::Environment(std::move(variables));
}

struct CommandRow {
  Command command;
  ExitStatus (*run)(Context&);
};
constexpr std::array kCommands{
    CommandRow{Command::kValidate, run_validate}, CommandRow{Command::kPlan, run_plan},
    CommandRow{Command::kApply, run_apply},       CommandRow{Command::kDrift, run_drift},
    CommandRow{Command::kDestroy, run_destroy},   CommandRow{Command::kExport, run_export},
    CommandRow{Command::kAdopt, run_adopt},       CommandRow{Command::kOutput, run_output},
    CommandRow{Command::kRotate, run_rotate},     CommandRow{Command::kState, run_state},
    CommandRow{Command::kEmulator, run_emulator}, CommandRow{Command::kExplain, run_explain},
    CommandRow{Command::kSchema, run_schema},     CommandRow{Command::kVersion, run_version}};

ExitStatus dispatch(Context& context) {
  if (!check_output_folders(context)) return emit_failure(context, ExitStatus::kInvalidInput);
  const Command command = context.options.command;
  const config::Needs needs = needs_of(context.options);
  // What a state's server says is repeated by commands that do not need the key, too.
  if (const auto key = context.environment.find("DESCOPE_MANAGEMENT_KEY");
      key && (needs.state || needs.writes))
    context.output.redactor().add(model::Secret(*key));
  if (needs.any()) {
    const config::Surroundings surroundings{context.environment, std::filesystem::current_path(),
                                            kinds::names()};
    const config::Resolution resolution = config::resolve_settings(
        context.options.settings, needs, surroundings, context.sources, context.sink);
    context.settings = resolution.settings;
    if (resolution.status != ExitStatus::kDone) return emit_failure(context, resolution.status);
  }
  for (const CommandRow& row : kCommands)
    if (row.command == command) return row.run(context);
  return ExitStatus::kFailure;
}

/// Reads the plan that is to be applied, and goes on with the flags that it was made with.
bool take_plan_file(Context& context, Options& options) {
  if (options.command != Command::kApply) return true;
  if (options.arguments.empty()) {
    if (options.continues_on_stale)
      context.sink.error("missing-argument", {},
                         "--continue-on-stale goes with a saved plan, and none is given",
                         "give the plan's file: 'descopectl apply FILE --continue-on-stale'");
    return !context.sink.has_errors();
  }
  context.plan_file = read_plan_file(context, options.arguments.front());
  if (context.plan_file)
    take_plan_flags(options, context.plan_file->flags, context.plan_file->name, kinds::names(), context.sink);
  return !context.sink.has_errors();
}

ExitStatus run(int argc, const char* const* argv) {
  const base::Environment environment = read_environment();
  const ParseResult parsed = parse_options(argc, argv, environment, kinds::names());
  std::cout << parsed.out << std::flush;
  std::cerr << parsed.err << std::flush;
  if (!parsed.options && parsed.problems.empty()) return parsed.status;
  const base::SystemClock clock;
  Output output(std::cout, std::cerr);
  Options options = parsed.options ? *parsed.options : parsed.understood;
  Context context{options,  environment,
                  clock,    Terminals{::isatty(0) == 1, ::isatty(1) == 1, ::isatty(2) == 1},
                  std::cin, output};
  for (const diag::Diagnostic& problem : parsed.problems)
    context.sink.add(problem);
  if (!parsed.options) return emit_failure(context, parsed.status);
  if (!take_plan_file(context, options)) return emit_failure(context, ExitStatus::kInvalidInput);
  return dispatch(context);
}

/// Secrets are in memory while they are sent: no core dump may show them, nor other processes of this user.
void keep_memory_private() {
  constexpr struct rlimit kNone{.rlim_cur = 0, .rlim_max = 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &kNone));
  // The leak checker looks into this process from another.
  if constexpr (!base::kIsSanitized)
    static_cast<void>(::prctl(PR_SET_DUMPABLE, 0));  // a dump to a program knows no limit
}

}  // namespace
}  // namespace descopectl::cli

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  descopectl::cli::keep_memory_private();
  ::signal(SIGPIPE, SIG_IGN);  // NOLINT: a closed pipe is an error of the write, not the program's end
  ::signal(SIGXFSZ, SIG_IGN);  // NOLINT: so is a limit on the size of files
  try {
    return static_cast<int>(descopectl::cli::run(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: internal error: {}\nhint: this is a fault of descopectl; please report it\n",
               error.what());
  } catch (...) {
    fmt::print(stderr, "error: internal error\nhint: this is a fault of descopectl; please report it\n");
  }
  return static_cast<int>(descopectl::diag::ExitStatus::kFailure);
}
