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

std::string explain_not_recorded(const Action& action, const SecretUse& secret) {
  const schema::Field* row = schema::find_row(action.descriptor->fields, secret.pointer);
  const bool can_be_sent = row == nullptr || row->in(schema::kInUpdate);
  return fmt::format("not recorded yet; 'descopectl {} {}' {}",
                     can_be_sent ? "apply --send-secret" : "rotate", action.key.to_string(),
                     can_be_sent ? "sends it" : "makes a new one");
}

}  // namespace

std::vector<NotCompared> find_not_compared(const Plan& plan) {
  std::vector<NotCompared> found;
  for (const Action& action : plan.actions)
    for (const SecretUse& secret : action.secrets)
      if (is_not_compared(action, secret))
        found.push_back(
            {action.key, action.descriptor, secret.pointer,
             secret.status == Form::kNotRecorded ? explain_not_recorded(action, secret) : secret.problem});
  return found;
}

}  // namespace descopectl::plan
