// The scripted service, store and clock.
#include "fake_service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "descopectl/schema/identity.hpp"

namespace descopectl::test {

namespace asio = boost::asio;
using schema::Kind;

asio::awaitable<void> FakeTiming::wait_until(std::chrono::steady_clock::time_point when) {
  waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(when - now_));
  now_ = std::max(now_, when);
  co_await asio::post(executor_, asio::use_awaitable);
}

namespace {

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

asio::awaitable<Result<void>> FakeService::serve(std::string call) {
  ++in_flight;
  most_in_flight = std::max(most_in_flight, in_flight);
  if (on_call) on_call(call);
  for (int turn = 0; turn < 3; ++turn)
    co_await asio::post(executor_, asio::use_awaitable);
  while (hold && hold())
    co_await asio::post(executor_, asio::use_awaitable);
  --in_flight;
  log.push_back(call);
  auto& failures = failures_[call];
  if (failures.empty()) co_return Result<void>();
  const Error error = failures.front();
  failures.pop_front();
  co_return error;
}

void FakeService::remember(const std::string& call, const api::BodySecrets& secrets) {
  for (const auto& [pointer, secret] : secrets)
    sent_secrets[call + " " + pointer] = std::string(secret.reveal());
}

bool FakeService::is_lost(const std::string& call) {
  unsigned& left = lost_[call];
  if (left == 0) return false;
  --left;
  return true;
}

namespace {

Error lost_answer() {
  return {ErrorKind::kOutcomeUnknown, "timed out"};
}

}  // namespace

asio::awaitable<Result<std::vector<model::LiveObject>>> FakeService::list(const Kind& kind, unsigned,
                                                                          std::vector<std::string> parents) {
  asked_parents[std::string(kind.name)] = std::move(parents);
  const std::string name(kind.name);
  const auto served = co_await serve("list " + name);
  if (!served) co_return served.error();
  const bool is_late = lagging[name] > 0;
  if (is_late) --lagging[name];
  const Objects& shown = is_late ? lagging_shows[name] : live[name];
  std::vector<model::LiveObject> objects;
  for (const auto& [id, body] : shown)
    objects.push_back({id, body});
  co_return objects;
}

asio::awaitable<Result<model::LiveObject>> FakeService::load(const Kind& kind, std::string id, unsigned) {
  const auto served = co_await serve("load " + std::string(kind.name) + "/" + id);
  if (!served) co_return served.error();
  const Objects& objects = live[std::string(kind.name)];
  const auto found = objects.find(id);
  if (found == objects.end()) co_return Error(ErrorKind::kNotFound, id + " is not there");
  model::LiveObject object;
  object.id = id;
  object.body = found->second;
  co_return object;
}

asio::awaitable<Result<api::Created>> FakeService::create(const Kind& kind, json::object body,
                                                          api::BodySecrets secrets, unsigned,
                                                          unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const std::string call = "create " + std::string(kind.name) + "/" + text_at(body, kind.name_field);
  const auto served = co_await serve(call);
  if (!served) co_return served.error();
  remember(call, secrets);
  api::Created created;
  created.id = make(kind, call, std::move(body));
  if (is_lost(call)) co_return lost_answer();
  if (!tells_ids) created.id.clear();
  co_return created;
}

std::string FakeService::make(const Kind& kind, const std::string& call, json::object body) {
  std::string id = schema::live_id_of(kind, body);
  if (id.empty()) id = std::string(kind.id_prefix) + std::to_string(next_id_++);
  schema::put_live_id(kind, id, body);
  if (on_write) on_write(call, body);
  live[std::string(kind.name)][id] = std::move(body);
  return id;
}

asio::awaitable<Result<std::vector<api::Created>>> FakeService::create_batch(const Kind& kind,
                                                                             std::vector<json::object> bodies,
                                                                             unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const std::string call = "create " + std::to_string(bodies.size()) + " of " + std::string(kind.name);
  const auto served = co_await serve(call);
  if (!served) co_return served.error();
  std::vector<api::Created> created(bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i)
    created[i].id = make(kind, call, std::move(bodies[i]));
  if (is_lost(call)) co_return lost_answer();
  if (!tells_ids)
    for (api::Created& one : created)
      one.id.clear();
  co_return created;
}

asio::awaitable<Result<void>> FakeService::erase_batch(const Kind& kind, std::vector<std::string> ids,
                                                       unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const std::string call = "erase " + std::to_string(ids.size()) + " of " + std::string(kind.name);
  const auto served = co_await serve(call);
  if (!served) co_return served.error();
  for (const std::string& id : ids)
    live[std::string(kind.name)].erase(id);
  if (is_lost(call)) co_return lost_answer();
  co_return Result<void>();
}

asio::awaitable<Result<json::object>> FakeService::update(const Kind& kind, json::object body,
                                                          api::BodySecrets secrets, unsigned,
                                                          unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const std::string id = schema::live_id_of(kind, body);
  const std::string call = "update " + std::string(kind.name) + "/" + id;
  const auto served = co_await serve(call);
  if (!served) co_return served.error();
  remember(call, secrets);
  if (on_write) on_write(call, body);
  live[std::string(kind.name)][id] = std::move(body);
  if (is_lost(call)) co_return lost_answer();
  co_return json::object();
}

asio::awaitable<Result<void>> FakeService::erase(const Kind& kind, std::string id, unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const std::string call = "erase " + std::string(kind.name) + "/" + id;
  const auto served = co_await serve(call);
  if (!served) co_return served.error();
  live[std::string(kind.name)].erase(id);
  if (is_lost(call)) co_return lost_answer();
  co_return Result<void>();
}

MemoryStore::MemoryStore() {
  state.fingerprint_key = std::string(64, 'a');
  state.lineage = "line";
}

Result<void> MemoryStore::record(std::string what, state::Change change) {
  if (const auto fits = state::check_change(state, change); !fits) return fits;
  if (writes_left == 0) return write_error;
  --writes_left;
  log.push_back(std::move(what));
  state::apply_change(state, {.serial = state.serial + 1, .change = std::move(change)});
  return {};
}

asio::awaitable<Result<void>> MemoryStore::begin(std::vector<model::Intent> intents) {
  ++begins;
  for (model::Intent& intent : intents) {
    std::string what =
        "begin " + std::string(model::to_string(intent.operation)) + " " + intent.key.to_string();
    const auto recorded = record(std::move(what), state::IntentChange{std::move(intent)});
    if (!recorded) co_return recorded;
  }
  co_return Result<void>();
}

Result<void> MemoryStore::settle(const model::ObjectKey& key) {
  if (!state.intents.contains(key)) return {};
  return record("settle " + key.to_string(), state::SettleChange{key});
}

asio::awaitable<Result<void>> MemoryStore::flush() {
  co_return Result<void>();
}

Result<void> MemoryStore::set_target(std::string project_id, std::string base_url) {
  return record("target " + project_id, state::TargetChange{project_id, base_url});
}

Result<void> MemoryStore::put(model::RecordedObject object) {
  return record("put " + object.key.to_string(), state::PutChange{object});
}

Result<void> MemoryStore::remove(const model::ObjectKey& key) {
  return record("remove " + key.to_string(), state::RemoveChange{key});
}

Result<void> MemoryStore::remove_unseen(const model::ObjectKey& key) {
  return record("remove " + key.to_string(), state::RemoveChange{key, true});
}

Result<void> MemoryStore::move(const model::ObjectKey& from, const model::ObjectKey& to) {
  return record("move " + from.to_string() + " " + to.to_string(), state::MoveChange{from, to});
}

boost::asio::awaitable<Result<void>> MemoryStore::renew() {
  ++renewed;
  if (renewals.empty() && loses_lock) co_return Error(ErrorKind::kLockHeld, "taken");
  if (renewals.empty()) co_return Result<void>();
  const Result<void> next = renewals.front();
  renewals.pop_front();
  co_return next;
}

boost::asio::awaitable<Result<void>> MemoryStore::replace(model::RecordedState replacement) {
  state = std::move(replacement);
  co_return Result<void>();
}

Result<void> MemoryStore::compact() {
  log.emplace_back("compact");
  if (!compacts) return Error(ErrorKind::kFailure, "the state can't be rewritten");
  return {};
}

}  // namespace descopectl::test
