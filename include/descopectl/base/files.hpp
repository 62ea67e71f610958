// Reading files within limits, and writing them so that a crash leaves the old or the new one, never half.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"

namespace descopectl::base {

/// The whole file. kNotFound where it does not exist, kInvalidInput where it is larger than `limit` bytes, is
/// a folder, or can't be read; the message names the path and the system's reason. The size is looked at
/// before anything is read, and a pipe or device is cut off at the limit.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit);

/// What `input` holds up to its end, at most `most` bytes of it; what comes after them is not read.
[[nodiscard]] std::string read_at_most(std::istream& input, std::uint64_t most);

/// Replaces `path` durably: a temporary file beside it with `mode`, fsync, rename, fsync of the folder.
/// Parent folders are created. A symbolic link is followed, so that the link stays.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                                 unsigned mode);

/// Where a chain of symbolic links ends, whether or not there is anything; none where it goes in circles.
[[nodiscard]] std::optional<std::filesystem::path> follow_links(std::filesystem::path path);

/// Writes all of `content` to an open file, usually in one call. Returns the system's error number, or 0.
[[nodiscard]] int write_all(int descriptor, std::string_view content);

/// Makes the names in `folder` (empty: the working folder) durable. Returns the system's error number, or 0.
[[nodiscard]] int sync_folder(const std::filesystem::path& folder);

}  // namespace descopectl::base
