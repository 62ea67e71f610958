// Two runs on one state: who works, who is told to wait, and what becomes of a holder that died or slept.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kLock = ".descopectl/state.json.lock";

class Lease : public testing::Test {
 protected:
  Lease() : project({"--latency-ms", "250"}) {
    std::string text;
    for (const char* name : {"a", "b", "c", "d"})
      text += connection(name) + "---\n";
    project.declare(text);
  }
  /// As if the last heartbeat were a minute old.
  void age_lock() const {
    struct timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= 61;
    const struct timespec times[] = {now, now};
    ASSERT_EQ(::utimensat(AT_FDCWD, project.folder.path(kLock).c_str(), times, 0), 0);
  }

  Project project;
  Api api{project};
};

TEST_F(Lease, LetsOneOfTwoWorkAndTellsTheOtherWhoDoes) {
  const auto first = project.start_apply();
  const Result second = project.apply();
  EXPECT_EQ(second.status, 6) << second.all();
  EXPECT_NE(second.err.find("error: the state .descopectl/state.json is locked by "), std::string::npos)
      << second.err;
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  for (const std::string& part :
       {"@" + std::string(host.data()) + " (pid ", std::string(", command 'apply', since "),
        std::string(" s ago; last heartbeat "), std::string("[lock-held]\nhint: ")})
    EXPECT_NE(second.err.find(part), std::string::npos) << part << " in " << second.err;
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 0) << "reading takes no lock";
  EXPECT_NE(plan.err.find("command 'apply', since "), std::string::npos) << plan.err;
  EXPECT_NE(plan.err.find(" is writing now: live is shown as it is at this moment\n"), std::string::npos)
      << plan.err;
  EXPECT_EQ(first->finish().status, 0);
  EXPECT_EQ(project.apply().status, 0) << "a lock that was given back is no obstacle";
}

TEST_F(Lease, OfAKilledHolderIsVoidAtOnceAndTheNextApplyFinishesTheJob) {
  {
    const auto first = project.start_apply();
    first->signal(SIGKILL);
    EXPECT_EQ(first->finish().status, 128 + SIGKILL);
  }
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(api.connections().size(), 4U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Lease, ThatWasTakenOverWhileItsHolderSleptLetsItWriteNothingMore) {
  const auto first = project.start_apply();
  first->signal(SIGSTOP);
  EXPECT_EQ(project.apply().status, 6) << "asleep is not dead";
  age_lock();
  const Result second = project.apply();
  EXPECT_EQ(second.status, 0) << second.all();
  const std::string state = project.folder.read(".descopectl/state.json");
  first->signal(SIGCONT);
  const Result woken = first->finish();
  EXPECT_EQ(woken.status, 9) << woken.all();
  EXPECT_NE(woken.all().find("the lock on the state .descopectl/state.json was taken from this run"),
            std::string::npos)
      << woken.all();
  EXPECT_EQ(project.folder.read(".descopectl/state.json"), state);
  EXPECT_EQ(api.connections().size(), 4U) << "and nothing twice";
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

}  // namespace
}  // namespace descopectl::e2e
