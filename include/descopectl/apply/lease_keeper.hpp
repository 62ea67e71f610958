// Keeps the state's lock alive beside whatever is done with it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>

#include "descopectl/api/timing.hpp"
#include "descopectl/state/store.hpp"
#include "descopectl/transport/task_group.hpp"

namespace descopectl::apply {

/// Renews the lock of a store every state::kHeartbeat until it is stopped, or the lock is lost: from then on
/// the store refuses every write.
class LeaseKeeper {
 public:
  /// Begins at once. `warn` hears of what failed; the next beat tries again. Store and timing outlive it.
  LeaseKeeper(const boost::asio::any_io_executor& executor, state::Store& store, api::Timing& timing,
              std::function<void(std::string_view)> warn);

  /// To be awaited before this dies. A beat under way is not cut off: a request that was sent and given up
  /// might be carried out after everything that follows it.
  [[nodiscard]] boost::asio::awaitable<void> stop();

 private:
  boost::asio::awaitable<void> run();
  /// False where there is to be no further beat.
  boost::asio::awaitable<bool> beat();
  boost::asio::awaitable<void> wait();

  state::Store& store_;
  api::Timing& timing_;
  std::function<void(std::string_view)> warn_;
  bool is_waiting_ = false;
  bool is_stopped_ = false;
  transport::TaskGroup group_;
};

}  // namespace descopectl::apply
