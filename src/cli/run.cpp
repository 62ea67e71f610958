// From manifests, state and live to a plan.
#include "run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/transport/task_group.hpp"

namespace descopectl::cli {

namespace net = boost::asio;

namespace {

/// Refuses what a write through the first of two generations would lose.
net::awaitable<Result<void>> check_losses(api::Reader& reader, plan::Plan& plan, const plan::Policy& policy) {
  for (const schema::Kind* kind : plan::find_lossy_kinds(plan, policy)) {
    const auto second = co_await list_second_generation(reader, *kind);
    if (!second) co_return second.error();
    plan::refuse_losses(plan, *kind, *second);
  }
  co_return Result<void>();
}

Error interrupted() {
  return {ErrorKind::kInterrupted, "interrupted before the plan was complete; nothing was written"};
}

net::awaitable<void> count_loss(api::Reader& reader, plan::Action& action) {
  const auto count = co_await reader.count_losses(*action.descriptor, action.live_id);
  plan::add_counted_loss(action, count);
}

/// What goes with objects that are replaced, for the eyes of who has to decide.
net::awaitable<void> count_losses(api::Reader& reader, const net::any_io_executor& executor,
                                  plan::Plan& plan) {
  transport::TaskGroup counts(executor);
  for (const std::size_t index : plan::find_countable(plan))
    counts.start(count_loss(reader, plan.actions[index]));
  co_await counts.wait();
}

/// A secret that also stands in an ordinary field of its object is stored with that field.
void warn_of_secrets_in_fields(Context& context, const model::DesiredState& desired,
                               const apply::SecretValues& values) {
  constexpr std::size_t kShortest = 8;  // a word is no secret that somebody put there
  for (const auto& [place, value] : values) {
    const model::DesiredObject* object = desired.find(place.first);
    if (object == nullptr || value.reveal().size() < kShortest) continue;
    const std::string quoted = json::serialize(json::string(value.reveal()));
    const std::string_view wanted = std::string_view(quoted).substr(1, quoted.size() - 2);
    if (json::serialize(object->spec).find(wanted) == std::string::npos) continue;
    context.sink.warning(
        "secret-in-field", object->span,
        fmt::format("the secret {} of {} stands in another field of it, too, which is kept in the state and "
                    "exported as it stands",
                    place.second.substr(1), object->key.to_string()),
        "take it out there, or keep the state as private as the secret");
  }
}

/// What is listed by parent is read of the parents that manifests and the state name. Where the plan takes
/// something away that others may refer to, the others' parents are asked, too. True where they had
/// something.
net::awaitable<Result<bool>> look_under_other_parents(Context& context, api::Reader& reader,
                                                      Planned& planned) {
  bool is_any = false;
  for (const schema::Kind* kind : kinds::all()) {
    if (kind->calls.list_by.empty()) continue;
    std::size_t left_out = 0;
    auto parents = plan::find_unseen_parents(*kind, planned.plan, planned.input, left_out);
    if (left_out > 0)
      context.sink.warning(
          "referrers-not-checked", {},
          fmt::format("whether the {} of {} others refer to what this plan takes away is not "
                      "looked at",
                      kind->title, left_out));
    if (parents.empty()) continue;
    auto listed = co_await reader.list(*kind, planned.input.policy.inbound_generation, std::move(parents));
    if (!listed && apply::is_refusal(listed.error())) continue;  // a service without them has none
    if (!listed) co_return listed.error();
    model::LiveKind& live = planned.live.state.kinds[std::string(kind->name)];
    live.is_loaded = true;
    std::erase_if(*listed, [&](const model::LiveObject& object) { return live.find(object.id) != nullptr; });
    if (listed->empty()) continue;
    is_any = true;
    std::move(listed->begin(), listed->end(), std::back_inserter(live.objects));
    std::sort(live.objects.begin(), live.objects.end(),
              [](const auto& left, const auto& right) { return left.id < right.id; });
  }
  co_return is_any;
}

}  // namespace

net::awaitable<Result<std::unique_ptr<Planned>>> make_planned(Context& context, api::Reader& reader,
                                                              Connected& connected,
                                                              const model::DesiredState& desired,
                                                              const model::RecordedState& recorded,
                                                              state::Store* store) {
  auto planned = std::make_unique<Planned>();
  plan::PlanInput& input = planned->input;
  input.policy = make_policy(context);
  input.scope = make_scope(context, desired, recorded);
  if (context.sink.has_errors()) co_return planned;  // nothing needs to be asked
  const apply::LiveOptions options = make_live_options(context, desired, recorded);
  Result<apply::LiveRead> live = co_await apply::read_live(reader, recorded, options);
  if (!live) co_return live.error();
  planned->live = std::move(*live);
  planned->recorded = recorded;
  const auto recovered = co_await recover(context, reader, options, planned->live, planned->recorded, store);
  if (!recovered) co_return recovered.error();
  // Drift writes nothing: it can tell whose an object is going to be, whatever it is limited to.
  planned->are_records_handed_on =
      plan::hand_records_on(desired, planned->live.state, input.policy.is_drift ? plan::Scope() : input.scope,
                            planned->recorded, context.sink);
  if (context.sink.has_errors()) co_return planned;
  if (!input.policy.is_destroy)  // nothing is sent, and short secrets cost a scrypt each
    planned->secrets =
        co_await read_secrets(context, connected.io.get_executor(), input.scope, desired, planned->live.state,
                              planned->recorded, connected.options.project_id);
  if (context.interruption.has_come()) co_return interrupted();
  warn_of_secrets_in_fields(context, desired, planned->secrets.values);
  input.desired = &desired;
  input.live = &planned->live.state;
  input.recorded = &planned->recorded;
  input.is_state_kept = context.settings.state.backend != config::StateBackend::kNone;
  if (!input.is_state_kept && context.options.command != Command::kDrift)  // whose report says so itself
    context.sink.warning("no-state", {},
                         "with 'state: {backend: none}' nothing is owned: what leaves the manifests stays in "
                         "the project, and destroy finds nothing");
  input.secrets = planned->secrets.statuses;
  input.project_id = connected.options.project_id;
  input.base_url = base_url_of(context, connected);
  diag::Sink told;
  planned->plan = plan::make_plan(input, told);
  if (context.options.command == Command::kDrift) {  // it writes nothing
    context.sink.merge(std::move(told));
    co_return planned;
  }
  const auto seen = co_await look_under_other_parents(context, reader, *planned);
  if (!seen) co_return seen.error();
  if (*seen)
    planned->plan = plan::make_plan(input, context.sink);
  else
    context.sink.merge(std::move(told));
  Result<void> checked = co_await check_losses(reader, planned->plan, input.policy);
  if (!checked) co_return checked.error();
  co_await count_losses(reader, connected.io.get_executor(), planned->plan);
  if (context.interruption.has_come()) co_return interrupted();
  co_return planned;
}

net::awaitable<Result<std::vector<model::LiveObject>>> list_second_generation(api::Reader& reader,
                                                                              const schema::Kind& kind) {
  constexpr unsigned kSecondGeneration = 2;
  auto listed = co_await reader.list(kind, kSecondGeneration);
  if (!listed && apply::is_refusal(listed.error())) co_return std::vector<model::LiveObject>();
  co_return listed;
}

bool is_of_this_project(Context& context, const Connected& connected, const model::RecordedState& recorded) {
  const auto wrong = plan::find_wrong_project(recorded, connected.options.project_id);
  if (wrong) context.fail(wrong->code, wrong->summary, wrong->hint);
  return !wrong;
}

net::awaitable<Result<void>> recover(Context& context, api::Reader& reader, const apply::LiveOptions& options,
                                     apply::LiveRead& live, model::RecordedState& recorded,
                                     state::Store* store) {
  if (recorded.intents.empty()) co_return Result<void>();
  if (store == nullptr) {
    const std::optional<state::HeldLock> writer = co_await find_writer(context);
    if (writer) {
      context.output.note(fmt::format("{} is writing now: live is shown as it is at this moment\n",
                                      base::printable(state::describe(*writer))));
      apply::take_over(recorded, apply::resolve_intents(recorded, live.state));
      co_return Result<void>();
    }
  }
  // Where lists may lag, this takes its time.
  context.output.note(fmt::format("an earlier run left {} open: looking for what became of {}\n",
                                  base::counted(recorded.intents.size(), "write"),
                                  recorded.intents.size() == 1 ? "it" : "them"));
  auto resolutions = co_await apply::resolve_intents(reader, recorded, live, options);
  if (!resolutions) co_return resolutions.error();
  for (const apply::Resolution& resolution : *resolutions)
    if (!resolution.finding.empty()) context.sink.warning("interrupted-run", {}, resolution.finding);
  apply::take_over(recorded, *resolutions);
  if (store == nullptr) co_return Result<void>();
  co_return co_await apply::record(*store, std::move(*resolutions));
}

apply::LiveOptions make_live_options(const Context& context, std::vector<plan::NeededKind> kinds,
                                     apply::ParentsOf parents_of) {
  apply::LiveOptions options;
  options.kinds = std::move(kinds);
  options.parents_of = std::move(parents_of);
  options.generation = make_policy(context).inbound_generation;
  options.settle = context.settings.http.settle;
  options.is_interrupted = [&context] { return context.interruption.has_come(); };
  return options;
}

apply::LiveOptions make_live_options(const Context& context, const model::DesiredState& desired,
                                     const model::RecordedState& recorded) {
  apply::ParentsOf parents_of = [&desired, &recorded](const schema::Kind& kind,
                                                      const model::LiveState& live) {
    return plan::find_list_parents(kind, desired, live, recorded);
  };
  return make_live_options(context, plan::find_needed_kinds(desired, recorded, make_policy(context)),
                           std::move(parents_of));
}

std::string base_url_of(const Context& context, const Connected& connected) {
  return context.settings.is_sandbox ? "sandbox" : connected.options.http.base_url;
}

std::filesystem::path from_working_folder(const Context& context, const std::string& path) {
  return context.settings.working_folder / path;
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
    case diag::ExitStatus::kInterrupted:
      code = "interrupted";
      break;
    default:
      break;
  }
  context.fail(code, error.message(), error.hint());
  return exit;
}

diag::ExitStatus report_conflict_as_refusal(Context& context, const Error& error) {
  if (error.kind() != ErrorKind::kConflict) return report(context, error);
  context.fail("refused", error.message(), error.hint());
  return diag::ExitStatus::kRefused;
}

diag::ExitStatus emit_failure(Context& context, diag::ExitStatus exit) {
  if (context.options.format == Format::kText && context.options.reports.empty()) {
    context.explain_by_environment();
    context.flush_diagnostics();
    return exit;
  }
  return context.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
    if (row.name == "text") return std::string();
    if (!needs_of(context.options).target) return row.diagnostics(shown, {});
    switch (context.options.command) {
      case Command::kDrift:
        return row.drift({}, shown);
      case Command::kPlan:
      case Command::kApply:
      case Command::kDestroy: {
        render::Presentation incomplete = shown;
        incomplete.json.is_complete = false;
        return row.plan({}, incomplete);
      }
      default:
        return base::to_pretty_json(render::with_ending({}, shown.json));
    }
  });
}

}  // namespace descopectl::cli
