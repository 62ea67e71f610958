// What the parts of one apply share: its inputs, what is known by now, and whether anything further may
// start.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/apply/apply.hpp"

namespace descopectl::apply {

/// Why nothing further is started.
enum class Stop : unsigned char { kNone, kInterrupted, kCredentials, kUnreachable, kState };

/// A create, update or replacement that was done, to be read back.
struct Written {
  std::size_t action = 0;
  model::RecordedObject record;  ///< as it was put; `applied` is what live must show
  bool is_named_only = false;    ///< the service told no id: the object is found by its name
  bool is_kept = true;           ///< false: nothing of it is recorded any more
};

/// One apply's shared state. Single-threaded, like everything here but the fingerprints.
class Run {
 public:
  Run(plan::Plan& plan_, api::Writer& api_, state::Store& store_, const SecretValues& secrets_,
      const ApplyOptions& options_, api::Timing& timing_);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  [[nodiscard]] unsigned generation() const { return options.policy.inbound_generation; }
  [[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begin) const;

  /// The parents under which to look for the plan's objects of a kind that is listed by parent; nothing for
  /// other kinds.
  [[nodiscard]] std::vector<std::string> find_parents(const schema::Kind& kind) const;

  /// Nothing to send and nothing to record.
  [[nodiscard]] bool is_pure_noop(std::size_t action) const;

  /// Was the live object not there when the plan was made, and is it none that this run made?
  [[nodiscard]] bool is_nobodys(const schema::Kind& kind, const std::string& live_id) const;

  [[nodiscard]] std::optional<std::string> find_id(const model::ObjectKey& key) const;
  /// `object` with its markers replaced by the ids that are known by now.
  [[nodiscard]] Result<json::object> resolve(const json::object& object) const;

  /// The first reason counts: what comes after it is its consequence.
  void stop_for(Stop reason, std::string message);
  /// Stops everything because `error` kept something from being recorded; `done` says what was done all the
  /// same.
  void stop_for_state(std::string_view done, const Error& error);
  /// Asks the caller whether the user wants to stop.
  void look_for_interrupt();

  /// "interrupted", "skipped: the API can't be reached" and the like, for an action that will not run.
  [[nodiscard]] ActionOutcome make_skipped() const;

  void emit(EventKind kind, std::size_t action, double seconds,
            const ActionOutcome* finished = nullptr) const;
  void warn(std::string_view text) const;

  plan::Plan& plan;
  api::Writer& api;
  state::Store& store;
  const SecretValues& secrets;
  const ApplyOptions& options;
  api::Timing& timing;

  Outcome outcome;
  std::vector<Written> written;
  std::map<std::size_t, json::object> completed;  ///< what creates made before an update laid on the rest
  std::set<std::size_t> awaits_id;  ///< created actions whose intent is open until the list tells the id
  std::map<model::ObjectKey, std::string> ids;  ///< live ids of declared objects
  /// Live ids, by kind, of objects of which nobody knows whether they were created.
  std::map<const schema::Kind*, std::set<std::string>> sought;
  /// Of the secrets that creates send, by object and pointer: made when they are announced.
  std::map<std::pair<model::ObjectKey, std::string>, model::Fingerprint> fingerprints;
  std::set<std::size_t> unseen;  ///< actions whose deletion no list has shown in the end
  Stop stop = Stop::kNone;
  std::string stop_message;
};

/// "api-refused" and the like: the stable code of a failure of that sort.
[[nodiscard]] std::string_view code_of(ErrorKind kind);

/// `outcome` becomes a failure that says what `error` says.
void fail(ActionOutcome& outcome, const Error& error);
void fail(ActionOutcome& outcome, ErrorKind kind, std::string_view code, std::string message,
          std::string hint = {});

inline constexpr std::string_view kNotApplied = "not-applied";
inline constexpr std::string_view kNotVerified = "not-verified";
/// The action stays done; its outcome and a warning say that nobody looked: "Role/r was deleted, but not read
/// back: interrupted". `what`: "written", "deleted".
void leave_unverified(Run& run, std::size_t action, std::string_view what, std::string_view why);

}  // namespace descopectl::apply
