// The recorded state on a server that speaks the protocol of Terraform's http backend: GitLab and others.
//
//   GET address            the state; 404 or 204: there is none yet
//   POST address?ID=...    stores it, with Content-MD5; the id is that of the lock that we hold
//   LOCK lockAddress       takes the lock by a document that says who; 409 and 423 carry the holder's
//   UNLOCK unlockAddress   gives it back, by the same document
//
// One JSON document holds the whole state with its open intents, and the lease: who writes, and until when. A
// POST every kHeartbeat moves that on. Once it has passed, a contender sends UNLOCK with the holder's
// document and then LOCK. Before each POST the document is read again: a holder that slept finds another's
// lease and writes nothing. Times are the server's (the Date of its answers), so that the clocks of holder
// and contender need not agree.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "descopectl/api/timing.hpp"
#include "descopectl/http/client.hpp"
#include "descopectl/model/secret.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::remote_state {

struct RemoteOptions {
  RemoteOptions() = default;

  std::string address;         ///< http(s)://host[:port][/path][?query]
  std::string lock_address;    ///< empty: `address`
  std::string unlock_address;  ///< empty: `lock_address`
  std::string lock_method = "LOCK";
  std::string unlock_method = "UNLOCK";
  std::string username;  ///< empty, with an empty password: no credentials are sent
  model::Secret password;
  /// A client for "http(s)://host[:port]"; called once for each host.
  std::function<Result<std::unique_ptr<http::Client>>(std::string origin)> make_client;
  unsigned retries = 6;  ///< further tries after a failure that may pass
  std::chrono::milliseconds retry_base{500};
  std::string version;                         ///< of this program, for the lock's document
  std::function<void(std::string_view)> log;   ///< trace lines without credentials; may be null
  std::function<void(std::string_view)> warn;  ///< what went wrong and is no failure; may be null
  /// Takes secrets out of what a server said, before that is cut to fit a message; may be null.
  std::function<std::string(std::string_view)> redact;
  std::function<double()> random;  ///< [0, 1): jitter; null: always a half
  /// Ends waits between tries of whatever reads the state or takes its lock; a state that is open is saved
  /// all the same. Null: nothing does.
  base::Interruption* interruption = nullptr;
};

/// Reads the state with GET and takes no lock. No state on the server is an empty one. kUnauthorized,
/// kUnreachable and kRateLimited (after all tries) and kFailure are the server's; kInterrupted; a document
/// that is damaged, foreign or newer is kInvalidInput.
[[nodiscard]] boost::asio::awaitable<Result<model::RecordedState>> read_remote_state(RemoteOptions options,
                                                                                     api::Timing& timing);

/// Who holds the lease, as the document tells, and is not known to be gone; none also where it can't be read.
[[nodiscard]] boost::asio::awaitable<std::optional<state::HeldLock>> find_remote_holder(RemoteOptions options,
                                                                                        api::Timing& timing);

/// Takes the lock, reads the state and writes the lease into it. Errors as of read_remote_state; kLockHeld
/// with the holder's particulars where another has the lock; kFailure where the server knows no locks.
///
/// The store is used on its timing's executor, which outlives it. put, remove, move and settle are recorded
/// in memory, and go to the server with the next begin, flush or renew. close() gives the lock back; a store
/// that dies without it leaves a lock that is void after kLeaseLife.
[[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<state::Store>>> open_remote_state(
    RemoteOptions options, state::LockHolder holder, api::Timing& timing);

/// Takes the lock away from whoever has it, whose writes are refused from then on, and gives its holder back;
/// none where nobody has it. kLockHeld where the holder may be alive, unless `is_forced`.
[[nodiscard]] boost::asio::awaitable<Result<std::optional<state::HeldLock>>> unlock_remote_state(
    RemoteOptions options, state::LockHolder holder, api::Timing& timing, bool is_forced);

}  // namespace descopectl::remote_state
