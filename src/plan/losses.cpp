// What writes lose that the plan's own lists do not show: what only the second of two generations of one API
// holds (sheet 6.3), and what goes with an object that is replaced.
#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {
namespace {

bool overwrites(const Action& action) {
  return action.kind == ActionKind::kUpdate || action.kind == ActionKind::kReplace;
}

}  // namespace

std::vector<const schema::Kind*> find_lossy_kinds(const Plan& plan, const Policy& policy) {
  std::vector<const schema::Kind*> kinds;
  if (policy.inbound_generation != 1) return kinds;  // the second shows all that the first holds
  for (const Action& action : plan.actions) {
    const schema::Kind* kind = action.descriptor;
    if (!overwrites(action) || kind->lost_by_first_generation == nullptr) continue;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  return kinds;
}

void refuse_losses(Plan& plan, const schema::Kind& kind, const std::vector<model::LiveObject>& second) {
  for (const Action& action : plan.actions) {
    if (!overwrites(action) || action.descriptor != &kind) continue;
    const auto shown = std::find_if(second.begin(), second.end(),
                                    [&](const model::LiveObject& live) { return live.id == action.live_id; });
    if (shown == second.end()) continue;
    const std::string lost = kind.lost_by_first_generation(action.before, shown->body);
    if (lost.empty()) continue;
    plan.refusals.push_back(
        {"would-lose-mapping",
         fmt::format("{} holds {}, which can't be written through inboundApi v1 and would be lost",
                     action.key.to_string(), lost),
         "set 'inboundApi: v2' in descopectl.yaml and declare scopeClaimMapping, or remove the mapping in "
         "the "
         "console",
         action.key});
  }
}

std::vector<std::size_t> find_countable(const Plan& plan) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < plan.actions.size(); ++i)
    if (plan.actions[i].kind == ActionKind::kReplace &&
        plan.actions[i].descriptor->counted_loss.search.exists())
      found.push_back(i);
  return found;
}

void add_counted_loss(Action& action, const Result<std::uint64_t>& count) {
  const schema::CountedLoss& loss = action.descriptor->counted_loss;
  if (!count) {
    action.consequences.push_back(
        fmt::format("how many {}s are lost could not be found out: {}", loss.noun, count.error().message()));
    return;
  }
  std::erase(action.consequences, loss.text);  // the number says it, and 0 says the contrary
  action.consequences.push_back(
      fmt::format("{} {} lost", base::counted(*count, loss.noun), *count == 1 ? "is" : "are"));
}

}  // namespace descopectl::plan
