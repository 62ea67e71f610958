// What a saved plan holds of each object: enough to tell later whether a plan made anew comes to the same,
// and where it does not, what moved.
//
// A saved plan is never carried out by itself: it is planned again, and the two are compared.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {

/// One object of a plan, as digests. An empty one stands for nothing: nothing done, live, declared, recorded.
struct ObjectDigest {
  std::string deed;      ///< what is sent, and live as the plan saw it; secrets apart
  std::string live;      ///< what the service showed
  std::string manifest;  ///< what is declared
  std::string state;     ///< what is recorded
  /// Fingerprints of the secrets that are sent, by pointer; empty where one was not at hand.
  std::map<std::string, std::string> secrets;

  friend bool operator==(const ObjectDigest&, const ObjectDigest&) = default;
};
using ObjectDigests = std::map<model::ObjectKey, ObjectDigest>;

/// Of every object that the plan has an action for.
[[nodiscard]] ObjectDigests digest_objects(const Plan& plan, const PlanInput& input);

/// An object with which a saved plan and the one made now do not do the same.
struct Moved {
  model::ObjectKey key;
  std::string what;  ///< "live", "the manifest", "live and the secret /clientSecret"
};

/// Sorted by key. A secret that was not at hand when the plan was saved is taken as it is now.
[[nodiscard]] std::vector<Moved> find_moved(const ObjectDigests& saved, const ObjectDigests& now);

/// Marks as wanted (SecretUse::is_sent) the secrets that the saved plan sends and that are not at hand now:
/// that they are missing says nothing of whether they changed. Not those of objects that the state knows
/// otherwise since: they may have been sent meanwhile.
void want_saved_secrets(const ObjectDigests& saved, const ObjectDigests& now, Plan& plan);

/// "Connection/a is not as the plan saw it: live changed".
[[nodiscard]] std::string to_string(const Moved& moved);

/// Keeps the moved objects from being written (Action::refused), and drops the refusals that are about them.
void refuse_moved(Plan& plan, const std::vector<Moved>& moved);

[[nodiscard]] json::array to_json(const ObjectDigests& objects);
/// kInvalidInput where it is not what to_json makes.
[[nodiscard]] Result<ObjectDigests> read_digests(const json::value& objects);

}  // namespace descopectl::plan
