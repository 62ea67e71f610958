// Whole files: read within a limit, written by way of a temporary file.
#include "descopectl/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/file_handle.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::base {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::generic_category().message(error);
}

std::string shown(const fs::path& path) {
  return printable(path.string(), 1000);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes >= (1ULL << 20)) return fmt::format("{} MiB", bytes >> 20U);
  if (bytes >= 1024) return fmt::format("{} KiB", bytes >> 10U);
  return counted(bytes, "byte");
}

Error too_large(const fs::path& path, std::uint64_t limit) {
  return {ErrorKind::kInvalidInput,
          fmt::format("'{}' is larger than the limit of {}", shown(path), size_text(limit))};
}

Error unreadable(const fs::path& path, int error) {
  const bool is_missing = error == ENOENT || error == ENOTDIR;
  return {is_missing ? ErrorKind::kNotFound : ErrorKind::kInvalidInput,
          fmt::format("can't read '{}': {}", shown(path), reason(error))};
}

Error unwritable(const fs::path& path, int error) {
  return {ErrorKind::kFailure, fmt::format("can't write '{}': {}", shown(path), reason(error))};
}

/// Devices and pipes (`/dev/stdout`) are written to as they are: they can't be replaced.
Result<void> write_in_place(const fs::path& path, std::string_view content) {
  FileHandle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open()) return unwritable(path, errno);
  if (const int error = write_all(file.get(), content); error != 0) return unwritable(path, error);
  return {};
}

/// Fills `temporary` and gives the system's error number, or 0.
int write_durably(const fs::path& temporary, std::string_view content, unsigned mode) {
  FileHandle file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!file.is_open()) return errno;
  if (const int error = write_all(file.get(), content); error != 0) return error;
  if (::fsync(file.get()) != 0) return errno;
  return file.close() ? 0 : errno;
}

}  // namespace

int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::optional<fs::path> follow_links(fs::path path) {
  constexpr int kMaxLinks = 40;  // as Linux
  for (int i = 0; i < kMaxLinks; ++i) {
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(path, error))) return path;
    const auto target = fs::read_symlink(path, error);
    if (error) return path;
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return std::nullopt;
}

int sync_folder(const fs::path& folder) {
  const FileHandle handle(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open()) return errno;
  // Some network file systems can't sync folders and say EINVAL; the rename is then as durable as it gets.
  return ::fsync(handle.get()) == 0 || errno == EINVAL ? 0 : errno;
}

Result<std::string> read_file(const fs::path& path, std::uint64_t limit) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return unreadable(path, errno);
  if (S_ISDIR(status.st_mode)) return unreadable(path, EISDIR);
  const bool is_regular = S_ISREG(status.st_mode);
  if (is_regular && static_cast<std::uint64_t>(status.st_size) > limit) return too_large(path, limit);

  FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return unreadable(path, errno);
  // One byte more than expected, so that the end is seen without growing the text again.
  constexpr std::size_t kStep = 64 << 10;
  std::string content;
  std::size_t filled = 0;
  content.resize(is_regular ? static_cast<std::size_t>(status.st_size) + 1 : kStep);
  while (true) {
    const auto got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > limit) return too_large(path, limit);
    if (filled == content.size()) content.resize(std::max(kStep, content.size() * 2));
  }
  content.resize(filled);
  return content;
}

std::string read_at_most(std::istream& input, std::uint64_t most) {
  constexpr std::uint64_t kStep = 64 << 10;
  std::string content;
  std::string step(kStep, '\0');
  while (input && content.size() < most) {
    const std::uint64_t wanted = std::min(kStep, most - content.size());
    input.read(step.data(), static_cast<std::streamsize>(wanted));
    content.append(step, 0, static_cast<std::size_t>(input.gcount()));
  }
  return content;
}

Result<void> write_file_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  const auto target = follow_links(path);
  if (!target) return unwritable(path, ELOOP);
  struct stat status{};
  if (::stat(target->c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return S_ISDIR(status.st_mode) ? Result<void>(unwritable(path, EISDIR)) : write_in_place(path, content);
  }
  const auto folder = target->has_parent_path() ? target->parent_path() : fs::path(".");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return unwritable(path, error.value());

  // The name is cut so that the temporary one never is too long where the final one is not.
  const auto name = target->filename().string().substr(0, 100);
  const auto temporary = folder / fmt::format(".{}.{}.tmp", name, random_hex(6));
  int failure = write_durably(temporary, content, mode);
  if (failure == 0 && ::rename(temporary.c_str(), target->c_str()) != 0) failure = errno;
  if (failure != 0) {
    if (failure != EEXIST) ::unlink(temporary.c_str());
    return unwritable(path, failure);
  }
  if (failure = sync_folder(folder); failure != 0) return unwritable(path, failure);
  return {};
}

}  // namespace descopectl::base
