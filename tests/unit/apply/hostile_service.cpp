// Objects with their history, so that a list can show what was; and faults by a seed.
#include "hostile_service.hpp"

#include <algorithm>

#include "descopectl/schema/identity.hpp"

namespace descopectl::test {

namespace asio = boost::asio;
using schema::Kind;
using std::chrono::milliseconds;

namespace {

/// Where a batch's answer is empty, so is that of one create.
bool tells_ids(const Kind& kind) {
  return !kind.calls.create_batch.exists() || !kind.calls.create_batch.out.empty();
}

}  // namespace

void HostileService::set_faults(unsigned percent, std::uint64_t seed) {
  fault_percent_ = percent;
  random_.seed(seed);
}

HostileService::Fate HostileService::draw() {
  Fate fate;
  fate.answered = milliseconds(20);
  ++requests_;
  if (random_() % 100 >= fault_percent_) return fate;
  enum Fault : unsigned {
    kRateLimit,
    kServerError,
    kResetBefore,
    kResetAfter,
    kErrorAfter,
    kCut,
    kSlow,
    kLate
  };
  const auto fault = static_cast<Fault>(random_() % 8);
  // Of 429 the client waits as it is told, and asks again.
  if (fault == kRateLimit) fate.answered = milliseconds(1020);
  if (fault == kRateLimit) return fate;
  fate.is_lost = true;
  fate.is_carried_out = fault != kServerError && fault != kResetBefore;
  if (fault == kSlow || fault == kLate) fate.answered = timeout;
  if (fault == kLate) fate.late = timeout + milliseconds(500);
  return fate;
}

asio::awaitable<bool> HostileService::answer(Fate fate) {
  co_await timing_.wait_until(timing_.now() + fate.answered);
  if (fate.is_lost) ++lost_answers;
  co_return fate.is_lost;
}

void HostileService::set(const Kind& kind, const std::string& id, TimePoint when,
                         std::optional<json::object> body) {
  std::vector<Version>& versions = objects_[std::string(kind.name)][id];
  const auto after = std::upper_bound(versions.begin(), versions.end(), when,
                                      [](TimePoint time, const Version& v) { return time < v.since; });
  versions.insert(after, Version{when, std::move(body)});
}

const json::object* HostileService::find(std::string_view kind, const std::string& id, TimePoint when) const {
  const auto of_kind = objects_.find(kind);
  if (of_kind == objects_.end()) return nullptr;
  const auto at = of_kind->second.find(id);
  if (at == of_kind->second.end()) return nullptr;
  const json::object* found = nullptr;
  for (const Version& version : at->second)
    if (version.since <= when) found = version.body ? &*version.body : nullptr;
  return found;
}

std::map<std::string, json::object> HostileService::live(std::string_view kind) const {
  std::map<std::string, json::object> found;
  if (const auto of_kind = objects_.find(kind); of_kind != objects_.end())
    for (const auto& [id, versions] : of_kind->second)
      if (const json::object* body = find(kind, id, timing_.now() + timeout)) found[id] = *body;
  return found;
}

asio::awaitable<Result<std::vector<model::LiveObject>>> HostileService::list(
    const Kind& kind, unsigned, std::vector<std::string> parents) {
  // A read is tried again until it succeeds; it only takes longer.
  Fate fate = draw();
  fate.is_lost = false;
  co_await answer(fate);
  std::vector<model::LiveObject> shown;
  for (const auto& [id, versions] : objects_[std::string(kind.name)]) {
    const std::string parent = schema::parent_of(kind, id);
    if (!parent.empty() && std::find(parents.begin(), parents.end(), parent) == parents.end()) continue;
    if (const json::object* body = find(kind.name, id, timing_.now() - list_lag))
      shown.push_back({id, *body});
  }
  co_return shown;
}

asio::awaitable<Result<model::LiveObject>> HostileService::load(const Kind& kind, std::string id, unsigned) {
  Fate fate = draw();
  fate.is_lost = false;
  co_await answer(fate);
  const json::object* body = find(kind.name, id, timing_.now());
  if (body == nullptr) co_return Error(ErrorKind::kNotFound, id + " is not there");
  model::LiveObject object;
  object.id = std::move(id);
  object.body = *body;
  co_return object;
}

asio::awaitable<Result<std::uint64_t>> HostileService::count_losses(const Kind&, std::string) {
  co_return std::uint64_t{0};
}

asio::awaitable<Result<api::Created>> HostileService::create(const Kind& kind, json::object body,
                                                             api::BodySecrets, unsigned, unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const Fate fate = draw();
  api::Created created;
  const std::string name = schema::live_id_of(kind, body);
  created.id = make(kind, std::move(body), fate);
  const bool is_lost = co_await answer(fate);
  if (is_lost) co_return Error(ErrorKind::kOutcomeUnknown, "no answer");
  if (created.id.empty()) co_return Error(ErrorKind::kConflict, name + " exists already");
  if (!tells_ids(kind)) created.id.clear();
  co_return created;
}

std::string HostileService::make(const Kind& kind, json::object body, Fate fate) {
  const TimePoint when = timing_.now() + fate.late;
  std::string id = schema::live_id_of(kind, body);
  // Names may be equal, ids may not.
  if (!id.empty() && find(kind.name, id, when) != nullptr) return {};
  if (id.empty()) id = std::string(kind.id_prefix) + std::to_string(next_id_++);
  schema::put_live_id(kind, id, body);
  body["version"] = "1";
  if (fate.is_carried_out) set(kind, id, when, std::move(body));
  return id;
}

asio::awaitable<Result<std::vector<api::Created>>> HostileService::create_batch(
    const Kind& kind, std::vector<json::object> bodies, unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const Fate fate = draw();
  std::vector<api::Created> created(bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    created[i].id = make(kind, std::move(bodies[i]), fate);
    if (!tells_ids(kind)) created[i].id.clear();
  }
  const bool is_lost = co_await answer(fate);
  if (is_lost) co_return Error(ErrorKind::kOutcomeUnknown, "no answer");
  co_return created;
}

asio::awaitable<Result<void>> HostileService::erase_batch(const Kind& kind, std::vector<std::string> ids,
                                                          unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const Fate fate = draw();
  for (const std::string& id : ids)
    if (fate.is_carried_out) set(kind, id, timing_.now() + fate.late, std::nullopt);
  const bool is_lost = co_await answer(fate);
  if (is_lost) co_return Error(ErrorKind::kOutcomeUnknown, "no answer");
  co_return Result<void>();
}

asio::awaitable<Result<json::object>> HostileService::update(const Kind& kind, json::object body,
                                                             api::BodySecrets, unsigned, unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const Fate fate = draw();
  const TimePoint when = timing_.now() + fate.late;
  const std::string id = schema::live_id_of(kind, body);
  const json::object* before = find(kind.name, id, when);
  const bool is_there = before != nullptr;
  if (is_there && fate.is_carried_out) {
    for (const schema::Field& field : kind.fields)
      if (json::value* renamed = field.update_wire.empty() ? nullptr : body.if_contains(field.update_wire)) {
        body[field.wire_name()] = std::move(*renamed);
        body.erase(field.update_wire);
      }
    body["version"] = std::to_string(std::stoi(std::string(before->at("version").as_string())) + 1);
    set(kind, id, when, std::move(body));
  }
  const bool is_lost = co_await answer(fate);
  if (is_lost) co_return Error(ErrorKind::kOutcomeUnknown, "no answer");
  if (!is_there) co_return Error(ErrorKind::kNotFound, id + " is not there");
  co_return json::object();
}

asio::awaitable<Result<void>> HostileService::erase(const Kind& kind, std::string id, unsigned* tries) {
  if (tries != nullptr) ++*tries;
  const Fate fate = draw();
  if (fate.is_carried_out) set(kind, id, timing_.now() + fate.late, std::nullopt);
  const bool is_lost = co_await answer(fate);
  if (is_lost) co_return Error(ErrorKind::kOutcomeUnknown, "no answer");
  co_return Result<void>();
}

}  // namespace descopectl::test
