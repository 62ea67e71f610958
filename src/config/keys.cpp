// The table of descopectl.yaml's keys.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/config/config_file.hpp"
#include "descopectl/config/target.hpp"

namespace descopectl::config {
namespace {

using namespace std::string_view_literals;

// In the order of the enumerations in settings.hpp: a row keeps the index of a word.
constexpr std::array kBackends{"local"sv, "http"sv, "none"sv};
constexpr std::array kAdoptModes{"never"sv, "unchanged"sv, "always"sv};
constexpr std::array kInboundApis{"v1"sv, "v2"sv};
constexpr std::array kScopeFormats{"scope"sv, "id"sv, "id:scope"sv};

std::string check_base_url(std::string_view text) {
  const auto url = parse_base_url(text);
  return url ? std::string() : url.error().message();
}

std::string check_address(std::string_view text) {
  const auto address = parse_address(text);
  return address ? std::string() : address.error().message();
}

std::string check_method(std::string_view text) {
  const bool is_word = !text.empty() && std::all_of(text.begin(), text.end(), base::is_upper);
  return is_word ? "" : "must be a method of HTTP in capitals";
}

std::string check_path(std::string_view text) {
  return base::is_blank(text) ? "must not be empty" : "";
}

constexpr std::array kKeys{
    KeyRow{.path = "manifests",
           .target = &Layer::manifests,
           .doc = "Files and folders that hold the manifests.",
           .check = check_path},
    KeyRow{.path = "projectId",
           .target = &Layer::project_id,
           .doc = "The Descope project; DESCOPE_PROJECT_ID where left out.",
           .check = check_project_id},
    KeyRow{.path = "baseUrl",
           .target = &Layer::base_url,
           .doc = "The address of the Management API, where it does not follow from the project id.",
           .check = check_base_url},
    KeyRow{.path = "variables",
           .target = &Layer::variables,
           .doc = "Values for ${var:NAME} in manifests; --var beats them."},
    KeyRow{.path = "state.backend",
           .target = &Layer::state_backend,
           .doc = "Where the state is kept; none: nothing is owned, every match counts as adopted.",
           .fallback = "local",
           .words = kBackends},
    KeyRow{
        .path = "state.path",
        .target = &Layer::state_path,
        .doc = "The state's file; .descopectl/state.json, or .descopectl/NAME/state.json for an environment.",
        .check = check_path},
    KeyRow{.path = "state.address",
           .target = &Layer::state_address,
           .doc = "Of backend http: where the state is read with GET and stored with POST.",
           .check = check_address},
    KeyRow{.path = "state.lockAddress",
           .target = &Layer::state_lock_address,
           .doc = "Of backend http: where the lock is taken; state.address where left out.",
           .check = check_address},
    KeyRow{.path = "state.unlockAddress",
           .target = &Layer::state_unlock_address,
           .doc = "Of backend http: where the lock is given back; state.lockAddress where left out.",
           .check = check_address},
    KeyRow{.path = "state.lockMethod",
           .target = &Layer::state_lock_method,
           .doc = "Of backend http: the method that takes the lock; GitLab wants POST.",
           .fallback = "LOCK",
           .check = check_method},
    KeyRow{.path = "state.unlockMethod",
           .target = &Layer::state_unlock_method,
           .doc = "Of backend http: the method that gives the lock back; GitLab wants DELETE.",
           .fallback = "UNLOCK",
           .check = check_method},
    KeyRow{.path = "prune",
           .target = &Layer::prune,
           .doc = "Which live objects without a manifest are deleted.",
           .fallback = "owned"},
    KeyRow{.path = "adopt",
           .target = &Layer::adopt,
           .doc = "Whether a live object that matches a manifest is taken over.",
           .fallback = "unchanged",
           .words = kAdoptModes},
    KeyRow{.path = "inboundApi",
           .target = &Layer::inbound_api,
           .doc = "The generation of the inbound-app API: v1 (attributesScopes), v2 (scopeClaimMapping).",
           .fallback = "v1",
           .words = kInboundApis},
    KeyRow{.path = "connectionScopeFormat",
           .target = &Layer::connection_scope_format,
           .doc = "How typed connection scopes are written on the wire.",
           .words = kScopeFormats},
    KeyRow{.path = "limits.maxDeletes",
           .target = &Layer::max_deletes,
           .doc = "Most deletes and replacements of one run.",
           .fallback = "10",
           .minimum = 0,
           .maximum = 1'000'000},
    KeyRow{.path = "limits.maxDeletePercent",
           .target = &Layer::max_delete_percent,
           .doc = "Most deletes of one run, in per cent of a kind's owned objects (from 10 objects on).",
           .fallback = "30",
           .minimum = 0,
           .maximum = 100},
    KeyRow{.path = "http.parallelism",
           .target = &Layer::parallelism,
           .doc = "Requests at once.",
           .fallback = "10",
           .minimum = 1,
           .maximum = 100},
    KeyRow{.path = "http.timeoutSeconds",
           .target = &Layer::timeout_seconds,
           .doc = "How long one answer may take.",
           .fallback = "30",
           .minimum = 1,
           .maximum = 3600},
    KeyRow{.path = "http.retries",
           .target = &Layer::retries,
           .doc = "How often a failed request that may be repeated is repeated.",
           .fallback = "6",
           .minimum = 0,
           .maximum = 100},
    KeyRow{.path = "http.retryBaseMilliseconds",
           .target = &Layer::retry_base_milliseconds,
           .doc = "The first pause before a repetition; it doubles from there.",
           .fallback = "500",
           .minimum = 0,
           .maximum = 60'000},
    KeyRow{.path = "http.retrySeconds",
           .target = &Layer::retry_seconds,
           .doc = "How long one request is repeated in all, waits for the rate limit included.",
           .fallback = "600",
           .minimum = 0,
           .maximum = 86'400},
    KeyRow{.path = "http.settleSeconds",
           .target = &Layer::settle_seconds,
           .doc = "How long lists may lag behind writes.",
           .fallback = "10",
           .minimum = 0,
           .maximum = 600},
    KeyRow{.path = "http.requestsPerMinute",
           .target = &Layer::requests_per_minute,
           .doc = "Cap on requests; 0: none but the server's own.",
           .fallback = "0",
           .minimum = 0,
           .maximum = 1'000'000},
};

std::string describe_words(const KeyRow& row) {
  return base::join_words({row.words.begin(), row.words.end()}, " or ");
}

}  // namespace

std::span<const KeyRow> key_table() {
  return kKeys;
}

std::string describe_value(const KeyRow& row) {
  struct Describe {
    const KeyRow& row;
    std::string operator()(Text Layer::*) const { return "a string"; }
    std::string operator()(Texts Layer::*) const { return "a list of strings"; }
    std::string operator()(TextMap Layer::*) const { return "a map of names to strings"; }
    std::string operator()(Number Layer::*) const {
      return fmt::format("a whole number from {} to {}", row.minimum, row.maximum);
    }
    std::string operator()(Word Layer::*) const { return describe_words(row); }
    std::string operator()(PruneValue Layer::*) const { return "none, owned or {all: [Kind, ...]}"; }
  };
  return std::visit(Describe{row}, row.target);
}

std::string check_project_id(std::string_view id) {
  if (id.empty()) return "must not be empty";
  const bool is_plain = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_plain) return "must consist of printable ASCII characters without spaces";
  if (id.find_first_of(":/") != std::string_view::npos) return "must not hold ':' or '/'";
  return {};
}

}  // namespace descopectl::config
