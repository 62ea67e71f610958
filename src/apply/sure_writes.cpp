// Send, look what came of it, send again: for creates, updates and deletes.
#include "sure_writes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agreement.hpp"
#include "descopectl/schema/identity.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using model::LiveObject;
using plan::Action;

namespace {

constexpr unsigned kMostSends = 3;

bool is_lost(const Error& error) {
  return error.kind() == ErrorKind::kOutcomeUnknown;
}

Error look_failed(const Error& lost, const Error& look) {
  return {ErrorKind::kOutcomeUnknown,
          fmt::format("{}; looking it up failed: {}", lost.message(), look.message()), look.hint()};
}

Error unclear(const Error& lost, std::string_view what) {
  return {ErrorKind::kOutcomeUnknown, fmt::format("{}; {}", lost.message(), what),
          "look at the object in the console; the next plan reads live and goes on from what is there"};
}

Error not_carried_out(const Error& lost, unsigned sends) {
  const std::string times = sends > 1 ? fmt::format(" (sent {} times)", sends) : std::string();
  return {ErrorKind::kFailure,
          fmt::format("{}; a look at the project shows that it was not carried out{}", lost.message(), times),
          "apply again when the service is well"};
}

Error moved(const Action& action) {
  return {ErrorKind::kStale,
          fmt::format("{} was changed by somebody else since the plan was made", action.key.to_string()),
          "plan again and look at what moved"};
}

Error gone(const Action& action) {
  return {ErrorKind::kNotFound, fmt::format("the project has no object '{}' any more", action.live_id)};
}

/// The version that the body sends back as loaded; null where it has none. A refusal may mean that it is
/// outdated (sheet 2.5).
const json::value* find_version(const schema::Kind& kind, const json::object& body) {
  for (const schema::Field& field : kind.fields)
    if (field.echo_version)
      if (const json::value* version = body.if_contains(field.wire_name())) return version;
  return nullptr;
}

bool may_be_outdated(const schema::Kind& kind, const json::object& body, const Error& error) {
  return (error.kind() == ErrorKind::kConflict || error.kind() == ErrorKind::kRefused) &&
         find_version(kind, body) != nullptr;
}

bool has_same_version(const schema::Kind& kind, const json::object& left, const json::object& right) {
  const json::value* one = find_version(kind, left);
  const json::value* other = find_version(kind, right);
  return (one == nullptr) == (other == nullptr) && (one == nullptr || *one == *other);
}

}  // namespace

asio::awaitable<Result<api::Created>> SureWrites::create(std::size_t index, const Prepared& prepared,
                                                         std::optional<BatchEnd> batch, unsigned* tries) {
  const Action& action = run_.plan.actions[index];
  // What is there after a batch that was refused is somebody else's: it goes as if there had been none.
  if (batch && !is_lost(batch->error)) batch.reset();
  for (unsigned sends = 1;; ++sends) {
    const bool was_in_batch = batch.has_value();
    Error error;
    if (was_in_batch) {
      error = batch->error;
    } else {
      json::object body = prepared.body;
      api::BodySecrets secrets = prepared.secrets;
      auto created = co_await run_.api.create(*action.descriptor, std::move(body), std::move(secrets),
                                              run_.generation(), tries);
      if (created) co_return std::move(*created);
      error = created.error();
      // "It exists already" may be said of what our first request made.
      if (!is_lost(error) && (sends == 1 || error.kind() != ErrorKind::kConflict)) co_return error;
      tell(action, error);
    }
    Sought sought(action, prepared.body, prepared.record, was_in_batch ? batch->at : run_.timing.now());
    batch.reset();
    auto traces = co_await lookup_.find_created(sought);
    if (!traces) co_return look_failed(error, traces.error());
    if (traces->object) co_return take_over(action, prepared, std::move(*traces->object));
    // A conflict is the answer to a second request: it says nothing of the first.
    if (is_lost(error) || (sends > 1 && !traces->unclear.empty())) {
      if (!traces->unclear.empty()) co_return unclear(error, traces->unclear);
      if (!may_send_again(sends)) co_return not_carried_out(error, sends);
    } else {
      co_return error;
    }
  }
}

api::Created SureWrites::take_over(const Action& action, const Prepared& prepared, LiveObject object) const {
  const schema::Kind& kind = *action.descriptor;
  api::Created created;
  created.id = schema::live_id_of(kind, object.body);
  created.object = std::move(object.body);
  if (kind.calls.secret.exists() && prepared.secrets.empty())
    run_.warn(
        fmt::format("{}: the answer that told its generated secret was lost, and secrets are not "
                    "fetched unasked; to have it: descopectl output {} --secret-file FILE",
                    action.key.to_string(), action.key.to_string()));
  return created;
}

asio::awaitable<Result<json::object>> SureWrites::update(const Action& action, const Prepared& prepared,
                                                         unsigned* tries) {
  const schema::Kind& kind = *action.descriptor;
  std::vector<std::string> ids{action.live_id};
  // A service that tells no ids knows its objects by their names: a rename renames the id.
  if (schema::live_id_of(kind, action.before).empty())
    ids.emplace_back(base::text_member(prepared.body, kind.name_field));
  const Judge judge = [this, &action, &prepared](const LiveObject& live) {
    return judge_update(action, prepared, live);
  };
  json::object body = prepared.body;
  api::BodySecrets secrets = prepared.secrets;
  co_return co_await send_update(action, std::move(ids), std::move(body), std::move(secrets), judge, tries);
}

asio::awaitable<Result<void>> SureWrites::complete(std::size_t index, const Prepared& prepared,
                                                   json::object live, unsigned* tries) {
  const Action& action = run_.plan.actions[index];
  plan::Completion rest = plan::make_completion(action, prepared.body, live, run_.options.policy);
  if (!rest.has_changes && prepared.secrets.empty()) co_return Result<void>();
  if (live.empty()) co_return Error(ErrorKind::kBadAnswer, "the create call did not answer the object");
  std::vector<std::string> ids{schema::live_id_of(*action.descriptor, live)};
  const Judge judge = [this, &action, &prepared](const LiveObject& object) {
    return judge_completion(action, prepared, object.body);
  };
  api::BodySecrets secrets = prepared.secrets;
  const auto updated =
      co_await send_update(action, std::move(ids), std::move(rest.body), std::move(secrets), judge, tries);
  if (!updated) co_return updated.error();
  co_return Result<void>();
}

asio::awaitable<Result<json::object>> SureWrites::send_update(const Action& action,
                                                              std::vector<std::string> ids, json::object body,
                                                              api::BodySecrets secrets, Judge judge,
                                                              unsigned* tries) {
  const schema::Kind& kind = *action.descriptor;
  bool was_lost = false;
  bool was_read_again = false;
  for (unsigned sends = 1;; ++sends) {
    json::object sent = body;
    api::BodySecrets sent_secrets = secrets;
    auto updated =
        co_await run_.api.update(kind, std::move(sent), std::move(sent_secrets), run_.generation(), tries);
    if (updated) co_return std::move(*updated);
    const Error error = updated.error();
    const bool is_outdated = !was_read_again && may_be_outdated(kind, body, error);
    if (!is_lost(error) && !was_lost && !is_outdated) co_return error;
    was_lost = was_lost || is_lost(error);
    if (is_lost(error)) tell(action, error);

    Verdict verdict;
    const Lookup::Enough is_enough = [&verdict, &judge, was_lost](const LiveObject* live) {
      verdict = live == nullptr ? Verdict() : judge(*live);
      return !was_lost || (live != nullptr && verdict.form != Verdict::Form::kUndone);
    };
    auto object = co_await lookup_.watch(kind, ids, run_.timing.now(), sends == kMostSends, is_enough);
    if (!object && was_lost) co_return look_failed(error, object.error());
    if (!object) co_return error;
    if (!*object) co_return gone(action);
    if (verdict.form == Verdict::Form::kDone && was_lost) co_return std::move((*object)->body);
    if (verdict.form == Verdict::Form::kDone || verdict.form == Verdict::Form::kMoved)
      co_return moved(action);
    auto resolved = run_.resolve(verdict.body);
    if (!resolved) co_return resolved.error();
    if (!is_lost(error) && (!is_outdated || has_same_version(kind, body, *resolved))) co_return error;
    was_read_again = was_read_again || is_outdated;
    if (!may_send_again(sends) && verdict.form == Verdict::Form::kUnproven)
      co_return unclear(error, "live does not show whether the secrets were taken");
    if (!may_send_again(sends)) co_return not_carried_out(error, sends);
    body = std::move(*resolved);
  }
}

SureWrites::Verdict SureWrites::judge_update(const Action& action, const Prepared& prepared,
                                             const LiveObject& live) const {
  Verdict verdict;
  const json::object declared = find_declared(action, prepared.record);
  const bool is_there = compare_written(action, prepared.record, declared, live.body).is_complete() &&
                        live.body != action.before;
  if (is_there && prepared.secrets.empty()) {
    verdict.form = Verdict::Form::kDone;
    return verdict;
  }
  Action again = action;
  if (is_there) again.changes.clear();  // what can be seen is done
  if (!plan::recheck(again, &live.body, run_.options.policy)) return verdict;
  verdict.form = is_there ? Verdict::Form::kUnproven : Verdict::Form::kUndone;
  verdict.body = std::move(again.body);
  return verdict;
}

SureWrites::Verdict SureWrites::judge_completion(const Action& action, const Prepared& prepared,
                                                 const json::object& live) const {
  Verdict verdict;
  plan::Completion rest = plan::make_completion(action, prepared.body, live, run_.options.policy);
  verdict.body = std::move(rest.body);
  verdict.form = Verdict::Form::kUndone;
  if (!rest.has_changes)
    verdict.form = prepared.secrets.empty() ? Verdict::Form::kDone : Verdict::Form::kUnproven;
  return verdict;
}

asio::awaitable<Result<void>> SureWrites::erase(std::size_t index, std::optional<BatchEnd> batch,
                                                unsigned* tries) {
  const Action& action = run_.plan.actions[index];
  const schema::Kind& kind = *action.descriptor;
  // What is there after a batch that was refused has a call of its own coming.
  if (batch && !is_lost(batch->error)) batch.reset();
  for (unsigned sends = 1;; ++sends) {
    BatchEnd lost(Error(), run_.timing.now());
    if (batch) {
      lost = std::move(*batch);
      batch.reset();
    } else {
      auto erased = co_await run_.api.erase(kind, action.live_id, tries);
      if (erased) co_return Result<void>();
      lost = BatchEnd(erased.error(), run_.timing.now());
      if (!is_lost(lost.error)) co_return lost.error;
      tell(action, lost.error);
    }
    std::vector<std::string> ids{action.live_id};
    const Lookup::Enough is_gone = [](const LiveObject* live) { return live == nullptr; };
    auto object = co_await lookup_.watch(kind, std::move(ids), lost.at, sends == kMostSends, is_gone);
    if (!object) co_return look_failed(lost.error, object.error());
    if (!*object) co_return Result<void>();
    if (!may_send_again(sends)) co_return not_carried_out(lost.error, sends);
  }
}

bool SureWrites::may_send_again(unsigned sends) const {
  run_.look_for_interrupt();
  return sends < kMostSends && run_.stop == Stop::kNone;
}

void SureWrites::tell(const Action& action, const Error& lost) const {
  run_.warn(fmt::format("{}: {}; looking for what became of it", action.key.to_string(), lost.message()));
}

}  // namespace descopectl::apply
