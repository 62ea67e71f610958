// descopectl.yaml as it is written: which keys it holds, where, with what values; nothing is defaulted here.
//
// One table (key_table) says what a key is called, what type and range it has and what it is for. Decoding,
// messages, and whatever explains the file later all iterate that table: a new key is a member of `Layer`, a
// row, and its use in settings.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/diag/source.hpp"

namespace descopectl::config {

/// What the file is called.
inline constexpr std::string_view kConfigFileName = "descopectl.yaml";
/// Where descopectl keeps what is its own, beside the configuration.
inline constexpr std::string_view kOwnFolder = ".descopectl";
/// What it begins with.
inline constexpr std::string_view kConfigApiVersion = "descopectl/v1";
inline constexpr std::string_view kConfigKind = "Config";

/// A value and where it is written.
template <class T>
struct Located {
  T value{};
  diag::Span span;
};

using Text = std::optional<Located<std::string>>;
using Texts = std::optional<std::vector<Located<std::string>>>;
using TextMap = std::map<std::string, Located<std::string>, std::less<>>;
using Number = std::optional<Located<std::int64_t>>;
/// An index into the row's words.
using Word = std::optional<Located<std::size_t>>;

enum class PruneMode : unsigned char { kNone, kOwned, kAll };

struct PruneRule {
  PruneMode mode = PruneMode::kOwned;
  std::vector<Located<std::string>> kinds;  ///< for kAll; the names are checked where kinds are known
};
using PruneValue = std::optional<Located<PruneRule>>;

/// The keys of one level: the file's top or one environment. What is not written is not there.
struct Layer {
  Texts manifests;
  Text project_id;
  Text base_url;
  TextMap variables;
  Word state_backend;
  Text state_path;
  Text state_address;
  Text state_lock_address;
  Text state_unlock_address;
  Text state_lock_method;
  Text state_unlock_method;
  PruneValue prune;
  Word adopt;
  Word inbound_api;
  Word connection_scope_format;
  Number max_deletes;
  Number max_delete_percent;
  Number parallelism;
  Number timeout_seconds;
  Number retries;
  Number retry_base_milliseconds;
  Number retry_seconds;
  Number settle_seconds;
  Number requests_per_minute;
};

/// Where a row's value goes; the member's type is the key's type.
using KeyTarget = std::variant<Text Layer::*, Texts Layer::*, TextMap Layer::*, Number Layer::*,
                               Word Layer::*, PruneValue Layer::*>;

/// One key of the file.
struct KeyRow {
  std::string_view path;  ///< "limits.maxDeletes": a dot leads into a map
  KeyTarget target;
  std::string_view doc;
  std::string_view fallback =
      {};                    ///< what counts where it is left out, as it would be written; empty: nothing
  std::int64_t minimum = 0;  ///< of numbers, inclusive
  std::int64_t maximum = 0;
  std::span<const std::string_view> words =
      {};  ///< of words, in the order of the enumeration in settings.hpp
  /// What is wrong with a text ("must not hold ':'"), or empty.
  std::string (*check)(std::string_view text) = nullptr;
};

/// All keys that may stand at the top and in an environment.
[[nodiscard]] std::span<const KeyRow> key_table();

/// "a string", "a number from 0 to 100", "never, unchanged or always": what a key's value must be.
[[nodiscard]] std::string describe_value(const KeyRow& row);

/// A decoded file.
struct ConfigFile {
  std::filesystem::path path;  ///< as it can be opened and shown from where the user stands
  std::filesystem::path
      folder;  ///< of `path`; relative paths in the file start here; empty: the current folder
  std::uint32_t source = 0;
  Layer base;
  std::vector<std::pair<std::string, Layer>> environments;  ///< in the order written

  /// The environment of that name, or null.
  [[nodiscard]] const Layer* find_environment(std::string_view name) const;
};

/// The nearest descopectl.yaml in `folder` (absolute) or a folder above it, or none.
[[nodiscard]] std::optional<std::filesystem::path> find_config(const std::filesystem::path& folder);

/// Reads and decodes the file; every problem goes to `sink` with its place, and there is no value where there
/// is one. Codes: `config-unreadable`, `config-empty`, `config-documents`, `api-version`, `unknown-key`,
/// `missing-key`, `wrong-type`, `out-of-range`, `invalid-value`, `duplicate-value`, and those of
/// `document`.
[[nodiscard]] std::optional<ConfigFile> load_config(const std::filesystem::path& path,
                                                    diag::SourceTable& sources, diag::Sink& sink);

/// What is wrong with a project id ("must not hold ':'"), or empty. Ids are opaque (sheet 1.1), but have to
/// fit into the bearer `<project>:<key>`.
[[nodiscard]] std::string check_project_id(std::string_view id);

}  // namespace descopectl::config
