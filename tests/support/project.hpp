// A project in memory: manifests as text, live state and recorded state as values, an apply without a
// network.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/plan/drift.hpp"
#include "descopectl/plan/plan.hpp"

namespace descopectl::test {

/// Manifests read from text as from standard input.
class Manifests {
 public:
  explicit Manifests(std::string text, std::map<std::string, std::string> variables = {},
                     std::map<std::string, std::string, std::less<>> environment = {},
                     unsigned generation = 1);

  model::DesiredState desired;
  diag::SourceTable sources;
  diag::Sink sink;

  /// All diagnostics as text, in order.
  [[nodiscard]] std::string messages() const;
};

/// Live and recorded state; `apply` does to them what an apply against a faithful service would.
class Project {
 public:
  model::LiveState live;
  model::RecordedState recorded;
  plan::Policy policy;
  plan::Selection selection;
  bool is_state_kept = true;
  std::string project_id = "P1";
  plan::SecretStatuses secrets;
  std::vector<std::string>
      order;  ///< "Role/a", "delete Resource/r", "add to Resource/r": the steps of all applies

  Project();

  /// Puts a live object there, as somebody else would.
  void add_live(const std::string& kind, const std::string& json_text);
  [[nodiscard]] json::object& live_body(const std::string& kind, const std::string& id);
  void remove_live(const std::string& kind, const std::string& id);

  /// Diagnostics go to the manifests' sink.
  [[nodiscard]] plan::PlanInput input(Manifests& manifests) const;
  /// The plan; diagnostics go to the manifests' sink.
  [[nodiscard]] plan::Plan plan(Manifests& manifests) const;
  [[nodiscard]] plan::DriftReport drift(Manifests& manifests) const;
  /// Carries the plan out in the order of its edges. Throws where an edge is not respected.
  void apply(const plan::Plan& plan);
  /// Plans and applies manifests that are expected to be right.
  plan::Plan apply_text(const std::string& text);
  /// The plan for manifests that are expected to be right.
  plan::Plan plan_text(const std::string& text);

 private:
  [[nodiscard]] plan::Action half_of(const plan::Action& action, plan::Part part);

  int next_id_ = 1;
};

/// "create Connection/a, update Resource/b": every action that is not a no-op, in the plan's order.
[[nodiscard]] std::string actions_of(const plan::Plan& plan);
/// The action on that address; throws where there is none.
[[nodiscard]] const plan::Action& action_on(const plan::Plan& plan, const std::string& address);
/// "/pkce, /name": the paths of an action's changes.
[[nodiscard]] std::string paths_of(const plan::Action& action);
[[nodiscard]] json::value parse(const std::string& text);

}  // namespace descopectl::test
