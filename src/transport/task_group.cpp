// Structured concurrency: the bookkeeping behind TaskGroup.
#include "descopectl/transport/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <list>
#include <utility>
#include <vector>

namespace descopectl::transport {

namespace asio = boost::asio;

// Held by the group and by each running task, so that a task's end finds it even while an io_context is torn
// down.
struct TaskGroup::State : std::enable_shared_from_this<TaskGroup::State> {
  using Signal = std::shared_ptr<asio::cancellation_signal>;

  State(asio::any_io_executor executor_, std::size_t limit_)
      : executor(std::move(executor_)), limit(limit_), all_ended(executor) {
    all_ended.expires_at(asio::steady_timer::time_point::max());
  }

  void run(asio::awaitable<void> task) {
    const auto place = running.insert(running.end(), std::make_shared<asio::cancellation_signal>());
    auto ended = [self = shared_from_this(), place](const std::exception_ptr& failure) {
      self->finish(place, failure);
    };
    asio::co_spawn(executor, std::move(task),
                   asio::bind_cancellation_slot((*place)->slot(), std::move(ended)));
  }

  void finish(std::list<Signal>::iterator place, const std::exception_ptr& failure) {
    if (failure && !first_failure) first_failure = failure;
    running.erase(place);
    if (!waiting.empty() && (limit == 0 || running.size() < limit)) {
      auto next = std::move(waiting.front());
      waiting.pop_front();
      run(std::move(next));
    }
    if (running.empty()) all_ended.cancel();
  }

  void cancel() {
    waiting.clear();
    // Copies: a cancelled task may end, and leave the list, while the signal is given.
    const std::vector<Signal> signals(running.begin(), running.end());
    for (const auto& signal : signals)
      signal->emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor;
  std::size_t limit;
  asio::steady_timer all_ended;  // never expires: its cancellation is the news
  std::list<Signal> running;
  std::deque<asio::awaitable<void>> waiting;
  std::exception_ptr first_failure;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, std::size_t limit)
    : state_(std::make_shared<State>(std::move(executor), limit)) {}

TaskGroup::~TaskGroup() {
  if (!state_->running.empty()) state_->cancel();
}

void TaskGroup::start(asio::awaitable<void> task) {
  if (state_->limit != 0 && state_->running.size() >= state_->limit) {
    state_->waiting.push_back(std::move(task));
  } else {
    state_->run(std::move(task));
  }
}

std::size_t TaskGroup::size() const {
  return state_->running.size() + state_->waiting.size();
}

void TaskGroup::cancel() {
  state_->cancel();
}

asio::awaitable<void> TaskGroup::wait() {
  const auto state = state_;
  bool was_cancelled = false;
  while (!state->running.empty()) {
    const auto mine = co_await asio::this_coro::cancellation_state;
    if (mine.cancelled() != asio::cancellation_type::none) {
      // Without the reset every further await of ours would throw at once, and the tasks be left behind.
      co_await asio::this_coro::reset_cancellation_state();
      was_cancelled = true;
      state->cancel();
      continue;
    }
    boost::system::error_code ignored;
    co_await state->all_ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (was_cancelled) throw boost::system::system_error(asio::error::operation_aborted);
  if (const auto failure = std::exchange(state->first_failure, nullptr)) std::rethrow_exception(failure);
}

}  // namespace descopectl::transport
