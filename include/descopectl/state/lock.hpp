// The exclusive lock that writers of one state file take, so that two applies never run side by side.
#pragma once

#include <filesystem>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/state/file_handle.hpp"

namespace descopectl::state {

/// Who holds a lock: what the others are told.
struct LockHolder {
  std::string who;  ///< user@host
  std::string host;
  long pid = 0;
  std::string command;  ///< "apply"
  std::string since;    ///< RFC 3339
};

/// A held lock; given back when this dies, or by the kernel when the process does. Children that run another
/// program do not inherit it.
class StateLock {
 public:
  /// Takes the lock file `lock_path` without waiting and writes `holder` into it. The file is created (0600)
  /// and stays: removing it would let two processes lock two files of one name. kLockHeld with the
  /// particulars of the other holder where there is one; kFailure where the file can't be made or the file
  /// system has no locks. `state_name` is the path that messages name.
  [[nodiscard]] static Result<StateLock> acquire(const std::filesystem::path& lock_path,
                                                 const std::string& state_name, const LockHolder& holder);

  StateLock(StateLock&&) noexcept = default;
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(FileHandle file) : file_(std::move(file)) {}

  FileHandle file_;
};

}  // namespace descopectl::state
