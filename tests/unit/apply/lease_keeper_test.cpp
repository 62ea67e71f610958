// Keeping the lock alive: how often, until when, and what is said where it fails.
#include "descopectl/apply/lease_keeper.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "descopectl/transport/task_group.hpp"
#include "fake_service.hpp"

namespace descopectl::apply {
namespace {

namespace asio = boost::asio;

class LeaseKeeper : public testing::Test {
 protected:
  // Until the lock is lost: then it ends by itself.
  void keep() {
    const auto warn = [this](std::string_view text) { warnings.emplace_back(text); };
    asio::co_spawn(io, keep_lease(store, timing, warn), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io.run();
  }

  asio::io_context io{1};
  test::FakeTiming timing{io.get_executor()};
  test::MemoryStore store;
  std::vector<std::string> warnings;
};

TEST_F(LeaseKeeper, RenewsEveryTwentySecondsAndStopsWhenTheLockIsLost) {
  store.renewals = {Result<void>(), Result<void>()};
  keep();
  EXPECT_EQ(store.renewed, 3U);
  EXPECT_EQ(timing.waits, std::vector<std::chrono::milliseconds>(3, std::chrono::seconds(20)));
  EXPECT_EQ(warnings, std::vector<std::string>{"the lock on the state was not renewed: taken"});
}

TEST_F(LeaseKeeper, TriesAgainAfterAFailure) {
  store.renewals = {Result<void>(Error(ErrorKind::kUnreachable, "nobody there")), Result<void>()};
  keep();
  EXPECT_EQ(store.renewed, 3U);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0], "the lock on the state was not renewed: nobody there");
}

TEST_F(LeaseKeeper, EndsWithWhateverItIsFor) {
  const auto real = api::make_timing(io.get_executor());
  bool has_ended = false;
  auto run = [&]() -> asio::awaitable<void> {
    transport::TaskGroup group(io.get_executor());
    group.start(keep_lease(store, *real, nullptr));
    group.cancel();
    co_await group.wait();
    has_ended = true;
  };
  asio::co_spawn(io, run, [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
  io.run();
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(store.renewed, 0U);
}

}  // namespace
}  // namespace descopectl::apply
