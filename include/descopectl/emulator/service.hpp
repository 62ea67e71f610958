// The emulated Management API as a pure function from request to reply over a store in memory.
//
// One implementation serves `descopectl emulator`, `--sandbox` and the tests. It lives by the same field
// tables as the client and is held against hand-written exchanges (tests/contract/fixtures) so that the two
// can't agree on something wrong. Where the service's behaviour is unknown, a switch with the safe default
// stands (sheet 15, 16).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/http/server.hpp"

namespace descopectl::emulator {

enum class DcrUpdate : unsigned char { kKeep, kReset, kStore };

/// Section 15's switches, with its defaults.
struct Switches {
  bool strict_version = false;
  bool strict_references = false;
  bool strict_connection = false;
  bool unique_names = false;  ///< also connection and resource names are unique
  bool allow_uri_update = false;
  DcrUpdate dcr_update = DcrUpdate::kKeep;
  bool emit_zero_values = true;
  int duplicate_status = 409;
  bool wrap_inbound_load = false;
  bool refuse_unknown_fields = true;
  int list_lag_ms = 0;
  bool secret_in_response = false;  ///< secrets are shown as "", never as their value (sheet 7.3)
  std::string default_app_type = "oauth";
  std::uint32_t page_size = 100;
  bool allow_unfiltered_role_delete = false;
};

struct Options {
  Switches switches;
  std::string project_id;  ///< with management_key: the only credentials taken; empty: any <project>:<key>
  std::string management_key;
  std::uint64_t seed = 0;  ///< 0: ids from the system's randomness; else reproducible ids
};

class Service {
 public:
  virtual ~Service() = default;
  /// Answers one request. Never throws for what a request contains.
  virtual http::Reply handle(const http::Request& request) = 0;
  /// Grows with every change: tells whether `snapshot` would give something new.
  [[nodiscard]] virtual std::uint64_t revision() const = 0;
  /// The whole store as JSON, secrets included (it stands for the vendor's database), and back.
  [[nodiscard]] virtual json::value snapshot() const = 0;
  virtual Result<void> restore(const json::value& snapshot) = 0;
};

[[nodiscard]] std::unique_ptr<Service> make_service(Options options, const base::Clock& clock);

}  // namespace descopectl::emulator
