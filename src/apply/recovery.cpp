// Open intents against live: whose object is there, whose is gone, and whose never came to be.
#include "descopectl/apply/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>
#include <variant>

#include "agreement.hpp"
#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "poll.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using model::Intent;
using model::LiveObject;
using model::Operation;
using model::RecordedObject;

namespace {

/// Looks for the object of one open intent.
class Resolver {
 public:
  Resolver(const model::RecordedState& recorded, const model::LiveState& live, const Intent& intent)
      : recorded_(recorded),
        intent_(intent),
        kind_(kinds::find(intent.key.kind)),
        live_(live.find(intent.key.kind)) {}

  Resolution resolve() {
    if (kind_ == nullptr || live_ == nullptr) return settle("");
    switch (intent_.operation) {
      case Operation::kCreate:
        return resolve_create();
      case Operation::kUpdate:
        return resolve_update();
      case Operation::kReplace:
        return resolve_replacement();
      case Operation::kDelete:
        break;
    }
    return resolve_delete();
  }

 private:
  Resolution resolve_create() const {
    const LiveObject* made = find_made(intent_.record.applied);
    if (made != nullptr) return take(*made);
    Resolution unseen = settle("");
    if (leaves_open(unseen, intent_.record.applied)) return unseen;
    unseen.may_appear = true;
    return unseen;
  }

  Resolution resolve_update() const {
    if (!intent_.has_record()) return settle("");
    Resolution kept{state::PutChange{intent_.record}, ""};
    if (live_->find(intent_.live_id) != nullptr) return kept;
    // An object that is known by its name goes by another one now, if the request was carried out.
    if (const LiveObject* made = find_made(intent_.record.applied)) return take(*made);
    Resolution unseen = kept;
    unseen.may_appear = true;
    return unseen;
  }

  Resolution resolve_replacement() const {
    if (const LiveObject* made = find_made(intent_.record.pending_create)) return take(*made);
    if (const LiveObject* there = live_->find(intent_.live_id))
      return is_new(*there) ? take(*there) : doubt_secrets();
    Resolution unseen{state::PutChange{recorded_.make_unfinished(intent_)}, ""};
    if (leaves_open(unseen, intent_.record.pending_create)) return unseen;
    unseen.may_appear = true;
    return unseen;
  }

  Resolution resolve_delete() const {
    const auto owned = recorded_.objects.find(intent_.key);
    // A handle may name another live object by now.
    const bool is_ours = owned != recorded_.objects.end() && owned->second.live_id == intent_.live_id;
    const bool is_anybodys = is_ours || recorded_.find_live(intent_.key.kind, intent_.live_id) == nullptr;
    const LiveObject* live = live_->find(intent_.live_id);
    if (is_anybodys && live != nullptr) {
      Resolution listed =
          is_ours ? settle("") : own_again(*live);  // what a list shows may be gone all the same
      (kind_->calls.load.exists() ? listed.may_be_gone : listed.may_appear) = true;
      return listed;
    }
    if (!is_ours) return settle("");
    return {state::RemoveChange{intent_.key},
            fmt::format("an interrupted run had deleted {}", intent_.key.to_string())};
  }

  /// What was to be deleted and is still there is owned as before: beside the object that has its handle by
  /// now, or by its old record. Where the id is not the service's, something else may have been made under
  /// it.
  Resolution own_again(const LiveObject& live) const {
    if (kind_->id_chosen_by_client && digest_live(*kind_, live.body) != intent_.before_sha256)
      return settle("");
    const auto heir = recorded_.objects.find(intent_.key);
    const bool has_heir = heir != recorded_.objects.end();
    if (has_heir ? !heir->second.superseded_id.empty() : !intent_.has_record()) return settle("");
    RecordedObject record = has_heir ? heir->second : intent_.record;
    if (has_heir) record.superseded_id = live.id;
    return {state::PutChange{std::move(record)},
            fmt::format("an interrupted run was to delete {}, and it is still there (live id '{}')",
                        intent_.key.to_string(), base::printable(live.id, 100))};
  }

  /// Is what has the id of the object that was to be replaced the new one for certain?
  bool is_new(const LiveObject& object) const {
    return !intent_.before_sha256.empty() && digest_live(*kind_, object.body) != intent_.before_sha256 &&
           !intent_.record.pending_create.empty() && shows(object, intent_.record.pending_create);
  }

  /// The one object of nobody that is what the request was to make, and shows what was sent. What has the id
  /// of the object that was to be replaced is taken for that: it is compared by the plan.
  const LiveObject* find_made(const json::object& sent) const {
    if (intent_.identity.empty()) return nullptr;
    const LiveObject* found = nullptr;
    for (const LiveObject& object : live_->objects) {
      if (object.id == intent_.live_id || !schema::has_identity(object.body, intent_.identity) ||
          is_owned(object) || !shows(object, sent))
        continue;
      if (found != nullptr) return nullptr;  // the plan names them
      found = &object;
    }
    return found;
  }

  /// Where the service chose all that would tell the object: is something new there that may be it?
  bool leaves_open(Resolution& resolution, const json::object& sent) const {
    if (!intent_.identity.empty() || schema::has_key(*kind_)) return false;
    std::vector<std::string>& ids = resolution.candidates;
    for (const LiveObject& object : live_->objects)
      if (object.id != intent_.live_id && !is_stranger(object.id) &&
          recorded_.find_live(intent_.key.kind, object.id) == nullptr && shows(object, sent))
        ids.push_back(object.id);
    if (ids.empty()) return false;
    resolution.finding = fmt::format("an interrupted run may have made {} as {}: nothing tells",
                                     quote_ids(ids), intent_.key.to_string());
    return true;
  }

  /// Was it there before the write, and nobody's?
  bool is_stranger(const std::string& id) const {
    const auto& ids = intent_.strangers;
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  bool is_owned(const LiveObject& object) const {
    const RecordedObject* owner = recorded_.find_live(intent_.key.kind, object.id);
    return owner != nullptr && owner->key != intent_.key;
  }

  bool shows(const LiveObject& object, const json::object& sent) const {
    plan::Action create;
    create.kind = plan::ActionKind::kCreate;
    create.descriptor = kind_;
    const json::object declared = find_taken(*kind_, sent, sent);
    return compare_written(create, intent_.record, declared, object.body).is_complete();
  }

  Resolution take(const LiveObject& object) const {
    RecordedObject record = intent_.record;
    record.live_id = object.id;
    record.pending_create.clear();
    const std::string_view done = intent_.operation == Operation::kCreate   ? "created"
                                  : intent_.operation == Operation::kUpdate ? "updated"
                                                                            : "replaced";
    std::string finding = fmt::format("an interrupted run had {} {} (live id '{}'); it is taken over", done,
                                      intent_.key.to_string(), base::printable(object.id, 100));
    return {state::PutChange{std::move(record)}, std::move(finding)};
  }

  /// Under that id stands the old object or the new one: the plan compares them, but for secrets. Those that
  /// an update can send are sent again, whatever the manifest says by then.
  Resolution doubt_secrets() const {
    const auto owned = recorded_.objects.find(intent_.key);
    if (owned == recorded_.objects.end()) return settle("");
    RecordedObject record = owned->second;
    bool any = false;
    for (const auto& [pointer, fingerprint] : intent_.record.secrets) {
      const schema::Field* row = schema::find_row(kind_->fields, pointer);
      if (row == nullptr || !row->in(schema::kInUpdate)) continue;
      record.secrets.insert_or_assign(pointer, unsettled_fingerprint());
      any = true;
    }
    if (!any) return settle("");
    return {state::PutChange{std::move(record)}, ""};
  }

  Resolution settle(std::string finding) const {
    return {state::SettleChange{intent_.key}, std::move(finding)};
  }

  const model::RecordedState& recorded_;
  const Intent& intent_;
  const schema::Kind* kind_;
  const model::LiveKind* live_;
};

/// Live objects that lists show and no load finds any more: their deletion was carried out.
class Ghosts {
 public:
  Ghosts(api::Reader& reader, const model::RecordedState& recorded, const LiveOptions& options)
      : reader_(reader), recorded_(recorded), options_(options) {}

  /// Loads what may be gone; the error is one that says nothing of the object.
  asio::awaitable<Result<void>> look(const std::vector<Resolution>& resolutions) {
    for (const Resolution& resolution : resolutions) {
      if (!resolution.may_be_gone) continue;
      const Intent& intent = recorded_.intents.at(resolution.key);
      const schema::Kind* kind = kinds::find(resolution.key.kind);
      std::string id = intent.live_id;
      auto found = co_await reader_.load(*kind, std::move(id), options_.generation);
      if (!found && found.error().kind() != ErrorKind::kNotFound) co_return found.error();
      if (!found) ids_.emplace_back(resolution.key.kind, intent.live_id);
    }
    co_return Result<void>();
  }

  [[nodiscard]] bool empty() const { return ids_.empty(); }

  void take_out_of(model::LiveState& live) const {
    for (const auto& [kind, id] : ids_)
      if (const auto at = live.kinds.find(kind); at != live.kinds.end())
        std::erase_if(at->second.objects,
                      [&wanted = id](const LiveObject& object) { return object.id == wanted; });
  }

 private:
  api::Reader& reader_;
  const model::RecordedState& recorded_;
  const LiveOptions& options_;
  std::vector<std::pair<std::string, std::string>> ids_;  ///< kind, live id
};

/// Until when a list may not show what the youngest of those intents made; none where all is to be seen.
std::optional<std::chrono::system_clock::time_point> find_deadline(const model::RecordedState& recorded,
                                                                   const std::vector<Resolution>& resolutions,
                                                                   std::chrono::milliseconds settle) {
  std::optional<std::chrono::system_clock::time_point> deadline;
  auto resolution = resolutions.begin();
  for (const auto& [key, intent] : recorded.intents) {
    if (!(resolution++)->may_appear) continue;
    const auto at = base::parse_time(intent.at);
    // Whole seconds: the time is up when the last of them is.
    if (at) deadline = std::max(deadline.value_or(*at), *at + std::chrono::seconds(1) + settle);
  }
  return deadline;
}

struct Recorder {
  state::Store& store;

  Result<void> operator()(const state::PutChange& change) const { return store.put(change.object); }
  Result<void> operator()(const state::RemoveChange& change) const { return store.remove(change.key); }
  Result<void> operator()(const state::SettleChange& change) const { return store.settle(change.key); }
  template <typename Other>
  Result<void> operator()(const Other&) const {
    return Error(ErrorKind::kFailure, "a resolution changes nothing else");
  }
};

}  // namespace

std::vector<Resolution> resolve_intents(const model::RecordedState& recorded, const model::LiveState& live) {
  std::vector<Resolution> resolutions;
  model::RecordedState after = recorded;  // what one intent takes over is not there for the next
  for (const auto& [key, intent] : recorded.intents) {
    resolutions.push_back(Resolver(after, live, intent).resolve());
    resolutions.back().key = key;
    if (resolutions.back().candidates.empty())
      state::apply_change(after, {.serial = after.serial, .change = resolutions.back().change});
  }
  return resolutions;
}

asio::awaitable<Result<std::vector<Resolution>>> resolve_intents(api::Reader& reader,
                                                                 const model::RecordedState& recorded,
                                                                 LiveRead& live, const LiveOptions& options) {
  const auto executor = co_await asio::this_coro::executor;
  const std::unique_ptr<api::Timing> clock = options.timing == nullptr ? api::make_timing(executor) : nullptr;
  api::Timing& timing = options.timing == nullptr ? *clock : *options.timing;
  std::vector<Resolution> resolutions = resolve_intents(recorded, live.state);
  Ghosts ghosts(reader, recorded, options);
  if (const auto looked = co_await ghosts.look(resolutions); !looked) co_return looked.error();
  if (!ghosts.empty()) {
    ghosts.take_out_of(live.state);
    resolutions = resolve_intents(recorded, live.state);
  }
  const auto deadline = find_deadline(recorded, resolutions, options.settle);
  if (!deadline || timing.wall_now() >= *deadline) co_return resolutions;
  // No longer than that even where another machine's clock wrote the time.
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - timing.wall_now());
  Poll poll(timing, std::min(left, options.settle));
  while (true) {
    if (options.is_interrupted && options.is_interrupted())
      co_return Error(ErrorKind::kInterrupted, "interrupted while live was read");
    const bool has_time = co_await poll.wait();
    if (!has_time) co_return resolutions;
    auto again = co_await read_live(reader, recorded, options);
    if (!again) co_return again.error();
    live = std::move(*again);
    ghosts.take_out_of(live.state);
    resolutions = resolve_intents(recorded, live.state);
    const bool is_all_seen = std::none_of(resolutions.begin(), resolutions.end(),
                                          [](const Resolution& one) { return one.may_appear; });
    if (is_all_seen) co_return resolutions;
  }
}

void take_over(model::RecordedState& recorded, const std::vector<Resolution>& resolutions) {
  for (const Resolution& resolution : resolutions) {
    if (resolution.candidates.empty())
      state::apply_change(recorded, {.serial = recorded.serial, .change = resolution.change});
    else
      recorded.intents.at(resolution.key).candidates = resolution.candidates;
  }
}

asio::awaitable<Result<void>> record(state::Store& store, std::vector<Resolution> resolutions) {
  for (const Resolution& resolution : resolutions) {
    if (!resolution.candidates.empty()) continue;
    const auto recorded = std::visit(Recorder{store}, resolution.change);
    if (!recorded) co_return recorded;
  }
  co_return co_await store.flush();
}

}  // namespace descopectl::apply
