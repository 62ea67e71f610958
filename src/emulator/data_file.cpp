// The data file: read whole, replaced whole, readable by its owner alone.
#include "data_file.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "descopectl/base/files.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::uint64_t kLimit = 256ULL << 20;
constexpr unsigned kOwnerOnly = 0600;

Error unusable(const std::filesystem::path& path, const Error& error) {
  return {ErrorKind::kInvalidInput, "can't use " + path.string() + ": " + error.message(),
          "repair the file, or move it away to start with an empty project"};
}

}  // namespace

Result<void> DataFile::lock() {
  const std::string beside = path_.string() + ".lock";
  lock_ = base::FileHandle(::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  // A file system without locks, or one that can't be written to, is no reason to serve nothing.
  if (!lock_.is_open() || ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return {};
  return Error(ErrorKind::kLockHeld, path_.string() + " is in use by another emulator",
               "stop that one, or name another file: each would overwrite what the other was told");
}

Result<void> DataFile::load() {
  if (path_.empty()) return {};
  if (auto locked = lock(); locked.has_error()) return locked;
  const auto text = base::read_file(path_, kLimit);
  if (text.has_error() && text.error().kind() == ErrorKind::kNotFound) return {};
  if (text.has_error()) return text.error();
  const auto parsed = base::parse_json(*text);
  if (parsed.has_error()) return unusable(path_, parsed.error());
  if (auto restored = service_.restore(*parsed); restored.has_error())
    return unusable(path_, restored.error());
  saved_ = service_.revision();
  return {};
}

Result<void> DataFile::save() {
  if (!is_dirty()) return {};
  const std::uint64_t revision = service_.revision();
  auto written = base::write_file_atomically(path_, base::to_pretty_json(service_.snapshot()), kOwnerOnly);
  if (written.has_value()) saved_ = revision;
  return written;
}

Result<void> DataFile::close() {
  auto saved = save();
  lock_.close();
  return saved;
}

}  // namespace descopectl::emulator
