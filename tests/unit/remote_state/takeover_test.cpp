// Two that want one lock: who gets it, when a lease is void, and what becomes of a holder that slept.
#include "descopectl/base/environment.hpp"
#include "fixture.hpp"
#include "unit/state/child.hpp"

namespace descopectl::remote_state {
namespace {

using testing::ElementsAre;
using Form = test::StateServer::Form;

constexpr std::chrono::seconds kPastTheLease{61};

class Takeover : public RemoteState {
 protected:
  void SetUp() override { serve(GetParam()); }
  [[nodiscard]] std::string address() const { return "http://" + served->place() + "/state"; }
};

INSTANTIATE_TEST_SUITE_P(Servers, Takeover, testing::Values(Form::kPlain, Form::kGitLab),
                         [](const auto& parameter) {
                           return parameter.param == Form::kGitLab ? "GitLab" : "Plain";
                         });

TEST_P(Takeover, IsRefusedWhileTheHolderLivesAndTellsWhoItIs) {
  const auto holding = open("ann@build-7");
  server.requests.clear();
  server.ahead = std::chrono::seconds(30);
  const auto refused = try_open(holder("ben@build-8"));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  const std::string message = refused.error().message();
  EXPECT_TRUE(message.starts_with("the state " + address() + " is locked by ann@build-7 (pid " +
                                  std::to_string(::getpid()) + ", command 'apply', since "))
      << message;
  EXPECT_NE(message.find("; last heartbeat 3"), std::string::npos) << message;
  EXPECT_EQ(server.requests.size(), 2U) << "the lock is asked for, the lease is read, nothing else is done";
  EXPECT_TRUE(server.lock);
}

TEST_P(Takeover, IsAllowedOnceTheLeaseHasRunOut) {
  const auto stale = open("ann@build-7");
  const std::string lock_of_ann = *server.lock;
  server.ahead = kPastTheLease;
  server.requests.clear();
  std::string given_back;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method == "UNLOCK" || request.method == "DELETE") given_back = request.body;
    return serve();
  };
  auto store = open("ben@build-8");
  EXPECT_EQ(given_back, lock_of_ann) << "the holder's own document";
  EXPECT_EQ(document().at("fence"), 2);
  EXPECT_EQ(document().at("lease").at("who"), "ben@build-8");
}

TEST_P(Takeover, LetsTheStaleHolderWriteNothingMore) {
  for (const bool checks_ids : {true, false}) {
    server.checks_ids = checks_ids;
    server.lock.reset();
    server.ahead = std::chrono::seconds(0);
    auto stale = open("ann@build-7");
    ASSERT_TRUE(stale->put(state::test::sample_object("google")));
    server.ahead = kPastTheLease;
    auto store = open("ben@build-8");
    ASSERT_TRUE(store->put(state::test::sample_object("slack")));
    ASSERT_TRUE(flush(*store));
    const std::string before = *server.stored;
    const auto refused = flush(*stale);
    EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
    EXPECT_EQ(refused.error().message(),
              "the lock on the state " + address() + " was taken from this run by ben@build-8 (pid " +
                  std::to_string(::getpid()) +
                  ", command 'apply'); nothing was written over the other's state");
    EXPECT_EQ(stale->put(state::test::sample_object("late")).error().kind(), ErrorKind::kLockHeld);
    EXPECT_EQ(test::run(io, stale->renew()).error().kind(), ErrorKind::kLockHeld);
    EXPECT_EQ(close(std::move(stale)).error().kind(), ErrorKind::kLockHeld);
    EXPECT_EQ(*server.stored, before);
    EXPECT_TRUE(server.lock) << "and the new holder keeps its lock";
    ASSERT_TRUE(close(std::move(store)));
  }
}

// The other took over between this holder's look at the document and its POST: now only the server can tell.
TEST_P(Takeover, IsNoticedByTheServerWhereItHappensInTheLastMoment) {
  const auto stale = open("ann@build-7");
  ASSERT_TRUE(stale->put(state::test::sample_object("google")));
  const std::string before = *server.stored;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method == "POST") server.lock = R"({"ID":"another","Who":"ben@build-8","Operation":"apply"})";
    return serve();
  };
  const auto refused = flush(*stale);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  EXPECT_NE(refused.error().message().find("taken from this run by ben@build-8"), std::string::npos);
  EXPECT_EQ(*server.stored, before);
}

TEST_P(Takeover, NeedsNoWaitingWhereTheHolderIsSeenToBeGone) {
  auto ann = holder("ann@build-7", true);
  {
    state::test::Child child([] {});
    ann.process.pid = child.pid();
    ann.process.started.clear();
    auto lost = try_open(ann);
    ASSERT_TRUE(lost);
    EXPECT_EQ(try_open(holder("ben@build-8", true)).error().kind(), ErrorKind::kLockHeld);
    child.kill_and_wait();
  }
  EXPECT_TRUE(try_open(holder("ben@build-8", true)));
}

TEST_P(Takeover, DoesNotDependOnTheClocksOfHolderAndContender) {
  for (const auto shift : {std::chrono::hours(-3), std::chrono::hours(3)}) {
    timing.shift = shift;  // of the holder
    auto holding = open("ann@build-7");
    ASSERT_TRUE(test::run(io, holding->renew()));
    timing.shift = -shift;  // of the contender
    EXPECT_EQ(try_open(holder("ben@build-8")).error().kind(), ErrorKind::kLockHeld);
    server.ahead += kPastTheLease;
    EXPECT_TRUE(try_open(holder("ben@build-8")));
    server.lock.reset();
  }
}

TEST_P(Takeover, OfALockWithoutALeaseWaitsAMinuteFromItsCreation) {
  // Whoever took it died before its first POST.
  const std::string created = base::format_time(std::chrono::system_clock::now());
  server.lock =
      R"({"ID":"descopectl-0f","Operation":"apply","Who":"ann@build-7","Created":")" + created + "\"}";
  const auto refused = try_open(holder("ben@build-8"));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  EXPECT_NE(refused.error().message().find("locked by ann@build-7"), std::string::npos);
  server.ahead = kPastTheLease;
  EXPECT_TRUE(try_open(holder("ben@build-8")));
}

TEST_P(Takeover, NeverHappensToAnotherProgramsLock) {
  server.lock =
      R"({"ID":"5f1c","Operation":"OperationTypeApply","Who":"ann@desk","Created":"2020-01-31T12:00:00Z"})";
  const auto refused = try_open(holder("ben@build-8"));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(
      refused.error().message(),
      "the state " + address() +
          " is locked by ann@desk (operation 'OperationTypeApply', since 2020-01-31T12:00:00Z, lock 5f1c)");
  EXPECT_TRUE(server.lock);
}

TEST_P(Takeover, IsWonByOneOfTwo) {
  const auto stale = open("ann@build-7");
  server.ahead = kPastTheLease;
  // While this one looks at the lease, another is faster.
  bool is_other_faster = true;
  StorePtr other;
  const std::string faster =
      R"({"ID":"descopectl-other","Operation":"apply","Who":"cal@build-9","Created":")" +
      base::format_time(std::chrono::system_clock::now() + kPastTheLease) + "\"}";
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method == "GET" && is_other_faster) {
      is_other_faster = false;
      http::Reply reply = serve();
      server.lock = faster;
      return reply;
    }
    return serve();
  };
  const auto refused = try_open(holder("ben@build-8"));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  EXPECT_NE(refused.error().message().find("locked by cal@build-9"), std::string::npos)
      << refused.error().message();
  EXPECT_EQ(server.lock, faster);
}

TEST_P(Takeover, ByForceTakesTheLockFromALivingHolder) {
  const auto unlock = [&](bool is_forced) {
    return test::run(io, unlock_remote_state(options(), holder("ben@build-8"), timing, is_forced));
  };
  EXPECT_FALSE(unlock(false).value()) << "there is none";
  EXPECT_FALSE(server.lock) << "asking for it leaves none behind";
  auto living = open("ann@build-7");
  EXPECT_EQ(unlock(false).error().kind(), ErrorKind::kLockHeld);
  const auto revoked = unlock(true).value();
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->holder.who, "ann@build-7");
  EXPECT_FALSE(server.lock);
  auto next = open("ben@build-8");
  ASSERT_TRUE(living->put(state::test::sample_object("google")));
  EXPECT_EQ(flush(*living).error().kind(), ErrorKind::kLockHeld);
}

TEST_P(Takeover, TheStateCanBeReplacedWholeByOneOfAnotherHistory) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  model::RecordedState other = state::test::sample_state();
  other.serial = 0;
  ASSERT_TRUE(test::run(io, store->replace(other)));
  EXPECT_EQ(read().value().lineage, other.lineage);
  ASSERT_TRUE(store->put(state::test::sample_object("after")));
  ASSERT_TRUE(close(std::move(store)));
  EXPECT_EQ(read().value().objects.size(), other.objects.size() + 1);
}

}  // namespace
}  // namespace descopectl::remote_state
