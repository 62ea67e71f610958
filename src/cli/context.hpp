// What main hands to every command: options, surroundings, output, and the run's diagnostics.
#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/interruption.hpp"
#include "descopectl/cli/options.hpp"
#include "descopectl/config/settings.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/render/diagnostics.hpp"
#include "descopectl/render/format.hpp"
#include "plan_file.hpp"
#include "redactor.hpp"

namespace descopectl::cli {

/// Which standard streams are terminals.
struct Terminals {
  bool input = false;
  bool output = false;
  bool error = false;
};

/// Everything that leaves the program goes through here, so that no secret can.
class Output {
 public:
  Output(std::ostream& out, std::ostream& error) : out_(out), error_(error) {}

  void result(std::string_view text) { out_ << redactor_.redact(text) << std::flush; }
  void json_result(std::string_view document) { out_ << redactor_.redact_json(document) << std::flush; }
  void note(std::string_view text) { error_ << redactor_.redact(text) << std::flush; }
  /// Writes `text` to a file in place of a stream; the error says why it could not.
  Result<void> file(const std::string& path, std::string_view text, bool is_json);
  /// False once standard output could not take everything (a full disk, a closed pipe).
  [[nodiscard]] bool is_good() const { return static_cast<bool>(out_); }
  Redactor& redactor() { return redactor_; }

 private:
  std::ostream& out_;
  std::ostream& error_;
  Redactor redactor_;
};

struct Context {
  Context(const Options& options_, const base::Environment& environment_, const base::Clock& clock_,
          Terminals terminals_, std::istream& input_, Output& output_)
      : options(options_),
        environment(environment_),
        clock(clock_),
        terminals(terminals_),
        input(input_),
        output(output_) {}

  const Options& options;
  const base::Environment& environment;
  const base::Clock& clock;
  Terminals terminals;
  std::istream& input;
  Output& output;
  diag::SourceTable sources;
  diag::Sink sink;
  config::Settings settings;
  base::Interruption interruption;    ///< by the first SIGINT or SIGTERM of a run that is connected
  std::optional<PlanFile> plan_file;  ///< what 'apply FILE' is to carry out

  /// A line on standard error where the log level asks for it.
  void log(LogLevel level, std::string_view text);
  /// Prints the diagnostics that were not printed yet, on standard error.
  void flush_diagnostics();
  /// Where a file named by a flag stands: --chdir goes before it.
  [[nodiscard]] std::filesystem::path place_of(const std::string& file) const;
  /// A diagnostic without a place.
  void fail(std::string code, std::string summary, std::string hint = {});
  /// A note that descopectl.yaml has environments and none was chosen, where that is so.
  void note_unchosen_environment();
  /// The same where an error may have come of it.
  void explain_by_environment();
  [[nodiscard]] render::Presentation presentation(diag::ExitStatus exit) const;
  /// `exit`, or what the signal that interrupted the run makes of it.
  [[nodiscard]] diag::ExitStatus ending(diag::ExitStatus exit) const;
  /// Gives the result in -o's format on standard output, and in --report's formats to their files. The status
  /// is raised to kFailure where a file could not be written.
  diag::ExitStatus emit(
      diag::ExitStatus exit,
      const std::function<std::string(const render::FormatRow&, const render::Presentation&)>& make);

 private:
  std::size_t printed_ = 0;
};

/// " --flag VALUE" for the command of a hint; nothing where the value is empty.
[[nodiscard]] std::string repeat_flag(std::string_view flag, const std::string& value);

/// Checks, before anything is done, that there is a folder for every file that flags say to write; the
/// folders that lack are in the sink.
[[nodiscard]] bool check_output_folders(Context& context);

diag::ExitStatus run_validate(Context& context);
diag::ExitStatus run_plan(Context& context);
diag::ExitStatus run_apply(Context& context);
diag::ExitStatus run_destroy(Context& context);
diag::ExitStatus run_drift(Context& context);
diag::ExitStatus run_export(Context& context);
diag::ExitStatus run_adopt(Context& context);
diag::ExitStatus run_output(Context& context);
diag::ExitStatus run_rotate(Context& context);
diag::ExitStatus run_state(Context& context);
diag::ExitStatus run_emulator(Context& context);
diag::ExitStatus run_explain(Context& context);
diag::ExitStatus run_schema(Context& context);
diag::ExitStatus run_version(Context& context);

}  // namespace descopectl::cli
