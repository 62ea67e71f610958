// Reading back: by the rows' own equality, polling while lists lag.
#include "proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

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

/// Adds the fields that went back to their default: they were written, though the state no longer holds them.
void add_resets(json::object& declared, const json::object& managed) {
  for (const auto& [name, value] : managed) {
    json::value* known = declared.if_contains(name);
    if (value.is_null() && known == nullptr) declared[name] = nullptr;
    if (!value.is_object() || (known != nullptr && !known->is_object())) continue;
    json::object inner = known == nullptr ? json::object() : known->get_object();
    add_resets(inner, value.get_object());
    if (!inner.empty() || known != nullptr) declared[name] = std::move(inner);
  }
}

/// Does a manifest write the field at `path`? Lists and maps are managed whole, objects member by member.
bool is_declared(schema::Fields fields, const json::object& applied, std::string_view path) {
  const json::object* at = &applied;
  for (const std::string& token : base::split_pointer(path)) {
    const json::value* value = at->if_contains(token);
    if (value == nullptr) return false;
    const schema::Field* row = schema::find_wire_field(fields, token);
    if (row == nullptr || row->type != schema::Type::kObject || !value->is_object()) return true;
    at = &value->get_object();
    fields = row->fields;
  }
  return true;
}

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
    if (string_at(object.body, action.descriptor->name_field) != id) continue;
    // Another owned object may bear the same name (a tenant's role).
    const model::RecordedObject* owner = run.store.current().find_live(action.key.kind, object.id);
    if (owner != nullptr && owner->key != action.key) continue;
    if (found != nullptr) return nullptr;
    found = &object;
  }
  return found;
}

/// The parents of what was written, where the kind is listed by parent.
std::vector<std::string> find_parents(const schema::Kind& kind, const std::vector<Written*>& open) {
  std::set<std::string> parents;
  for (const Written* written : open)
    schema::add_parent(kind, written->record.live_id, parents);
  return {parents.begin(), parents.end()};
}

}  // namespace

/// What one look at one object showed.
struct Proof::Finding {
  const model::LiveObject* object = nullptr;  ///< null: the list does not show it
  std::vector<FieldChange> differences;       ///< before: live's value; after: what was declared
  std::vector<FieldChange> changed_by_server;

  [[nodiscard]] bool agrees() const { return object != nullptr && differences.empty(); }
};

Proof::Proof(Run& run, asio::any_io_executor executor) : run_(run), executor_(std::move(executor)) {}

asio::awaitable<void> Proof::run_all() {
  std::map<const schema::Kind*, std::vector<Written*>> kinds;
  for (Written& written : run_.written) {
    const Action& action = run_.plan.actions[written.action];
    if (run_.outcome.actions[written.action].status == Status::kDone)
      kinds[action.descriptor].push_back(&written);
  }
  transport::TaskGroup tasks(executor_, std::max<std::size_t>(run_.options.parallelism, 1));
  for (auto& [kind, open] : kinds)
    tasks.start(prove_kind(*kind, std::move(open)));
  co_await tasks.wait();
}

asio::awaitable<void> Proof::prove_kind(const schema::Kind& kind, std::vector<Written*> open) {
  Poll poll(run_.timing, run_.options.settle);
  const std::vector<std::string> parents = find_parents(kind, open);
  while (true) {
    auto listed = co_await run_.api.list(kind, run_.generation(), parents);
    if (!listed) {
      errors_.push_back(listed.error());
      leave_unverified(open, listed.error().message());
      co_return;
    }
    settle_agreeing(open, *listed);
    if (open.empty() || run_.stop == Stop::kState) co_return;
    if (is_interrupted()) {
      leave_unverified(open, "interrupted");
      co_return;
    }
    const bool has_time = co_await poll.wait();
    if (!has_time) {
      fail_open(open, *listed);
      co_return;
    }
  }
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
  const schema::Fields fields = action.descriptor->fields;
  const json::object& live = finding.object->body;
  json::object declared = written.record.applied;
  add_resets(declared, action.managed);
  const json::object wanted = schema::overlay(fields, live, declared);
  for (FieldChange& change : schema::find_changes(fields, live, wanted)) {
    if (!is_declared(fields, declared, change.path)) continue;
    const schema::Field* row = change.field;
    if (row != nullptr && (row->write_only || row->secret)) continue;
    // Reset to a default that only the service knows: whatever it is now is that default.
    if (row != nullptr && row->has_unknown_default && change.after.is_null()) continue;
    if (row == nullptr || !row->may_come_back_changed || base::is_zero(change.before)) {
      finding.differences.push_back(std::move(change));
      continue;
    }
    const auto known = written.record.changed_by_server.find(change.path);
    if (known != written.record.changed_by_server.end() && known->second.got == change.before &&
        known->second.sent == change.after)
      continue;
    const json::value* before =
        action.kind == ActionKind::kUpdate ? schema::find_at(fields, action.before, change.path) : nullptr;
    const bool is_unmoved = before != nullptr && *before == change.before;
    (is_unmoved ? finding.differences : finding.changed_by_server).push_back(std::move(change));
  }
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
  warn_of_lost_fields(action, finding.object->body);
  bool is_changed = record.live_id != old.live_id;
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

void Proof::warn_of_lost_fields(const Action& action, const json::object& live) const {
  if (action.kind != ActionKind::kUpdate) return;
  for (const schema::Field& field : action.descriptor->fields) {
    if (!field.dropped_on_update) continue;
    const json::value* before = action.before.if_contains(field.wire_name());
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
    if (finding.object != nullptr) accept(*written, finding);  // what did stick is remembered all the same
    const std::string key = action.key.to_string();
    if (finding.object == nullptr) {
      fail(outcome, ErrorKind::kFailure, "not-applied",
           fmt::format("{} was written, but the list of its kind does not show it (live id '{}')", key,
                       base::printable(written->record.live_id)),
           "plan again a little later: lists may lag behind");
    } else {
      fail(outcome, ErrorKind::kFailure, "not-applied",
           fmt::format("{} was written, but {}", key, describe(finding.differences)),
           "look at the object in the console; a value that the service does not keep can be taken out of "
           "the manifest "
           "or named in lifecycle.ignoreFields");
    }
  }
}

void Proof::leave_unverified(const std::vector<Written*>& open, const std::string& why) {
  for (const Written* written : open) {
    ActionOutcome& outcome = run_.outcome.actions[written->action];
    outcome.code = "not-verified";
    outcome.message = fmt::format("{} was written, but not read back: {}",
                                  run_.plan.actions[written->action].key.to_string(), why);
    run_.warn(outcome.message);
  }
}

bool Proof::is_interrupted() const {
  return run_.stop == Stop::kInterrupted || (run_.options.is_interrupted && run_.options.is_interrupted());
}

}  // namespace descopectl::apply
