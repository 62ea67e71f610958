// The recorded state on disk: a base and an append-only tail in one file, each record with length and
// checksum.
//
// The file is text, one record a line. The first line is the base (the whole state when it was last
// rewritten), each further line one change: the tail is the journal. Before writes leave, their intents are
// appended and flushed to disk, many at once; after each, its outcome is appended. Outcomes are handed to the
// system at once, so that they survive the program's death, and flushed with the next intents or when some
// are waiting: a power cut leaves at worst an open intent, which a look at the object settles. Appending
// costs the same with ten objects and with ten thousand; the base is rewritten (temporary file, fsync,
// rename) when the run ends or the tail has grown past the base. A last line that is not whole is a write
// that was cut off: it never counted and is dropped. Anything else that does not fit its checksum is damage,
// and damage is refused, never repaired in silence.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/result.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/state/lock.hpp"

namespace descopectl::state {

/// The format that this program writes. A file with a higher one is refused with the advice to upgrade.
inline constexpr int kFormatVersion = 1;

/// Where recorded state is kept: in a local file, on a server (remote_state), or nowhere (`backend: none`).
class Store {
 public:
  virtual ~Store() = default;

  /// The state as it was when the store was opened, with all that was recorded since. A new state has its
  /// fingerprint key and lineage from the start; they are written with the first record.
  [[nodiscard]] virtual const model::RecordedState& current() const = 0;
  /// False for `backend: none`: nothing is owned, nothing is remembered.
  [[nodiscard]] virtual bool is_kept() const = 0;

  /// True where a flush is a request to somebody else: worth making one of many.
  [[nodiscard]] virtual bool is_remote() const = 0;

  /// Records what is about to be written, all of it with one flush: durable when this returns, together with
  /// whatever was recorded before. Nothing may leave before that. An intent takes the place of an open one on
  /// the same object. Errors as below; nothing of it is recorded then.
  [[nodiscard]] virtual boost::asio::awaitable<Result<void>> begin(std::vector<model::Intent> intents) = 0;
  /// The open intent on that object came to nothing. Without one, nothing is written.
  virtual Result<void> settle(const model::ObjectKey& key) = 0;
  /// Makes durable what was recorded; costs nothing where all is.
  [[nodiscard]] virtual boost::asio::awaitable<Result<void>> flush() = 0;

  /// Each of these is recorded when it returns, and survives the end of this program, however that comes; the
  /// next begin, flush or compact makes it durable. kFailure where it could not be written, kStale where
  /// another program wrote to the file meanwhile, kLockHeld where the lock was lost; the in-memory state is
  /// then unchanged, unless the records could not be made durable: then nothing can be recorded any more.
  /// Setting the target that is set already writes nothing. Put and remove settle the open intent on their
  /// object.
  virtual Result<void> set_target(std::string project_id, std::string base_url) = 0;
  virtual Result<void> put(model::RecordedObject object) = 0;
  /// kNotFound where the object is not owned.
  virtual Result<void> remove(const model::ObjectKey& key) = 0;
  /// As remove, and an open intent on the object stays: the service said that it is deleted, and whoever
  /// reads the state next has to look before a list that lags makes it live again.
  virtual Result<void> remove_unseen(const model::ObjectKey& key) = 0;
  /// The handle of an owned object changes; everything else stays. kNotFound where `from` is not owned,
  /// kConflict where `to` is already. A move to the same key writes nothing.
  virtual Result<void> move(const model::ObjectKey& from, const model::ObjectKey& to) = 0;
  /// The whole state is `state` from now on, under a serial that no state here had before; durable when it
  /// returns. Open intents of before are gone. Errors as above; nothing has changed then.
  [[nodiscard]] virtual boost::asio::awaitable<Result<void>> replace(model::RecordedState state) = 0;
  /// Rewrites the base and empties the tail, where there is a file; durable when it returns. Called at the
  /// end of a run; harmless at any time, and nothing is written where the tail is empty.
  virtual Result<void> compact() = 0;

  /// A sign of life, every kHeartbeat while the store is open: a lock whose holder gives none for kLeaseLife
  /// is void. kLockHeld where another has it by now; every write ends so from then on.
  virtual boost::asio::awaitable<Result<void>> renew() = 0;

  /// Saves what is not saved yet and gives the lock back, where that takes more than the end of this object.
  /// Nothing is recorded after it.
  virtual boost::asio::awaitable<Result<void>> close() { co_return Result<void>(); }
};

/// Reads the state at `path` without taking a lock and without changing anything: for plan and drift. A file
/// that does not exist is an empty state. Damaged, newer or foreign files are kInvalidInput with a way out in
/// the hint.
[[nodiscard]] Result<model::RecordedState> read_state(const std::filesystem::path& path);

/// Makes what was written to a file durable: fdatasync, or what a test puts in its place. 0, or the system's
/// number of the error.
using SyncCall = std::function<int(int descriptor)>;

/// Opens the state at `path` for writing: takes its lease first (`<path>.lock`, local_lease.hpp; kLockHeld
/// with the holder's particulars where another has it; a holder that died holds nothing), then reads as
/// read_state does, and cuts off a torn last record. The folder is created at once (0700, the lock lives
/// there), the file (0600) with the first record. A symbolic link is followed. The lease goes with the store.
/// `sync` null: fdatasync.
[[nodiscard]] Result<std::unique_ptr<Store>> open_for_writing(const std::filesystem::path& path,
                                                              const LockHolder& holder, SyncCall sync = {});

/// Takes the lock on the state at `path` away from whoever has it (LocalLease::revoke).
[[nodiscard]] Result<std::optional<HeldLock>> unlock(const std::filesystem::path& path, bool is_forced);

/// Who holds the lock on the state at `path` (LocalLease::find_holder).
[[nodiscard]] std::optional<HeldLock> find_holder(const std::filesystem::path& path);

/// A store that keeps nothing.
[[nodiscard]] std::unique_ptr<Store> make_null_store();

/// The records of a state file's text, and how many bytes of it are whole: what read_state is made of,
/// exposed for tests that cut a file at every byte.
struct Loaded {
  model::RecordedState state;
  std::size_t whole_bytes = 0;  ///< what follows them is a torn write
  std::size_t base_bytes = 0;   ///< the base's part of them
  std::size_t tail_records = 0;
  bool lacks_newline =
      false;  ///< the last whole record is proven by its checksum; only its newline is missing
};
[[nodiscard]] Result<Loaded> load_records(std::string_view text, const std::string& name_for_messages);

}  // namespace descopectl::state
