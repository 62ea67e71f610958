// The lock of a state file: flock on a file beside it, which tells the others who holds it.
#include "descopectl/state/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "descopectl/base/json.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::state {
namespace {

constexpr const char* kHeldHint =
    "Wait until it has ended, or end that process; the lock goes with it, so there is no file to remove.";

Error make_failure(const std::string& what, const std::filesystem::path& path, int error) {
  return {
      ErrorKind::kFailure,
      fmt::format("{} {}: {}", what, base::printable(path.string()), std::generic_category().message(error)),
      "The lock lies beside the state: check the rights to that folder, and that its file system has locks."};
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  return value != nullptr && value->is_string() ? base::printable(std::string_view(value->get_string()), 100)
                                                : std::string("?");
}

// What the holder wrote about itself; none where it has not come to that yet.
Error make_held(int descriptor, const std::string& state_name) {
  const std::string start = "the state " + base::printable(state_name) + " is locked by ";
  std::array<char, 4096> buffer{};
  const ssize_t length = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  const auto parsed =
      base::parse_json(std::string_view(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
  if (!parsed || !parsed->is_object()) return {ErrorKind::kLockHeld, start + "another process", kHeldHint};
  const json::object& holder = parsed->get_object();
  const json::value* pid = base::find_member(holder, "pid");
  return {ErrorKind::kLockHeld,
          fmt::format("{}{} (pid {}, command '{}', since {})", start, text_member(holder, "who"),
                      pid != nullptr && pid->is_int64() ? pid->get_int64() : 0,
                      text_member(holder, "command"), text_member(holder, "since")),
          kHeldHint};
}

// Best effort: a lock without particulars is a lock all the same.
void write_holder(int descriptor, const LockHolder& holder) {
  const std::string text = json::serialize(json::object{{"who", holder.who},
                                                        {"host", holder.host},
                                                        {"pid", holder.pid},
                                                        {"command", holder.command},
                                                        {"since", holder.since}}) +
                           "\n";
  if (::ftruncate(descriptor, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
}

}  // namespace

Result<StateLock> StateLock::acquire(const std::filesystem::path& lock_path, const std::string& state_name,
                                     const LockHolder& holder) {
  FileHandle file(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!file.is_open()) return make_failure("can't open the lock", lock_path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return make_held(file.get(), state_name);
    return make_failure("can't lock", lock_path, errno);
  }
  write_holder(file.get(), holder);
  return StateLock(std::move(file));
}

StateLock::~StateLock() {
  // So that nobody reads the particulars of a holder that is gone.
  if (file_.is_open() && ::ftruncate(file_.get(), 0) != 0) return;
}

}  // namespace descopectl::state
