// Processes: which are there, which are gone, and when there is no telling.
#include "descopectl/state/process.hpp"

#include <gtest/gtest.h>

#include "unit/state/child.hpp"

namespace descopectl::state {
namespace {

using test::Child;

TEST(Process, KnowsItself) {
  const Process self = this_process();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_FALSE(self.host.empty());
  EXPECT_FALSE(self.boot_id.empty());
  EXPECT_TRUE(self.pid_namespace.starts_with("pid:[")) << self.pid_namespace;
  EXPECT_FALSE(self.started.empty());
  EXPECT_EQ(self, this_process());
  EXPECT_EQ(find_process(self, self), Presence::kRunning);
}

TEST(Process, IsGoneOnceKilledWhetherOrNotSomebodyWaitedForIt) {
  const Process self = this_process();
  Child child([] {});
  Process other = self;
  other.pid = child.pid();
  other.started.clear();
  EXPECT_EQ(find_process(other, self), Presence::kRunning);
  child.kill();
  EXPECT_EQ(find_process(other, self), Presence::kGone) << "its entry is still there";
  child.kill_and_wait();
  EXPECT_EQ(find_process(other, self), Presence::kGone);
}

TEST(Process, IsNotTakenForAnotherThatGotItsNumber) {
  const Process self = this_process();
  Process before = self;
  before.started = "1";
  EXPECT_EQ(find_process(before, self), Presence::kGone);
}

TEST(Process, ElsewhereIsNeverGuessedAt) {
  const Process self = this_process();
  const Child child([] {});
  Process gone = self;
  gone.pid = 4'194'305;  // above the largest that there can be
  EXPECT_EQ(find_process(gone, self), Presence::kGone);
  for (std::string Process::* member : {&Process::host, &Process::boot_id, &Process::pid_namespace}) {
    Process elsewhere = gone;
    elsewhere.*member = "another";
    EXPECT_EQ(find_process(elsewhere, self), Presence::kUnknown);
  }
  for (std::string Process::* member : {&Process::boot_id, &Process::pid_namespace}) {
    Process unreadable = self;
    (unreadable.*member).clear();
    EXPECT_EQ(find_process(unreadable, unreadable), Presence::kUnknown);
  }
  Process nobody = self;
  nobody.pid = 0;
  EXPECT_EQ(find_process(nobody, self), Presence::kUnknown);
}

}  // namespace
}  // namespace descopectl::state
