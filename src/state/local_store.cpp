// The store in a local file: one appended line a change, flushed in groups, and a rewritten base now and
// then.
//
// Every write proves first that the lease is still ours, and keeps others from it until it is done.
// Everything goes through one file descriptor that is compared with the path before each write: whoever holds
// the lease is alone among us, but an editor, a checkout or a restored copy knows no lease, and a file that
// is not what we left is not written to.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "descopectl/base/file_handle.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/local_lease.hpp"
#include "descopectl/state/recording_store.hpp"

namespace descopectl::state {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxStateBytes = std::uint64_t{1} << 30;
// A shorter tail is not worth a rewrite in the middle of a run.
constexpr std::size_t kMinTailBytes = std::size_t{64} << 10;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;
constexpr std::size_t kMostUnsynced = 64;  // records that a power cut may take

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

// Where the state is, through symbolic links.
Result<fs::path> find_file(const fs::path& path) {
  auto target = base::follow_links(path);
  if (target) return std::move(*target);
  return Error(
      ErrorKind::kInvalidInput,
      fmt::format("the state {} is a symbolic link that leads nowhere", base::printable(path.string())),
      "Mend the link, or name the state itself with state.path or --state.");
}

fs::path lock_of(fs::path state) {
  state += ".lock";
  return state;
}

// Makes `folder` and what is missing above it, each 0700 and durable. Returns the system's error number, or
// 0.
int make_private_folder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || fs::is_directory(folder, ignored)) return 0;
  const fs::path parent = folder.parent_path();
  if (parent != folder)
    if (const int error = make_private_folder(parent); error != 0) return error;
  if (::mkdir(folder.c_str(), kFolderMode) != 0) return errno == EEXIST ? 0 : errno;
  return base::sync_folder(parent);
}

int sync_content(int descriptor) {
  while (::fdatasync(descriptor) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

// The text of the state, or none where there is no file.
Result<std::optional<std::string>> read_text(const fs::path& path) {
  auto text = base::read_file(path, kMaxStateBytes);
  if (text) return std::optional<std::string>(std::move(*text));
  if (text.error().kind() == ErrorKind::kNotFound) return std::optional<std::string>();
  return Error(text.error().kind(), "the state can't be read: " + text.error().message(),
               "Check the path (state.path or --state) and the rights to the file.");
}

class LocalStore final : public RecordingStore {
 public:
  LocalStore(fs::path path, std::string name, LocalLease lease, SyncCall sync)
      : lease_(std::move(lease)), path_(std::move(path)), name_(std::move(name)), sync_(std::move(sync)) {}

  // Reads what is there and gets it ready for appending.
  Result<void> load();

  [[nodiscard]] bool is_remote() const override { return false; }

  boost::asio::awaitable<Result<void>> begin(std::vector<model::Intent> intents) override {
    co_return record_intents(std::move(intents));
  }
  boost::asio::awaitable<Result<void>> flush() override { co_return sync(); }
  boost::asio::awaitable<Result<void>> replace(model::RecordedState state) override {
    co_return replace_all(std::move(state));
  }
  Result<void> compact() override {
    if (whole_bytes_ == base_bytes_) return {};
    const auto held = lease_.enter();
    if (!held) return held.error();
    return rewrite(*held);
  }
  boost::asio::awaitable<Result<void>> renew() override { co_return lease_.renew(); }

 protected:
  Result<void> record(Change change) override;

 private:
  Result<void> record_all(const std::vector<Change>& changes);
  Result<void> record_intents(std::vector<model::Intent> intents);
  Result<void> replace_all(model::RecordedState state);
  // `held` proves that nobody else can take the lease meanwhile.
  Result<void> append(const base::FileHandle& held, const std::string& lines);
  Result<void> sync();
  Result<void> rewrite(const base::FileHandle& held);
  Result<void> check_untouched() const;
  Result<void> open_file();
  Result<void> mend_end(const Loaded& loaded, std::size_t file_bytes);
  void set_sizes(std::size_t base_bytes, std::size_t whole_bytes);
  [[nodiscard]] Error make_failure(std::string_view what, int error) const;
  [[nodiscard]] Error make_stale() const;

  LocalLease lease_;  // first, so that it goes last
  fs::path path_;     // links followed
  std::string name_;
  SyncCall sync_;
  base::FileHandle file_;  // not open: there is no file yet
  std::size_t base_bytes_ = 0;
  std::size_t whole_bytes_ = 0;
  std::size_t compact_above_ = kMinTailBytes;  // bytes of tail
  std::size_t unsynced_ = 0;                   // records
  std::string broken_;                         // why nothing may be written any more; empty: it may
};

Error LocalStore::make_failure(std::string_view what, int error) const {
  return {ErrorKind::kFailure,
          fmt::format("the state {} {}: {}", base::printable(name_), what, reason_of(error)),
          "What was recorded before is safe. Make room or mend the rights, then run the command again."};
}

Error LocalStore::make_stale() const {
  return {
      ErrorKind::kStale,
      fmt::format("the state {} was changed by another program while it was open", base::printable(name_)),
      "Nothing was written over it. Find out what else writes to the file, then run the command again."};
}

Result<void> LocalStore::open_file() {
  file_ = base::FileHandle(::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file_.is_open()) return make_failure("can't be opened for writing", errno);
  return {};
}

void LocalStore::set_sizes(std::size_t base_bytes, std::size_t whole_bytes) {
  base_bytes_ = base_bytes;
  whole_bytes_ = whole_bytes;
  compact_above_ = std::max(base_bytes, kMinTailBytes);
}

Result<void> LocalStore::load() {
  const auto held = lease_.enter();
  if (!held) return held.error();
  auto text = read_text(path_);
  if (!text) return text.error();
  if (!*text) {
    state_ = make_new_state();
    return {};
  }
  auto loaded = load_records(**text, name_);
  if (!loaded) return loaded.error();
  if (const auto opened = open_file(); !opened) return opened;
  if (const auto mended = mend_end(*loaded, (*text)->size()); !mended) return mended;
  state_ = std::move(loaded->state);
  return {};
}

// Cuts off a torn record, or gives a whole one the newline that it lacks.
Result<void> LocalStore::mend_end(const Loaded& loaded, std::size_t file_bytes) {
  set_sizes(loaded.base_bytes, file_bytes);
  if (const auto untouched = check_untouched(); !untouched) return untouched;
  set_sizes(loaded.base_bytes, loaded.whole_bytes);
  int error = 0;
  if (loaded.whole_bytes < file_bytes &&
      ::ftruncate(file_.get(), static_cast<off_t>(loaded.whole_bytes)) != 0)
    error = errno;
  if (error == 0 && loaded.lacks_newline) {
    error = base::write_all(file_.get(), "\n");
    set_sizes(loaded.base_bytes + (loaded.tail_records == 0 ? 1 : 0), loaded.whole_bytes + 1);
  }
  if (error == 0 && whole_bytes_ != file_bytes) error = sync_(file_.get());
  if (error != 0) return make_failure("can't be mended after an interrupted write", error);
  return {};
}

// Whether the path still names the file that we know, as long as we left it.
Result<void> LocalStore::check_untouched() const {
  struct stat named{};
  const bool is_there = ::stat(path_.c_str(), &named) == 0;
  if (!file_.is_open()) {
    if (is_there) return make_stale();
    return {};
  }
  struct stat ours{};
  if (::fstat(file_.get(), &ours) != 0) return make_failure("can't be examined", errno);
  if (!is_there || named.st_dev != ours.st_dev || named.st_ino != ours.st_ino ||
      static_cast<std::size_t>(ours.st_size) != whole_bytes_)
    return make_stale();
  return {};
}

Result<void> LocalStore::record(Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  if (const auto recorded = record_all(changes); !recorded) return recorded;
  return unsynced_ < kMostUnsynced ? Result<void>() : sync();
}

Result<void> LocalStore::record_intents(std::vector<model::Intent> intents) {
  std::vector<Change> changes;
  changes.reserve(intents.size());
  for (model::Intent& intent : intents)
    changes.emplace_back(IntentChange{std::move(intent)});
  if (const auto recorded = record_all(changes); !recorded) return recorded;
  return sync();
}

// All or none of them, in one write. They may not depend on one another.
Result<void> LocalStore::record_all(const std::vector<Change>& changes) {
  if (changes.empty()) return {};
  std::string lines;
  std::vector<NumberedChange> decoded_changes;
  for (const Change& change : changes) {
    if (const auto fits = check_change(state_, change); !fits) return fits;
    const std::string payload = encode_change(change, state_.serial + decoded_changes.size() + 1);
    auto decoded = read_back(payload);
    if (!decoded) return decoded.error();
    decoded_changes.push_back(std::move(*decoded));
    lines += frame_record(payload);
  }
  const auto held = lease_.enter();
  if (!held) return held.error();
  if (!file_.is_open())
    if (const auto begun = rewrite(*held); !begun) return begun;
  if (const auto appended = append(*held, lines); !appended) return appended;
  unsynced_ += decoded_changes.size();
  for (NumberedChange& change : decoded_changes)
    apply_change(state_, std::move(change));
  // The change is in the file already. A rewrite that fails leaves that as it is and is tried again later.
  if (const std::size_t tail = whole_bytes_ - base_bytes_; tail > compact_above_ && !rewrite(*held))
    compact_above_ = 2 * tail;
  return {};
}

Result<void> LocalStore::replace_all(model::RecordedState state) {
  state.serial = std::max(state.serial, state_.serial) + 1;
  auto decoded = decode_base(encode_base(state));
  if (!decoded)
    return Error(ErrorKind::kFailure, "the state can't be recorded: " + decoded.error().message());
  const auto held = lease_.enter();
  if (!held) return held.error();
  std::swap(state_, *decoded);
  auto written = rewrite(*held);
  if (!written) std::swap(state_, *decoded);
  return written;
}

Result<void> LocalStore::append(const base::FileHandle& /*held*/, const std::string& lines) {
  if (!broken_.empty()) return Error(ErrorKind::kFailure, broken_);
  if (const auto untouched = check_untouched(); !untouched) return untouched;
  struct stat status{};
  // Best effort: a file that somebody else owns can be written to without its mode being ours to change.
  if (::fstat(file_.get(), &status) == 0 && (status.st_mode & 0177U) != 0)
    static_cast<void>(::fchmod(file_.get(), kFileMode));

  const int error = base::write_all(file_.get(), lines);
  if (error == 0) {
    whole_bytes_ += lines.size();
    return {};
  }
  if (::ftruncate(file_.get(), static_cast<off_t>(whole_bytes_)) != 0) {
    Error failure = make_failure("took half a record that can't be cut off", errno);
    broken_ = failure.message();
    return failure;
  }
  return make_failure("can't be written", error);
}

Result<void> LocalStore::sync() {
  if (!broken_.empty()) return Error(ErrorKind::kFailure, broken_);
  if (unsynced_ == 0) return {};
  if (const int error = sync_(file_.get()); error != 0) {
    // The system may have dropped what it could not write, and would not say so a second time.
    Error failure = make_failure("can't be flushed to disk", error);
    broken_ = failure.message();
    return failure;
  }
  unsynced_ = 0;
  return {};
}

Result<void> LocalStore::rewrite(const base::FileHandle& /*held*/) {
  if (!broken_.empty()) return Error(ErrorKind::kFailure, broken_);
  if (const auto untouched = check_untouched(); !untouched) return untouched;
  const std::string line = frame_record(encode_base(state_));
  const auto written = base::write_file_atomically(path_, line, kFileMode);
  if (!written) {
    Error failure(
        ErrorKind::kFailure, "the state can't be rewritten: " + written.error().message(),
        "What was recorded before is safe. Make room or mend the rights, then run the command again.");
    // The new file is in place but perhaps not for good: what is appended to it now could be lost.
    if (!check_untouched()) broken_ = failure.message();
    return failure;
  }
  if (const auto opened = open_file(); !opened) {
    broken_ = opened.error().message();
    return opened;
  }
  set_sizes(line.size(), line.size());
  unsynced_ = 0;
  return {};
}

}  // namespace

Result<model::RecordedState> read_state(const fs::path& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  if (!*text) return model::RecordedState{};
  auto loaded = load_records(**text, path.string());
  if (!loaded) return loaded.error();
  return std::move(loaded->state);
}

Result<std::unique_ptr<Store>> open_for_writing(const fs::path& path, const LockHolder& holder,
                                                SyncCall sync) {
  auto target = find_file(path);
  if (!target) return target.error();
  if (const int error = make_private_folder(target->parent_path()); error != 0)
    return Error(ErrorKind::kFailure,
                 fmt::format("can't create the folder of the state {}: {}", base::printable(path.string()),
                             reason_of(error)),
                 "Check the path (state.path or --state) and the rights to the folder above it.");
  auto lease = LocalLease::acquire(lock_of(*target), path.string(), holder);
  if (!lease) return lease.error();
  auto store = std::make_unique<LocalStore>(std::move(*target), path.string(), std::move(*lease),
                                            sync ? std::move(sync) : SyncCall(sync_content));
  if (const auto loaded = store->load(); !loaded) return loaded.error();
  return std::unique_ptr<Store>(std::move(store));
}

std::optional<HeldLock> find_holder(const fs::path& path) {
  const auto target = find_file(path);
  if (!target) return std::nullopt;
  return LocalLease::find_holder(lock_of(*target));
}

Result<std::optional<HeldLock>> unlock(const fs::path& path, bool is_forced) {
  const auto target = find_file(path);
  if (!target) return target.error();
  return LocalLease::revoke(lock_of(*target), path.string(), is_forced);
}

}  // namespace descopectl::state
