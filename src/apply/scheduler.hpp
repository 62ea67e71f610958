// Walks the graph of actions: an action starts when all that it depends on is done, and not too many run at
// once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "descopectl/transport/task_group.hpp"
#include "run.hpp"
#include "runner.hpp"

namespace descopectl::apply {

/// Starts the steps of a plan along its edges and waits for all of them.
///
/// What depends on an action that failed is skipped, and what depends on that as well, each with the name of
/// the action that failed. A no-op without anything to record is done when its turn comes, whatever happened
/// before it. A replacement in two steps is one action to everybody outside: it starts with its delete, ends
/// with its create, and has failed where the one was done and the other can't be.
class Scheduler {
 public:
  Scheduler(Run& run, ActionRunner& runner, const boost::asio::any_io_executor& executor);

  /// Returns when every action has an outcome in Run::outcome.
  [[nodiscard]] boost::asio::awaitable<void> run_all();

 private:
  using Ready = std::set<std::pair<unsigned, std::size_t>>;
  struct State {
    Status status = Status::kPending;
    bool is_running = false;
  };

  void start_ready();
  /// The next step that may start; after an interrupt only those that end what has begun.
  [[nodiscard]] Ready::iterator find_next();
  [[nodiscard]] boost::asio::awaitable<void> run_one(std::size_t step);
  void finish(std::size_t step, ActionOutcome outcome);
  void end(std::size_t action, ActionOutcome outcome);
  /// Ends an action that can't go on, before its start or between its two steps.
  void finish_unstarted(std::size_t action, ActionOutcome outcome);
  /// Tells those who wait for `step`, and those who wait for them where they are skipped.
  void tell_dependants(std::size_t step);
  [[nodiscard]] ActionOutcome make_skipped_by(std::size_t step) const;
  [[nodiscard]] ActionOutcome make_not_created(std::size_t action, const ActionOutcome& skipped) const;
  void make_ready(std::size_t step);
  void skip_the_rest();

  Run& run_;
  ActionRunner& runner_;
  boost::asio::any_io_executor executor_;
  transport::TaskGroup tasks_;
  const std::vector<plan::Step> steps_;
  std::vector<State> states_;                         // of the steps
  std::map<std::size_t, std::size_t> delete_of_;      // the delete's step of an action in two steps
  std::map<std::size_t, ActionOutcome> deleted_;      // what the delete of an action came to
  std::vector<std::vector<std::size_t>> dependants_;  // of the steps
  std::vector<std::size_t> waits_for_;                // how many steps before it have not ended yet
  Ready ready_;                                       // by wave, then by place in the plan
  std::vector<std::size_t> ready_noops_;
  std::size_t running_ = 0;
  bool is_starting_ = false;
};

}  // namespace descopectl::apply
