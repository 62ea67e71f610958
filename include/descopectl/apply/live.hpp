// Live state as one look at it: what a plan is made from.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "descopectl/api/management_api.hpp"
#include "descopectl/api/timing.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/plan/plan.hpp"

namespace descopectl::apply {

struct LiveOptions {
  std::vector<plan::NeededKind> kinds;
  unsigned generation = 1;
  std::chrono::milliseconds settle{10'000};  ///< how long a list may lag behind a write
  std::function<bool()> is_interrupted;      ///< asked before each further look at a list; may be null
  api::Timing* timing = nullptr;             ///< null: the real clock; outlives the reading
};

struct LiveRead {
  model::LiveState state;
  std::chrono::steady_clock::time_point at;  ///< before the first request
};

/// Every kind's list, side by side. Then each owned object that its list lacks is loaded, or, where its kind
/// has no load call, looked for in the list until `settle` is over: only what the service calls not-found, or
/// goes on not showing, counts as deleted. `recorded` and `options` outlive the call. Of several errors the
/// one that says most: credentials, then reachability.
[[nodiscard]] boost::asio::awaitable<Result<LiveRead>> read_live(api::Reader& reader,
                                                                 const model::RecordedState& recorded,
                                                                 const LiveOptions& options);

}  // namespace descopectl::apply
