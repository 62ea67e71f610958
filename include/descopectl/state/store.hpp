// The recorded state on disk: a base and an append-only tail in one file, each record with length and checksum.
//
// The file is text, one record a line. The first line is the base (the whole state when it was last rewritten),
// each further line the change of one action. Appending one line after an action costs the same with ten objects
// and with ten thousand; the base is rewritten (temporary file, fsync, rename) when the run ends or the tail has
// grown past the base. A last line without its end is a write that was cut off: it never counted and is dropped.
// Anything else that does not fit its checksum is damage, and damage is refused, never repaired in silence.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/model/recorded.hpp"

namespace descopectl::state {

/// The format that this program writes. A file with a higher one is refused with the advice to upgrade.
inline constexpr int kFormatVersion = 1;

/// Who holds a lock: what the others are told.
struct LockHolder {
  std::string who;      ///< user@host
  std::string host;
  long pid = 0;
  std::string command;  ///< "apply"
  std::string since;    ///< RFC 3339
};

/// Where recorded state is kept. Implemented by the local file and by nothing (`backend: none`).
class Store {
 public:
  virtual ~Store() = default;

  /// The state as it was when the store was opened, with all that was recorded since.
  [[nodiscard]] virtual const model::RecordedState& current() const = 0;
  /// False for `backend: none`: nothing is owned, nothing is remembered.
  [[nodiscard]] virtual bool is_kept() const = 0;

  /// Each of these is on disk when it returns (write and fdatasync of one record). kFailure where it could not be
  /// written; the in-memory state is then unchanged.
  virtual Result<void> set_target(std::string project_id, std::string base_url) = 0;
  virtual Result<void> put(model::RecordedObject object) = 0;
  virtual Result<void> remove(const model::ObjectKey& key) = 0;
  /// The handle of an owned object changes; everything else stays.
  virtual Result<void> move(const model::ObjectKey& from, const model::ObjectKey& to) = 0;
  /// Rewrites the base and empties the tail. Called at the end of a run; harmless at any time.
  virtual Result<void> compact() = 0;
};

/// Reads the state at `path` without taking a lock and without changing anything: for plan and drift. A file that
/// does not exist is an empty state. Damaged, newer or foreign files are kInvalidInput with a way out in the hint.
[[nodiscard]] Result<model::RecordedState> read_state(const std::filesystem::path& path);

/// Opens the state at `path` for writing: takes the exclusive lock first (kLockHeld with the holder's particulars
/// where another has it; a holder that died holds nothing), then reads as read_state does, and cuts off a torn last
/// record. Creates the file, mode 0600, and its folder (0700) on the first record. The lock goes with the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_for_writing(const std::filesystem::path& path,
                                                              const LockHolder& holder);

/// A store that keeps nothing.
[[nodiscard]] std::unique_ptr<Store> make_null_store();

/// The records of a state file's text, and how many bytes of it are whole: what read_state is made of, exposed
/// for tests that cut a file at every byte.
struct Loaded {
  model::RecordedState state;
  std::size_t whole_bytes = 0;
  std::size_t tail_records = 0;
};
[[nodiscard]] Result<Loaded> load_records(std::string_view text, const std::string& name_for_messages);

}  // namespace descopectl::state
