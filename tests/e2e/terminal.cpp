// See terminal.hpp.
#include "terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace descopectl::e2e {

using Clock = std::chrono::steady_clock;

Terminal::Terminal(const Workspace& workspace, const Arguments& arguments) {
  Environment environment = workspace.environment;
  environment["TERM"] = "xterm";
  const Call call(arguments, environment, workspace.folder.path());
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
  if (pid_ < 0) throw std::runtime_error("no pseudo terminal");
  if (pid_ == 0) {
    call.execute();
  }
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (terminal_ >= 0) ::close(terminal_);
}

/// Reads once; false when the other end is closed (a pseudo terminal says that with an error).
bool Terminal::pump() {
  pollfd wait{terminal_, POLLIN, 0};
  if (::poll(&wait, 1, 100) <= 0) return true;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(terminal_, buffer.data(), buffer.size());
  if (count <= 0) return false;
  text_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

bool Terminal::wait_for(std::string_view text) {
  const auto end = Clock::now() + kPatience;
  while (Clock::now() < end) {
    if (screen().find(text) != std::string::npos) return true;
    if (!pump()) return screen().find(text) != std::string::npos;
  }
  return false;
}

void Terminal::type(std::string_view text) const {
  if (::write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("can't type");
}

int Terminal::finish() {
  const auto end = Clock::now() + kPatience;
  while (pump())
    if (Clock::now() > end) {
      ::kill(pid_, SIGKILL);
      break;
    }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Terminal::screen() const {
  std::string text = text_;
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  return text;
}

}  // namespace descopectl::e2e
