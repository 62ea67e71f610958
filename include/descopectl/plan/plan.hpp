// The plan: everything that an apply needs, decided before anything is done.
//
// A plan is a value made by a pure function from desired, live and recorded state and a policy. It reads no
// clock, no environment, no network. `apply` has no policy of its own: it carries out actions along their
// edges and asks `recheck` about objects that moved meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/diag/exit_status.hpp"
#include "descopectl/diff/compare.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/plan/scope.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::plan {

enum class ActionKind : unsigned char {
  kNoop,  ///< nothing to send; the state may still learn something (`is_adopted`, `is_moved`, `records`)
  kCreate,
  kUpdate,
  kReplace,  ///< delete, then create
  kDelete,
  kForget,  ///< only the state forgets: kept on removal, or gone already
};

/// What such an action does to its object; none where it leaves the project alone.
[[nodiscard]] std::optional<model::Operation> operation_of(ActionKind kind);

/// What a secret field does in an action.
struct SecretUse {
  std::string pointer;
  model::SecretSource source;
  diag::Span span;
  diff::SecretStatus::Form status = diff::SecretStatus::Form::kUnavailable;
  std::string problem;      ///< why it is not at hand
  std::string fingerprint;  ///< diff::SecretStatus::fingerprint
  bool is_sent = false;     ///< goes into the body of this action
};

/// An action in two steps: what others do comes between them.
enum class Sequence : unsigned char {
  kOneStep,
  kDeleteFirst,  ///< of a replacement: delete; what it refers to is replaced; create
  kCreateFirst,  ///< of a replacement under another id: create; who refers to it is updated; delete the old
                 ///< one
  kAddFirst,     ///< of an update: add items; who names items is updated; take the other items out
};

struct Action {
  ActionKind kind = ActionKind::kNoop;
  model::ObjectKey key;
  const schema::Kind* descriptor = nullptr;
  std::string live_id;  ///< empty before a create whose id the server chooses
  std::string display_name;
  std::string reason;  ///< why, for people: "not in the project yet"; drives nothing

  json::object before;   ///< live's body as the plan saw it; empty for a create
  json::object managed;  ///< managed fields (diff::Comparison::managed)
  json::object body;     ///< of the create or update, with markers, without secrets
  std::vector<SecretUse> secrets;
  std::vector<schema::FieldChange> changes;
  std::vector<std::string> replaced_by;
  std::vector<std::string> no_longer_managed;
  std::vector<std::string> unlisted;      ///< live's members that no row names and that the body carries
  std::vector<std::string> dropped;       ///< of those, the ones that --allow-drop takes out
  std::vector<std::string> consequences;  ///< what a replacement or delete breaks
  std::vector<std::string> warnings;
  /// Not empty: why it is not carried out; what depends on it is not either.
  std::string refused;

  bool is_owned = false;  ///< the state owned it before
  bool is_adopted = false;
  bool is_moved = false;
  model::ObjectKey moved_from;
  bool was_deleted = false;  ///< a create because somebody deleted it
  bool records = false;      ///< the state learns something even where nothing is sent

  model::RecordedObject
      record;  ///< what the state will hold (ids, applied values and fingerprints completed by apply)
  diag::Span source;
  std::vector<std::size_t> depends_on;  ///< indices into Plan::actions: done before it
  Sequence sequence = Sequence::kOneStep;
  /// Of an action in two steps, and of those who wait for one: before it deletes or takes out, those have
  /// deleted, taken out or, where they are in one step, ended.
  std::vector<std::size_t> erase_after;
  diff::Renames renames;  ///< of Sequence::kAddFirst: names that are other ones by its first step
  unsigned wave = 0;
};

/// What of an action a step does.
enum class Part : unsigned char {
  kWhole,
  kDelete,
  kCreate,
  kAdd,   ///< an update that leaves all items where they are
  kRest,  ///< the update after that one
};

/// The unit of an apply: an action, or one half of it.
struct Step {
  std::size_t action = 0;
  Part part = Part::kWhole;
  bool is_begin = false;           ///< the first of two
  std::vector<std::size_t> after;  ///< indices of the steps that are done before it
};

/// The steps of a plan's actions. Step i ends action i: it is all of it, or its second half; the first halves
/// follow in the order of their actions.
[[nodiscard]] std::vector<Step> make_steps(const std::vector<Action>& actions);

/// True where the object gets an id in this action that nobody knows before.
[[nodiscard]] bool has_late_id(const Action& action);

/// A secret that stands where there is something to compare it with, and that could not be compared.
struct NotCompared {
  model::ObjectKey key;
  const schema::Kind* descriptor = nullptr;
  std::string pointer;
  std::string reason;  ///< for people: what is missing; may be empty
};

struct Unmanaged {
  std::string kind;
  std::string live_id;
  std::string name;
};

/// A refusal by a safety rail: exit 8 with the flag that would allow it.
struct Refusal {
  std::string code;
  std::string summary;
  std::string hint;
  model::ObjectKey about = {};  ///< the one object that is refused; empty: the plan as a whole
};

/// `wrong-project` where the state is another project's; none where it is this one's, or nobody's yet.
[[nodiscard]] std::optional<Refusal> find_wrong_project(const model::RecordedState& recorded,
                                                        std::string_view project_id);

struct Summary {
  std::size_t create = 0, update = 0, replace = 0, erase = 0, adopt = 0, noop = 0, forget = 0, unmanaged = 0;
};

struct Plan {
  std::string project_id;
  std::string base_url;
  std::vector<Action> actions;       ///< sorted by key
  std::vector<Unmanaged> unmanaged;  ///< sorted by kind, id
  std::vector<Refusal> refusals;     ///< not empty: nothing may be applied
  Summary summary;
  Scope scope;         ///< what it was limited to
  std::string sha256;  ///< over actions, bodies, secrets' fingerprints, live as seen, project and base URL

  /// True where an apply would change the project (creates, updates, replacements, deletes).
  [[nodiscard]] bool has_changes() const;
  /// True where an apply would do anything at all, state included.
  [[nodiscard]] bool has_work() const;
};

enum class Adopt : unsigned char { kNever, kUnchanged, kAlways };

struct Prune {
  enum class Form : unsigned char { kNone, kOwned, kAll };
  Form form = Form::kOwned;
  std::set<std::string> kinds;  ///< of kAll
};

struct Policy {
  Adopt adopt = Adopt::kUnchanged;
  Prune prune;
  unsigned inbound_generation = 1;
  diff::ConnectionScopeFormat connection_scope_format = diff::ConnectionScopeFormat::kUnset;
  bool strict_references = false;
  /// What nobody owns is counted of every kind, not only of those that are listed anyway, or that a manifest
  /// or the state has objects of.
  bool counts_all_unmanaged = false;
  bool is_whole = false;  ///< all manifests that are configured are loaded, and no others
  bool allow_replace = false;
  std::optional<std::uint64_t> max_deletes;         ///< replacements count as well; none: no limit
  std::optional<std::uint64_t> max_delete_percent;  ///< of a kind's owned objects, from 10 on
  std::optional<std::uint64_t> allow_deletes;       ///< so many are allowed whatever those two say
  std::optional<std::uint64_t> allow_recreate;
  std::set<std::string> allow_empty_kinds;
  std::set<std::string> allow_destroy;  ///< "Kind/handle"
  std::set<std::string> allow_drop;     ///< "Kind/handle:field"
  std::set<std::string> send_secret;    ///< "Kind/handle"
  bool is_destroy = false;              ///< the command destroy: deletes what is owned and declared
  bool is_drift = false;  ///< the command drift: what only stands in the way of an apply is no error
};

/// Statuses of secrets, by (object, pointer): worked out at the rim, because looking a secret up is I/O.
using SecretStatuses = std::map<std::pair<model::ObjectKey, std::string>, diff::SecretStatus>;

struct PlanInput {
  const model::DesiredState* desired = nullptr;
  const model::LiveState* live = nullptr;
  const model::RecordedState* recorded = nullptr;
  bool is_state_kept = true;
  SecretStatuses secrets;
  Policy policy;
  Scope
      scope;  ///< by find_scope; nothing outside of it is planned, and nothing is pruned where it is limited
  std::string project_id;
  std::string base_url;
};

/// Puts records under the handles that declare their objects now, where handles take objects over from each
/// other: moved along, exchanged, or, of a kind with a key, by its change (contract: a change of a policy's
/// pair needs no flag). True where any record moved. Nothing moves while an intent is open, nor where
/// identities are in doubt, nor among objects outside of `scope`; where one handle of a chain is in it and
/// another is not, an error goes to `sink` (`unselected-handover`) and all stays as it is.
[[nodiscard]] bool hand_records_on(const model::DesiredState& desired, const model::LiveState& live,
                                   const Scope& scope, model::RecordedState& recorded, diag::Sink& sink);

/// In the order of the plan's actions.
[[nodiscard]] std::vector<NotCompared> find_not_compared(const Plan& plan);

/// Makes the plan. Errors in the input (identity, cycles, secrets that can't change) go to `sink` and mean
/// exit 3; rails go to Plan::refusals and mean exit 8. Deterministic: the order of live lists and files
/// changes nothing.
[[nodiscard]] Plan make_plan(const PlanInput& input, diag::Sink& sink);

/// Whether `action` still does what was planned, now that its object looks like `live` (null: it is gone).
/// True: send `action`, whose body has been made anew on the fresh object (a grown version is no difference).
/// False: it moved.
[[nodiscard]] bool recheck(Action& action, const json::object* live, const Policy& policy);

/// The update that is the first half of `action` (Sequence::kAddFirst): everything but the removal of items.
[[nodiscard]] Action make_first_half(const Action& action);
/// The update that is left to do once the first half has left its object as `live`; empty where the service
/// did not tell.
[[nodiscard]] Action make_second_half(const Action& action, const json::object& live, const Policy& policy);

/// The update that brings an object, which was just created from `body` and answered as `live`, to what was
/// asked for. For create calls that do not take every field.
struct Completion {
  json::object body;
  bool has_changes = false;  ///< false: only secrets may be left to send
};
[[nodiscard]] Completion make_completion(const Action& action, const json::object& body,
                                         const json::object& live, const Policy& policy);

/// The body with its markers replaced by live ids; kFailure, naming it, where an id is not known.
[[nodiscard]] Result<json::object> resolve_ids(const json::object& body, const diff::IdOf& id_of);

/// The kinds of which the plan writes live objects through the first of two generations, so that it is to be
/// looked whether the second holds something that the first would lose.
[[nodiscard]] std::vector<const schema::Kind*> find_lossy_kinds(const Plan& plan, const Policy& policy);

/// Refuses, by name, writes of live objects that would lose what only the second generation shows in
/// `second`.
void refuse_losses(Plan& plan, const schema::Kind& kind, const std::vector<model::LiveObject>& second);

/// The replacements with which something goes that a search can count (Kind::counted_loss): indices into
/// Plan::actions.
[[nodiscard]] std::vector<std::size_t> find_countable(const Plan& plan);

/// Says so among the consequences of that replacement, in place of CountedLoss::text; where counting failed,
/// that it did.
void add_counted_loss(Action& action, const Result<std::uint64_t>& count);

struct NeededKind {
  const schema::Kind* kind = nullptr;
  bool is_optional = false;  ///< the service may refuse to list it without harm
};
/// The kinds whose live objects this run needs: declared, owned, of an open intent, named by a scope; and
/// those always listed.
[[nodiscard]] std::vector<NeededKind> find_needed_kinds(const model::DesiredState& desired,
                                                        const model::RecordedState& recorded,
                                                        const Policy& policy);

inline constexpr std::size_t kMostParentsAsked = 100;
/// Of a kind that is listed by parent (policies by app): the parents that find_list_parents leaves out and
/// whose objects may refer to what `plan` deletes, replaces or takes an item out of. Of parents that are not
/// among those themselves at most kMostParentsAsked are looked at; `left_out` gets the number of the rest.
[[nodiscard]] std::vector<std::string> find_unseen_parents(const schema::Kind& kind, const Plan& plan,
                                                           const PlanInput& input, std::size_t& left_out);

/// Of a kind that is listed by parent: the parents that a declared or owned object names, sorted, each once.
/// A parent that is yet to be made has nothing, nor has one that went with what was owned under it.
[[nodiscard]] std::vector<std::string> find_list_parents(const schema::Kind& kind,
                                                         const model::DesiredState& desired,
                                                         const model::LiveState& live,
                                                         const model::RecordedState& recorded);

}  // namespace descopectl::plan
