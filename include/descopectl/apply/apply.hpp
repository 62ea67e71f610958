// Carries a plan out: in the order of its edges, side by side within limits, recording every outcome.
//
// No policy lives here. Whether an object that moved may still be written is asked of plan::recheck; what a
// failure means for the rest follows from the plan's edges alone.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "descopectl/api/management_api.hpp"
#include "descopectl/api/timing.hpp"
#include "descopectl/diag/exit_status.hpp"
#include "descopectl/model/secret.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::apply {

enum class Status : unsigned char { kPending, kDone, kFailed, kSkipped, kUnknown };

/// "pending", "done", "failed", "skipped", "unknown".
[[nodiscard]] std::string_view to_string(Status status);

struct ActionOutcome {
  Status status = Status::kPending;
  /// Of a failure: "not-applied", "stale", "would-drop-field", "api-refused", ... Of an action that is done:
  /// "not-verified" where what was written or deleted could not be read back, else empty.
  std::string code;
  std::string message;
  std::string hint;
  ErrorKind error_kind = ErrorKind::kFailure;
  unsigned attempts = 0;  ///< 0 where nothing was sent
  double seconds = 0;
  std::string live_id;     ///< after a create or replacement
  bool is_erased = false;  ///< the object of a delete or replacement was deleted, whatever came after
};

/// The secrets that the plan's actions send, looked up before the first write.
using SecretValues = std::map<std::pair<model::ObjectKey, std::string>, model::Secret>;

enum class EventKind : unsigned char { kStarted, kStillRunning, kFinished };
struct Event {
  EventKind kind = EventKind::kStarted;
  std::size_t action = 0;  ///< index into Plan::actions
  double seconds = 0;
  const ActionOutcome* outcome = nullptr;  ///< of kFinished
};

struct ApplyOptions {
  std::size_t parallelism = 10;
  std::chrono::milliseconds settle{10'000};            ///< how long a list may lag behind a write
  std::chrono::milliseconds fresh_for{10'000};         ///< live older than this is read again before a write
  std::chrono::steady_clock::time_point live_read_at;  ///< when the plan's live state was read
  /// What the plan was made from: an object that stands in it is none that this run made. Null: what the plan
  /// names counts. Outlives the apply.
  const model::LiveState* live = nullptr;
  plan::Policy policy;
  std::function<void(const Event&)> on_event;      ///< may be null
  std::function<bool()> is_interrupted;            ///< asked before each new action; may be null
  std::function<void(std::string_view)> warn;      ///< may be null
  std::chrono::milliseconds report_every{10'000};  ///< how often a running action says so
  api::Timing* timing = nullptr;                   ///< null: the real clock; outlives the apply
};

struct Outcome {
  std::vector<ActionOutcome> actions;  ///< by index of Plan::actions
  std::size_t added = 0, changed = 0, destroyed = 0, adopted = 0, failed = 0, skipped = 0, unknown = 0;
  std::size_t unverified = 0;  ///< of what is done: could not be read back
  /// kDone, kPartial, kStale, kCredentials, kUnreachable, kFailure: contract section 4's order where several
  /// hold. kInvalidInput where a secret was missing, so that nothing was started. A caller that was
  /// interrupted says so itself: what was not started for that reason has ErrorKind::kInterrupted.
  diag::ExitStatus exit = diag::ExitStatus::kDone;
  std::string state_error;  ///< not empty: the state could not be written; nothing further was started
};

/// Runs the plan, which must be free of refusals and cycles; all arguments live until it ends. Every action's
/// outcome is recorded in `store` before anything that depends on it starts; at the end what was written is
/// read back, one list a kind, and a declared field that did not stick is a failure by name, as is a deleted
/// object that is still there.
[[nodiscard]] boost::asio::awaitable<Outcome> apply_plan(plan::Plan& plan, api::Writer& api,
                                                         state::Store& store, const SecretValues& secrets,
                                                         const ApplyOptions& options);

}  // namespace descopectl::apply
