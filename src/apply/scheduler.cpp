// The walk over the graph: counters of open dependencies, and a set of what may start.
#include "scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "heartbeat.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;

Scheduler::Scheduler(Run& run, ActionRunner& runner, const asio::any_io_executor& executor)
    : run_(run), runner_(runner), executor_(executor), tasks_(executor) {
  const auto& actions = run_.plan.actions;
  dependants_.resize(actions.size());
  waits_for_.resize(actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const std::set<std::size_t> before(actions[i].depends_on.begin(), actions[i].depends_on.end());
    waits_for_[i] = before.size();
    for (const std::size_t dependency : before)
      dependants_.at(dependency).push_back(i);
    if (before.empty()) make_ready(i);
  }
}

asio::awaitable<void> Scheduler::run_all() {
  start_ready();
  co_await tasks_.wait();
  skip_the_rest();
}

void Scheduler::make_ready(std::size_t index) {
  if (run_.is_pure_noop(index)) {
    ready_noops_.push_back(index);
  } else {
    ready_.emplace(run_.plan.actions[index].wave, index);
  }
}

void Scheduler::start_ready() {
  // An action that ends without ever waiting calls finish(), and so this, from within start(): the loop that
  // runs already takes what became ready, and ten thousand such actions do not pile up on the stack.
  if (is_starting_) return;
  is_starting_ = true;
  const std::size_t most = std::max<std::size_t>(run_.options.parallelism, 1);
  while (true) {
    while (!ready_noops_.empty()) {
      const std::size_t index = ready_noops_.back();
      ready_noops_.pop_back();
      run_.outcome.actions[index].status = Status::kDone;
      tell_dependants(index);
    }
    if (ready_.empty() || running_ >= most) break;
    run_.look_for_interrupt();
    if (run_.stop != Stop::kNone) break;
    const std::size_t index = ready_.begin()->second;
    ready_.erase(ready_.begin());
    ++running_;
    tasks_.start(run_one(index));
  }
  is_starting_ = false;
}

asio::awaitable<void> Scheduler::run_one(std::size_t index) {
  const auto begun = run_.timing.now();
  auto beat = [this, index, begun] { run_.emit(EventKind::kStillRunning, index, run_.seconds_since(begun)); };
  const Heartbeat heartbeat(executor_, run_.options.report_every, beat);
  run_.emit(EventKind::kStarted, index, 0);
  ActionOutcome outcome = co_await runner_.run(index);
  outcome.seconds = run_.seconds_since(begun);
  --running_;
  finish(index, std::move(outcome));
}

void Scheduler::finish(std::size_t index, ActionOutcome outcome) {
  run_.outcome.actions[index] = std::move(outcome);
  const ActionOutcome& finished = run_.outcome.actions[index];
  run_.emit(EventKind::kFinished, index, finished.seconds, &finished);
  tell_dependants(index);
  start_ready();
}

void Scheduler::finish_skipped(std::size_t index, ActionOutcome outcome) {
  run_.outcome.actions[index] = std::move(outcome);
  run_.emit(EventKind::kFinished, index, 0, &run_.outcome.actions[index]);
}

void Scheduler::tell_dependants(std::size_t first) {
  std::vector<std::size_t> ended{first};
  while (!ended.empty()) {
    const std::size_t index = ended.back();
    ended.pop_back();
    const bool is_done = run_.outcome.actions[index].status == Status::kDone;
    for (const std::size_t dependant : dependants_[index]) {
      if (run_.outcome.actions[dependant].status != Status::kPending) continue;
      if (is_done || run_.is_pure_noop(dependant)) {
        if (--waits_for_[dependant] == 0) make_ready(dependant);
      } else {
        finish_skipped(dependant, make_skipped_by(index));
        ended.push_back(dependant);
      }
    }
  }
}

ActionOutcome Scheduler::make_skipped_by(std::size_t index) const {
  const ActionOutcome& cause = run_.outcome.actions[index];
  if (cause.status == Status::kSkipped) {
    ActionOutcome same = cause;
    same.seconds = 0;
    return same;
  }
  const std::string key = run_.plan.actions[index].key.to_string();
  ActionOutcome skipped;
  skipped.status = Status::kSkipped;
  skipped.code = "skipped";
  skipped.message = cause.status == Status::kUnknown
                        ? fmt::format("skipped: the outcome of {} is not known", key)
                        : fmt::format("skipped: {} failed", key);
  return skipped;
}

void Scheduler::skip_the_rest() {
  for (std::size_t i = 0; i < run_.outcome.actions.size(); ++i) {
    if (run_.outcome.actions[i].status != Status::kPending) continue;
    if (run_.is_pure_noop(i)) {
      run_.outcome.actions[i].status = Status::kDone;
    } else {
      finish_skipped(i, run_.make_skipped());
    }
  }
}

}  // namespace descopectl::apply
