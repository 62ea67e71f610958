// The lease on a local state: a file beside it that says who may write, and for how long.
//
//   {"format":"descopectl-lease","version":1,"fence":12,"who":"ann@build-7","host":"build-7","pid":4711,...,
//    "command":"apply","since":"2026-01-31T12:00:00Z","heartbeat":"2026-01-31T12:00:20Z","token":"8f3a..."}
//
// The file stays when the lease is given back, with its fence: a number that grows with every acquisition.
// flock is held only while the file, or the state that it stands for, is touched. So a process that is
// killed, stopped or cut off leaves nothing that only it could remove, and one that wakes up after another
// took over finds another's token and writes nothing.
//
// How old a heartbeat is, is asked of the file system's own clock (the file's time of change against its time
// now), so that hosts whose clocks disagree still agree on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "descopectl/base/file_handle.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/state/lock.hpp"

namespace descopectl::state {

/// A held lease; given back when this dies. Moved from, it holds nothing.
class LocalLease {
 public:
  /// Takes the lease in the file `path`, which is created (0600) where there is none. kLockHeld where another
  /// has it, or where a file that can't be read was touched within kLeaseLife; kInvalidInput where a newer
  /// program wrote it; kFailure where the file can't be made or the file system has no locks. `state_name` is
  /// what messages call the state.
  [[nodiscard]] static Result<LocalLease> acquire(std::filesystem::path path, std::string state_name,
                                                  LockHolder holder);

  /// Takes the lease away from whoever has it, whose writes are refused from then on, and gives its holder
  /// back; none where nobody has it. kLockHeld where the holder may be alive, unless `is_forced`.
  [[nodiscard]] static Result<std::optional<HeldLock>> revoke(const std::filesystem::path& path,
                                                              const std::string& state_name, bool is_forced);

  /// Who has the lease and is not known to be gone; nothing is locked or changed, so it may be over by the
  /// time this returns. None also where the file can't be read.
  [[nodiscard]] static std::optional<HeldLock> find_holder(const std::filesystem::path& path);

  LocalLease(LocalLease&& other) noexcept;
  LocalLease& operator=(LocalLease&&) = delete;
  ~LocalLease();

  /// Grows with every acquisition of this state's lease.
  [[nodiscard]] std::uint64_t fence() const { return fence_; }

  /// Keeps all others from lease and state until the handle goes, having proven that the lease is still ours:
  /// kLockHeld where it is not. To be held for as long as one write takes.
  [[nodiscard]] Result<base::FileHandle> enter() const;

  /// A sign of life. kLockHeld where the lease is lost.
  [[nodiscard]] Result<void> renew() const;

 private:
  LocalLease(std::filesystem::path path, std::string state_name, LockHolder holder, std::uint64_t fence);

  [[nodiscard]] Result<void> write_ours(const base::FileHandle& file) const;

  std::filesystem::path path_;
  std::string state_name_;
  LockHolder holder_;
  std::uint64_t fence_ = 0;
  std::string token_;  ///< random; empty: nothing is held
  std::string since_;
};

}  // namespace descopectl::state
