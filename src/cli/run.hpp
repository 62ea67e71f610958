// What plan, apply, destroy and drift share: from manifests, state and live to a plan.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "descopectl/apply/live.hpp"
#include "descopectl/apply/recovery.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/state/store.hpp"
#include "target.hpp"

namespace descopectl::cli {

/// Everything that went into a plan, and the plan.
struct Planned {
  model::RecordedState recorded;  ///< with what an interrupted run left open resolved, and records handed on
  bool are_records_handed_on = false;  ///< plan::hand_records_on; not in the store yet
  plan::PlanInput input;
  apply::LiveRead live;
  SecretsRead secrets;
  plan::Plan plan;
};

/// Reads live, looks secrets up, makes the plan. Diagnostics are in the context's sink, and the plan is empty
/// where there are errors that need no look at live; the error is of the API, or of the state. What an
/// interrupted run left open is resolved first: in memory, and in `store` where the command writes.
[[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<Planned>>> make_planned(
    Context& context, api::Reader& reader, Connected& connected, const model::DesiredState& desired,
    const model::RecordedState& recorded, state::Store* store = nullptr);

/// What the second of two generations of a kind's API shows; nothing where the service does not have it.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<model::LiveObject>>> list_second_generation(
    api::Reader& reader, const schema::Kind& kind);

/// False, with the reason in the context's sink, where the state is another project's: exit 8 then, before
/// that project is asked for anything.
[[nodiscard]] bool is_of_this_project(Context& context, const Connected& connected,
                                      const model::RecordedState& recorded);

/// Resolves what an interrupted run left open in `recorded`, and in `store` unless that is null; what was
/// found is in the context's sink. `live` was read with `options`, and is read again where lists may lag
/// behind. Without a store, a run that is under way is told from one that was interrupted: it is not waited
/// for.
[[nodiscard]] boost::asio::awaitable<Result<void>> recover(Context& context, api::Reader& reader,
                                                           const apply::LiveOptions& options,
                                                           apply::LiveRead& live,
                                                           model::RecordedState& recorded,
                                                           state::Store* store);

/// How to read live objects of these kinds: generation, patience, and when to stop.
[[nodiscard]] apply::LiveOptions make_live_options(const Context& context,
                                                   std::vector<plan::NeededKind> kinds,
                                                   apply::ParentsOf parents_of);

/// The same for what these manifests and this state need.
[[nodiscard]] apply::LiveOptions make_live_options(const Context& context, const model::DesiredState& desired,
                                                   const model::RecordedState& recorded);

/// The recorded state for commands that write nothing; its error is reported.
[[nodiscard]] Result<model::RecordedState> read_recorded(Context& context);

/// Who writes to the state at this moment, as far as that is to be seen without asking for the lock.
[[nodiscard]] boost::asio::awaitable<std::optional<state::HeldLock>> find_writer(Context& context);

/// Puts an error of the state's store into the sink and gives its exit status: the same whoever opened it.
[[nodiscard]] diag::ExitStatus report_state(Context& context, const Error& error);

/// Runs `body` as run_connected does, with the state open for writing; its lock is held, and kept alive,
/// until the body has ended. With `backend: none` the store keeps nothing. What keeps it from being opened is
/// reported, and its status given back.
using StoreBody = std::function<boost::asio::awaitable<diag::ExitStatus>(Connected&, state::Store&)>;
[[nodiscard]] diag::ExitStatus run_with_store(Context& context, const StoreBody& body);

/// The same without a way to the API.
using StateBody = std::function<boost::asio::awaitable<diag::ExitStatus>(state::Store&)>;
[[nodiscard]] diag::ExitStatus run_on_state(Context& context, const StateBody& body);

/// Takes the lock on the state away from whoever has it, as the command `state unlock` was told.
[[nodiscard]] Result<std::optional<state::HeldLock>> unlock_state(Context& context);

/// What the state calls the target: the sandbox listens on another port every time.
[[nodiscard]] std::string base_url_of(const Context& context, const Connected& connected);

/// A path that the user gave, seen from where the run was started (--chdir).
[[nodiscard]] std::filesystem::path from_working_folder(const Context& context, const std::string& path);

/// Puts an error of API or state into the sink and gives its exit status.
[[nodiscard]] diag::ExitStatus report(Context& context, const Error& error);

/// The same for commands that refuse to go on where something stands in the way (kConflict): exit 8.
[[nodiscard]] diag::ExitStatus report_conflict_as_refusal(Context& context, const Error& error);

/// The command `state rebuild`.
diag::ExitStatus run_state_rebuild(Context& context);

/// What `-o json` prints where there is no result to show.
diag::ExitStatus emit_failure(Context& context, diag::ExitStatus exit);

}  // namespace descopectl::cli
