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

std::string text_at(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

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
    return action.body.contains(field) ? text_at(action.body, field) : before;
  return action.managed.contains(field) ? text_at(action.managed, field) : before;
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
      const std::string before = text_at(action.before, field);
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
                               base::printable(text_at(actions[index].before, field), 100)));
  const std::string hint =
      fmt::format("give {} a third {} and apply, then give it the one that it is to have",
                  actions[circle.front()].key.to_string(), field);
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

/// Another live object that has the value and, for all that is planned, keeps it.
const model::LiveObject* find_holder(const Draft& draft, const Action& taker, std::string_view field,
                                     const std::string& value) {
  const schema::Kind& kind = *taker.descriptor;
  const model::LiveKind* live = draft.input.live->find(taker.key.kind);
  if (live == nullptr) return nullptr;
  const auto keeps = [&](const model::LiveObject& other) {
    return std::none_of(draft.plan.actions.begin(), draft.plan.actions.end(), [&](const Action& action) {
      return action.descriptor == &kind && action.live_id == other.id &&
             value_after(action, field, value) != value;
    });
  };
  const auto at =
      std::find_if(live->objects.begin(), live->objects.end(), [&](const model::LiveObject& other) {
        return other.id != taker.live_id && text_at(other.body, field) == value &&
               schema::scope_of(kind, field, other.body) == schema::scope_of(kind, field, taker.body) &&
               keeps(other);
      });
  return at == live->objects.end() ? nullptr : &*at;
}

}  // namespace

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

void refuse_hopeless_replacements(Draft& draft) {
  for (const Action& action : draft.plan.actions) {
    if (action.kind != ActionKind::kReplace) continue;
    const schema::Kind& kind = *action.descriptor;
    for (const std::string_view field : kind.unique) {
      const std::string value = text_at(action.body, field);
      const model::LiveObject* holder = value.empty() ? nullptr : find_holder(draft, action, field, value);
      if (holder == nullptr) continue;
      draft.plan.refusals.push_back(
          {"value-taken",
           fmt::format("{} would be deleted and could not be created again: the {} '{}' has the {} '{}'",
                       action.key.to_string(), kind.title, base::printable(holder->id, 100), field,
                       base::printable(value, 100)),
           fmt::format("write another {}, or take it from that {} first", field, kind.title), action.key});
    }
  }
}

}  // namespace descopectl::plan
