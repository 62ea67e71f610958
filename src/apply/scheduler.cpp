// The walk over the graph: counters of open dependencies, a set of what may start, and its announcement.
#include "scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "batch.hpp"
#include "heartbeat.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;

namespace {

/// How long an outcome may be unsaved where saving is a request.
constexpr std::chrono::milliseconds kSaveEvery{10'000};

/// How long a lock that was proven to be ours is taken to be: well within its life, in which nobody else can
/// have it.
constexpr std::chrono::seconds kSureFor = state::kLeaseLife / 2;

}  // namespace

Scheduler::Scheduler(Run& run, ActionRunner& runner, Journal& journal, const asio::any_io_executor& executor)
    : run_(run),
      runner_(runner),
      executor_(executor),
      tasks_(executor),
      journal_(journal),
      steps_(plan::make_steps(run.plan.actions)),
      states_(steps_.size()),
      dependants_(steps_.size()),
      waits_for_(steps_.size()),
      lock_proven_at_(run.timing.wall_now()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].is_begin) begin_of_[steps_[i].action] = i;
    const std::set<std::size_t> before(steps_[i].after.begin(), steps_[i].after.end());
    waits_for_[i] = before.size();
    for (const std::size_t dependency : before)
      dependants_.at(dependency).push_back(i);
    if (before.empty()) make_ready(i);
  }
}

asio::awaitable<void> Scheduler::run_all() {
  std::optional<Heartbeat> saving;
  if (run_.store.is_remote()) {
    auto save = [this] { tasks_.start(flush()); };
    saving.emplace(executor_, kSaveEvery, save);
  }
  start_ready();
  co_await tasks_.wait();
  saving.reset();
  take_back_announced();
  skip_the_rest();
}

void Scheduler::make_ready(std::size_t step) {
  const std::size_t action = steps_[step].action;
  if (run_.is_pure_noop(action)) {
    ready_noops_.push_back(step);
  } else {
    ready_.insert(place_of(step));
  }
}

Scheduler::Ready::value_type Scheduler::place_of(std::size_t step) const {
  return {steps_[step].is_begin ? 0 : run_.plan.actions[steps_[step].action].wave, step};
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
    const auto next = find_next(true);
    if (next == ready_.end()) {
      if (!announce_ready()) break;
      continue;
    }
    if (!is_lock_proven()) {
      if (!prove_lock()) break;
      continue;
    }
    std::vector<std::size_t> steps = gather(next->second);
    ++running_;
    for (const std::size_t step : steps) {
      ready_.erase(place_of(step));
      states_[step].is_running = true;
      states_[step].is_announced = false;
    }
    if (steps.size() == 1)
      tasks_.start(run_one(steps.front()));
    else
      tasks_.start(run_together(std::move(steps)));
  }
  is_starting_ = false;
}

bool Scheduler::may_start(std::size_t step) const {
  return run_.stop == Stop::kNone ||
         (run_.stop == Stop::kInterrupted && begun_.contains(steps_[step].action));
}

Scheduler::Ready::iterator Scheduler::find_next(bool is_announced) {
  return std::find_if(ready_.begin(), ready_.end(), [&](const auto& ready) {
    return states_[ready.second].is_announced == is_announced && may_start(ready.second);
  });
}

bool Scheduler::announce_ready() {
  if (is_announcing_ || (run_.store.is_remote() && running_ > 0)) return false;
  std::vector<std::size_t> steps;
  for (const auto& [wave, step] : ready_)
    if (may_start(step)) steps.push_back(step);
  if (steps.empty()) return false;
  is_announcing_ = true;
  tasks_.start(announce(std::move(steps)));
  return !is_announcing_;
}

bool Scheduler::is_lock_proven() const {
  return run_.timing.wall_now() - lock_proven_at_ < kSureFor;
}

bool Scheduler::prove_lock() {
  if (is_renewing_) return false;
  is_renewing_ = true;
  tasks_.start(renew_lock());
  return !is_renewing_;
}

asio::awaitable<void> Scheduler::renew_lock() {
  const auto at = run_.timing.wall_now();
  const auto renewed = co_await run_.store.renew();
  is_renewing_ = false;
  if (renewed)
    lock_proven_at_ = at;
  else
    run_.stop_for_state("", renewed.error());
  start_ready();
}

asio::awaitable<void> Scheduler::announce(std::vector<std::size_t> steps) {
  std::vector<plan::Step> announced;
  for (const std::size_t step : steps)
    announced.push_back(steps_[step]);
  const auto at = run_.timing.wall_now();
  const auto begun = co_await journal_.begin(std::move(announced));
  is_announcing_ = false;
  if (begun) {
    lock_proven_at_ = at;
    for (const std::size_t step : steps)
      states_[step].is_announced = true;
  } else {
    fail_announcing(begun.error());
  }
  start_ready();
}

void Scheduler::fail_announcing(const Error& error) {
  run_.stop_for_state("", error);
  if (ready_.empty()) return;
  const std::size_t first = ready_.begin()->second;
  ready_.erase(ready_.begin());
  ActionOutcome outcome;
  fail(outcome, ErrorKind::kFailure, "not-recorded", error.message(), error.hint());
  finish(first, std::move(outcome));
}

void Scheduler::take_back_announced() {
  if (run_.stop == Stop::kState) return;  // that can't be recorded either: the next run looks
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (states_[i].is_announced) journal_.take_back(steps_[i]);
}

asio::awaitable<void> Scheduler::flush() {
  const auto flushed = co_await run_.store.flush();
  if (!flushed) run_.stop_for_state("", flushed.error());
}

std::vector<std::size_t> Scheduler::gather(std::size_t first) const {
  std::vector<std::size_t> steps{first};
  const schema::Endpoint* call = find_batch_call(run_.plan.actions[steps_[first].action], steps_[first].part);
  if (call == nullptr) return steps;
  for (const auto& [wave, step] : ready_) {
    if (steps.size() == kMostInBatch) break;
    if (step == first || !states_[step].is_announced) continue;
    if (find_batch_call(run_.plan.actions[steps_[step].action], steps_[step].part) == call)
      steps.push_back(step);
  }
  return steps;
}

asio::awaitable<void> Scheduler::run_together(std::vector<std::size_t> steps) {
  const auto begun = run_.timing.now();
  const std::size_t first = steps_[steps.front()].action;
  auto beat = [this, first, begun] { run_.emit(EventKind::kStillRunning, first, run_.seconds_since(begun)); };
  const Heartbeat heartbeat(executor_, run_.options.report_every, beat);
  // A step that is all of its action has that action's number.
  for (const std::size_t step : steps)
    run_.emit(EventKind::kStarted, step, 0);
  const ActionRunner::Done done = [this, begun](std::size_t step, ActionOutcome outcome) {
    outcome.seconds = run_.seconds_since(begun);
    journal_.end(steps_[step], outcome);
    states_[step].is_running = false;
    // What this makes ready goes together again, once all of the batch have ended.
    const bool was_starting = std::exchange(is_starting_, true);
    finish(step, std::move(outcome));
    is_starting_ = was_starting;
  };
  co_await runner_.run_batch(std::move(steps), done);
  --running_;
  start_ready();
}

asio::awaitable<void> Scheduler::run_one(std::size_t step) {
  const std::size_t action = steps_[step].action;
  const auto begun = run_.timing.now();
  auto beat = [this, action, begun] {
    run_.emit(EventKind::kStillRunning, action, run_.seconds_since(begun));
  };
  const Heartbeat heartbeat(executor_, run_.options.report_every, beat);
  if (!begun_.contains(action)) run_.emit(EventKind::kStarted, action, 0);
  ActionOutcome outcome = co_await runner_.run(action, steps_[step].part);
  outcome.seconds = run_.seconds_since(begun);
  journal_.end(steps_[step], outcome);
  --running_;
  states_[step].is_running = false;
  finish(step, std::move(outcome));
}

namespace {

/// What the first step of an action did belongs to the outcome of the whole.
void add_first_step(const ActionOutcome& first, ActionOutcome& outcome) {
  outcome.is_erased = outcome.is_erased || first.is_erased;
  if (outcome.live_id.empty()) outcome.live_id = first.live_id;
  outcome.attempts += first.attempts;
  outcome.seconds += first.seconds;
}

}  // namespace

void Scheduler::finish(std::size_t step, ActionOutcome outcome) {
  const std::size_t action = steps_[step].action;
  states_[step].status = outcome.status;
  if (steps_[step].is_begin && outcome.status == Status::kDone) {
    begun_[action] = std::move(outcome);
    tell_dependants(step);
    // What the second step needs may have failed while the first was under way.
    if (states_[action].status != Status::kPending) finish_unstarted(action, run_.outcome.actions[action]);
    return start_ready();
  }
  if (const auto before = begun_.find(action); before != begun_.end()) {
    if (outcome.status == Status::kSkipped)
      outcome = make_unfinished(action, outcome);
    else
      add_first_step(before->second, outcome);
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
  const auto begin = begin_of_.find(action);
  if (begin != begin_of_.end()) {
    State& state = states_[begin->second];
    if (state.is_running) {  // its end says what came of it
      states_[action].status = outcome.status;
      run_.outcome.actions[action] = std::move(outcome);
      return;
    }
    if (state.status == Status::kDone) outcome = make_unfinished(action, outcome);
    if (state.status == Status::kPending) {
      state.status = outcome.status;
      ready_.erase({0, begin->second});
      end(action, std::move(outcome));
      tell_dependants(begin->second);
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

ActionOutcome Scheduler::make_unfinished(std::size_t action, const ActionOutcome& skipped) const {
  const plan::Action& what = run_.plan.actions[action];
  const std::string key = what.key.to_string();
  std::string_view why = skipped.message;
  if (constexpr std::string_view kPrefix = "skipped: "; why.starts_with(kPrefix))
    why.remove_prefix(kPrefix.size());
  ActionOutcome outcome = begun_.at(action);
  if (what.sequence == plan::Sequence::kDeleteFirst)
    fail(outcome, skipped.error_kind, "not-created-again",
         fmt::format("{} was deleted (live id '{}'), and not created again: {}", key, what.live_id, why),
         "apply again: the next run creates it");
  else if (what.sequence == plan::Sequence::kCreateFirst)
    fail(outcome, skipped.error_kind, "not-deleted",
         fmt::format("{} was created under its new id, and the old object (live id '{}') was not deleted: {}",
                     key, what.live_id, why),
         "apply again: the next run deletes it");
  else
    fail(outcome, skipped.error_kind, "not-removed",
         fmt::format("{} was updated, but for the scopes that were to leave: {}", key, why),
         "apply again: the next run takes them out");
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
