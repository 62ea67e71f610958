// The state that the parts of one apply share.
#include "run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "descopectl/schema/identity.hpp"

namespace descopectl::apply {

using plan::ActionKind;

Run::Run(plan::Plan& plan_, api::Writer& api_, state::Store& store_, const SecretValues& secrets_,
         const ApplyOptions& options_, api::Timing& timing_)
    : plan(plan_), api(api_), store(store_), secrets(secrets_), options(options_), timing(timing_) {
  outcome.actions.resize(plan.actions.size());
  for (const plan::Action& action : plan.actions) {
    if (action.kind == ActionKind::kDelete || action.kind == ActionKind::kForget) continue;
    if (!action.live_id.empty()) ids.insert_or_assign(action.key, action.live_id);
  }
}

double Run::seconds_since(std::chrono::steady_clock::time_point begin) const {
  return std::chrono::duration<double>(timing.now() - begin).count();
}

std::vector<std::string> Run::find_parents(const schema::Kind& kind) const {
  std::set<std::string> parents;
  for (const plan::Action& action : plan.actions)
    if (action.descriptor == &kind) schema::add_parent(kind, action.live_id, parents);
  for (const Written& done : written)
    if (plan.actions[done.action].descriptor == &kind) schema::add_parent(kind, done.record.live_id, parents);
  if (const auto at = sought.find(&kind); at != sought.end())
    for (const std::string& id : at->second)
      schema::add_parent(kind, id, parents);
  return {parents.begin(), parents.end()};
}

bool Run::is_nobodys(const schema::Kind& kind, const std::string& live_id) const {
  const model::LiveKind* live = options.live == nullptr ? nullptr : options.live->find(kind.name);
  if (live != nullptr && live->find(live_id) != nullptr) return false;
  if (store.current().find_live(kind.name, live_id) != nullptr) return false;
  const bool is_planned = std::any_of(
      plan.actions.begin(), plan.actions.end(),
      [&](const plan::Action& action) { return action.descriptor == &kind && action.live_id == live_id; });
  const bool is_unmanaged = std::any_of(
      plan.unmanaged.begin(), plan.unmanaged.end(),
      [&](const plan::Unmanaged& object) { return object.kind == kind.name && object.live_id == live_id; });
  const bool is_made = std::any_of(ids.begin(), ids.end(), [&](const auto& made) {
    return made.first.kind == kind.name && made.second == live_id;
  });
  return !is_planned && !is_unmanaged && !is_made;
}

bool Run::is_pure_noop(std::size_t index) const {
  const plan::Action& action = plan.actions[index];
  return action.kind == ActionKind::kNoop && !action.is_adopted && !action.is_moved && !action.records &&
         action.refused.empty();
}

std::optional<std::string> Run::find_id(const model::ObjectKey& key) const {
  const auto found = ids.find(key);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

Result<json::object> Run::resolve(const json::object& object) const {
  return plan::resolve_ids(object, [this](const model::ObjectKey& key) { return find_id(key); });
}

void Run::stop_for(Stop reason, std::string message) {
  if (stop != Stop::kNone) return;
  stop = reason;
  stop_message = std::move(message);
}

void Run::stop_for_state(std::string_view done, const Error& error) {
  std::string message = error.message();
  if (!done.empty()) message = fmt::format("{}, but that could not be recorded: {}", done, error.message());
  if (outcome.state_error.empty()) {
    outcome.state_error = std::move(message);
  } else {
    outcome.state_error += fmt::format("; {}", message);
  }
  outcome.exit = diag::stronger(outcome.exit, diag::exit_of(error));
  stop = Stop::kState;  // whatever else held: nothing more may be done that can't be recorded
  stop_message = "the state can't be written";
}

void Run::look_for_interrupt() {
  if (options.is_interrupted && options.is_interrupted()) stop_for(Stop::kInterrupted, "interrupted");
}

ActionOutcome Run::make_skipped() const {
  ActionOutcome skipped;
  skipped.status = Status::kSkipped;
  skipped.code = "skipped";
  skipped.message = fmt::format("skipped: {}", stop_message);
  if (stop == Stop::kInterrupted) {
    skipped.error_kind = ErrorKind::kInterrupted;
    skipped.code = "not-started";
    skipped.message = stop_message;
  }
  return skipped;
}

void Run::emit(EventKind kind, std::size_t action, double seconds, const ActionOutcome* finished) const {
  const plan::Action& about = plan.actions[action];
  if (!options.on_event || about.kind == ActionKind::kNoop || !about.refused.empty()) return;
  Event event;
  event.kind = kind;
  event.action = action;
  event.seconds = seconds;
  event.outcome = finished;
  options.on_event(event);
}

void Run::warn(std::string_view text) const {
  if (options.warn) options.warn(text);
}

std::string_view code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kFailure:
      return "failure";
    case ErrorKind::kInvalidInput:
      return "invalid-input";
    case ErrorKind::kNotFound:
      return "not-found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kRefused:
    case ErrorKind::kUnknownField:
      return "api-refused";
    case ErrorKind::kUnauthorized:
      return "unauthorized";
    case ErrorKind::kUnreachable:
      return "unreachable";
    case ErrorKind::kRateLimited:
      return "rate-limited";
    case ErrorKind::kOutcomeUnknown:
      return "outcome-unknown";
    case ErrorKind::kBadAnswer:
      return "bad-answer";
    case ErrorKind::kLockHeld:
      return "lock-held";
    case ErrorKind::kStale:
      return "stale";
    case ErrorKind::kInterrupted:
      return "interrupted";
  }
  return "failure";
}

void fail(ActionOutcome& outcome, ErrorKind kind, std::string_view code, std::string message,
          std::string hint) {
  outcome.status = Status::kFailed;
  outcome.error_kind = kind;
  outcome.code = code;
  outcome.message = std::move(message);
  outcome.hint = std::move(hint);
}

void fail(ActionOutcome& outcome, const Error& error) {
  fail(outcome, error.kind(), code_of(error.kind()), error.message(), error.hint());
  if (error.kind() == ErrorKind::kOutcomeUnknown) outcome.status = Status::kUnknown;
}

void leave_unverified(Run& run, std::size_t action, std::string_view what, std::string_view why) {
  ActionOutcome& outcome = run.outcome.actions[action];
  outcome.code = kNotVerified;
  outcome.message =
      fmt::format("{} was {}, but not read back: {}", run.plan.actions[action].key.to_string(), what, why);
  run.warn(outcome.message);
}

}  // namespace descopectl::apply
