// Reading back: by the rows' own equality, polling while lists lag.
#include "proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "agreement.hpp"
#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"
#include "descopectl/transport/task_group.hpp"
#include "poll.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using plan::Action;
using plan::ActionKind;
using schema::FieldChange;

namespace {

constexpr std::size_t kMostFieldsShown = 5;
constexpr std::size_t kMostCharactersShown = 80;

std::string shown(const json::value& value, bool is_sensitive) {
  if (value.is_null()) return "absent";
  if (is_sensitive) return "(sensitive value)";
  return base::printable(base::to_canonical_json(value), kMostCharactersShown);
}

/// "/pkce is false instead of true, /prompt is absent instead of ["login"]".
std::string describe(const std::vector<FieldChange>& changes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(changes.size(), kMostFieldsShown); ++i) {
    const FieldChange& change = changes[i];
    text += fmt::format("{}{} is {} instead of {}", i == 0 ? "" : ", ", change.path,
                        shown(change.before, change.is_sensitive), shown(change.after, change.is_sensitive));
  }
  if (changes.size() > kMostFieldsShown)
    text += fmt::format(" and {} more", changes.size() - kMostFieldsShown);
  return text;
}

const model::LiveObject* find_object(const Run& run, const Written& written,
                                     const std::vector<model::LiveObject>& objects) {
  const Action& action = run.plan.actions[written.action];
  const std::string& id = written.record.live_id;
  const auto by_id =
      std::find_if(objects.begin(), objects.end(), [&](const auto& object) { return object.id == id; });
  if (by_id != objects.end()) return &*by_id;
  if (!written.is_named_only) return nullptr;
  const model::LiveObject* found = nullptr;
  for (const model::LiveObject& object : objects) {
    if (base::text_member(object.body, action.descriptor->name_field) != id) continue;
    // Another owned object may bear the same name (a tenant's role).
    const model::RecordedObject* owner = run.store.current().find_live(action.key.kind, object.id);
    if (owner != nullptr && owner->key != action.key) continue;
    if (found != nullptr) return nullptr;
    found = &object;
  }
  return found;
}

}  // namespace

/// What one look at one object showed.
struct Proof::Finding : Agreement {
  const model::LiveObject* object = nullptr;  ///< null: the list does not show it

  [[nodiscard]] bool agrees() const { return object != nullptr && is_complete(); }
};

Proof::Proof(Run& run, asio::any_io_executor executor) : run_(run), executor_(std::move(executor)) {}

std::map<const schema::Kind*, Proof::Open> Proof::find_open() {
  std::map<const schema::Kind*, Open> kinds;
  for (Written& written : run_.written) {
    const Action& action = run_.plan.actions[written.action];
    if (run_.outcome.actions[written.action].status == Status::kDone)
      kinds[action.descriptor].written.push_back(&written);
  }
  for (auto& [kind, erased] : find_departures(run_))
    kinds[kind].erased = std::move(erased);
  return kinds;
}

asio::awaitable<void> Proof::run_all() {
  transport::TaskGroup tasks(executor_, std::max<std::size_t>(run_.options.parallelism, 1));
  for (auto& [kind, open] : find_open())
    tasks.start(prove_kind(*kind, std::move(open)));
  co_await tasks.wait();
  settle_departed(run_);
}

void Proof::skip_all() {
  for (const auto& [kind, open] : find_open())
    leave_open(open, run_.stop_message);
  settle_departed(run_);
}

asio::awaitable<void> Proof::prove_kind(const schema::Kind& kind, Open open) {
  Poll poll(run_.timing, run_.options.settle);
  const std::vector<std::string> parents = find_parents(kind, open);
  while (true) {
    auto listed = co_await run_.api.list(kind, run_.generation(), parents);
    if (!listed) {
      errors_.push_back(listed.error());
      leave_open(open, listed.error().message());
      co_return;
    }
    settle_agreeing(open.written, *listed);
    settle_gone(run_, *listed, open.erased);
    if (open.empty() || run_.stop == Stop::kState) co_return;
    if (is_interrupted()) {
      leave_open(open, "interrupted");
      co_return;
    }
    const bool has_time = co_await poll.wait();
    if (!has_time) {
      fail_open(open.written, *listed);
      const auto errors = co_await judge_left(run_, executor_, kind, std::move(open.erased));
      errors_.insert(errors_.end(), errors.begin(), errors.end());
      co_return;
    }
  }
}

std::vector<std::string> Proof::find_parents(const schema::Kind& kind, const Open& open) const {
  std::set<std::string> parents;
  for (const Written* written : open.written)
    schema::add_parent(kind, written->record.live_id, parents);
  for (const std::size_t index : open.erased)
    schema::add_parent(kind, run_.plan.actions[index].live_id, parents);
  return {parents.begin(), parents.end()};
}

void Proof::settle_agreeing(std::vector<Written*>& open, const Objects& objects) {
  std::erase_if(open, [&](Written* written) {
    const Finding finding = compare(*written, objects);
    if (!finding.agrees()) return false;
    accept(*written, finding);
    return true;
  });
}

Proof::Finding Proof::compare(const Written& written, const Objects& objects) const {
  Finding finding;
  finding.object = find_object(run_, written, objects);
  if (finding.object == nullptr) return finding;
  const Action& action = run_.plan.actions[written.action];
  static_cast<Agreement&>(finding) =
      compare_written(action, written.record, find_declared(action, written.record), finding.object->body);
  return finding;
}

void Proof::accept(Written& written, const Finding& finding) {
  const Action& action = run_.plan.actions[written.action];
  model::RecordedObject& record = written.record;
  const model::RecordedObject old = record;
  if (written.is_named_only) {
    record.live_id = finding.object->id;
    run_.ids.insert_or_assign(action.key, record.live_id);
    ActionOutcome& outcome = run_.outcome.actions[written.action];
    if (!outcome.live_id.empty()) outcome.live_id = record.live_id;
  }
  warn_of_lost_fields(written.action, finding.object->body);
  bool is_changed = run_.awaits_id.contains(written.action) || record.live_id != old.live_id;
  for (const FieldChange& change : finding.changed_by_server) {
    auto [at, is_new] = record.changed_by_server.try_emplace(change.path);
    // Where live's own form was sent back and came back changed once more, it still stands for what the
    // manifest says.
    if (is_new || at->second.got != change.after) at->second.sent = change.after;
    at->second.got = change.before;
    is_changed = true;
  }
  const auto is_outdated = [&](const auto& remembered) {
    const json::value* live =
        schema::find_at(action.descriptor->fields, finding.object->body, remembered.first);
    return live == nullptr || *live != remembered.second.got;
  };
  is_changed = std::erase_if(record.changed_by_server, is_outdated) > 0 || is_changed;
  if (!is_changed || !written.is_kept) return;
  const auto put = run_.store.put(record);
  if (!put) run_.stop_for_state(fmt::format("{} was read back", action.key.to_string()), put.error());
}

void Proof::warn_of_lost_fields(std::size_t index, const json::object& live) const {
  const Action& action = run_.plan.actions[index];
  const auto made = run_.completed.find(index);
  if (action.kind != ActionKind::kUpdate && made == run_.completed.end()) return;
  const json::object& old = made == run_.completed.end() ? action.before : made->second;
  for (const schema::Field& field : action.descriptor->fields) {
    if (!field.dropped_on_update) continue;
    const json::value* before = old.if_contains(field.wire_name());
    const json::value* now = live.if_contains(field.wire_name());
    if (before == nullptr || base::is_zero(*before) || (now != nullptr && !base::is_zero(*now))) continue;
    run_.warn(fmt::format("{}: the update lost {}, which was {}", action.key.to_string(), field.name,
                          shown(*before, field.secret)));
  }
}

void Proof::fail_open(const std::vector<Written*>& open, const Objects& objects) {
  for (Written* written : open) {
    const Action& action = run_.plan.actions[written->action];
    ActionOutcome& outcome = run_.outcome.actions[written->action];
    const Finding finding = compare(*written, objects);
    if (finding.object != nullptr) {
      accept(*written, finding);  // what did stick is remembered all the same
      doubt_secrets(*written);
    }
    const std::string key = action.key.to_string();
    if (finding.object == nullptr) {
      fail(outcome, ErrorKind::kFailure, kNotApplied,
           fmt::format("{} was written, but the list of its kind does not show it (live id '{}')", key,
                       base::printable(written->record.live_id)),
           "plan again a little later: lists may lag behind");
    } else {
      fail(outcome, ErrorKind::kFailure, kNotApplied,
           fmt::format("{} was written, but {}", key, describe(finding.differences)),
           "look at the object in the console; a value that the service does not keep can be taken out of "
           "the manifest "
           "or named in lifecycle.ignoreFields");
    }
  }
}

void Proof::doubt_secrets(Written& written) {
  const Action& action = run_.plan.actions[written.action];
  if (action.kind != ActionKind::kUpdate || !written.is_kept) return;
  bool any = false;
  for (const plan::SecretUse& use : action.secrets) {
    if (!use.is_sent) continue;
    written.record.secrets.insert_or_assign(use.pointer, unsettled_fingerprint());
    any = true;
  }
  if (!any) return;
  const auto put = run_.store.put(written.record);
  if (!put) run_.stop_for_state(fmt::format("{} was read back", action.key.to_string()), put.error());
}

void Proof::leave_open(const Open& open, const std::string& why) {
  for (const Written* written : open.written)
    leave_unverified(run_, written->action, "written", why);
  for (const std::size_t index : open.erased)
    if (run_.outcome.actions[index].status == Status::kDone) leave_unverified(run_, index, "deleted", why);
  run_.unseen.insert(open.erased.begin(), open.erased.end());
}

bool Proof::is_interrupted() const {
  return run_.stop == Stop::kInterrupted || (run_.options.is_interrupted && run_.options.is_interrupted());
}

}  // namespace descopectl::apply
