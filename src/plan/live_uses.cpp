// Live ids that manifests name outright ({live: ID}): are they in the project?
#include <fmt/format.h>

#include <algorithm>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

/// A manifest may name by its id what another one creates under an id of its own choice.
bool is_created(const Plan& plan, const model::LiveUse& use) {
  return std::any_of(plan.actions.begin(), plan.actions.end(), [&](const Action& action) {
    return (action.kind == ActionKind::kCreate || action.kind == ActionKind::kReplace) &&
           action.key.kind == use.kind && action.live_id == use.id;
  });
}

/// The object was found in the list under that very id: the parent is there, whatever its own list shows.
bool is_listed_under(const diff::Binding& binding, const model::LiveUse& use) {
  return binding.live != nullptr && schema::parent_of(*binding.desired->kind, binding.live->id) == use.id;
}

}  // namespace

void check_live_uses(Draft& draft) {
  if (draft.input.policy.is_drift) return;
  for (const diff::Binding& binding : draft.bindings) {
    const model::DesiredObject& object = *binding.desired;
    if (!draft.input.scope.contains(object.key)) continue;
    for (const model::LiveUse& use : object.live_uses) {
      const model::LiveKind* live = draft.input.live->find(use.kind);
      if (live == nullptr || !live->is_loaded || live->find(use.id) != nullptr) continue;
      if (is_listed_under(binding, use) || is_created(draft.plan, use)) continue;
      const std::string id = base::printable(use.id, 100);
      draft.sink.error("unknown-live-id", use.span,
                       fmt::format("the live {} '{}', which {} names, is not in the project", use.kind, id,
                                   object.key.to_string()),
                       fmt::format("check '{{live: {0}}}' and the project; where the {1} is gone for good, "
                                   "name another {1}",
                                   id, use.kind));
    }
  }
}

}  // namespace descopectl::plan
