// The walk over the graph: counters of open dependencies, and a set of what may start.
#include "scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "heartbeat.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;

using plan::Part;

Scheduler::Scheduler(Run& run, ActionRunner& runner, const asio::any_io_executor& executor)
    : run_(run),
      runner_(runner),
      executor_(executor),
      tasks_(executor),
      steps_(plan::make_steps(run.plan.actions)),
      states_(steps_.size()),
      dependants_(steps_.size()),
      waits_for_(steps_.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].part == Part::kDelete) delete_of_[steps_[i].action] = i;
    const std::set<std::size_t> before(steps_[i].after.begin(), steps_[i].after.end());
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

void Scheduler::make_ready(std::size_t step) {
  const std::size_t action = steps_[step].action;
  if (run_.is_pure_noop(action)) {
    ready_noops_.push_back(step);
  } else {
    const bool is_delete = steps_[step].part == Part::kDelete;
    ready_.emplace(is_delete ? 0 : run_.plan.actions[action].wave, step);
  }
}

void Scheduler::start_ready() {
  // A step that ends without ever waiting calls finish(), and so this, from within start(): the loop that
  // runs already takes what became ready, and ten thousand such steps do not pile up on the stack.
  if (is_starting_) return;
  is_starting_ = true;
  const std::size_t most = std::max<std::size_t>(run_.options.parallelism, 1);
  while (true) {
    while (!ready_noops_.empty()) {
      const std::size_t step = ready_noops_.back();
      ready_noops_.pop_back();
      states_[step].status = run_.outcome.actions[steps_[step].action].status = Status::kDone;
      tell_dependants(step);
    }
    if (ready_.empty() || running_ >= most) break;
    run_.look_for_interrupt();
    const auto next = find_next();
    if (next == ready_.end()) break;
    const std::size_t step = next->second;
    ready_.erase(next);
    ++running_;
    states_[step].is_running = true;
    tasks_.start(run_one(step));
  }
  is_starting_ = false;
}

Scheduler::Ready::iterator Scheduler::find_next() {
  if (run_.stop == Stop::kNone) return ready_.begin();
  if (run_.stop != Stop::kInterrupted) return ready_.end();
  return std::find_if(ready_.begin(), ready_.end(),
                      [&](const auto& ready) { return steps_[ready.second].part == Part::kCreate; });
}

asio::awaitable<void> Scheduler::run_one(std::size_t step) {
  const std::size_t action = steps_[step].action;
  const auto begun = run_.timing.now();
  auto beat = [this, action, begun] {
    run_.emit(EventKind::kStillRunning, action, run_.seconds_since(begun));
  };
  const Heartbeat heartbeat(executor_, run_.options.report_every, beat);
  if (steps_[step].part != Part::kCreate) run_.emit(EventKind::kStarted, action, 0);
  ActionOutcome outcome = co_await runner_.run(action, steps_[step].part);
  outcome.seconds = run_.seconds_since(begun);
  --running_;
  states_[step].is_running = false;
  finish(step, std::move(outcome));
}

void Scheduler::finish(std::size_t step, ActionOutcome outcome) {
  const std::size_t action = steps_[step].action;
  states_[step].status = outcome.status;
  if (steps_[step].part == Part::kDelete && outcome.status == Status::kDone) {
    deleted_[action] = std::move(outcome);
    tell_dependants(step);
    // What the create needs may have failed while the delete was under way.
    if (states_[action].status != Status::kPending) finish_unstarted(action, run_.outcome.actions[action]);
    return start_ready();
  }
  if (const auto before = deleted_.find(action); before != deleted_.end()) {
    outcome.is_erased = true;
    outcome.attempts += before->second.attempts;
    outcome.seconds += before->second.seconds;
  }
  end(action, std::move(outcome));
  tell_dependants(step);
  if (step != action) tell_dependants(action);
  start_ready();
}

void Scheduler::end(std::size_t action, ActionOutcome outcome) {
  states_[action].status = outcome.status;
  run_.outcome.actions[action] = std::move(outcome);
  const ActionOutcome& finished = run_.outcome.actions[action];
  run_.emit(EventKind::kFinished, action, finished.seconds, &finished);
}

void Scheduler::finish_unstarted(std::size_t action, ActionOutcome outcome) {
  const auto erase = delete_of_.find(action);
  if (erase != delete_of_.end()) {
    State& state = states_[erase->second];
    if (state.is_running) {  // its end says what came of it
      states_[action].status = outcome.status;
      run_.outcome.actions[action] = std::move(outcome);
      return;
    }
    if (state.status == Status::kDone) outcome = make_not_created(action, outcome);
    if (state.status == Status::kPending) {
      state.status = outcome.status;
      ready_.erase({0, erase->second});
      end(action, std::move(outcome));
      tell_dependants(erase->second);
      return tell_dependants(action);
    }
  }
  end(action, std::move(outcome));
  tell_dependants(action);
}

void Scheduler::tell_dependants(std::size_t step) {
  const bool is_done = states_[step].status == Status::kDone;
  for (const std::size_t dependant : dependants_[step]) {
    const std::size_t action = steps_[dependant].action;
    if (states_[dependant].status != Status::kPending || states_[action].status != Status::kPending) continue;
    if (is_done || run_.is_pure_noop(action)) {
      if (--waits_for_[dependant] == 0) make_ready(dependant);
    } else {
      finish_unstarted(action, make_skipped_by(step));
    }
  }
}

ActionOutcome Scheduler::make_skipped_by(std::size_t step) const {
  const ActionOutcome& cause = run_.outcome.actions[steps_[step].action];
  if (cause.status == Status::kSkipped) {
    ActionOutcome same = cause;
    same.seconds = 0;
    return same;
  }
  const std::string key = run_.plan.actions[steps_[step].action].key.to_string();
  ActionOutcome skipped;
  skipped.status = Status::kSkipped;
  skipped.code = "skipped";
  skipped.message = cause.status == Status::kUnknown
                        ? fmt::format("skipped: the outcome of {} is not known", key)
                        : fmt::format("skipped: {} failed", key);
  return skipped;
}

ActionOutcome Scheduler::make_not_created(std::size_t action, const ActionOutcome& skipped) const {
  const plan::Action& what = run_.plan.actions[action];
  std::string_view why = skipped.message;
  if (constexpr std::string_view kPrefix = "skipped: "; why.starts_with(kPrefix))
    why.remove_prefix(kPrefix.size());
  ActionOutcome outcome = deleted_.at(action);
  fail(outcome, skipped.error_kind, "not-created-again",
       fmt::format("{} was deleted (live id '{}'), and not created again: {}", what.key.to_string(),
                   what.live_id, why),
       "apply again: the next run creates it");
  return outcome;
}

void Scheduler::skip_the_rest() {
  for (std::size_t i = 0; i < run_.outcome.actions.size(); ++i) {
    if (states_[i].status != Status::kPending) continue;
    if (run_.is_pure_noop(i)) {
      run_.outcome.actions[i].status = Status::kDone;
    } else {
      finish_unstarted(i, run_.make_skipped());
    }
  }
}

}  // namespace descopectl::apply
