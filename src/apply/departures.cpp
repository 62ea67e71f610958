// Which deletions are to be read back, and what comes of those that a list never shows.
#include "departures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/transport/task_group.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using plan::Action;

namespace {

using Place = std::pair<std::string_view, std::string>;  // kind, live id

/// The ids that live on, or may: in what was written, and in what nobody knows of.
std::set<Place> find_taken(const Run& run) {
  std::set<Place> taken;
  for (const Written& written : run.written)
    taken.emplace(run.plan.actions[written.action].descriptor->name, written.record.live_id);
  for (const auto& [kind, ids] : run.sought)
    for (const std::string& id : ids)
      taken.emplace(kind->name, id);
  return taken;
}

std::set<Place> find_erased(const Run& run) {
  std::set<Place> erased;
  for (std::size_t i = 0; i < run.outcome.actions.size(); ++i)
    if (run.outcome.actions[i].is_erased)
      erased.emplace(run.plan.actions[i].descriptor->name, run.plan.actions[i].live_id);
  return erased;
}

/// Was what `action` deleted listed under something that is deleted, too?
bool went_with_parent(const Action& action, const std::set<Place>& erased) {
  const std::string parent = schema::parent_of(*action.descriptor, action.live_id);
  if (parent.empty()) return false;
  const schema::Field* row =
      schema::find_wire_field(action.descriptor->fields, action.descriptor->calls.list_by);
  return row != nullptr && erased.contains({row->reference, parent});
}

/// Is what `action`'s object was listed under still there, or was its deletion not seen?
bool is_parent_in_doubt(const Run& run, const Action& action) {
  const std::string parent = schema::parent_of(*action.descriptor, action.live_id);
  if (parent.empty()) return false;
  const schema::Field* row =
      schema::find_wire_field(action.descriptor->fields, action.descriptor->calls.list_by);
  for (std::size_t i = 0; row != nullptr && i < run.plan.actions.size(); ++i) {
    const Action& other = run.plan.actions[i];
    if (other.live_id == parent && other.key.kind == row->reference &&
        other.kind != plan::ActionKind::kCreate)
      return run.unseen.contains(i) || run.outcome.actions[i].code == kNotApplied;
  }
  return false;
}

/// The state goes on owning what is still there: beside the object that has its handle by now, or in its old
/// record.
void keep_owning(Run& run, const Action& action) {
  const model::ObjectKey& key = action.is_moved ? action.moved_from : action.key;
  const auto& owned = run.store.current().objects;
  const auto found = owned.find(key);
  const bool has_heir = found != owned.end();
  if (has_heir && (found->second.live_id == action.live_id || !found->second.superseded_id.empty())) return;
  if (!has_heir && (!action.is_owned || action.kind != plan::ActionKind::kDelete)) return;
  model::RecordedObject record = has_heir ? found->second : action.record;
  if (has_heir) record.superseded_id = action.live_id;
  const auto put = run.store.put(std::move(record));
  if (!put) run.stop_for_state(fmt::format("{} is still there", key.to_string()), put.error());
}

/// The old object of a replacement is gone: its new one stands alone.
void forget_superseded(Run& run, const Action& action) {
  for (const model::ObjectKey& key : {action.key, action.moved_from}) {
    const auto& owned = run.store.current().objects;
    const auto found = owned.find(key);
    if (found == owned.end() || found->second.superseded_id != action.live_id) continue;
    model::RecordedObject record = found->second;
    record.superseded_id.clear();
    const auto put = run.store.put(std::move(record));
    if (!put) run.stop_for_state(fmt::format("{} was read back", key.to_string()), put.error());
    return;
  }
}

void settle_deletion(Run& run, const Action& action) {
  const auto& intents = run.store.current().intents;
  for (const model::ObjectKey& key : {action.key, action.moved_from}) {
    const auto open = intents.find(key);
    if (open == intents.end() || open->second.operation != model::Operation::kDelete ||
        open->second.live_id != action.live_id)
      continue;
    const auto settled = run.store.settle(key);
    if (!settled) run.stop_for_state(fmt::format("{} was read back", key.to_string()), settled.error());
    return;
  }
}

std::vector<model::Intent> find_deletions(const Run& run, const Action& action) {
  std::vector<model::Intent> found;
  for (const auto& [key, intent] : run.store.current().intents)
    if ((key == action.key || key == action.moved_from) && intent.operation == model::Operation::kDelete &&
        intent.live_id == action.live_id)
      found.push_back(intent);
  return found;
}

/// What one load at the end showed.
struct Look {
  std::size_t action = 0;
  Result<model::LiveObject> found = Error();
};

asio::awaitable<void> load(Run& run, const schema::Kind& kind, Look& look) {
  std::string id = run.plan.actions[look.action].live_id;
  look.found = co_await run.api.load(kind, std::move(id), run.generation());
}

void fail_departure(Run& run, std::size_t index, std::string_view what, std::string hint) {
  const Action& action = run.plan.actions[index];
  ActionOutcome& outcome = run.outcome.actions[index];
  if (outcome.status != Status::kDone) return;  // it failed for a reason of its own
  fail(outcome, ErrorKind::kFailure, kNotApplied,
       fmt::format("{} was deleted, but {} (live id '{}')", action.key.to_string(), what,
                   base::printable(action.live_id)),
       std::move(hint));
}

void warn_of_lag(const Run& run, const schema::Kind& kind, const Departures& lagging) {
  if (lagging.empty()) return;
  std::vector<std::string> keys;
  for (const std::size_t index : lagging)
    keys.push_back(run.plan.actions[index].key.to_string());
  std::string text = fmt::format(
      "{} {} deleted, and the list of kind {} lags behind: it still shows what no load finds any more",
      base::join_first_words(keys), lagging.size() == 1 ? "is" : "are", kind.name);
  if (!run.store.is_kept())
    text += fmt::format("; a plan made before it shows that may take {} to be there",
                        lagging.size() == 1 ? "it" : "them");
  run.warn(text);
}

}  // namespace

std::map<const schema::Kind*, Departures> find_departures(const Run& run) {
  const std::set<Place> taken = find_taken(run);
  const std::set<Place> erased = find_erased(run);
  std::map<const schema::Kind*, Departures> departures;
  for (std::size_t i = 0; i < run.outcome.actions.size(); ++i) {
    const Action& action = run.plan.actions[i];
    if (!run.outcome.actions[i].is_erased || taken.contains({action.descriptor->name, action.live_id}) ||
        went_with_parent(action, erased))
      continue;
    departures[action.descriptor].push_back(i);
  }
  return departures;
}

void settle_departed(Run& run) {
  if (run.stop == Stop::kState) return;
  for (std::size_t i = 0; i < run.outcome.actions.size(); ++i)
    if (run.outcome.actions[i].is_erased && !run.unseen.contains(i) &&
        is_parent_in_doubt(run, run.plan.actions[i])) {
      leave_unverified(run, i, "deleted", "what it belongs to may still be there");
      run.unseen.insert(i);
    }
  for (std::size_t i = 0; i < run.outcome.actions.size(); ++i)
    if (run.outcome.actions[i].is_erased && !run.unseen.contains(i)) {
      forget_superseded(run, run.plan.actions[i]);
      settle_deletion(run, run.plan.actions[i]);
    }
}

void settle_gone(const Run& run, const std::vector<model::LiveObject>& objects, Departures& left) {
  std::erase_if(left, [&](std::size_t index) {
    const std::string& id = run.plan.actions[index].live_id;
    return std::none_of(objects.begin(), objects.end(), [&](const auto& object) { return object.id == id; });
  });
}

asio::awaitable<std::vector<Error>> judge_left(Run& run, asio::any_io_executor executor,
                                               const schema::Kind& kind, Departures left) {
  std::vector<Error> errors;
  if (!kind.calls.load.exists()) {
    for (const std::size_t index : left) {
      auto intents = find_deletions(run, run.plan.actions[index]);
      settle_deletion(run, run.plan.actions[index]);
      keep_owning(run, run.plan.actions[index]);
      // It may be gone all the same: the next run looks again before it wonders where the object is.
      if (const auto kept = co_await run.store.begin(std::move(intents)); !kept)
        run.stop_for_state("a deletion was not seen", kept.error());
      fail_departure(run, index, "the list of its kind still shows it",
                     "plan again a little later: lists may lag behind");
      run.outcome.actions[index].is_erased = false;
    }
    co_return errors;
  }
  std::vector<Look> looks(left.size());
  transport::TaskGroup tasks(executor, std::max<std::size_t>(run.options.parallelism, 1));
  for (std::size_t i = 0; i < left.size(); ++i) {
    looks[i].action = left[i];
    tasks.start(load(run, kind, looks[i]));
  }
  co_await tasks.wait();
  Departures lagging;
  for (const Look& look : looks) {
    if (look.found) {
      settle_deletion(run, run.plan.actions[look.action]);
      keep_owning(run, run.plan.actions[look.action]);
      fail_departure(run, look.action, "it is still there",
                     "look at the object in the console, then run the same command again");
      run.outcome.actions[look.action].is_erased = false;
    } else if (look.found.error().kind() == ErrorKind::kNotFound) {
      lagging.push_back(look.action);
      run.unseen.insert(look.action);
    } else {
      run.unseen.insert(look.action);
      leave_unverified(run, look.action, "deleted", look.found.error().message());
      errors.push_back(look.found.error());
    }
  }
  warn_of_lag(run, kind, lagging);
  co_return errors;
}

}  // namespace descopectl::apply
