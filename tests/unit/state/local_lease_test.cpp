// The lease between processes: who is told what, when it is free again, and who may still write.
#include "descopectl/state/local_lease.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>

#include "unit/state/child.hpp"
#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;
namespace fs = std::filesystem;

// As sample_holder, and really this process.
LockHolder real_holder() {
  LockHolder holder = sample_holder();
  holder.process = this_process();
  return holder;
}

class Lease : public testing::Test {
 protected:
  // A file whose last heartbeat was so long ago by the file system's clock.
  void set_heartbeat(long seconds_ago) const {
    struct timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= seconds_ago;
    const struct timespec times[] = {now, now};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  }
  [[nodiscard]] json::object document() const {
    const std::string text = read_bytes(file);
    return json::parse(text.substr(0, text.find_last_not_of(" \n") + 1)).as_object();
  }
  void change(const char* member, const json::value& value) const {
    json::object changed = document();
    changed[member] = value;
    write_bytes(file, json::serialize(changed));
  }
  [[nodiscard]] Result<LocalLease> acquire(LockHolder holder = real_holder()) const {
    return LocalLease::acquire(file, "state.json", std::move(holder));
  }
  // A lease whose holder is on another host, as it lies in the file when that host is cut off.
  void leave_foreign_lease(long heartbeat_seconds_ago) const {
    auto lease = acquire(sample_holder());
    ASSERT_TRUE(lease);
    const std::string text = read_bytes(file);
    {
      const LocalLease gone = std::move(*lease);
    }
    write_bytes(file, text);
    set_heartbeat(heartbeat_seconds_ago);
  }
  void expect_held(const std::string& message) const {
    const auto refused = acquire();
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
    EXPECT_EQ(refused.error().message(), message);
  }

  TemporaryFolder folder;
  fs::path file = folder / "state.json.lock";
};

TEST_F(Lease, TellsOthersWhoHoldsIt) {
  const auto lease = acquire(sample_holder());
  ASSERT_TRUE(lease);
  change("since", "2026-01-31T12:00:00Z");
  const auto refused = acquire();
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  const std::string message = refused.error().message();
  EXPECT_TRUE(
      message.starts_with("the state state.json is locked by ann@build-7 (pid 4711, command 'apply', "
                          "since 2026-01-31T12:00:00Z, "))
      << message;
  EXPECT_NE(message.find(" h ago; last heartbeat "), std::string::npos) << message;
  EXPECT_TRUE(refused.error().hint().starts_with(
      "Wait until it has ended. Whether it still runs can't be seen from here: if it was killed, its lock is "
      "void in "))
      << refused.error().hint();
}

TEST_F(Lease, SaysToEndTheHolderWhereItIsSeenRunning) {
  const auto lease = acquire();
  ASSERT_TRUE(lease);
  EXPECT_EQ(
      acquire().error().hint(),
      "Wait until it has ended, or end that process; the lock goes with it, so there is no file to remove.");
}

TEST_F(Lease, IsWrittenDownWithItsFenceWhichStays) {
  {
    const auto lease = acquire();
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->fence(), 1U);
    const json::object held = document();
    EXPECT_EQ(held.at("format"), "descopectl-lease");
    EXPECT_EQ(held.at("who"), "ann@build-7");
    EXPECT_EQ(held.at("pid"), ::getpid());
    EXPECT_EQ(held.at("command"), "apply");
    EXPECT_EQ(held.at("fence"), 1);
    EXPECT_EQ(held.at("since"), held.at("heartbeat"));
    EXPECT_EQ(mode_of(file), 0600U);
  }
  const json::object expected{{"format", "descopectl-lease"}, {"version", 1}, {"fence", 1}};
  EXPECT_EQ(document(), expected) << "given back";
  const auto again = acquire();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fence(), 2U);
}

TEST_F(Lease, IsVoidAtOnceWhenItsHolderWasKilled) {
  std::optional<LocalLease> kept;
  Child child([&] { kept.emplace(acquire().value()); });
  ASSERT_EQ(acquire().error().kind(), ErrorKind::kLockHeld);
  child.kill();
  const auto lease = acquire();
  ASSERT_TRUE(lease) << lease.error().message();
  EXPECT_EQ(lease->fence(), 2U);
}

TEST_F(Lease, IsVoidAtOnceWhenAnotherProcessHasItsHoldersNumber) {
  const auto lease = acquire();
  ASSERT_TRUE(lease);
  change("started", "1");
  EXPECT_TRUE(acquire());
}

TEST_F(Lease, OfAHolderThatCanNotBeSeenLastsAMinuteFromItsLastHeartbeat) {
  leave_foreign_lease(57);
  EXPECT_EQ(acquire().error().kind(), ErrorKind::kLockHeld);
  set_heartbeat(60);
  EXPECT_TRUE(acquire());
}

TEST_F(Lease, OfAHolderThatHangsLastsAMinuteToo) {
  const auto hanging = acquire();
  ASSERT_TRUE(hanging);
  set_heartbeat(61);
  EXPECT_TRUE(acquire());
}

TEST_F(Lease, LastsForAsLongAsItIsRenewed) {
  const auto lease = acquire(sample_holder());
  ASSERT_TRUE(lease);
  for (int beat = 0; beat < 5; ++beat) {
    set_heartbeat(59);
    ASSERT_TRUE(lease->renew());
    EXPECT_EQ(acquire().error().kind(), ErrorKind::kLockHeld);
  }
  EXPECT_EQ(document().at("fence"), 1);
}

// What the holder's clock says is for people; how old a heartbeat is, says the file system.
TEST_F(Lease, DoesNotDependOnTheClocksOfHolderAndContender) {
  leave_foreign_lease(5);
  for (const char* time : {"1999-01-01T00:00:00Z", "2199-01-01T00:00:00Z"}) {
    change("heartbeat", time);
    change("since", time);
    set_heartbeat(5);
    EXPECT_EQ(acquire().error().kind(), ErrorKind::kLockHeld) << time;
  }
  set_heartbeat(61);
  EXPECT_TRUE(acquire());
}

TEST_F(Lease, WithAHeartbeatFromTheFutureCountsFromNowOn) {
  leave_foreign_lease(-86'400);
  EXPECT_EQ(acquire().error().kind(), ErrorKind::kLockHeld);
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_LE(status.st_mtim.tv_sec, ::time(nullptr));
}

TEST_F(Lease, IsLostToWhoeverTookItOver) {
  const auto stale = acquire();
  ASSERT_TRUE(stale);
  set_heartbeat(61);
  LockHolder ben = real_holder();
  ben.who = "ben@build-8";
  const auto lease = acquire(ben);
  ASSERT_TRUE(lease);
  const std::string message =
      "the lock on the state state.json was taken from this run by ben@build-8 (pid " +
      std::to_string(::getpid()) + ", command 'apply'); nothing was written over the other's state";
  EXPECT_EQ(stale->renew().error().message(), message);
  const auto entered = stale->enter();
  EXPECT_EQ(entered.error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(entered.error().message(), message);
  EXPECT_FALSE(entered.error().hint().empty());
  EXPECT_TRUE(lease->enter()) << "the new holder is none the worse for it";
}

TEST_F(Lease, ThatWasLostIsNotGivenBack) {
  std::optional<LocalLease> taker;
  {
    const auto stale = acquire();
    ASSERT_TRUE(stale);
    set_heartbeat(61);
    taker.emplace(acquire().value());
  }
  EXPECT_TRUE(taker->enter());
}

TEST_F(Lease, IsLostWithItsFile) {
  const auto lease = acquire();
  ASSERT_TRUE(lease);
  fs::remove(file);
  EXPECT_EQ(lease->enter().error().message(),
            "the lock on the state state.json was taken from this run; nothing was written over the other's "
            "state");
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(Lease, OfAnEmptyFileIsFree) {
  write_bytes(file, "");
  EXPECT_TRUE(acquire());
}

TEST_F(Lease, OfADamagedFileIsHeldForAMinuteByNobodyKnown) {
  for (const std::string& text :
       {std::string("{\"format\":\"descopectl-lease\",\"ver"), std::string("[]"), std::string(200, '\0'),
        std::string(R"({"format":"descopectl-lease","version":1,"fence":-3,"token":"x"})")}) {
    write_bytes(file, text);
    EXPECT_EQ(acquire().error().kind(), ErrorKind::kLockHeld) << text;
    set_heartbeat(61);
    EXPECT_TRUE(acquire()) << text;
  }
}

TEST_F(Lease, OfADamagedFileIsTold) {
  write_bytes(file, R"({"who":"\u001b[31m","pid":"x"})");
  expect_held("the state state.json is locked by \\x1b[31m (last heartbeat 0 s ago)");
}

TEST_F(Lease, OfANewerProgramIsLeftAlone) {
  const std::string text = R"({"format":"descopectl-lease","version":2,"fence":"a-9"})";
  write_bytes(file, text);
  set_heartbeat(3600);
  const auto refused = acquire();
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(refused.error().message(), "the lock " + file.string() + " was written by a newer descopectl");
  EXPECT_EQ(read_bytes(file), text);
}

TEST_F(Lease, IsHeldByWhoeverKeepsTheFileLocked) {
  write_bytes(file, R"({"who":"ann@build-7","pid":4711,"command":"apply","since":"2026-01-31T12:00:00Z"})");
  set_heartbeat(3600);
  const base::FileHandle other(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  const auto refused = acquire();
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  EXPECT_NE(refused.error().message().find("ann@build-7 (pid 4711"), std::string::npos);
}

TEST_F(Lease, GoesToOneOfManyAtATime) {
  constexpr int kProcesses = 8;
  constexpr int kRounds = 25;
  const fs::path counter = folder / "counter";
  write_bytes(counter, "0");
  std::vector<pid_t> pids;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (int done = 0; done < kRounds;) {
        const auto lease = acquire();
        if (!lease) continue;
        const int before = std::stoi(read_bytes(counter));
        write_bytes(counter, std::to_string(before + 1));
        ++done;
      }
      ::_exit(0);
    }
    pids.push_back(pid);
  }
  for (const pid_t pid : pids)
    ::waitpid(pid, nullptr, 0);
  EXPECT_EQ(read_bytes(counter), std::to_string(kProcesses * kRounds));
  EXPECT_EQ(document().at("fence"), kProcesses * kRounds);
}

TEST_F(Lease, IsNotInheritedByProgramsThatTheHolderStarts) {
  std::optional<LocalLease> lease(acquire().value());
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  ASSERT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(input[0], 0);
    ::dup2(output[1], 1);
    ::execl("/bin/cat", "cat", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  char byte = 'x';
  ASSERT_EQ(::write(input[1], &byte, 1), 1);
  ASSERT_EQ(::read(output[0], &byte, 1), 1) << "cat is running";
  lease.reset();
  EXPECT_TRUE(acquire());
  ::close(input[1]);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(Lease, GuardsTheStateThatItStandsFor) {
  const fs::path path = folder / "state.json";
  const auto stale = open_store(path);
  ASSERT_TRUE(stale->put(sample_object("google")));
  set_heartbeat(61);
  EXPECT_TRUE(read_state(path)) << "reading takes no lock";
  const auto store = open_for_writing(path, sample_holder());
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->put(sample_object("slack")));
  const std::string before = read_bytes(path);
  EXPECT_EQ(stale->put(sample_object("late")).error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(stale->compact().error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(wait_for(stale->replace(stale->current())).error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(read_bytes(path), before);
  ASSERT_TRUE((*store)->put(sample_object("zoom")));
  EXPECT_EQ((*store)->current().objects.size(), 3U);
}

TEST_F(Lease, OfAKilledHolderGivesTheStateAsItLeftIt) {
  const fs::path path = folder / "state.json";
  std::unique_ptr<Store> kept;
  Child child([&] {
    kept = open_for_writing(path, real_holder()).value();
    static_cast<void>(kept->put(sample_object("google")));
  });
  ASSERT_EQ(open_for_writing(path, real_holder()).error().kind(), ErrorKind::kLockHeld);
  child.kill();
  EXPECT_EQ(open_for_writing(path, real_holder()).value()->current().objects.size(), 1U);
}

TEST_F(Lease, IsTakenAwayFromTheDeadUnaskedAndFromTheLivingByForce) {
  EXPECT_FALSE(LocalLease::revoke(file, "state.json", false).value()) << "there is none";
  leave_foreign_lease(10);
  const auto refused = LocalLease::revoke(file, "state.json", false);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kLockHeld);
  const auto forced = LocalLease::revoke(file, "state.json", true);
  ASSERT_TRUE(forced && *forced);
  EXPECT_EQ((*forced)->holder.who, sample_holder().who);
  EXPECT_FALSE(LocalLease::revoke(file, "state.json", true).value());
  leave_foreign_lease(61);
  EXPECT_TRUE(LocalLease::revoke(file, "state.json", false).value());
}

TEST_F(Lease, ThatWasTakenAwayLetsItsHolderWriteNothing) {
  const auto lease = acquire();
  ASSERT_TRUE(lease);
  ASSERT_TRUE(LocalLease::revoke(file, "state.json", true));
  EXPECT_EQ(lease->enter().error().kind(), ErrorKind::kLockHeld);
  const auto next = acquire();
  ASSERT_TRUE(next);
  EXPECT_GT(next->fence(), lease->fence());
}

}  // namespace
}  // namespace descopectl::state
