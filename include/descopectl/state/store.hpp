// The recorded state on disk: a base and an append-only tail in one file, each record with length and
// checksum.
//
// The file is text, one record a line. The first line is the base (the whole state when it was last
// rewritten), each further line the change of one action. Appending one line after an action costs the same
// with ten objects and with ten thousand; the base is rewritten (temporary file, fsync, rename) when the run
// ends or the tail has grown past the base. A last line that is not whole is a write that was cut off: it
// never counted and is dropped. Anything else that does not fit its checksum is damage, and damage is
// refused, never repaired in silence.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/state/lock.hpp"

namespace descopectl::state {

/// The format that this program writes. A file with a higher one is refused with the advice to upgrade.
inline constexpr int kFormatVersion = 1;

/// Where recorded state is kept. Implemented by the local file and by nothing (`backend: none`).
class Store {
 public:
  virtual ~Store() = default;

  /// The state as it was when the store was opened, with all that was recorded since. A new state has its
  /// fingerprint key and lineage from the start; they are written with the first record.
  [[nodiscard]] virtual const model::RecordedState& current() const = 0;
  /// False for `backend: none`: nothing is owned, nothing is remembered.
  [[nodiscard]] virtual bool is_kept() const = 0;

  /// Each of these is on disk when it returns (write and fdatasync of one record). kFailure where it could
  /// not be written, kStale where another program wrote to the file meanwhile; the in-memory state is then
  /// unchanged. Setting the target that is set already writes nothing.
  virtual Result<void> set_target(std::string project_id, std::string base_url) = 0;
  virtual Result<void> put(model::RecordedObject object) = 0;
  /// kNotFound where the object is not owned.
  virtual Result<void> remove(const model::ObjectKey& key) = 0;
  /// The handle of an owned object changes; everything else stays. kNotFound where `from` is not owned,
  /// kConflict where `to` is already. A move to the same key writes nothing.
  virtual Result<void> move(const model::ObjectKey& from, const model::ObjectKey& to) = 0;
  /// Rewrites the base and empties the tail. Called at the end of a run; harmless at any time, and nothing is
  /// written where the tail is empty.
  virtual Result<void> compact() = 0;
};

/// Reads the state at `path` without taking a lock and without changing anything: for plan and drift. A file
/// that does not exist is an empty state. Damaged, newer or foreign files are kInvalidInput with a way out in
/// the hint.
[[nodiscard]] Result<model::RecordedState> read_state(const std::filesystem::path& path);

/// Opens the state at `path` for writing: takes the exclusive lock first (`<path>.lock`; kLockHeld with the
/// holder's particulars where another has it; a holder that died holds nothing), then reads as read_state
/// does, and cuts off a torn last record. The folder is created at once (0700, the lock lives there), the
/// file (0600) with the first record. A symbolic link is followed. The lock goes with the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_for_writing(const std::filesystem::path& path,
                                                              const LockHolder& holder);

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
