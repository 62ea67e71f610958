// Making intents of a plan's actions, and closing those that the outcome did not close.
#include "journal.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "descopectl/transport/task_group.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using model::Operation;
using plan::Action;
using plan::ActionKind;
using plan::Part;

namespace {

std::optional<Operation> find_operation(const Action& action, Part part) {
  if (action.kind == ActionKind::kReplace) {
    if (part == Part::kCreate) return Operation::kCreate;
    // The new object is there, under another id.
    if (action.sequence == plan::Sequence::kCreateFirst) return Operation::kDelete;
  }
  return plan::operation_of(action.kind);
}

/// False where the service has said that it did not carry the request out, or never got it.
bool may_be_done(const ActionOutcome& outcome) {
  if (outcome.attempts == 0) return false;
  switch (outcome.error_kind) {
    case ErrorKind::kOutcomeUnknown:
    case ErrorKind::kBadAnswer:
    case ErrorKind::kFailure:
      return outcome.status == Status::kUnknown || outcome.status == Status::kFailed;
    default:
      return false;
  }
}

/// The body as far as it is known by now. Members with ids that are known later hold live's values: those ids
/// are declared, and laid over by whoever creates the object in the end.
json::object make_known_body(const Run& run, const Action& action) {
  json::object body;
  for (const auto& [name, value] : action.body) {
    auto resolved = run.resolve({{name, value}});
    if (resolved)
      body[name] = std::move((*resolved)[name]);
    else if (const json::value* live = action.before.if_contains(name))
      body[name] = *live;
  }
  return body;
}

bool makes_object(const Action& action) {
  return action.kind == ActionKind::kCreate || action.kind == ActionKind::kReplace;
}

}  // namespace

asio::awaitable<Result<void>> Journal::begin(std::vector<plan::Step> steps) {
  if (!run_.store.is_kept()) co_return Result<void>();
  const auto executor = co_await asio::this_coro::executor;
  transport::TaskGroup fingerprints(executor);
  for (const plan::Step& step : steps)
    if (makes_object(run_.plan.actions[step.action])) fingerprints.start(make_fingerprints(step.action));
  co_await fingerprints.wait();
  std::vector<model::Intent> intents;
  for (const plan::Step& step : steps)
    if (makes_object(run_.plan.actions[step.action])) name_superseded(run_.plan.actions[step.action]);
  for (const plan::Step& step : steps)
    if (auto intent = make_intent(step)) intents.push_back(std::move(*intent));
  if (intents.empty()) co_return Result<void>();
  co_return co_await run_.store.begin(std::move(intents));
}

asio::awaitable<void> Journal::make_fingerprints(std::size_t index) {
  Action& action = run_.plan.actions[index];
  if (action.record.object_id.empty()) action.record.object_id = state::make_object_id();
  for (const plan::SecretUse& use : action.secrets) {
    const auto secret = run_.secrets.find({action.key, use.pointer});
    const bool is_clear = use.source.form == model::SecretSource::Form::kClear;
    if (!use.is_sent || is_clear || secret == run_.secrets.end()) continue;
    auto made = co_await fingerprinter_.make(action.record.object_id, use.pointer, secret->second);
    run_.fingerprints.insert_or_assign(secret->first, std::move(made));
  }
}

void Journal::name_superseded(Action& action) const {
  const auto& intents = run_.store.current().intents;
  const auto open = intents.find(action.key);
  if (open == intents.end() || open->second.operation != Operation::kDelete) return;
  if (action.record.superseded_id.empty()) action.record.superseded_id = open->second.live_id;
}

void Journal::end(const plan::Step& step, const ActionOutcome& outcome) {
  const Action& action = run_.plan.actions[step.action];
  const auto& intents = run_.store.current().intents;
  auto open = intents.find(action.key);
  if (open == intents.end() && action.is_moved) open = intents.find(action.moved_from);
  if (open == intents.end() || may_be_done(outcome) || run_.awaits_id.contains(step.action)) return;
  const model::Intent intent = open->second;
  // It stays open until a list has shown that the object is gone.
  if (outcome.is_erased && intent.operation == Operation::kDelete) return;
  Result<void> closed;
  if (outcome.is_erased && intent.operation == Operation::kReplace) {
    closed = run_.store.put(run_.store.current().make_unfinished(intent));
  } else if (outcome.status == Status::kDone && intent.has_record()) {
    closed = run_.store.put(intent.record);
  } else {
    closed = run_.store.settle(intent.key);
  }
  if (!closed) run_.stop_for_state(outcome.message, closed.error());
}

void Journal::take_back(const plan::Step& step) {
  end(step, run_.make_skipped());
}

std::optional<model::Intent> Journal::make_intent(const plan::Step& step) const {
  const Action& action = run_.plan.actions[step.action];
  const auto operation = find_operation(action, step.part);
  if (!operation) return std::nullopt;
  json::object body = make_known_body(run_, action);
  model::Intent intent;
  intent.key = action.key;
  intent.operation = *operation;
  intent.live_id = *operation == Operation::kCreate ? std::string() : action.live_id;
  intent.identity = schema::identity_of(*action.descriptor, body);
  if (intent.identity.empty() && makes_object(action)) intent.strangers = find_strangers(*action.descriptor);
  intent.body_sha256 = base::sha256_hex(base::to_canonical_json(body));
  intent.at = base::format_time(run_.timing.wall_now());
  if (*operation == Operation::kCreate || *operation == Operation::kReplace) {
    auto record = make_created(action, body);
    if (!record && *operation == Operation::kCreate) return std::nullopt;
    if (record) intent.record = std::move(*record);
  }
  if (*operation == Operation::kUpdate) intent.record = make_updated(action);
  if (*operation == Operation::kDelete) intent.record = find_owned(action);
  if (*operation == Operation::kDelete || *operation == Operation::kReplace)
    intent.before_sha256 = digest_live(*action.descriptor, action.before);
  if (*operation == Operation::kReplace) {
    // Ids that are known later are declared, and laid over by whoever creates the object in the end.
    if (!intent.has_record()) intent.record = action.record;
    intent.record.pending_create = std::move(body);
  }
  if (intent.has_record()) intent.key = intent.record.key;
  return intent;
}

std::vector<std::string> Journal::find_strangers(const schema::Kind& kind) const {
  std::vector<std::string> ids;
  const model::LiveKind* live = run_.options.live == nullptr ? nullptr : run_.options.live->find(kind.name);
  if (live == nullptr || schema::has_key(kind)) return ids;
  for (const model::LiveObject& object : live->objects)
    if (run_.store.current().find_live(kind.name, object.id) == nullptr) ids.push_back(object.id);
  return ids;
}

std::optional<model::RecordedObject> Journal::make_created(const Action& action,
                                                           const json::object& body) const {
  auto applied = run_.resolve(action.record.applied);
  if (!applied) return std::nullopt;
  model::RecordedObject record = action.record;
  record.key = action.key;
  record.live_id.clear();
  record.applied = std::move(*applied);
  for (const plan::SecretUse& use : action.secrets) {
    if (use.source.form == model::SecretSource::Form::kClear)
      record.secrets.insert_or_assign(use.pointer, model::Fingerprint::cleared());
    else if (const auto made = run_.fingerprints.find({action.key, use.pointer});
             made != run_.fingerprints.end())
      record.secrets.insert_or_assign(use.pointer, made->second);
  }
  if (const auto* variant = schema::find_variant(*action.descriptor, body)) forget_untaken(*variant, record);
  return record;
}

model::RecordedObject Journal::find_owned(const Action& action) const {
  const auto& owned = run_.store.current().objects;
  const auto found = owned.find(action.is_moved ? action.moved_from : action.key);
  // A handle may name another live object by now.
  if (found == owned.end() || found->second.live_id != action.live_id) return {};
  return found->second;
}

// Nothing for an object that is about to be adopted: it is not ours before that is done.
model::RecordedObject Journal::make_updated(const Action& action) const {
  model::RecordedObject record = find_owned(action);
  if (record.key.kind.empty()) return record;
  for (const plan::SecretUse& use : action.secrets)
    if (use.is_sent) record.secrets.insert_or_assign(use.pointer, unsettled_fingerprint());
  return record;
}

}  // namespace descopectl::apply
