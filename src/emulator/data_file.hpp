// Keeps a service's snapshot in a file.
#pragma once

#include <cstdint>
#include <filesystem>

#include "descopectl/base/file_handle.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/emulator/service.hpp"

namespace descopectl::emulator {

class DataFile {
 public:
  /// `path` empty: nothing is read or written.
  DataFile(std::filesystem::path path, Service& service) : path_(std::move(path)), service_(service) {}

  /// Fills the service; a file that does not exist is an empty project. kLockHeld where another emulator has
  /// it: each would overwrite what the other was told.
  [[nodiscard]] Result<void> load();
  [[nodiscard]] bool is_dirty() const { return !path_.empty() && service_.revision() != saved_; }
  /// Writes if there is something new.
  [[nodiscard]] Result<void> save();
  /// The same, and others may have the file from then on.
  [[nodiscard]] Result<void> close();

 private:
  [[nodiscard]] Result<void> lock();

  std::filesystem::path path_;
  Service& service_;
  base::FileHandle lock_;  // of a file beside it, as the data file is replaced with every write
  std::uint64_t saved_ = 0;
};

}  // namespace descopectl::emulator
