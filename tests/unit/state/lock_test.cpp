// The lock between processes: who is told what, and when it is free again.
#include "descopectl/state/lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>

#include "unit/state/sample.hpp"

namespace descopectl::state {
namespace {

using namespace test;

// A child process that does `work` and then stays until it is killed. The constructor returns when the work
// is done.
class Child {
 public:
  explicit Child(const std::function<void()>& work) {
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) throw std::runtime_error("pipe failed");
    pid_ = ::fork();
    if (pid_ == 0) {
      work();
      static_cast<void>(!::write(ready[1], "x", 1));
      while (true)
        ::pause();
    }
    ::close(ready[1]);
    char byte = 0;
    static_cast<void>(!::read(ready[0], &byte, 1));
    ::close(ready[0]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill_and_wait(); }

  void kill_and_wait() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

TEST(StateLock, TellsTheOtherProcessWhoHoldsIt) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  std::unique_ptr<Store> kept;
  const Child child([&] { kept = open_store(path); });
  const auto opened = open_for_writing(path, sample_holder());
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kLockHeld);
  EXPECT_EQ(opened.error().message(), "the state " + path.string() +
                                          " is locked by ann@build-7 (pid 4711, command 'apply', since "
                                          "2026-01-31T12:00:00Z)");
  EXPECT_EQ(
      opened.error().hint(),
      "Wait until it has ended, or end that process; the lock goes with it, so there is no file to remove.");
  EXPECT_TRUE(read_state(path)) << "reading takes no lock";
}

TEST(StateLock, IsFreeWhenTheHolderWasKilled) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  std::unique_ptr<Store> kept;
  Child child([&] {
    kept = open_store(path);
    static_cast<void>(kept->put(sample_object("google")));
  });
  ASSERT_EQ(open_for_writing(path, sample_holder()).error().kind(), ErrorKind::kLockHeld);
  child.kill_and_wait();
  const auto store = open_store(path);
  EXPECT_EQ(store->current().objects.size(), 1U);
}

TEST(StateLock, IsFreeWhenTheStoreIsGoneAndItsFileStays) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  {
    const auto store = open_store(path);
  }
  EXPECT_EQ(read_bytes(folder / "state.json.lock"), "") << "nobody holds it";
  const auto store = open_store(path);
  EXPECT_EQ(read_bytes(folder / "state.json.lock"),
            "{\"who\":\"ann@build-7\",\"host\":\"build-7\",\"pid\":4711,\"command\":\"apply\","
            "\"since\":\"2026-01-31T12:00:00Z\"}\n");
}

TEST(StateLock, IsNotInheritedByProgramsThatTheHolderStarts) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json";
  auto store = open_store(path);
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
  store.reset();
  EXPECT_TRUE(open_for_writing(path, sample_holder()).has_value());
  ::close(input[1]);
  ::waitpid(pid, nullptr, 0);
}

TEST(StateLock, SaysSoWhereTheHolderHasNotWrittenItsName) {
  const TemporaryFolder folder;
  const auto path = folder / "state.json.lock";
  const auto lock = StateLock::acquire(path, "state.json", sample_holder());
  ASSERT_TRUE(lock);
  write_bytes(path, "{\"who\":");
  EXPECT_EQ(StateLock::acquire(path, "state.json", sample_holder()).error().message(),
            "the state state.json is locked by another process");
  write_bytes(path, R"({"who":"\u001b[31m","pid":"x"})");
  EXPECT_EQ(StateLock::acquire(path, "state.json", sample_holder()).error().message(),
            "the state state.json is locked by \\x1b[31m (pid 0, command '?', since ?)");
}

}  // namespace
}  // namespace descopectl::state
