// From manifests, state and live to a plan.
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;

net::awaitable<Result<std::unique_ptr<Planned>>> make_planned(Context& context, api::Reader& reader,
                                                              Connected& connected,
                                                              const model::DesiredState& desired,
                                                              const model::RecordedState& recorded,
                                                              bool is_state_kept) {
  auto planned = std::make_unique<Planned>();
  plan::PlanInput& input = planned->input;
  input.policy = make_policy(context);
  input.scope = make_scope(context, desired, recorded);
  if (context.sink.has_errors()) co_return planned;  // nothing needs to be asked
  apply::LiveOptions options;
  options.kinds = plan::find_needed_kinds(desired, recorded, input.policy);
  options.generation = input.policy.inbound_generation;
  options.settle = context.settings.http.settle;
  options.is_interrupted = [&connected] { return connected.interrupt.signal != 0; };
  Result<apply::LiveRead> live = co_await apply::read_live(reader, recorded, options);
  if (!live) co_return live.error();
  planned->live = std::move(*live);
  if (!input.policy.is_destroy)  // nothing is sent, and short secrets cost a scrypt each
    planned->secrets = co_await read_secrets(context, connected.io.get_executor(), input.scope, desired,
                                             planned->live.state, recorded);
  input.desired = &desired;
  input.live = &planned->live.state;
  input.recorded = &recorded;
  input.is_state_kept = is_state_kept;
  input.secrets = planned->secrets.statuses;
  input.project_id = connected.options.project_id;
  // The sandbox listens on another port every time; the plan is about the project in it.
  input.base_url = context.settings.is_sandbox ? "sandbox" : connected.options.http.base_url;
  planned->plan = plan::make_plan(input, context.sink);
  co_return planned;
}

Result<model::RecordedState> read_recorded(Context& context) {
  if (context.settings.state.backend == config::StateBackend::kNone) return model::RecordedState{};
  auto recorded = state::read_state(context.settings.state.path);
  if (!recorded) (void)report_state(context, recorded.error());
  return recorded;
}

diag::ExitStatus report_state(Context& context, const Error& error) {
  if (error.kind() == ErrorKind::kLockHeld) return report(context, error);
  context.fail("state", error.message(), error.hint());
  return exit_of(error);
}

diag::ExitStatus report(Context& context, const Error& error) {
  const diag::ExitStatus exit = exit_of(error);
  const char* code = "failure";
  switch (exit) {
    case diag::ExitStatus::kCredentials:
      code = "credentials";
      break;
    case diag::ExitStatus::kUnreachable:
      code = "api-unreachable";
      break;
    case diag::ExitStatus::kLockHeld:
      code = "lock-held";
      break;
    case diag::ExitStatus::kInvalidInput:
      code = "invalid-input";
      break;
    default:
      break;
  }
  context.fail(code, error.message(), error.hint());
  return exit;
}

diag::ExitStatus emit_failure(Context& context, diag::ExitStatus exit) {
  if (context.options.format == Format::kText && context.options.reports.empty()) {
    context.flush_diagnostics();
    return exit;
  }
  return context.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
    if (row.name == "text") return std::string();
    if (!needs_of(context.options.command).target) return row.diagnostics(shown, {});
    if (context.options.command == Command::kDrift) return row.drift({}, shown);
    render::Presentation incomplete = shown;
    incomplete.json.is_complete = false;
    return row.plan({}, incomplete);
  });
}

}  // namespace descopectl::cli
