// What the state says of an object while a request about it is under way.
//
// A request may end in a crash of ours or in an answer that never comes. So the state says before it leaves
// what would be untrue or lost afterwards; what the service refuses for certain is taken back.
#pragma once

#include <optional>

#include "descopectl/api/management_api.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::apply {

/// What is recorded before one request, and how it is taken back. `store` and `action` outlive it.
class Intent {
 public:
  Intent(state::Store& store, const plan::Action& action);

  /// These secrets are about to replace others: neither the old fingerprints nor the new ones count any more.
  /// An object that is not owned has none, and nothing is written.
  [[nodiscard]] Result<void> record_sending(const api::BodySecrets& secrets);

  /// The object is about to be deleted and created anew from `create_body` (complete, without secrets). It is
  /// owned from now on.
  [[nodiscard]] Result<void> record_replacing(json::object create_body);

  /// The request failed with `error`: where it was certainly not carried out, the state is again as it was.
  [[nodiscard]] Result<void> take_back(const Error& error);

 private:
  [[nodiscard]] Result<void> put(model::RecordedObject record);

  state::Store& store_;
  const plan::Action& action_;
  std::optional<model::RecordedObject> former_;  // none: the object is not owned
  std::optional<model::ObjectKey> recorded_;     // where the intent stands
};

}  // namespace descopectl::apply
