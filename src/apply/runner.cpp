// Create, update, replace, delete and what only the state learns.
//
// The order within each is what makes a crash harmless: its intent stands in the state already, everything
// that can fail without the service (ids, secrets, fingerprints) comes before the request, and the record
// follows the answer at once.
#include "runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using plan::Action;
using plan::ActionKind;

namespace {

std::string describe_delete(const Action& action) {
  return fmt::format("{} was deleted (live id '{}')", action.key.to_string(), action.live_id);
}

std::string describe_create(const Action& action, const ActionOutcome& outcome) {
  return fmt::format("{} was created (live id '{}')", action.key.to_string(), outcome.live_id);
}

/// What a user can do about an object that was deleted and not created again.
std::string hint_after_delete(bool is_state_kept) {
  return is_state_kept ? "mend the cause and apply again: the next run creates it with what is declared and "
                         "live's former fields"
                       : "mend the cause and apply again; no state is kept, so the fields that are not "
                         "declared (a generated clientId among them) are lost";
}

/// " (/description, /logo)"; nothing where what moved is in no field.
std::string describe_moved(const Action& action, const json::object& live) {
  std::vector<std::string> paths;
  for (const schema::FieldChange& change :
       schema::find_changes(action.descriptor->fields, action.before, live))
    paths.push_back(change.path);
  return paths.empty() ? std::string() : fmt::format(" ({})", base::join_first_words(paths));
}

/// Does the call take less than what is to be created?
bool leaves_something_out(const schema::CreateVariant& variant, const json::object& body,
                          const api::BodySecrets& secrets) {
  return schema::leaves_out(variant, body) ||
         std::any_of(secrets.begin(), secrets.end(), [&](const auto& secret) {
           return !schema::takes(variant, base::split_pointer(secret.first).front());
         });
}

}  // namespace

ApiRunner::ApiRunner(Run& run, const asio::any_io_executor& executor, Fingerprinter& fingerprinter)
    : run_(run),
      executor_(executor),
      lists_(run, executor),
      writes_(run, lists_),
      fingerprinter_(fingerprinter) {}

bool ApiRunner::is_refused(const Action& action, ActionOutcome& outcome) {
  if (action.refused.empty()) return false;
  fail(outcome, ErrorKind::kStale, "stale", action.refused, "plan again and look at what moved");
  return true;
}

asio::awaitable<ActionOutcome> ApiRunner::run(std::size_t index, plan::Part part) {
  ActionOutcome outcome;
  if (is_refused(run_.plan.actions[index], outcome)) co_return outcome;
  switch (run_.plan.actions[index].kind) {
    case ActionKind::kNoop:
    case ActionKind::kForget:
      note(run_.plan.actions[index], outcome);
      break;
    case ActionKind::kCreate:
      co_await create(index, outcome);
      break;
    case ActionKind::kUpdate:
      co_await update(index, part, outcome);
      break;
    case ActionKind::kReplace:
      if (run_.plan.actions[index].sequence == plan::Sequence::kCreateFirst) {
        if (part == plan::Part::kCreate)
          co_await create_ahead(index, outcome);
        else
          co_await erase_superseded(index, outcome);
      } else if (part == plan::Part::kCreate) {
        co_await create_again(index, outcome);
      } else {
        co_await replace(index, part, outcome);
      }
      break;
    case ActionKind::kDelete:
      co_await erase(index, outcome);
      break;
  }
  if (outcome.status == Status::kPending) outcome.status = Status::kDone;
  co_return outcome;
}

void ApiRunner::note(Action& action, ActionOutcome& outcome) {
  if (action.kind == ActionKind::kForget) {
    record_removal(action, "", outcome);
    return;
  }
  model::RecordedObject record = action.record;
  auto applied = run_.resolve(record.applied);
  if (!applied) return fail(outcome, applied.error());
  record.applied = std::move(*applied);
  record_put(action, std::move(record), "", outcome);
}

asio::awaitable<void> ApiRunner::create(std::size_t index, ActionOutcome& outcome) {
  auto prepared = co_await prepare(run_.plan.actions[index]);
  if (!prepared) {
    fail(outcome, prepared.error());
    co_return;
  }
  if (is_halted(outcome)) co_return;
  co_await send_create(index, std::move(*prepared), "", std::nullopt, outcome);
}

asio::awaitable<void> ApiRunner::send_create(std::size_t index, Prepared prepared, std::string done,
                                             std::optional<BatchEnd> batch, ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  const schema::Kind& kind = *action.descriptor;
  const schema::CreateVariant* variant = schema::find_variant(kind, prepared.body);
  const bool is_partly_taken =
      variant != nullptr && leaves_something_out(*variant, prepared.body, prepared.secrets);
  auto created = co_await writes_.create(index, prepared, std::move(batch), &outcome.attempts);
  if (!created) {
    if (done.empty()) {
      fail_write(action, created.error(), outcome);
      co_return;
    }
    fail_rest(action, created.error(), done + ", and not created again", outcome);
    if (outcome.hint.empty()) outcome.hint = hint_after_delete(run_.store.is_kept());
    co_return;
  }
  if (!is_partly_taken) co_return record_created(index, created->id, std::move(prepared.record), outcome);
  learn_id(index, created->id, prepared.record, outcome);
  model::RecordedObject record = prepared.record;
  model::RecordedObject first = record;
  forget_untaken(*variant, first);
  record_put(action, std::move(first), describe_create(action, outcome), outcome);
  if (outcome.status != Status::kPending) co_return;
  co_await complete(index, std::move(prepared), std::move(created->object), outcome);
  if (outcome.status == Status::kPending)
    record_put(action, std::move(record), describe_create(action, outcome), outcome);
}

void ApiRunner::learn_id(std::size_t index, const std::string& id, model::RecordedObject& record,
                         ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  Written written;
  written.action = index;
  written.is_named_only = id.empty();
  record.live_id = id;
  if (id.empty())
    record.live_id = base::text_member(record.applied, action.descriptor->name_field);
  else
    run_.ids.insert_or_assign(action.key, id);
  outcome.live_id = record.live_id;
  written.record = record;
  run_.written.push_back(std::move(written));
}

void ApiRunner::record_created(std::size_t index, const std::string& id, model::RecordedObject record,
                               ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  learn_id(index, id, record, outcome);
  // A name is no id. The intent stays open until the list tells it, so that a run that ends before is
  // resolved like one whose answer was lost.
  if (id.empty() && !action.is_moved)
    run_.awaits_id.insert(index);
  else
    record_put(action, std::move(record), describe_create(action, outcome), outcome);
}

asio::awaitable<void> ApiRunner::complete(std::size_t index, Prepared prepared, json::object live,
                                          ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  run_.completed.insert_or_assign(index, live);
  auto completed = co_await writes_.complete(index, prepared, std::move(live), &outcome.attempts);
  if (completed) co_return;
  fail_rest(action, completed.error(),
            describe_create(action, outcome) + ", and what its create call does not take was not laid on",
            outcome);
}

asio::awaitable<void> ApiRunner::update(std::size_t index, plan::Part part, ActionOutcome& outcome) {
  Action& whole = run_.plan.actions[index];
  Action half;
  auto read_at = run_.options.live_read_at;
  if (part == plan::Part::kAdd) half = plan::make_first_half(whole);
  if (part == plan::Part::kRest) {
    half = plan::make_second_half(whole, halfway_.at(index).live, run_.options.policy);
    read_at = halfway_.at(index).read_at;
  }
  Action& action = part == plan::Part::kWhole ? whole : half;
  const bool may_go_on = co_await check_fresh(action, read_at, outcome);
  if (!may_go_on) co_return;
  auto prepared = co_await prepare(action);
  if (!prepared) {
    fail(outcome, prepared.error());
    co_return;
  }
  if (is_halted(outcome)) co_return;
  auto updated = co_await writes_.update(action, *prepared, &outcome.attempts);
  if (!updated) {
    fail_write(action, updated.error(), outcome);
    co_return;
  }
  if (part == plan::Part::kAdd) {
    halfway_[index] = {std::move(*updated), run_.timing.now()};
    co_return;
  }
  Written written;
  written.action = index;
  written.record = std::move(prepared->record);
  // A service that tells no ids knows its objects by their names: a rename renames the id.
  written.is_named_only = schema::live_id_of(*action.descriptor, action.before).empty();
  if (written.is_named_only) {
    const std::string name(base::text_member(written.record.applied, action.descriptor->name_field));
    if (!name.empty()) written.record.live_id = name;
  }
  written.is_kept = !is_withdrawal(action);
  run_.written.push_back(written);
  const std::string done =
      fmt::format("{} was updated (live id '{}')", action.key.to_string(), action.live_id);
  if (written.is_kept) {
    record_put(action, std::move(written.record), done, outcome);
  } else {
    record_removal(action, done, outcome);
  }
}

asio::awaitable<void> ApiRunner::replace(std::size_t index, plan::Part part, ActionOutcome& outcome) {
  Action& action = run_.plan.actions[index];
  const bool may_go_on = co_await check_fresh(action, run_.options.live_read_at, outcome);
  if (!may_go_on) co_return;
  // Whatever the create needs is at hand before anything is deleted; in two steps, all but the ids of what is
  // replaced between them.
  Result<Prepared> prepared = Prepared();
  if (part == plan::Part::kWhole) prepared = co_await prepare(action);
  if (!prepared) {
    fail(outcome, prepared.error());
    co_return;
  }
  if (is_halted(outcome)) co_return;
  auto erased = co_await writes_.erase(index, std::nullopt, &outcome.attempts);
  if (!erased) {
    fail_write(action, erased.error(), outcome);
    co_return;
  }
  outcome.is_erased = true;
  run_.ids.erase(action.key);
  if (part == plan::Part::kWhole)
    co_await send_create(index, std::move(*prepared), describe_delete(action), std::nullopt, outcome);
}

asio::awaitable<void> ApiRunner::create_again(std::size_t index, ActionOutcome& outcome) {
  const std::string done = describe_delete(run_.plan.actions[index]);
  auto prepared = co_await prepare(run_.plan.actions[index]);
  if (!prepared) {
    fail(outcome, prepared.error());
    outcome.message = fmt::format("{}, and not created again: {}", done, outcome.message);
    co_return;
  }
  if (is_halted(outcome)) co_return;
  co_await send_create(index, std::move(*prepared), done, std::nullopt, outcome);
}

asio::awaitable<void> ApiRunner::create_ahead(std::size_t index, ActionOutcome& outcome) {
  Action& action = run_.plan.actions[index];
  const bool may_go_on = co_await check_fresh(action, run_.options.live_read_at, outcome);
  if (may_go_on) co_await create(index, outcome);
}

asio::awaitable<void> ApiRunner::erase_superseded(std::size_t index, ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  if (is_halted(outcome)) co_return;
  auto erased = co_await writes_.erase(index, std::nullopt, &outcome.attempts);
  if (!erased) {
    fail_rest(action, erased.error(),
              action.key.to_string() + " was created under its new id, and the old object was not deleted",
              outcome);
    co_return;
  }
  outcome.is_erased = true;
}

asio::awaitable<void> ApiRunner::erase(std::size_t index, ActionOutcome& outcome) {
  Action& action = run_.plan.actions[index];
  const bool may_go_on = co_await check_fresh(action, run_.options.live_read_at, outcome);
  if (!may_go_on || is_halted(outcome)) co_return;
  co_await send_erase(index, std::nullopt, outcome);
}

asio::awaitable<void> ApiRunner::send_erase(std::size_t index, std::optional<BatchEnd> batch,
                                            ActionOutcome& outcome) {
  auto erased = co_await writes_.erase(index, std::move(batch), &outcome.attempts);
  if (erased)
    record_erased(index, outcome);
  else
    fail_write(run_.plan.actions[index], erased.error(), outcome);
}

void ApiRunner::record_erased(std::size_t index, ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[index];
  outcome.is_erased = true;
  record_removal(action, describe_delete(action), outcome);
}

asio::awaitable<bool> ApiRunner::check_fresh(Action& action, std::chrono::steady_clock::time_point read_at,
                                             ActionOutcome& outcome) {
  if (lists_.is_fresh(read_at)) co_return true;
  auto listed = co_await lists_.get(*action.descriptor, read_at);
  if (!listed) {
    fail_write(action, listed.error(), outcome);
    co_return false;
  }
  const auto& objects = **listed;
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [&](const auto& object) { return object.id == action.live_id; });
  const bool is_gone = found == objects.end();
  if (is_gone && action.kind == ActionKind::kDelete) {
    outcome.is_erased = true;
    record_removal(action, fmt::format("{} is deleted", action.key.to_string()), outcome);
    co_return false;
  }
  if (plan::recheck(action, is_gone ? nullptr : &found->body, run_.options.policy) && !is_gone)
    co_return true;
  fail(outcome, ErrorKind::kStale, "stale",
       is_gone ? fmt::format("{} is gone from the project since the plan was made (live id '{}')",
                             action.key.to_string(), action.live_id)
               : fmt::format("{} was changed by somebody else since the plan was made{}",
                             action.key.to_string(), describe_moved(action, found->body)),
       "plan again and look at what moved");
  co_return false;
}

asio::awaitable<Result<Prepared>> ApiRunner::prepare(const Action& action) {
  Prepared prepared;
  auto body = run_.resolve(action.body);
  if (!body) co_return body.error();
  auto applied = run_.resolve(action.record.applied);
  if (!applied) co_return applied.error();
  prepared.body = std::move(*body);
  prepared.record = action.record;
  prepared.record.key = action.key;
  prepared.record.applied = std::move(*applied);
  if (prepared.record.live_id.empty()) prepared.record.live_id = action.live_id;
  if (prepared.record.object_id.empty()) prepared.record.object_id = state::make_object_id();

  const bool is_new = action.kind == ActionKind::kCreate || action.kind == ActionKind::kReplace;
  for (const plan::SecretUse& use : action.secrets) {
    if (use.source.form == model::SecretSource::Form::kClear) {
      // A new object has no secret to clear; it is recorded all the same, or the next plan would clear it
      // again.
      if (use.is_sent) prepared.secrets.emplace_back(use.pointer, model::Secret(std::string()));
      if (use.is_sent || is_new)
        prepared.record.secrets.insert_or_assign(use.pointer, model::Fingerprint::cleared());
      continue;
    }
    if (!use.is_sent) continue;
    const auto found = run_.secrets.find({action.key, use.pointer});
    if (found == run_.secrets.end())
      co_return Error(ErrorKind::kInvalidInput, fmt::format("the secret {} is not at hand", use.pointer));
    prepared.secrets.emplace_back(use.pointer, found->second);
    model::Fingerprint fingerprint;
    if (const auto made = run_.fingerprints.find(found->first); made != run_.fingerprints.end())
      fingerprint = made->second;
    else
      fingerprint = co_await fingerprinter_.make(prepared.record.object_id, use.pointer, found->second);
    if (!fingerprint.scheme.empty())
      prepared.record.secrets.insert_or_assign(use.pointer, std::move(fingerprint));
  }
  co_return prepared;
}

bool ApiRunner::is_halted(ActionOutcome& outcome) const {
  // After the first interrupt what runs may finish.
  if (run_.stop == Stop::kNone || run_.stop == Stop::kInterrupted) return false;
  outcome = run_.make_skipped();
  return true;
}

void ApiRunner::fail_write(const Action& action, const Error& error, ActionOutcome& outcome) {
  fail(outcome, error);
  switch (error.kind()) {
    case ErrorKind::kUnauthorized:
      run_.stop_for(Stop::kCredentials, "the credentials were refused");
      return;
    case ErrorKind::kUnreachable:
      run_.stop_for(Stop::kUnreachable, "the API can't be reached");
      return;
    case ErrorKind::kRateLimited:
      run_.stop_for(Stop::kUnreachable, "the API's rate limit outlasted the retries");
      return;
    case ErrorKind::kInterrupted:
      run_.stop_for(Stop::kInterrupted, "interrupted");
      skip(outcome);
      return;
    case ErrorKind::kOutcomeUnknown:
      if (outcome.hint.empty())
        outcome.hint = "plan again: the next plan reads live and goes on from what is there";
      return;
    case ErrorKind::kNotFound:
      if (action.kind == ActionKind::kUpdate)
        fail(outcome, ErrorKind::kStale, "stale",
             fmt::format("{} is gone from the project since the plan was made: {}", action.key.to_string(),
                         error.message()),
             "plan again and look at what moved");
      return;
    case ErrorKind::kConflict:
      explain_taken_name(run_, action, outcome);
      return;
    case ErrorKind::kUnknownField:
      explain_unknown_field(action, error, outcome);
      return;
    default:
      return;
  }
}

void ApiRunner::fail_rest(const Action& action, const Error& error, std::string_view done,
                          ActionOutcome& outcome) {
  fail_write(action, error, outcome);
  if (outcome.status == Status::kSkipped) fail(outcome, error);
  outcome.message = fmt::format("{}: {}", done, outcome.message);
}

void ApiRunner::skip(ActionOutcome& outcome) const {
  const ActionOutcome skipped = run_.make_skipped();
  outcome.status = skipped.status;
  outcome.error_kind = skipped.error_kind;
  outcome.code = skipped.code;
  outcome.message = skipped.message;
  outcome.hint = skipped.hint;
}

void ApiRunner::record_put(const Action& action, model::RecordedObject record, const std::string& done,
                           ActionOutcome& outcome) {
  if (record.object_id.empty()) record.object_id = state::make_object_id();
  if (record.live_id.empty()) record.live_id = action.live_id;
  record.key = action.key;
  if (action.is_moved) {
    // What was already moved is as it should be.
    const auto moved = run_.store.move(action.moved_from, action.key);
    if (!moved && moved.error().kind() != ErrorKind::kNotFound)
      return fail_recording(done, moved.error(), outcome);
  }
  const auto put = run_.store.put(std::move(record));
  if (!put) fail_recording(done, put.error(), outcome);
}

bool ApiRunner::record_removal(const Action& action, const std::string& done, ActionOutcome& outcome) {
  const model::ObjectKey& key = action.is_moved ? action.moved_from : action.key;
  const auto& owned = run_.store.current().objects;
  const auto found = owned.find(key);
  if (found == owned.end()) return true;
  // Until a list has shown that it is gone, the state names it beside the new object.
  if (!action.live_id.empty() && found->second.superseded_id == action.live_id) return true;
  // A handle may name another live object by now; that one's record stays.
  if (!action.live_id.empty() && found->second.live_id != action.live_id) return true;
  const auto removed = outcome.is_erased ? run_.store.remove_unseen(key) : run_.store.remove(key);
  if (removed) return true;
  fail_recording(done, removed.error(), outcome);
  return false;
}

void ApiRunner::fail_recording(const std::string& done, const Error& error, ActionOutcome& outcome) {
  run_.stop_for_state(done, error);
  fail(outcome, ErrorKind::kFailure, "not-recorded",
       done.empty() ? error.message()
                    : fmt::format("{}, but that could not be recorded: {}", done, error.message()),
       error.hint());
}

}  // namespace descopectl::apply
