// A process beside the test's own.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>

namespace descopectl::state::test {

/// A child process that does `work` and then stays until it is killed. The constructor returns when the work
/// is done.
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

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Kills it and waits until it is dead; its entry among the processes stays.
  void kill() const {
    ::kill(pid_, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void kill_and_wait() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace descopectl::state::test
