// validate, plan, drift, version: the commands that change nothing.
#include <fmt/format.h>

#include <tuple>

#include "descopectl/base/text.hpp"
#include "descopectl/cli/version.hpp"
#include "descopectl/plan/drift.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

ExitStatus run_validate(Context& context) {
  const model::DesiredState desired = load_what_is_there(context);
  // All is checked whatever the selection; but one that selects nothing is a mistake here, too. References
  // can't go round in a circle: the kinds' tables do not (tests/unit/kinds).
  if (!context.sink.has_errors()) std::ignore = make_scope(context, desired, {});
  const std::size_t documents = desired.documents;
  const std::size_t files = desired.files;
  const std::size_t objects = desired.objects.size();
  const ExitStatus exit = context.sink.has_errors() ? ExitStatus::kInvalidInput : ExitStatus::kDone;
  const json::object summary{{"files", files}, {"documents", documents}, {"objects", objects}};
  return context.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
    if (row.name != "text") return row.diagnostics(shown, summary);
    if (exit == ExitStatus::kDone) {
      const std::size_t warnings = context.sink.warning_count();
      return fmt::format("Valid: {} in {}{}.\n", base::counted(documents, "manifest"),
                         base::counted(files, "file"),
                         warnings == 0 ? std::string() : ", " + base::counted(warnings, "warning"));
    }
    return fmt::format("Invalid: {}{}.\n", base::counted(context.sink.error_count(), "error"),
                       context.sink.warning_count() == 0
                           ? std::string()
                           : ", " + base::counted(context.sink.warning_count(), "warning"));
  });
}

namespace {

/// The flags that a saved plan does not hold and that its apply needs again.
std::string repeat_target(const config::Overrides& given) {
  std::string flags;
  const auto repeat = [&](std::string_view flag, const std::string& value) {
    flags += repeat_flag(flag, value);
  };
  if (given.sandbox) flags += " --sandbox";
  if (given.project_id && !given.project_id->is_from_variable)
    repeat("--project-id", given.project_id->value);
  if (given.base_url && !given.base_url->is_from_variable) repeat("--base-url", given.base_url->value);
  repeat("--config", given.config);
  repeat("--chdir", given.chdir);
  repeat("--state", given.state);
  for (const std::string& variable : given.variables)
    repeat("--var", variable);
  return flags;
}

/// Writes the plan to --out's file, where that is asked for and it may be applied.
net::awaitable<ExitStatus> save_plan(Context& context, Connected& connected, const Planned& planned,
                                     ExitStatus exit) {
  const std::string& file = context.options.out;
  if (file.empty()) co_return exit;
  if (!planned.plan.refusals.empty()) {
    context.output.note(fmt::format("The plan is not saved to '{}', since it is refused.\n", file));
    co_return exit;
  }
  VariableDigests variables = co_await digest_variables(context, connected);
  const auto written = write_plan_file(context, planned, std::move(variables), exit);
  if (!written) {
    context.fail("plan-not-saved", fmt::format("the plan is not saved: {}", written.error().message()),
                 written.error().hint());
    co_return ExitStatus::kFailure;
  }
  context.output.note(fmt::format("The plan is saved. To carry it out: descopectl apply {}{}\n", file,
                                  repeat_target(context.options.settings)));
  co_return exit;
}

net::awaitable<ExitStatus> show_plan(Context& context, Connected& connected, const Planned& planned) {
  const plan::Plan& plan = planned.plan;
  ExitStatus exit = ExitStatus::kDone;
  if (!plan.refusals.empty())
    exit = ExitStatus::kRefused;
  else if (context.options.plan.detailed_exitcode && plan.has_changes())
    exit = ExitStatus::kDifferences;
  exit = co_await save_plan(context, connected, planned, exit);
  context.flush_diagnostics();
  context.output.note(
      render::diagnostics_to_text(render::refusals_to_diagnostics(plan.refusals), &context.sources));
  co_return context.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
    return row.plan(plan, shown);
  });
}

/// Nothing was ever applied, for all that the state says, and yet there is something of what is declared.
bool is_state_lost(const Planned& planned) {
  const auto& actions = planned.plan.actions;
  return planned.input.is_state_kept && planned.recorded.project_id.empty() &&
         std::any_of(actions.begin(), actions.end(),
                     [](const plan::Action& action) { return action.is_adopted; });
}

/// What was never applied has nothing that it could have drifted from.
void warn_of_unowned(Context& context, const Planned& planned) {
  std::vector<std::string> keys;
  for (const plan::Action& action : planned.plan.actions)
    if (action.is_adopted) keys.push_back(action.key.to_string());
  if (keys.empty() || !planned.input.is_state_kept) return;
  context.sink.warning(
      "not-owned", {},
      fmt::format("{} {} declared and live, and not in the state: what changed in {} can't be told",
                  base::join_first_words(keys), keys.size() == 1 ? "is" : "are",
                  keys.size() == 1 ? "it" : "them"),
      "'descopectl adopt' or 'descopectl apply' takes note of them");
}

net::awaitable<ExitStatus> show_drift(Context& context, Connected&, const Planned& planned) {
  plan::DriftReport report = plan::find_drift(planned.input, planned.plan);
  const DriftFlags& flags = context.options.drift;
  report.differs = report.live + report.both + report.deleted > 0 ||
                   (flags.counts_manifest && report.manifest > 0) ||
                   (flags.counts_unmanaged && report.unmanaged > 0);
  ExitStatus exit = report.differs ? ExitStatus::kDifferences : ExitStatus::kDone;
  if (is_state_lost(planned)) {
    report.has_state = false;
    context.fail(
        "no-state",
        "the state is empty, and objects that the manifests declare are in the project: what changed "
        "behind descopectl's back can't be told (a first run, or a lost state?)",
        "check --state and 'state' in descopectl.yaml; 'descopectl apply' or 'descopectl adopt' makes one");
    if (!report.differs) exit = ExitStatus::kFailure;
  } else {
    warn_of_unowned(context, planned);
  }
  context.flush_diagnostics();
  co_return context.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
    return row.drift(report, shown);
  });
}

using Show = net::awaitable<ExitStatus> (*)(Context&, Connected&, const Planned&);

/// With a reader, which has no call that writes.
net::awaitable<ExitStatus> plan_and_show(Context& context, Connected& connected,
                                         const model::DesiredState& desired,
                                         const model::RecordedState& recorded, Show show) {
  if (!is_of_this_project(context, connected, recorded))
    co_return emit_failure(context, ExitStatus::kRefused);
  auto reader = api::make_reader(connected.io.get_executor(), connected.options);
  if (!reader) co_return emit_failure(context, report(context, reader.error()));
  auto planned = co_await make_planned(context, **reader, connected, desired, recorded);
  if (!planned) co_return emit_failure(context, report(context, planned.error()));
  context.log(LogLevel::kDebug, fmt::format("{} requests", (*reader)->request_count()));
  if (context.sink.has_errors()) co_return emit_failure(context, ExitStatus::kInvalidInput);
  const ExitStatus exit = co_await show(context, connected, **planned);
  co_return exit;
}

ExitStatus run_read_only(Context& context, Show show) {
  const auto desired = load_desired(context);
  if (!desired) return emit_failure(context, ExitStatus::kInvalidInput);
  const auto recorded = read_recorded(context);
  if (!recorded) return emit_failure(context, exit_of(recorded.error()));
  return run_connected(context, [&](Connected& connected) {
    return plan_and_show(context, connected, *desired, *recorded, show);
  });
}

}  // namespace

ExitStatus run_plan(Context& context) {
  return run_read_only(context, show_plan);
}

ExitStatus run_drift(Context& context) {
  return run_read_only(context, show_drift);
}

ExitStatus run_version(Context& context) {
  return context.emit(ExitStatus::kDone, [](const render::FormatRow& row, const render::Presentation&) {
    return row.name == "text" ? version_text() : base::to_pretty_json(version_json());
  });
}

}  // namespace descopectl::cli
