// Drift: live against what was last applied, and against the manifests (contract sections 3 and 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {

/// Why a field or an object differs from what it should be.
enum class Cause : unsigned char {
  kLive,       ///< live moved away from what was last applied; the manifest did not
  kManifest,   ///< the manifest says something new; live is as last applied
  kBoth,       ///< both moved
  kDeleted,    ///< owned, and gone from the project
  kUnmanaged,  ///< live, and neither declared nor owned
};

/// "live", "manifest", "both", "deleted", "unmanaged".
[[nodiscard]] std::string_view to_string(Cause cause);

struct DriftChange {
  std::string path;
  json::value expected;  ///< what the manifest (or, without one, the last apply) says
  json::value live;
  json::value last_applied;  ///< null where it is not known
  Cause cause = Cause::kLive;
  bool is_sensitive = false;
};

struct DriftObject {
  model::ObjectKey key;  ///< of an unmanaged object: kind and live id
  std::string live_id;
  std::string name;
  Cause cause = Cause::kLive;  ///< of the whole object: kBoth where its changes have several
  std::vector<DriftChange> changes;
  diag::Span source;
  std::optional<model::Operation> action = {};  ///< what an apply would do to it; none where nothing
};

struct DriftReport {
  std::vector<DriftObject> objects;  ///< sorted by key, unmanaged ones last
  Scope scope;                       ///< what was looked at
  std::vector<NotCompared> not_compared;
  std::size_t live = 0, manifest = 0, both = 0, deleted = 0, unmanaged = 0, clean = 0;
  bool has_state = true;  ///< false: nobody knows what was last applied, only the manifests were compared
  bool differs = false;   ///< set by the caller: there is something of what it counts as drift
};

/// What differs, by cause. Pure.
[[nodiscard]] DriftReport find_drift(const PlanInput& input, const Plan& plan);

}  // namespace descopectl::plan
