// Values that only one object of a kind may have: who gives one up, and who takes it over.
//
// A renamed to B while B is renamed to C works in one order alone: B first. A renamed to B while B is renamed
// to A works in no order of single changes.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

/// The wire fields of a kind whose values tell its objects apart.
std::set<std::string_view> find_identifying_fields(const schema::Kind& kind) {
  std::set<std::string_view> fields(kind.natural_keys.begin(), kind.natural_keys.end());
  fields.insert(kind.unique.begin(), kind.unique.end());
  if (kind.is_name_identity) fields.insert(kind.name_field);
  return fields;
}

/// What the field is after the action; empty where the object is gone.
std::string value_after(const Action& action, std::string_view field, const std::string& before) {
  if (action.kind == ActionKind::kDelete) return {};
  if (field == action.descriptor->id_field)
    return action.body.contains(field) ? std::string(base::text_member(action.body, field)) : before;
  return action.managed.contains(field) ? std::string(base::text_member(action.managed, field)) : before;
}

/// Within what the field tells the object after the action.
std::string within_of(const Action& action, std::string_view field, const std::string& before) {
  const schema::Kind& kind = *action.descriptor;
  if (!action.managed.contains(kind.unique_within)) return before;
  return std::string(schema::scope_of(kind, field, action.managed));
}

struct Value {
  bool is_certain;  ///< only one object may have it, whatever the service
  std::string_view kind;
  std::string_view field;
  std::string within;  ///< the tenant
  std::string text;
  friend auto operator<=>(const Value&, const Value&) = default;
};

struct Moves {
  std::map<Value, std::size_t> givers;
  std::vector<std::pair<Value, std::size_t>> takers;
};

Moves find_moves(const std::vector<Action>& actions) {
  Moves moves;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const Action& action = actions[i];
    if (!writes(action) || action.descriptor == nullptr) continue;
    std::set<std::string_view> fields = find_identifying_fields(*action.descriptor);
    fields.insert(action.descriptor->name_field);
    for (const std::string_view field : fields) {
      const std::string before(base::text_member(action.before, field));
      const std::string after = value_after(action, field, before);
      const std::string within(schema::scope_of(*action.descriptor, field, action.before));
      const std::string within_after = within_of(action, field, within);
      if (before == after && within == within_after) continue;
      const std::string_view kind = action.descriptor->name;
      const bool is_certain = find_identifying_fields(*action.descriptor).contains(field);
      if (!before.empty()) moves.givers.emplace(Value{is_certain, kind, field, within, before}, i);
      if (!after.empty()) moves.takers.emplace_back(Value{is_certain, kind, field, within_after, after}, i);
    }
  }
  return moves;
}

/// The takers of one field, each with the action that has its new value until now.
using Chain = std::map<std::size_t, std::size_t>;

/// The first circle in `chain`, or nothing.
std::vector<std::size_t> find_circle(const Chain& chain) {
  std::set<std::size_t> known;
  for (const auto& [start, first] : chain) {
    std::vector<std::size_t> path;
    std::size_t at = start;
    while (known.insert(at).second) {
      path.push_back(at);
      const auto next = chain.find(at);
      if (next == chain.end()) break;
      at = next->second;
    }
    const auto begin = std::find(path.begin(), path.end(), at);
    if (begin != path.end() && chain.contains(path.back()) && chain.at(path.back()) == at)
      return {begin, path.end()};
  }
  return {};
}

void report_circle(Draft& draft, const std::vector<std::size_t>& circle, std::string_view field,
                   bool is_certain) {
  const std::vector<Action>& actions = draft.plan.actions;
  std::vector<std::string> keys;
  for (const std::size_t index : circle)
    keys.push_back(fmt::format("{} ('{}')", actions[index].key.to_string(),
                               base::printable(base::text_member(actions[index].before, field), 100)));
  const std::string hint = hint_for_third_value(actions[circle.front()].key, field);
  if (!is_certain)
    return draft.sink.warning(
        "rename-cycle", actions[circle.front()].source,
        fmt::format(
            "{} take over the {} of each other; where names have to be unique, which is not documented, "
            "no order of single changes can do that",
            base::join_words({keys.begin(), keys.end()}), field),
        "if the apply fails: " + hint);
  draft.sink.error("rename-cycle", actions[circle.front()].source,
                   fmt::format("{} take over the {} of each other, which no order of single changes can do",
                               base::join_words({keys.begin(), keys.end()}), field),
                   hint);
}

/// Which actions are about which live object of a kind; made once, since values are looked up for each of
/// many actions.
class Holders {
 public:
  explicit Holders(const Draft& draft) : draft_(draft) {
    for (const Action& action : draft.plan.actions)
      if (action.descriptor != nullptr && !action.live_id.empty())
        actions_[{action.key.kind, action.live_id}].push_back(&action);
  }

  /// Another live object that has the value and, for all that is planned, keeps it.
  const model::LiveObject* find(const Action& taker, std::string_view field, const std::string& value,
                                std::string_view within) {
    const model::LiveKind* live = draft_.input.live->find(taker.key.kind);
    if (live == nullptr) return nullptr;
    const auto [begin, end] = index_of(*live, field).equal_range(value);
    const schema::Kind& kind = *taker.descriptor;
    const auto at = std::find_if(begin, end, [&](const auto& entry) {
      const model::LiveObject& other = *entry.second;
      return other.id != taker.live_id && schema::scope_of(kind, field, other.body) == within &&
             keeps(kind, other, field, value, within);
    });
    return at == end ? nullptr : at->second;
  }

 private:
  using Index = std::multimap<std::string, const model::LiveObject*>;

  const Index& index_of(const model::LiveKind& live, std::string_view field) {
    const auto [at, is_new] = indices_.try_emplace({&live, field});
    if (is_new)
      for (const model::LiveObject& object : live.objects)
        at->second.emplace(base::text_member(object.body, field), &object);
    return at->second;
  }

  bool keeps(const schema::Kind& kind, const model::LiveObject& other, std::string_view field,
             const std::string& value, std::string_view within) const {
    const auto at = actions_.find({kind.name, other.id});
    return at == actions_.end() ||
           std::all_of(at->second.begin(), at->second.end(), [&](const Action* action) {
             return value_after(*action, field, value) == value &&
                    within_of(*action, field, std::string(within)) == within;
           });
  }

  const Draft& draft_;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const Action*>> actions_;
  std::map<std::pair<const model::LiveKind*, std::string_view>, Index> indices_;
};

/// The manifest that the run leaves out, and that would have its object give the value up.
const model::DesiredObject* find_unselected_giver(const Draft& draft, const model::LiveObject& holder,
                                                  std::string_view field, const std::string& value) {
  const auto at = std::find_if(draft.bindings.begin(), draft.bindings.end(),
                               [&](const diff::Binding& binding) { return binding.live == &holder; });
  if (at == draft.bindings.end() || draft.input.scope.contains(at->desired->key)) return nullptr;
  const schema::Kind& kind = *at->desired->kind;
  const json::object& spec = at->desired->spec;
  const bool leaves_scope = spec.contains(kind.unique_within) &&
                            schema::scope_of(kind, field, spec) != schema::scope_of(kind, field, holder.body);
  return base::text_member(spec, field) == value && !leaves_scope ? nullptr : at->desired;
}

}  // namespace

std::string hint_for_third_value(const model::ObjectKey& key, std::string_view field) {
  return fmt::format("give {} a third {} and apply, then give it the one that it is to have", key.to_string(),
                     field);
}

std::vector<Handover> find_handovers(Draft& draft) {
  const Moves moves = find_moves(draft.plan.actions);
  std::map<std::tuple<bool, std::string_view, std::string_view>, Chain> chains;  // by kind and field
  for (const auto& [value, taker] : moves.takers)
    if (const auto giver = moves.givers.find(value); giver != moves.givers.end())
      chains[{value.is_certain, value.kind, value.field}].emplace(taker, giver->second);
  std::vector<Handover> handovers;
  for (auto& [where, chain] : chains) {
    const auto& [is_certain, kind, field] = where;
    for (auto circle = find_circle(chain); !circle.empty(); circle = find_circle(chain)) {
      if (!draft.input.policy.is_drift) report_circle(draft, circle, field, is_certain);
      for (const std::size_t index : circle)
        chain.erase(index);
    }
    for (const auto& [taker, giver] : chain)
      handovers.push_back({giver, taker, is_certain});
  }
  return handovers;
}

namespace {

std::string make_hint_on_holder(const Draft& draft, const schema::Kind& kind, const model::LiveObject& holder,
                                std::string_view field) {
  const model::RecordedObject* owned = draft.input.recorded->find_live(kind.name, holder.id);
  if (owned != nullptr && draft.input.scope.is_limited() && draft.input.desired->find(owned->key) == nullptr)
    return fmt::format(
        "it is {}, which is not declared any more: an apply without --selector and --target "
        "deletes it",
        owned->key.to_string());
  return fmt::format("write another {}, or take it from that {} first", field, kind.title);
}

}  // namespace

void refuse_taken_values(Draft& draft) {
  if (draft.input.policy.is_drift) return;
  Holders holders(draft);
  for (const Action& action : draft.plan.actions) {
    if (!writes(action) || action.kind == ActionKind::kDelete || action.descriptor == nullptr) continue;
    const schema::Kind& kind = *action.descriptor;
    const bool is_replaced = action.kind == ActionKind::kReplace;
    for (const std::string_view field : kind.unique) {
      const std::string before(base::text_member(action.before, field));
      const std::string value = value_after(action, field, before);
      const std::string within =
          within_of(action, field, std::string(schema::scope_of(kind, field, action.before)));
      const bool is_its_own = value == before && within == schema::scope_of(kind, field, action.before);
      if (value.empty() || (is_its_own && !is_replaced)) continue;
      const model::LiveObject* holder = holders.find(action, field, value, within);
      if (holder == nullptr) continue;
      const model::DesiredObject* giver = find_unselected_giver(draft, *holder, field, value);
      draft.plan.refusals.push_back(
          {"value-taken",
           fmt::format("{} {}: the {} '{}' has the {} '{}'", action.key.to_string(),
                       is_replaced ? "would be deleted and could not be created again"
                                   : "can't have what another object has",
                       kind.title, base::printable(holder->id, 100), field, base::printable(value, 100)),
           giver == nullptr
               ? make_hint_on_holder(draft, kind, *holder, field)
               : fmt::format("{} gives it up, but is not selected: select it as well, or apply it first",
                             giver->key.to_string()),
           action.key});
    }
  }
}

}  // namespace descopectl::plan
