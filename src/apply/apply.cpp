// An apply from its first check to its exit status; the work is done by the scheduler, the runner and the
// proof.
#include "descopectl/apply/apply.hpp"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <memory>

#include "descopectl/base/text.hpp"
#include "proof.hpp"
#include "run.hpp"
#include "runner.hpp"
#include "scheduler.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using diag::ExitStatus;
using plan::Action;
using plan::ActionKind;

namespace {

void skip_pending(Run& run, std::string_view message) {
  for (std::size_t i = 0; i < run.outcome.actions.size(); ++i) {
    ActionOutcome& outcome = run.outcome.actions[i];
    if (outcome.status != Status::kPending) continue;
    if (run.is_pure_noop(i)) {
      outcome.status = Status::kDone;
      continue;
    }
    outcome.status = Status::kSkipped;
    outcome.code = "skipped";
    outcome.message = message;
  }
}

/// False, with all outcomes filled in, where a secret that some action sends is not at hand.
bool check_secrets(Run& run) {
  bool is_complete = true;
  for (std::size_t i = 0; i < run.plan.actions.size(); ++i) {
    const Action& action = run.plan.actions[i];
    const bool is_write =
        action.refused.empty() && (action.kind == ActionKind::kCreate || action.kind == ActionKind::kUpdate ||
                                   action.kind == ActionKind::kReplace);
    for (const plan::SecretUse& use : action.secrets) {
      if (!is_write || !use.is_sent || use.source.form == model::SecretSource::Form::kClear) continue;
      const auto found = run.secrets.find({action.key, use.pointer});
      if (found != run.secrets.end() && !base::is_blank(found->second.reveal())) continue;
      const std::string_view why =
          found != run.secrets.end() ? "it is empty or white space" : std::string_view(use.problem);
      fail(run.outcome.actions[i], ErrorKind::kInvalidInput, "secret-unavailable",
           fmt::format("{} needs the secret {}, which is not at hand{}{}", action.key.to_string(),
                       use.pointer, why.empty() ? "" : ": ", why));
      is_complete = false;
    }
  }
  if (!is_complete) skip_pending(run, "skipped: a secret is missing, so nothing was started");
  return is_complete;
}

/// The state learns its project before anything is written there: a state that can't be written is found out
/// while that costs nothing. False, with all outcomes filled in, where it can't.
bool set_target(Run& run) {
  if (!run.store.is_kept() || !run.store.current().project_id.empty()) return true;
  bool has_work = false;
  for (std::size_t i = 0; i < run.plan.actions.size(); ++i)
    has_work = has_work || !run.is_pure_noop(i);
  if (!has_work) return true;
  const auto set = run.store.set_target(run.plan.project_id, run.plan.base_url);
  if (set) return true;
  run.stop_for_state("", set.error());
  skip_pending(run, "skipped: the state can't be written, so nothing was started");
  return false;
}

bool is_worth_a_proof(const Run& run) {
  return run.stop == Stop::kNone || run.stop == Stop::kInterrupted;
}

/// Makes an end of the state's writing; what was recorded and can't be saved is a failure of the run.
asio::awaitable<void> save(Run& run) {
  if (!run.outcome.state_error.empty()) co_return;
  const auto flushed = co_await run.store.flush();
  if (!flushed) {
    run.stop_for_state("", flushed.error());
    co_return;
  }
  const auto compacted = run.store.compact();
  if (!compacted) run.warn(fmt::format("{}; nothing is lost by that", compacted.error().message()));
}

ExitStatus exit_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnauthorized:
      return ExitStatus::kCredentials;
    case ErrorKind::kUnreachable:
    case ErrorKind::kRateLimited:
      return ExitStatus::kUnreachable;
    case ErrorKind::kStale:
      return ExitStatus::kStale;
    default:
      return ExitStatus::kFailure;
  }
}

void count(const Action& action, const ActionOutcome& outcome, Outcome& total) {
  if (outcome.is_erased) ++total.destroyed;
  switch (outcome.status) {
    case Status::kDone:
      if (outcome.code == kNotVerified) ++total.unverified;
      if (action.kind == ActionKind::kCreate || action.kind == ActionKind::kReplace) ++total.added;
      if (action.kind == ActionKind::kUpdate) ++total.changed;
      if (action.kind == ActionKind::kNoop && action.is_adopted) ++total.adopted;
      return;
    case Status::kFailed:
      ++total.failed;
      break;
    case Status::kUnknown:
      ++total.unknown;
      break;
    case Status::kSkipped:
    case Status::kPending:
      ++total.skipped;
      break;
  }
  // What was done and only not recorded is no part that failed: the state's failure speaks for it.
  if (outcome.code != "not-recorded") total.exit = diag::stronger(total.exit, ExitStatus::kPartial);
  const ExitStatus own = exit_of(outcome.error_kind);
  if (outcome.status == Status::kFailed && own != ExitStatus::kFailure)
    total.exit = diag::stronger(total.exit, own);
}

void sum_up(Run& run, const std::vector<Error>& proof_errors) {
  Outcome& total = run.outcome;
  for (std::size_t i = 0; i < total.actions.size(); ++i)
    count(run.plan.actions[i], total.actions[i], total);
  for (const Error& error : proof_errors)
    total.exit = diag::stronger(total.exit, exit_of(error.kind()));
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::kPending:
      return "pending";
    case Status::kDone:
      return "done";
    case Status::kFailed:
      return "failed";
    case Status::kSkipped:
      return "skipped";
    case Status::kUnknown:
      return "unknown";
  }
  return "unknown";
}

asio::awaitable<Outcome> apply_plan(plan::Plan& plan, api::Writer& api, state::Store& store,
                                    const SecretValues& secrets, const ApplyOptions& options) {
  const auto executor = co_await asio::this_coro::executor;
  const std::unique_ptr<api::Timing> clock = options.timing == nullptr ? api::make_timing(executor) : nullptr;
  Run run(plan, api, store, secrets, options, options.timing == nullptr ? *clock : *options.timing);

  if (!check_secrets(run)) {
    sum_up(run, {});
    run.outcome.exit = ExitStatus::kInvalidInput;
    co_return std::move(run.outcome);
  }
  if (!set_target(run)) {
    const ExitStatus why = run.outcome.exit;  // nothing was begun, so it is no apply in part
    sum_up(run, {});
    run.outcome.exit = why;
    co_return std::move(run.outcome);
  }

  Fingerprinter fingerprinter(executor, store.is_kept() ? store.current().fingerprint_key : std::string());
  ApiRunner runner(run, executor, fingerprinter);
  Journal journal(run, fingerprinter);
  Scheduler scheduler(run, runner, journal, executor);
  co_await scheduler.run_all();

  Proof proof(run, executor);
  if (is_worth_a_proof(run)) {
    co_await proof.run_all();
  } else {
    proof.skip_all();
  }
  co_await save(run);
  sum_up(run, proof.errors());
  co_return std::move(run.outcome);
}

}  // namespace descopectl::apply
