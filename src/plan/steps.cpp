// Actions as steps, for those who walk a plan: the scheduler, the numbering of waves.
#include <algorithm>
#include <optional>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {
namespace {

/// Must `start` wait for `wanted`, be it through others?
bool waits_for(const std::vector<Step>& steps, std::size_t start, std::size_t wanted) {
  std::vector<bool> seen(steps.size());
  std::vector<std::size_t> open{start};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (at == wanted) return true;
    if (seen[at]) continue;
    seen[at] = true;
    open.insert(open.end(), steps[at].after.begin(), steps[at].after.end());
  }
  return false;
}

}  // namespace

std::vector<Step> make_steps(const std::vector<Action>& actions) {
  std::vector<Step> steps(actions.size());
  std::vector<std::size_t> delete_of(actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    steps[i] = {i, actions[i].is_in_two_steps ? Part::kCreate : Part::kWhole, actions[i].depends_on};
    delete_of[i] = i;
    if (!actions[i].is_in_two_steps) continue;
    delete_of[i] = steps.size();
    steps[i].after.push_back(delete_of[i]);
    steps.push_back({i, Part::kDelete, {}});
  }
  for (std::size_t i = 0; i < actions.size(); ++i)
    for (const std::size_t before : actions[i].erase_after)
      steps[delete_of[i]].after.push_back(delete_of[before]);
  // Whatever the create needs and can be made before the delete is made before it.
  for (std::size_t i = 0; i < actions.size(); ++i)
    for (const std::size_t before : actions[i].depends_on)
      if (actions[i].is_in_two_steps && !waits_for(steps, before, delete_of[i]))
        steps[delete_of[i]].after.push_back(before);
  return steps;
}

}  // namespace descopectl::plan
