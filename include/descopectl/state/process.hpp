// A process that can be told from every other that had, or will have, the same number.
#pragma once

#include <string>

namespace descopectl::state {

/// Where a process runs and which one it is. Names of hosts and process ids alone don't say: containers share
/// both, and the kernel gives ids out again. Empty members are unknown.
struct Process {
  std::string host;
  std::string boot_id;        ///< of the kernel that it runs on: /proc/sys/kernel/random/boot_id
  std::string pid_namespace;  ///< in which `pid` means it: "pid:[4026531836]"
  long pid = 0;
  std::string started;  ///< clock ticks after boot, as /proc/PID/stat has them
  friend bool operator==(const Process&, const Process&) = default;
};

/// The process that asks.
[[nodiscard]] Process this_process();

enum class Presence : unsigned char {
  kRunning,
  kGone,
  kUnknown,  ///< on another host, in another container, or there is no telling
};

/// Whether `wanted` still runs, as far as it can be seen from `self`. kGone only where that is certain: same
/// host, boot and pid namespace, and the id names nobody, somebody younger, or a process that has ended and
/// was not waited for.
[[nodiscard]] Presence find_process(const Process& wanted, const Process& self);

}  // namespace descopectl::state
