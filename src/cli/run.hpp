// What plan, apply, destroy and drift share: from manifests, state and live to a plan.
#pragma once

#include "descopectl/apply/live.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/state/store.hpp"
#include "target.hpp"

namespace descopectl::cli {

/// Everything that went into a plan, and the plan.
struct Planned {
  plan::PlanInput input;
  apply::LiveRead live;
  SecretsRead secrets;
  plan::Plan plan;
};

/// Reads live, looks secrets up, makes the plan. Diagnostics are in the context's sink, and the plan is empty
/// where there are errors that need no look at live; the error is of the API.
[[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<Planned>>> make_planned(
    Context& context, api::Reader& reader, Connected& connected, const model::DesiredState& desired,
    const model::RecordedState& recorded, bool is_state_kept);

/// The recorded state for commands that write nothing; its error is reported.
[[nodiscard]] Result<model::RecordedState> read_recorded(Context& context);

/// Puts an error of the state's store into the sink and gives its exit status: the same whoever opened it.
[[nodiscard]] diag::ExitStatus report_state(Context& context, const Error& error);

/// Puts an error of the API into the sink and gives its exit status.
[[nodiscard]] diag::ExitStatus report(Context& context, const Error& error);

/// What `-o json` prints where there is no plan to show.
diag::ExitStatus emit_failure(Context& context, diag::ExitStatus exit);

}  // namespace descopectl::cli
