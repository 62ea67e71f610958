// Who holds the lock on a state: what is written down about it, and what the others are told.
#pragma once

#include <chrono>
#include <string>

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/state/process.hpp"

namespace descopectl::state {

/// A holder whose last heartbeat is this old holds nothing any more.
inline constexpr std::chrono::seconds kLeaseLife{60};
/// How often the holder of a lease gives a sign of life.
inline constexpr std::chrono::seconds kHeartbeat{20};

/// Who wants a lock, or has it. Has a constructor on purpose: aggregates must not be handed to coroutines
/// (g++ 12).
struct LockHolder {
  LockHolder() = default;

  std::string who;  ///< user@host
  Process process;
  std::string command;  ///< "apply"
};

/// What a contender sees of a lock that another has.
struct HeldLock {
  LockHolder holder;
  std::string since;  ///< RFC 3339; empty: unknown
  std::chrono::seconds age{0};
  std::chrono::seconds last_heartbeat{0};  ///< before now
  bool has_heartbeat = true;               ///< false: a lock of another program, which gives none
  Presence presence = Presence::kUnknown;
};

/// Whether the lock is void: at once where its holder is known to be gone, else kLeaseLife after its last
/// heartbeat.
[[nodiscard]] bool is_void(const HeldLock& lock);

/// "ann@build-7 (pid 4711, command 'apply', since ..., 5 s ago; last heartbeat 3 s ago)".
[[nodiscard]] std::string describe(const HeldLock& lock);

/// kLockHeld with holder, host, pid, command and age, and what can be done about it.
[[nodiscard]] Error make_lock_held(const std::string& state_name, const HeldLock& lock);

/// The same to somebody who wants to take the lock away.
[[nodiscard]] Error make_still_held(const std::string& state_name, const HeldLock& lock);

/// kLockHeld for a holder whose lock was taken from it. `taken_by` may be null: nobody knows.
[[nodiscard]] Error make_lock_lost(const std::string& state_name, const LockHolder* taken_by);

/// The holder as members of a lock's document, and back. What lacks or has another type is left empty.
[[nodiscard]] json::object encode_holder(const LockHolder& holder);
[[nodiscard]] LockHolder decode_holder(const json::object& members);

}  // namespace descopectl::state
