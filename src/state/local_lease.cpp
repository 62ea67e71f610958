// The lease's file: taken, renewed and given back under a flock that lasts no longer than that.
#include "descopectl/state/local_lease.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::state {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr std::string_view kFormat = "descopectl-lease";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kTokenBytes = 16;
constexpr std::size_t kMaxBytes = 8192;
// The text is filled up to this, so that one write replaces it whole: no kill -9 leaves half of it.
constexpr std::size_t kPaddedBytes = 1024;
// A flock lasts as long as one write. Waiting for it is not waiting for the lease.
constexpr std::chrono::milliseconds kPatience{2'000};
constexpr std::chrono::milliseconds kPause{5};

// What the file says.
struct Lease {
  enum class Form : unsigned char { kFree, kHeld, kUnreadable, kNewer };
  Form form = Form::kFree;
  std::uint64_t fence = 0;
  std::string token;
  std::string since;
  LockHolder holder;  // as far as it can be read, in every form
};

// The file system's own idea of the present, and of when the lease was last written.
struct Times {
  seconds now{0};
  seconds heartbeat{0};
};

Error make_failure(const std::string& what, const fs::path& path, int error) {
  return {
      ErrorKind::kFailure,
      fmt::format("{} {}: {}", what, base::printable(path.string()), std::generic_category().message(error)),
      "The lock lies beside the state: check the rights to that folder, and that its file system has locks."};
}

Lease decode(std::string_view text) {
  Lease lease;
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string_view::npos) return lease;
  lease.form = Lease::Form::kUnreadable;
  const auto parsed = base::parse_json(text.substr(0, end + 1));
  if (!parsed || !parsed->is_object()) return lease;
  const json::object& members = parsed->get_object();
  lease.holder = decode_holder(members);
  lease.since = base::text_member(members, "since");
  lease.token = base::text_member(members, "token");
  const json::value* version = base::find_member(members, "version");
  const json::value* fence = base::find_member(members, "fence");
  const bool is_ours =
      base::text_member(members, "format") == kFormat && version != nullptr && version->is_int64();
  if (!is_ours) return lease;
  if (version->get_int64() > kVersion) {
    lease.form = Lease::Form::kNewer;
  } else if (fence != nullptr && fence->is_int64() && fence->get_int64() > 0) {
    lease.fence = static_cast<std::uint64_t>(fence->get_int64());
    lease.form = lease.token.empty() ? Lease::Form::kFree : Lease::Form::kHeld;
  }
  return lease;
}

json::object head_of(std::uint64_t fence) {
  return {{"format", kFormat}, {"version", kVersion}, {"fence", fence}};
}

Result<void> write_text(int descriptor, const fs::path& path, const json::object& members) {
  std::string text = json::serialize(members);
  text.resize(std::max(text.size(), kPaddedBytes - 1), ' ');
  text += '\n';
  const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size()))
    return make_failure("can't write the lock", path, written < 0 ? errno : ENOSPC);
  if (::ftruncate(descriptor, static_cast<off_t>(text.size())) != 0)
    return make_failure("can't write the lock", path, errno);
  return {};
}

std::string read_text(int descriptor) {
  std::string text(kMaxBytes, '\0');
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return text;
}

// Reading a file leaves no trace of when that was, so the present is written into its time of access.
Times read_times(int descriptor) {
  constexpr struct timespec kNow{.tv_sec = 0, .tv_nsec = UTIME_NOW};
  constexpr struct timespec kKeep{.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  const struct timespec touched[] = {kNow, kKeep};
  const bool is_touched = ::futimens(descriptor, touched) == 0;
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return {};
  Times times;
  times.heartbeat = seconds(status.st_mtim.tv_sec);
  // Another user's file can't be touched: then this host's clock has to do.
  times.now = is_touched ? seconds(status.st_atim.tv_sec) : seconds(::time(nullptr));
  return times;
}

std::string format_seconds(seconds since_epoch) {
  return base::format_time(std::chrono::system_clock::time_point(since_epoch));
}

// A heartbeat from the future says nothing about its age (a clock was set back); it counts from now on.
void forget_future(int descriptor, Times& times) {
  if (times.heartbeat <= times.now) return;
  constexpr struct timespec kNow{.tv_sec = 0, .tv_nsec = UTIME_NOW};
  const struct timespec touched[] = {kNow, kNow};
  static_cast<void>(::futimens(descriptor, touched));
  times.heartbeat = times.now;
}

HeldLock look_at(const Lease& lease, const Process& self, const Times& times) {
  HeldLock held;
  held.holder = lease.holder;
  held.since = lease.since;
  if (const auto since = base::parse_time(lease.since))
    held.age = times.now - std::chrono::floor<seconds>(since->time_since_epoch());
  held.last_heartbeat = times.now - times.heartbeat;
  if (lease.form == Lease::Form::kHeld) held.presence = find_process(lease.holder.process, self);
  return held;
}

// Takes the flock; its wait is bounded, so that a process that was stopped in the middle of a write, or an
// older program that keeps the flock for its whole run, makes nobody hang.
Result<void> take_flock(int descriptor, const fs::path& path, const std::string& state_name) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return make_failure("can't lock", path, errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      HeldLock held;
      const Lease lease = decode(read_text(descriptor));
      held.holder = lease.holder;
      held.since = lease.since;
      held.presence = Presence::kRunning;  // who has a flock does
      return make_lock_held(state_name, held);
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

// Opens the file with its flock taken. What was removed or replaced between the two is opened again.
Result<base::FileHandle> open_locked(const fs::path& path, const std::string& state_name, int flags) {
  while (true) {
    base::FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0600));
    if (!file.is_open()) {
      if (errno == ENOENT && flags == 0) return make_lock_lost(state_name, nullptr);
      return make_failure("can't open the lock", path, errno);
    }
    if (const auto taken = take_flock(file.get(), path, state_name); !taken) return taken.error();
    struct stat ours{};
    struct stat named{};
    if (::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
        ours.st_dev == named.st_dev)
      return file;
  }
}

Error make_newer(const fs::path& path) {
  return {ErrorKind::kInvalidInput,
          fmt::format("the lock {} was written by a newer descopectl", base::printable(path.string())),
          "Use that version or a later one. If it is not in use any more, remove the file."};
}

}  // namespace

Result<std::optional<HeldLock>> LocalLease::revoke(const fs::path& path, const std::string& state_name,
                                                   bool is_forced) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::optional<HeldLock>();
  const auto file = open_locked(path, state_name, 0);
  if (!file) return file.error();
  const Lease lease = decode(read_text(file->get()));
  if (lease.form == Lease::Form::kNewer) return make_newer(path);
  if (lease.form == Lease::Form::kFree) return std::optional<HeldLock>();
  const HeldLock held = look_at(lease, this_process(), read_times(file->get()));
  if (!is_forced && !is_void(held)) return make_still_held(state_name, held);
  const auto written = write_text(file->get(), path, head_of(std::max<std::uint64_t>(lease.fence, 1)));
  if (!written) return written.error();
  return std::optional<HeldLock>(held);
}

std::optional<HeldLock> LocalLease::find_holder(const fs::path& path) {
  const base::FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return std::nullopt;
  const Lease lease = decode(read_text(file.get()));
  if (lease.form != Lease::Form::kHeld) return std::nullopt;
  HeldLock held = look_at(lease, this_process(), read_times(file.get()));
  if (is_void(held)) return std::nullopt;
  return held;
}

Result<LocalLease> LocalLease::acquire(fs::path path, std::string state_name, LockHolder holder) {
  const auto file = open_locked(path, state_name, O_CREAT);
  if (!file) return file.error();
  const Lease lease = decode(read_text(file->get()));
  if (lease.form == Lease::Form::kNewer) return make_newer(path);
  Times times = read_times(file->get());
  forget_future(file->get(), times);
  if (lease.form != Lease::Form::kFree) {
    const HeldLock held = look_at(lease, holder.process, times);
    if (!is_void(held)) return make_lock_held(state_name, held);
  }
  LocalLease taken(std::move(path), std::move(state_name), std::move(holder), lease.fence + 1);
  taken.token_ = base::random_hex(kTokenBytes);
  taken.since_ = format_seconds(times.now);
  if (const auto written = taken.write_ours(*file); !written) {
    taken.token_.clear();
    return written.error();
  }
  return taken;
}

LocalLease::LocalLease(fs::path path, std::string state_name, LockHolder holder, std::uint64_t fence)
    : path_(std::move(path)), state_name_(std::move(state_name)), holder_(std::move(holder)), fence_(fence) {}

LocalLease::LocalLease(LocalLease&& other) noexcept
    : path_(std::move(other.path_)),
      state_name_(std::move(other.state_name_)),
      holder_(std::move(other.holder_)),
      fence_(other.fence_),
      token_(std::exchange(other.token_, {})),
      since_(std::move(other.since_)) {}

LocalLease::~LocalLease() {
  if (token_.empty()) return;
  // Best effort: where it fails, the others see that this process is gone, or wait for kLeaseLife.
  if (const auto file = enter()) static_cast<void>(write_text(file->get(), path_, head_of(fence_)));
}

Result<base::FileHandle> LocalLease::enter() const {
  auto file = open_locked(path_, state_name_, 0);
  if (!file) return file.error();
  const Lease lease = decode(read_text(file->get()));
  if (lease.form == Lease::Form::kHeld && lease.fence == fence_ && lease.token == token_) return file;
  return make_lock_lost(state_name_, lease.form == Lease::Form::kHeld ? &lease.holder : nullptr);
}

Result<void> LocalLease::renew() const {
  const auto file = enter();
  if (!file) return file.error();
  return write_ours(*file);
}

Result<void> LocalLease::write_ours(const base::FileHandle& file) const {
  json::object members = head_of(fence_);
  for (const auto& member : encode_holder(holder_))
    members.insert(member);
  members["since"] = since_;
  members["heartbeat"] = format_seconds(read_times(file.get()).now);
  members["token"] = token_;
  return write_text(file.get(), path_, members);
}

}  // namespace descopectl::state
