// Walks the graph of actions: an action starts when all that it depends on is done, and not too many run at
// once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "descopectl/transport/task_group.hpp"
#include "journal.hpp"
#include "run.hpp"
#include "runner.hpp"

namespace descopectl::apply {

/// Starts the steps of a plan along its edges and waits for all of them.
///
/// What depends on an action that failed is skipped, and what depends on that as well, each with the name of
/// the action that failed. A no-op without anything to record is done when its turn comes, whatever happened
/// before it. An action in two steps is one action to everybody outside: it starts with the first, ends with
/// the second, and has failed where the one was done and the other can't be.
///
/// Before a step starts its intent is in the journal. All that is ready and not announced is announced
/// together, when there is room for one of them: one flush for many. Where a flush is a request, that waits
/// until nothing runs any more, so that a wave costs one; outcomes then are saved every so often while it
/// runs.
class Scheduler {
 public:
  Scheduler(Run& run, ActionRunner& runner, Journal& journal, const boost::asio::any_io_executor& executor);

  /// Returns when every action has an outcome in Run::outcome.
  [[nodiscard]] boost::asio::awaitable<void> run_all();

 private:
  using Ready = std::set<std::pair<unsigned, std::size_t>>;
  struct State {
    Status status = Status::kPending;
    bool is_announced = false;
    bool is_running = false;
  };

  void start_ready();
  /// May the step start? After an interrupt only those may that end what has begun.
  [[nodiscard]] bool may_start(std::size_t step) const;
  /// The next step that may start, of those that are announced or of the others.
  [[nodiscard]] Ready::iterator find_next(bool is_announced);
  /// Announces what is ready; true where that is done already. Else its end calls start_ready.
  bool announce_ready();
  [[nodiscard]] boost::asio::awaitable<void> announce(std::vector<std::size_t> steps);
  /// Renews the lock where nothing has proven for long that it is still ours: a machine that slept, or a
  /// process that was stopped, may wake up as one of two who write. As announce_ready.
  bool prove_lock();
  [[nodiscard]] bool is_lock_proven() const;
  [[nodiscard]] boost::asio::awaitable<void> renew_lock();
  /// Nothing further may be sent; the first of what was to be says why.
  void fail_announcing(const Error& error);
  void take_back_announced();
  [[nodiscard]] boost::asio::awaitable<void> flush();
  [[nodiscard]] boost::asio::awaitable<void> run_one(std::size_t step);
  /// `first`, and whatever else is announced and can go with it in one request.
  [[nodiscard]] std::vector<std::size_t> gather(std::size_t first) const;
  [[nodiscard]] boost::asio::awaitable<void> run_together(std::vector<std::size_t> steps);
  void finish(std::size_t step, ActionOutcome outcome);
  void end(std::size_t action, ActionOutcome outcome);
  /// Ends an action that can't go on, before its start or between its two steps.
  void finish_unstarted(std::size_t action, ActionOutcome outcome);
  /// Tells those who wait for `step`, and those who wait for them where they are skipped.
  void tell_dependants(std::size_t step);
  [[nodiscard]] ActionOutcome make_skipped_by(std::size_t step) const;
  /// The outcome of an action whose first step was done and whose second will not be.
  [[nodiscard]] ActionOutcome make_unfinished(std::size_t action, const ActionOutcome& skipped) const;
  void make_ready(std::size_t step);
  [[nodiscard]] Ready::value_type place_of(std::size_t step) const;
  void skip_the_rest();

  Run& run_;
  ActionRunner& runner_;
  boost::asio::any_io_executor executor_;
  transport::TaskGroup tasks_;
  Journal& journal_;
  const std::vector<plan::Step> steps_;
  std::vector<State> states_;                         // of the steps
  std::map<std::size_t, std::size_t> begin_of_;       // the first step of an action in two
  std::map<std::size_t, ActionOutcome> begun_;        // what came of it
  std::vector<std::vector<std::size_t>> dependants_;  // of the steps
  std::vector<std::size_t> waits_for_;                // how many steps before it have not ended yet
  Ready ready_;                                       // by wave, then by place in the plan
  std::vector<std::size_t> ready_noops_;
  std::size_t running_ = 0;
  bool is_starting_ = false;
  bool is_announcing_ = false;
  bool is_renewing_ = false;
  std::chrono::system_clock::time_point lock_proven_at_;  // by the wall clock, which goes on in a sleep
};

}  // namespace descopectl::apply
