// TaskGroup: waits for all, bounds, remembers the first exception, cancels.
#include "descopectl/transport/task_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "support/run.hpp"

namespace descopectl::transport {
namespace {

namespace asio = boost::asio;

struct Counter {
  int running = 0;
  int most = 0;
  int ended = 0;
};

asio::awaitable<void> step_thrice(asio::any_io_executor executor, Counter& counter) {
  counter.most = std::max(counter.most, ++counter.running);
  for (int step = 0; step < 3; ++step)
    co_await asio::post(executor, asio::use_awaitable);
  --counter.running;
  ++counter.ended;
}

asio::awaitable<void> fail_with(asio::any_io_executor executor, std::string message, Counter& counter) {
  co_await asio::post(executor, asio::use_awaitable);
  ++counter.ended;
  throw std::runtime_error(message);
}

// Counts its end even where it is torn out of its wait.
asio::awaitable<void> wait_forever(asio::any_io_executor executor, Counter& counter) {
  struct AtEnd {
    explicit AtEnd(Counter& counter_) : counter(counter_) {}
    ~AtEnd() { ++counter.ended; }
    Counter& counter;
  };
  const AtEnd at_end(counter);
  asio::steady_timer never(executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> start_another(TaskGroup& group, asio::any_io_executor executor, Counter& counter) {
  co_await asio::post(executor, asio::use_awaitable);
  group.start(step_thrice(executor, counter));
  ++counter.ended;
}

TEST(TaskGroup, WaitsForAll) {
  asio::io_context context;
  Counter counter;
  TaskGroup group(context.get_executor());
  for (int task = 0; task < 20; ++task)
    group.start(step_thrice(context.get_executor(), counter));
  EXPECT_EQ(group.size(), 20U);
  test::run(context, group.wait());
  EXPECT_EQ(counter.ended, 20);
  EXPECT_EQ(counter.most, 20);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, KeepsToItsBound) {
  asio::io_context context;
  Counter counter;
  TaskGroup group(context.get_executor(), 4);
  for (int task = 0; task < 50; ++task)
    group.start(step_thrice(context.get_executor(), counter));
  test::run(context, group.wait());
  EXPECT_EQ(counter.ended, 50);
  EXPECT_EQ(counter.most, 4);
}

TEST(TaskGroup, TakesTasksFromItsTasks) {
  asio::io_context context;
  Counter counter;
  TaskGroup group(context.get_executor(), 1);
  group.start(start_another(group, context.get_executor(), counter));
  test::run(context, group.wait());
  EXPECT_EQ(counter.ended, 2);
}

TEST(TaskGroup, ReturnsAtOnceWhereNothingWasStarted) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  test::run(context, group.wait());
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ThrowsTheFirstExceptionAfterAllHaveEnded) {
  asio::io_context context;
  Counter counter;
  TaskGroup group(context.get_executor());
  group.start(fail_with(context.get_executor(), "first", counter));
  group.start(fail_with(context.get_executor(), "second", counter));
  group.start(step_thrice(context.get_executor(), counter));
  try {
    test::run(context, group.wait());
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
  EXPECT_EQ(counter.ended, 3);
  test::run(context, group.wait());  // it is thrown once
}

TEST(TaskGroup, CancelEndsWhatRunsAndDropsWhatWaits) {
  asio::io_context context;
  Counter counter;
  TaskGroup group(context.get_executor(), 3);
  for (int task = 0; task < 10; ++task)
    group.start(wait_forever(context.get_executor(), counter));
  asio::post(context, [&] { group.cancel(); });
  EXPECT_THROW(test::run(context, group.wait()), boost::system::system_error);
  EXPECT_EQ(counter.ended, 3);
  EXPECT_EQ(group.size(), 0U);
}

asio::awaitable<void> own_group(asio::any_io_executor executor, Counter& counter) {
  TaskGroup group(executor);
  for (int task = 0; task < 5; ++task)
    group.start(wait_forever(executor, counter));
  co_await group.wait();
}

TEST(TaskGroup, CancellationOfTheWaiterReachesTheTasksAndIsStillWaitedFor) {
  asio::io_context context;
  Counter counter;
  TaskGroup outer(context.get_executor());
  outer.start(own_group(context.get_executor(), counter));
  context.poll();
  EXPECT_EQ(counter.ended, 0);
  outer.cancel();
  EXPECT_THROW(test::run(context, outer.wait()), boost::system::system_error);
  EXPECT_EQ(counter.ended, 5);
}

TEST(TaskGroup, SurvivesTheEndOfTheContext) {
  Counter counter;
  {
    asio::io_context context;
    TaskGroup group(context.get_executor(), 2);
    for (int task = 0; task < 4; ++task)
      group.start(wait_forever(context.get_executor(), counter));
    context.poll();
  }
  EXPECT_EQ(counter.ended, 2);
}

}  // namespace
}  // namespace descopectl::transport
