// What a run goes by: flags over variables over descopectl.yaml over defaults, as one value.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/config/config_file.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/diag/exit_status.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::config {

enum class StateBackend : unsigned char { kLocal, kHttp, kNone };
enum class AdoptMode : unsigned char { kNever, kUnchanged, kAlways };
enum class InboundApi : unsigned char { kV1, kV2 };
enum class ConnectionScopeFormat : unsigned char { kScope, kId, kIdAndScope };

/// Where a setting came from, strongest last.
enum class Origin : unsigned char { kNone, kDefault, kFile, kVariable, kFlag };

/// A text setting with where it came from; `where` names that for messages: "--project-id",
/// "DESCOPE_PROJECT_ID", "descopectl.yaml:3:12"; empty for defaults.
struct Sourced {
  std::string value;
  Origin origin = Origin::kNone;
  std::string where;
};

/// A flag's value, given as a flag or by its DESCOPECTL_ variable.
struct Given {
  std::string value;
  bool is_from_variable = false;
};

/// What flags (and their DESCOPECTL_ variables) say about settings. Empty: not given. Paths are relative to
/// the working folder, which is `chdir` seen from the current one.
struct Overrides {
  std::vector<std::string> filenames;
  std::string config;
  std::string chdir;
  std::string environment;
  std::optional<Given> project_id;
  std::optional<Given> base_url;
  std::string state;
  std::vector<std::string> variables;  ///< "K=V", checked; a later one of the same name counts
  std::optional<std::int64_t> parallelism;
  std::string ca_file;
  std::string management_key_file;
  bool strict_references = false;
  bool allow_insecure = false;
  bool sandbox = false;
};

/// What a command can't do without.
struct Needs {
  bool manifests = false;
  bool target = false;  ///< talks to the API: a project, an allowed base URL, no contradiction between them
  bool writes = false;  ///< an environment has to be chosen where there are any
  bool state = false;   ///< looks into the state

  [[nodiscard]] bool any() const { return manifests || target || writes || state; }
};

/// One place where manifests are.
struct ManifestRoot {
  std::filesystem::path path;  ///< to open and show; "-" is standard input
  /// The root's name in the state: relative to the folder of descopectl.yaml (without one, the working
  /// folder), in normal form, the same from wherever the program is run.
  std::string name;
  diag::Span span;          ///< in descopectl.yaml; unknown for -f
  bool is_overlay = false;  ///< listed under the environment alone: its documents are merged over the others
};

struct Limits {
  std::int64_t max_deletes = 10;
  std::int64_t max_delete_percent = 30;
};

struct HttpSettings {
  std::int64_t parallelism = 10;
  std::chrono::seconds timeout{30};
  std::int64_t retries = 6;
  std::chrono::milliseconds retry_base{500};
  std::chrono::seconds retry_budget{600};
  std::chrono::seconds settle{10};
  std::int64_t requests_per_minute = 0;  ///< 0: no cap
};

/// How the network is reached and who is trusted.
struct NetworkSettings {
  std::string ca_file;
  std::string ssl_cert_file;
  std::string ssl_cert_dir;
  model::Secret https_proxy;  ///< a URL that may hold a password; checked where it is used
  std::string no_proxy;
  bool is_insecure_allowed = false;
};

struct StateSettings {
  StateBackend backend = StateBackend::kLocal;
  std::filesystem::path path;
  // Of kHttp:
  std::string address;
  std::string lock_address;    ///< empty: `address`
  std::string unlock_address;  ///< empty: `lock_address`
  std::string lock_method = "LOCK";
  std::string unlock_method = "UNLOCK";
  std::string username;
  model::Secret password;
};

/// Everything a command goes by. All paths can be opened as they stand, from the process's current folder.
struct Settings {
  std::filesystem::path working_folder;              ///< empty: the current one
  std::optional<std::filesystem::path> config_file;  ///< as shown; none: there is no descopectl.yaml
  std::string environment;                           ///< empty: none chosen
  std::vector<std::string> unchosen_environments;    ///< what there is to choose from where none was chosen
  std::vector<ManifestRoot> roots;
  Sourced project_id;
  Sourced base_url;  ///< normalised; origin kDefault: derived from the project id
  StateSettings state;
  PruneRule prune;
  AdoptMode adopt = AdoptMode::kUnchanged;
  InboundApi inbound_api = InboundApi::kV1;
  std::optional<ConnectionScopeFormat> connection_scope_format;
  Limits limits;
  HttpSettings http;
  NetworkSettings network;
  std::map<std::string, std::string, std::less<>> variables;
  std::vector<std::string> undeclared_variables;  ///< those that descopectl.yaml does not name
  std::string management_key_file;  ///< for load_management_key; "-": standard input
  bool has_strict_references = false;
  bool is_sandbox = false;
  std::filesystem::path sandbox_file;  ///< where the sandbox is kept between runs
};

/// Where resolve_settings stands and whom it asks.
struct Surroundings {
  const base::Environment& environment;
  std::filesystem::path current_folder;  ///< absolute
  /// Names of kinds, to check `prune: {all: [...]}`; empty: not checked.
  std::span<const std::string_view> kinds = {};
};

struct Resolution {
  Settings settings;
  /// kDone, kInvalidInput, or kRefused where variables and descopectl.yaml contradict each other.
  diag::ExitStatus status = diag::ExitStatus::kDone;
};

/// Finds and reads descopectl.yaml, lays environment, variables and flags over it, and checks what `needs`
/// asks for. Every problem goes to `sink`; settings are to be used only where the status is kDone. Codes,
/// besides those of load_config: `no-manifests`, `no-project`, `unknown-environment`, `environment-needed`,
/// `invalid-value`, `insecure-url`, `wrong-target`, `unknown-kind`.
[[nodiscard]] Resolution resolve_settings(const Overrides& overrides, const Needs& needs,
                                          const Surroundings& surroundings, diag::SourceTable& sources,
                                          diag::Sink& sink);

}  // namespace descopectl::config
