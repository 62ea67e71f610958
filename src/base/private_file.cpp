// A file for one secret.
#include "descopectl/base/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::base {
namespace {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) {
  return printable(path.string(), 1000);
}

Error unwritable(const fs::path& path, int error) {
  return {ErrorKind::kFailure,
          fmt::format("can't write '{}': {}", shown(path), std::generic_category().message(error))};
}

}  // namespace

PrivateFile::PrivateFile(int descriptor, fs::path made, fs::path target)
    : descriptor_(descriptor), made_(std::move(made)), target_(std::move(target)) {}

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      made_(std::move(other.made_)),
      target_(std::move(other.target_)) {}

PrivateFile::~PrivateFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(made_.c_str());
}

Result<PrivateFile> PrivateFile::create(const fs::path& path, bool may_replace) {
  struct stat status{};
  const bool exists = ::lstat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode))
    return Error(ErrorKind::kConflict, fmt::format("'{}' is no regular file", shown(path)),
                 "name another file");
  if (exists && !may_replace)
    return Error(ErrorKind::kConflict, fmt::format("'{}' exists already", shown(path)),
                 "name another file, or replace it with --overwrite");
  fs::path made = path;
  if (exists)
    made.replace_filename(fmt::format(".{}.{}.tmp", path.filename().string().substr(0, 100), random_hex(6)));
  const int descriptor = ::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return unwritable(path, errno);
  return PrivateFile(descriptor, std::move(made), path);
}

Result<void> PrivateFile::write(std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor_, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unwritable(target_, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  // Devices and some network file systems can't sync.
  if (::fsync(descriptor_) != 0 && errno != EINVAL) return unwritable(target_, errno);
  if (made_ != target_ && ::rename(made_.c_str(), target_.c_str()) != 0) return unwritable(target_, errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return unwritable(target_, errno);
  return {};
}

}  // namespace descopectl::base
