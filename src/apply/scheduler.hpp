// Walks the graph of actions: an action starts when all that it depends on is done, and not too many run at
// once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "descopectl/transport/task_group.hpp"
#include "run.hpp"
#include "runner.hpp"

namespace descopectl::apply {

/// Starts actions along the plan's edges and waits for all of them.
///
/// What depends on an action that failed is skipped, and what depends on that as well, each with the name of
/// the action that failed. A no-op without anything to record is done when its turn comes, whatever happened
/// before it.
class Scheduler {
 public:
  Scheduler(Run& run, ActionRunner& runner, const boost::asio::any_io_executor& executor);

  /// Returns when every action has an outcome in Run::outcome.
  [[nodiscard]] boost::asio::awaitable<void> run_all();

 private:
  void start_ready();
  [[nodiscard]] boost::asio::awaitable<void> run_one(std::size_t index);
  void finish(std::size_t index, ActionOutcome outcome);
  void finish_skipped(std::size_t index, ActionOutcome outcome);
  /// Tells those who wait for `index`, and those who wait for them where they are skipped.
  void tell_dependants(std::size_t index);
  [[nodiscard]] ActionOutcome make_skipped_by(std::size_t index) const;
  void make_ready(std::size_t index);
  void skip_the_rest();

  Run& run_;
  ActionRunner& runner_;
  boost::asio::any_io_executor executor_;
  transport::TaskGroup tasks_;
  std::vector<std::vector<std::size_t>> dependants_;
  std::vector<std::size_t> waits_for_;                // how many dependencies have not ended yet
  std::set<std::pair<unsigned, std::size_t>> ready_;  // by wave, then by place in the plan
  std::vector<std::size_t> ready_noops_;
  std::size_t running_ = 0;
  bool is_starting_ = false;
};

}  // namespace descopectl::apply
