// Actions as steps, for those who walk a plan: the scheduler, the numbering of waves.
//
//                  begins with        ends with
//     delete first delete of the old  create of the new
//     create first create of the new  delete of the old
//     add first    items that arrive  items that leave
#include <algorithm>
#include <optional>

#include "descopectl/plan/plan.hpp"
#include "reach.hpp"

namespace descopectl::plan {
namespace {

/// The parts that an action begins and ends with.
std::pair<Part, Part> parts_of(Sequence sequence) {
  switch (sequence) {
    case Sequence::kDeleteFirst:
      return {Part::kDelete, Part::kCreate};
    case Sequence::kCreateFirst:
      return {Part::kCreate, Part::kDelete};
    case Sequence::kAddFirst:
      return {Part::kAdd, Part::kRest};
    case Sequence::kOneStep:
      break;
  }
  return {Part::kWhole, Part::kWhole};
}

/// Must `start` wait for `wanted`, be it through others?
bool waits_for(const std::vector<Step>& steps, std::size_t start, std::size_t wanted) {
  return plan::waits_for(steps.size(), start, wanted, [&](std::size_t at, auto& open) {
    open.insert(open.end(), steps[at].after.begin(), steps[at].after.end());
  });
}

}  // namespace

std::vector<Step> make_steps(const std::vector<Action>& actions) {
  std::vector<Step> steps(actions.size());
  // The steps at which what others need is there, and at which what others had is gone.
  std::vector<std::size_t> making(actions.size());
  std::vector<std::size_t> taking(actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto [first, last] = parts_of(actions[i].sequence);
    steps[i] = {i, last, false, {}};
    making[i] = taking[i] = i;
    if (actions[i].sequence == Sequence::kOneStep) continue;
    (actions[i].sequence == Sequence::kDeleteFirst ? taking : making)[i] = steps.size();
    steps[i].after.push_back(steps.size());
    steps.push_back({i, first, true, {}});
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    for (const std::size_t before : actions[i].depends_on)
      steps[making[i]].after.push_back(making[before]);
    for (const std::size_t before : actions[i].erase_after)
      steps[taking[i]].after.push_back(taking[before]);
  }
  // Whatever the create needs and can be made before the delete is made before it.
  for (std::size_t i = 0; i < actions.size(); ++i)
    for (const std::size_t before : actions[i].depends_on)
      if (actions[i].sequence == Sequence::kDeleteFirst && !waits_for(steps, making[before], taking[i]))
        steps[taking[i]].after.push_back(making[before]);
  return steps;
}

}  // namespace descopectl::plan
