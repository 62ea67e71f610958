// The two JSON documents of a state on a server: the state with its lease, and the lock. Their types have
// constructors on purpose: see http::Request.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "descopectl/model/recorded.hpp"
#include "descopectl/state/lock.hpp"

namespace descopectl::remote_state {

using Time = std::chrono::system_clock::time_point;

/// Who writes to the state, and until when.
struct Lease {
  Lease() = default;

  std::string lock_id;
  state::LockHolder holder;
  std::string since;    ///< RFC 3339
  std::string expires;  ///< RFC 3339, by the server's clock
};

/// What is stored on the server.
struct StateDocument {
  StateDocument() = default;

  std::uint64_t serial = 0;  ///< grows with every POST
  std::uint64_t fence = 0;   ///< grows with every lock
  std::optional<Lease> lease;
  model::RecordedState state;
};

[[nodiscard]] std::string encode_document(const StateDocument& document);

/// kInvalidInput, naming the state as `name`, where the text is no state, a damaged or a newer one.
[[nodiscard]] Result<StateDocument> decode_document(std::string_view text, const std::string& name);

/// What LOCK and UNLOCK send, in Terraform's words.
struct LockDocument {
  LockDocument() = default;

  std::string id;
  std::string operation;
  std::string who;
  std::string version;
  std::string created;  ///< RFC 3339
  std::string path;
};

[[nodiscard]] std::string encode_lock(const LockDocument& lock);
/// None where the text holds no lock with an id.
[[nodiscard]] std::optional<LockDocument> decode_lock(std::string_view text);

/// A lock id of ours.
[[nodiscard]] std::string make_lock_id();
[[nodiscard]] bool is_our_lock_id(std::string_view id);

/// What a contender sees of the lock `held`, at `now` by the server's clock: the lease tells more where it is
/// that lock's. A lock that was taken without us ever having written a lease lasts as long from its creation;
/// one of another program forever.
[[nodiscard]] state::HeldLock look_at(const LockDocument& held, const std::optional<Lease>& lease, Time now,
                                      const state::Process& self);

}  // namespace descopectl::remote_state
