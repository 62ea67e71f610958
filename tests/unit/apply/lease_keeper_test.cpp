// Keeping the lock alive: how often, until when, and what is said where it fails.
#include "descopectl/apply/lease_keeper.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fake_service.hpp"
#include "support/run.hpp"

namespace descopectl::apply {
namespace {

namespace asio = boost::asio;

class KeptLease : public testing::Test {
 protected:
  // Until the lock is lost: then it ends by itself.
  void keep() {
    const auto warn = [this](std::string_view text) { warnings.emplace_back(text); };
    LeaseKeeper keeper(io.get_executor(), store, timing, warn);
    io.run();
  }

  asio::io_context io{1};
  test::FakeTiming timing{io.get_executor()};
  test::MemoryStore store;
  std::vector<std::string> warnings;
};

TEST_F(KeptLease, RenewsEveryTwentySecondsAndStopsWhenTheLockIsLost) {
  store.renewals = {Result<void>(), Result<void>()};
  store.loses_lock = true;
  keep();
  EXPECT_EQ(store.renewed, 3U);
  EXPECT_EQ(timing.waits, std::vector<std::chrono::milliseconds>(3, std::chrono::seconds(20)));
  EXPECT_EQ(warnings, std::vector<std::string>{"the lock on the state was not renewed: taken"});
}

TEST_F(KeptLease, TriesAgainAfterAFailure) {
  store.renewals = {Result<void>(Error(ErrorKind::kUnreachable, "nobody there")), Result<void>()};
  store.loses_lock = true;
  keep();
  EXPECT_EQ(store.renewed, 3U);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0], "the lock on the state was not renewed: nobody there");
}

TEST_F(KeptLease, EndsWithWhateverItIsFor) {
  const auto real = api::make_timing(io.get_executor());
  LeaseKeeper keeper(io.get_executor(), store, *real, nullptr);
  test::run(io, keeper.stop());
  EXPECT_EQ(store.renewed, 0U);
}

// Whose renewal takes a while.
class SlowStore final : public test::MemoryStore {
 public:
  explicit SlowStore(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  asio::awaitable<Result<void>> renew() override {
    has_begun = true;
    for (int i = 0; i < 10; ++i)
      co_await asio::post(executor_, asio::use_awaitable);
    has_ended = true;
    co_return Result<void>();
  }
  bool has_begun = false;
  bool has_ended = false;

 private:
  asio::any_io_executor executor_;
};

TEST_F(KeptLease, HasABeatUnderWayFinishedBeforeItEnds) {
  SlowStore slow(io.get_executor());
  LeaseKeeper keeper(io.get_executor(), slow, timing, nullptr);
  while (!slow.has_begun)
    io.run_one();
  ASSERT_FALSE(slow.has_ended);
  test::run(io, keeper.stop());
  EXPECT_TRUE(slow.has_ended);
}

}  // namespace
}  // namespace descopectl::apply
