// Adoption: which live objects the declared manifests are bound to, and what the state would hold of each.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {

enum class Match : unsigned char {
  kAdopt,    ///< live, and owned by nobody: will be recorded
  kOwned,    ///< this state owns it already
  kNothing,  ///< not in the project: `apply` creates it
};

/// One declared object.
struct AdoptionRow {
  model::ObjectKey key;
  Match match = Match::kNothing;
  std::string live_id;                       ///< empty for kNothing
  std::string matched_by;                    ///< "id", "state", "uri", "name", ...; empty for kNothing
  std::vector<schema::FieldChange> changes;  ///< of kAdopt: what the next plan shows
  model::RecordedObject record;              ///< of kAdopt; `object_id` is left to the caller
  diag::Span source;
};

struct Adoption {
  std::vector<AdoptionRow> rows;  ///< sorted by key
  std::vector<Refusal> refusals;  ///< not empty: nothing may be recorded

  [[nodiscard]] std::size_t count(Match match) const;
};

/// Binds the declared objects of `keys` (empty: all) that are in the input's scope as a plan would. What is
/// recorded as last applied is live's value of each field that the manifest writes, so that the next plan
/// shows the differences as changes by the manifest. Problems of the chosen objects' identity go to `sink`.
/// Pure.
[[nodiscard]] Adoption make_adoption(const PlanInput& input, const std::set<model::ObjectKey>& keys,
                                     diag::Sink& sink);

}  // namespace descopectl::plan
