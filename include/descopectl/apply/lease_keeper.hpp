// Keeps the state's lock alive beside whatever is done with it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "descopectl/api/timing.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::apply {

/// Renews the lock of `store` every state::kHeartbeat. Ends when it is cancelled, or when the lock is lost:
/// from then on the store refuses every write. `warn` hears of what failed; the next beat tries again.
[[nodiscard]] boost::asio::awaitable<void> keep_lease(state::Store& store, api::Timing& timing,
                                                      std::function<void(std::string_view)> warn);

}  // namespace descopectl::apply
