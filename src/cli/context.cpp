// Output, logs and diagnostics of a run.
#include "context.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/cli/version.hpp"

namespace descopectl::cli {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kTrace:
      return "trace";
  }
  return "info";
}

bool has_folder(const std::filesystem::path& file) {
  std::error_code ignored;
  return !file.has_parent_path() || std::filesystem::is_directory(file.parent_path(), ignored);
}

}  // namespace

std::string repeat_flag(std::string_view flag, const std::string& value) {
  return value.empty() ? std::string() : fmt::format(" {} {}", flag, base::printable(value));
}

bool check_output_folders(Context& context) {
  bool are_there = true;
  const auto check = [&](std::string_view flag, const std::string& file) {
    const auto place = context.place_of(file);
    if (file.empty() || has_folder(place)) return;
    are_there = false;
    context.fail("missing-folder",
                 fmt::format("'{}': there is no folder '{}' to write '{}' to", flag,
                             base::printable(place.parent_path().string()),
                             base::printable(place.filename().string())),
                 "make the folder, or name another");
  };
  for (const Report& report : context.options.reports)
    check("--report", report.file);
  check("--data", context.options.emulator.data);
  if (context.options.command == Command::kPlan) check("--out", context.options.out);
  return are_there;
}

Result<void> Output::file(const std::string& path, std::string_view text, bool is_json) {
  const std::string clean = is_json ? redactor_.redact_json(text) : redactor_.redact(text);
  return base::write_file_atomically(path, clean, 0644);
}

void Context::log(LogLevel level, std::string_view text) {
  if (level > options.log_level) return;
  if (options.log_format == LogFormat::kJson) {
    const json::object line{{"time", base::format_time(clock.now())},
                            {"level", name_of(level)},
                            {"message", output.redactor().redact(text)}};
    output.note(json::serialize(line) + "\n");
  } else {
    output.note(fmt::format("{}: {}\n", name_of(level), text));
  }
}

void Context::flush_diagnostics() {
  const auto& all = sink.all();
  if (printed_ == all.size()) return;
  std::vector<diag::Diagnostic> fresh(all.begin() + static_cast<std::ptrdiff_t>(printed_), all.end());
  printed_ = all.size();
  output.note(render::diagnostics_to_text(diag::sorted(std::move(fresh)), &sources));
}

std::filesystem::path Context::place_of(const std::string& file) const {
  return std::filesystem::path(options.settings.chdir) / file;
}

void Context::fail(std::string code, std::string summary, std::string hint) {
  sink.error(std::move(code), {}, std::move(summary), std::move(hint));
}

void Context::note_unchosen_environment() {
  const auto& names = settings.unchosen_environments;
  if (names.empty()) return;
  sink.add({.severity = diag::Severity::kNote,
            .code = "environment-not-chosen",
            .summary = fmt::format("{} has environments, and none was chosen: {}",
                                   base::printable(settings.config_file->string()),
                                   base::join_words({names.begin(), names.end()}, " or ")),
            .hint = fmt::format("add --env {}, if it is one of them that you mean", names.front())});
}

void Context::explain_by_environment() {
  const auto& all = sink.all();
  if (std::any_of(all.begin(), all.end(),
                  [](const auto& one) { return one.mark == diag::Mark::kMayLackEnvironment; }))
    note_unchosen_environment();
}

render::Presentation Context::presentation(diag::ExitStatus exit) const {
  render::Presentation shown;
  shown.text.color =
      config::wants_color(options.color, environment,
                          terminals.output ? config::StreamKind::kTerminal : config::StreamKind::kOther);
  shown.text.show_noop = options.plan.show_noop;
  shown.text.is_summary = options.plan.summary;
  shown.text.is_destroy = options.command == Command::kDestroy;
  shown.text.sources = &sources;
  shown.json.version = std::string(version());
  shown.json.timestamp = base::format_time(clock.now());
  shown.json.exit = exit;
  shown.json.diagnostics = diag::sorted(sink.all());
  shown.json.sources = &sources;
  return shown;
}

diag::ExitStatus Context::ending(diag::ExitStatus exit) const {
  if (!interruption.has_come()) return exit;
  return interruption.signal() == SIGTERM ? diag::ExitStatus::kTerminated : diag::ExitStatus::kInterrupted;
}

diag::ExitStatus Context::emit(
    diag::ExitStatus exit,
    const std::function<std::string(const render::FormatRow&, const render::Presentation&)>& make) {
  exit = ending(exit);
  explain_by_environment();
  flush_diagnostics();
  const auto row_of = [](Format format) {
    return render::find_format(format == Format::kJson ? "json" : "text");
  };
  const auto write = [&](Format format, bool is_file) {
    render::Presentation shown = presentation(exit);
    if (is_file) shown.text.color = options.color == config::ColorMode::kAlways;
    return make(*row_of(format), shown);
  };
  for (const Report& report : options.reports) {
    if (!has_folder(place_of(report.file))) continue;  // told before anything was done
    const auto written = output.file(place_of(report.file).string(), write(report.format, true),
                                     report.format == Format::kJson);
    if (written) continue;
    output.note(fmt::format("error: the report could not be written: {}\n", written.error().message()));
    exit = diag::stronger(exit, diag::ExitStatus::kFailure);
  }
  if (options.format == Format::kJson)
    output.json_result(write(options.format, false));
  else
    output.result(write(options.format, false));
  if (!output.is_good()) {
    output.note("error: standard output could not be written\n");
    exit = diag::stronger(exit, diag::ExitStatus::kFailure);
  }
  return exit;
}

}  // namespace descopectl::cli
