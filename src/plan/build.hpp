// The steps of making a plan; each takes what the former made.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {

/// What the steps share.
struct Draft {
  const PlanInput& input;
  diag::Sink& sink;
  Plan& plan;
  std::vector<diff::Binding> bindings;
  std::map<model::ObjectKey, std::string> known_ids;  ///< of declared objects, where known before the apply
  bool uses_unverified_encoding = false;

  [[nodiscard]] diff::IdOf id_of() const;
};

/// Fills known_ids from the bindings.
void find_known_ids(Draft& draft);

/// What the state is to remember of a declared object beside `applied`: who it is, where it was declared,
/// how it is protected, what it refers to.
void fill_record(model::RecordedObject& record, const diff::Binding& binding);

/// Refuses a state of another project.
void check_project(Draft& draft);

/// One action for each declared object: no-op, create, update, replace, and their refusals.
void add_declared(Draft& draft);

/// Deletes and forgets what is owned and no longer declared; deletes what nobody owns where the policy says
/// so; lists what stays unmanaged.
void add_removed(Draft& draft);

/// The actions of the command destroy.
void add_destroyed(Draft& draft);

/// Refusals that look at the plan as a whole: wrong project, what an --allow flag names and is not there,
/// objects gone, protection, limits of deletions, last of a kind, and check_referrers().
void check_rails(Draft& draft);

/// Refuses what would leave others with a reference to nothing; a replacement's consequences name those whose
/// reference points at nothing meanwhile.
void check_referrers(Draft& draft);

/// Names of roles and permissions that others use: those that exist nowhere, and those that this run takes
/// away.
void check_names(Draft& draft);

/// Does the action send anything?
[[nodiscard]] inline bool writes(const Action& action) {
  return action.kind != ActionKind::kNoop && action.kind != ActionKind::kForget;
}

/// A replacement whose new object has another id: who refers to the old one is left with nothing.
[[nodiscard]] bool loses_id(const Action& action);

/// `taker` gets a value, such as a name, that only one object may have and that `giver` has until then.
struct Handover {
  std::size_t giver = 0;
  std::size_t taker = 0;
  /// False for names that, for all that is known, several objects may have: the order is kept where nothing
  /// else is in its way.
  bool is_certain = true;
};

/// What helps where no order of changes lets `key` take a value of `field` over.
[[nodiscard]] std::string hint_for_third_value(const model::ObjectKey& key, std::string_view field);

/// All hand-overs between the plan's actions. Those that go round in a circle are reported (`rename-cycle`)
/// and left out.
[[nodiscard]] std::vector<Handover> find_handovers(Draft& draft);

/// Refuses what would have to fail, since another object has a value that only one may have.
void refuse_taken_values(Draft& draft);

/// With a limited scope: objects that would refer to what is left out and not in the project.
void check_scope(Draft& draft);

/// Live ids that manifests name ({live: ID}) and that are not in the project.
void check_live_uses(Draft& draft);

/// The name by which others can call a declared object once its manifest is applied; empty for a tenant's.
[[nodiscard]] std::string_view common_name_of(const diff::Binding& binding);

/// True for a name that exists without being listed.
[[nodiscard]] bool is_built_in(const model::NameUse& use);

/// Names of items (scopes) that the objects which have them lack after the plan.
void check_items(Draft& draft);

/// An object that is known by its key is another one where an id in the key changes late: the one of today
/// goes, and it is made again.
void part_from_replaced(Draft& draft);

/// Sorts the actions, draws edges, finds cycles, numbers waves.
void order_actions(Draft& draft);

/// Fills the summary. What may not be done any more (Action::refused) does not count.
void count(Plan& plan);

/// SHA-256 over what the plan would do and what it relies on.
[[nodiscard]] std::string digest(const Plan& plan);

/// The display name in a body, or empty.
[[nodiscard]] std::string name_of(const schema::Kind& kind, const json::object& body);

/// The deletion of a live object.
[[nodiscard]] Action make_delete(const schema::Kind& kind, const model::ObjectKey& key,
                                 const model::LiveObject& live, std::string reason);

/// Why the old object of a replacement that did not come to its end is deleted.
inline constexpr const char* kUnfinishedReplacement = "its replacement was not finished";

/// What an action leaves of its object: nothing after a deletion, live as it is where nothing is written.
[[nodiscard]] json::object body_after(const Action& action);

/// Which items an update takes out of its object and which it adds; nothing for another action.
struct ItemChange {
  std::set<std::string> added;
  std::set<std::string> removed;
};
[[nodiscard]] ItemChange find_item_change(const Action& action);

/// May what is recorded go because no manifest declares it any more?
[[nodiscard]] bool may_prune(const PlanInput& input, const model::RecordedObject& recorded);

/// Puts body, changes and what hangs on them into an update or replacement of a live object.
void fill_body(Action& action, const json::object& live, const json::object& target, const Policy& policy);

}  // namespace descopectl::plan
