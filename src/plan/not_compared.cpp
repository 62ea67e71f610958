// Secrets that a plan could not compare with what was last sent.
#include <fmt/format.h>

#include "descopectl/plan/plan.hpp"

namespace descopectl::plan {
namespace {

using Form = diff::SecretStatus::Form;

bool is_not_compared(const Action& action, const SecretUse& secret) {
  const bool has_object = action.kind == ActionKind::kNoop || action.kind == ActionKind::kUpdate;
  const bool is_known = secret.status == Form::kUnchanged || secret.status == Form::kChanged;
  return has_object && !is_known && !secret.is_sent &&
         secret.source.form != model::SecretSource::Form::kClear;
}

}  // namespace

std::vector<NotCompared> find_not_compared(const Plan& plan) {
  std::vector<NotCompared> found;
  for (const Action& action : plan.actions)
    for (const SecretUse& secret : action.secrets)
      if (is_not_compared(action, secret))
        found.push_back({action.key, action.descriptor, secret.pointer,
                         secret.status == Form::kNotRecorded
                             ? fmt::format("not recorded yet; 'descopectl apply --send-secret {}' sends it",
                                           action.key.to_string())
                             : secret.problem});
  return found;
}

}  // namespace descopectl::plan
