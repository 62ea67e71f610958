// Objects that change handles among themselves: who owns which from then on.
//
// Handles move along (a's object is declared as b, b's as c), are exchanged, or, where objects are known by a
// key, take each other's keys. What a handle is bound to, and another has until now, is ours and stays so:
// the state is to know it by its new handle, without a moment in which it is nobody's or two handles have it.
// A record that is left over at the end of a chain goes to the handle that gave the last one on, and its
// object goes as with any change of a key, or as that of a handle that is no longer declared.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "descopectl/diff/bind.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::DesiredObject;
using model::ObjectKey;

/// By the handle that takes: the handle that has the live object until now.
using Takers = std::map<ObjectKey, ObjectKey>;

Takers find_takers(const model::DesiredState& desired, const model::LiveState& live,
                   const model::RecordedState& recorded, bool is_limited) {
  diag::Sink scratch;  // what is wrong with identities is told by the plan
  std::map<ObjectKey, std::string> wanted;
  for (const diff::Binding& binding : diff::bind_objects(desired, live, recorded, scratch))
    if (binding.live != nullptr && !binding.desired->is_partial)
      wanted.emplace(binding.desired->key, binding.live->id);
  Takers takers;
  // Whoever the doubts are about, a limited run goes on without them; what it takes from others is seen all
  // the same.
  if (scratch.has_errors() && !is_limited) return takers;
  for (const auto& [key, id] : wanted) {
    const auto own = recorded.objects.find(key);
    const bool is_known = own != recorded.objects.end();
    if (is_known && own->second.live_id == id) continue;  // nearly all; the search below takes its time
    const model::RecordedObject* owner = recorded.find_live(key.kind, id);
    // Whoever has nothing to give in return is a move (diff::Binding::is_moved) where the owner's handle is
    // gone.
    if (owner == nullptr || owner->is_partial || (!is_known && desired.find(owner->key) == nullptr)) continue;
    takers.emplace(key, owner->key);
  }
  return takers;
}

/// In a run that is limited to some objects, chains are in it as a whole or not at all. False: one is
/// neither.
bool keep_selected(Takers& takers, const model::DesiredState& desired, const Scope& scope, diag::Sink& sink) {
  bool is_whole = true;
  for (const auto& [taker, giver] : takers) {
    const DesiredObject* owner = desired.find(giver);
    const bool takes = scope.contains(taker);
    if (owner == nullptr || takes == scope.contains(giver)) continue;
    is_whole = false;
    sink.error("unselected-handover", takes ? desired.find(taker)->span : owner->span,
               fmt::format("{} is to have the live object that {} has until now, and only {} is selected",
                           taker.to_string(), giver.to_string(), (takes ? taker : giver).to_string()),
               fmt::format("select {} as well, or apply without --selector and --target",
                           (takes ? giver : taker).to_string()));
  }
  std::erase_if(takers, [&](const auto& entry) { return !scope.contains(entry.first); });
  return is_whole;
}

}  // namespace

bool hand_records_on(const model::DesiredState& desired, const model::LiveState& live, const Scope& scope,
                     model::RecordedState& recorded, diag::Sink& sink) {
  // An open intent is about an object under the handle that it has.
  if (!recorded.intents.empty()) return false;
  Takers takers = find_takers(desired, live, recorded, scope.is_limited());
  if (!keep_selected(takers, desired, scope, sink)) return false;
  std::map<ObjectKey, model::RecordedObject> records;
  std::set<ObjectKey> givers;
  for (const auto& [taker, giver] : takers) {
    records.emplace(taker, recorded.objects.at(giver));
    givers.insert(giver);
  }
  for (const auto& [taker, giver] : takers) {
    if (givers.contains(taker)) continue;  // not the first of its chain
    ObjectKey last = giver;
    for (auto next = takers.find(last); next != takers.end(); next = takers.find(last))
      last = next->second;
    const auto left_over = recorded.objects.find(taker);
    if (left_over != recorded.objects.end())
      records.emplace(last, left_over->second);
    else
      recorded.objects.erase(last);
  }
  for (auto& [key, record] : records) {
    record.key = key;
    recorded.objects.insert_or_assign(key, std::move(record));
  }
  return !takers.empty();
}

}  // namespace descopectl::plan
