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

/// Of a kind that is listed by parent (Endpoints::list_by): under which parents to look, by what is known of
/// the other kinds.
using ParentsOf = std::function<std::vector<std::string>(const schema::Kind&, const model::LiveState&)>;

struct LiveOptions {
  std::vector<plan::NeededKind> kinds;
  ParentsOf parents_of = {};  ///< null: nothing is looked for by parent
  unsigned generation = 1;
  std::chrono::milliseconds settle{10'000};  ///< how long a list may lag behind a write
  std::function<bool()> is_interrupted;      ///< asked before each further look at a list; may be null
  api::Timing* timing = nullptr;             ///< null: the real clock; outlives the reading
};

struct LiveRead {
  model::LiveState state;
  std::chrono::steady_clock::time_point at;  ///< before the first request
};

/// True where the service says that it does not give this, as opposed to being in trouble.
[[nodiscard]] bool is_refusal(const Error& error);

/// Every kind's list, side by side; after them those that are listed by parent. Then each owned object that
/// its list lacks is loaded, or, where its kind has no load call, looked for in the list until `settle` is
/// over: only what the service calls not-found, or goes on not showing, counts as deleted. `recorded` and
/// `options` outlive the call. Of several errors the one that says most: credentials, then reachability.
[[nodiscard]] boost::asio::awaitable<Result<LiveRead>> read_live(api::Reader& reader,
                                                                 const model::RecordedState& recorded,
                                                                 const LiveOptions& options);

}  // namespace descopectl::apply
