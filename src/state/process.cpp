// Processes as /proc shows them.
#include "descopectl/state/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace descopectl::state {
namespace {

// The first line of a small file under /proc, or empty.
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

struct Stat {
  char condition = '?';  // 'R', 'S', ...; 'Z' and 'X': it has ended
  std::string started;
};

// The fields of /proc/PID/stat follow the program's name, which stands in parentheses and may hold anything.
Stat read_stat(long pid) {
  constexpr int kStartedAfterCondition = 19;
  Stat stat;
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return stat;
  std::istringstream fields(line.substr(name_end + 1));
  fields >> stat.condition;
  for (int i = 0; i < kStartedAfterCondition; ++i)
    if (!(fields >> stat.started)) return {stat.condition, ""};
  return stat;
}

}  // namespace

Process this_process() {
  Process process;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) process.host = host.data();
  process.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  std::error_code unreadable;
  process.pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", unreadable).string();
  process.pid = ::getpid();
  process.started = read_stat(process.pid).started;
  return process;
}

Presence find_process(const Process& wanted, const Process& self) {
  const bool is_here = wanted.pid > 0 && !wanted.boot_id.empty() && wanted.boot_id == self.boot_id &&
                       !wanted.pid_namespace.empty() && wanted.pid_namespace == self.pid_namespace &&
                       wanted.host == self.host;
  if (!is_here) return Presence::kUnknown;
  if (::kill(static_cast<pid_t>(wanted.pid), 0) != 0 && errno == ESRCH) return Presence::kGone;
  const Stat stat = read_stat(wanted.pid);
  if (stat.condition == 'Z' || stat.condition == 'X') return Presence::kGone;
  const bool is_other = !stat.started.empty() && !wanted.started.empty() && stat.started != wanted.started;
  return is_other ? Presence::kGone : Presence::kRunning;
}

}  // namespace descopectl::state
