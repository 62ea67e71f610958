// A file for one secret, opened before the secret exists, so that it can't be lost for want of a place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"

namespace descopectl::base {

/// An open file of mode 0600 that goes again unless something was written to it. Symbolic links are never
/// followed, and only regular files are replaced.
class PrivateFile {
 public:
  /// Creates `path`, or, where `may_replace`, a file beside it that takes its place when it is written.
  /// kConflict where the file exists and may not be replaced, or is no regular file; kFailure where it can't
  /// be made.
  [[nodiscard]] static Result<PrivateFile> create(const std::filesystem::path& path, bool may_replace);

  PrivateFile(PrivateFile&& other) noexcept;
  PrivateFile& operator=(PrivateFile&&) = delete;
  ~PrivateFile();

  /// Writes `content` durably and keeps the file. Once.
  Result<void> write(std::string_view content);

 private:
  PrivateFile(int descriptor, std::filesystem::path made, std::filesystem::path target);

  int descriptor_ = -1;
  std::filesystem::path made_;  ///< what was created: `target_`, or a file beside it
  std::filesystem::path target_;
};

}  // namespace descopectl::base
