// What became of the writes that an interrupted run left open: found out before anything else is planned.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "descopectl/api/management_api.hpp"
#include "descopectl/apply/live.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::apply {

/// One open intent, seen in the light of what is live.
struct Resolution {
  state::Change change;  ///< a put, a removal or a settlement: what the state learns
  std::string finding;   ///< for the user: "an interrupted run had created Connection/x; it is taken over"
  /// The object is not there, and may be only not listed yet: `change` holds once it had its time.
  bool may_appear = false;
  /// The object is still listed, and may be gone all the same: a load tells.
  bool may_be_gone = false;
  /// Live ids of nobody's of which one may be what the write made, where nothing can tell: the intent stays
  /// open, and `change` does not hold.
  std::vector<std::string> candidates = {};
  model::ObjectKey key = {};  ///< the intent's
};

/// What the open intents of `recorded` came to, given all objects of their kinds. Pure; the order is that of
/// the keys. An object that some record owns is not taken over, nor is one that shows other values than were
/// sent: the plan says of those what it says of every object that is not owned.
[[nodiscard]] std::vector<Resolution> resolve_intents(const model::RecordedState& recorded,
                                                      const model::LiveState& live);

/// Resolves the open intents of `recorded`, reading `live` again while a list may still lag behind a write
/// that an intent announced less than LiveOptions::settle ago. `live` was read with the same options.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<Resolution>>> resolve_intents(
    api::Reader& reader, const model::RecordedState& recorded, LiveRead& live, const LiveOptions& options);

/// The state after the resolutions, in memory alone.
void take_over(model::RecordedState& recorded, const std::vector<Resolution>& resolutions);

/// Records the resolutions, durably.
[[nodiscard]] boost::asio::awaitable<Result<void>> record(state::Store& store,
                                                          std::vector<Resolution> resolutions);

}  // namespace descopectl::apply
