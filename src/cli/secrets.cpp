// Looking up secrets.
#include <fmt/format.h>

#include "descopectl/manifest/secrets.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "target.hpp"

namespace descopectl::cli {

SecretsRead read_secrets(Context& context, const model::DesiredState& desired, const model::LiveState& live,
                         const model::RecordedState& recorded) {
  SecretsRead read;
  manifest::SecretContext secrets{&context.environment, {}};
  secrets.variables.insert(context.settings.variables.begin(), context.settings.variables.end());
  diag::Sink scratch;  // what is wrong with identities is told by the plan
  for (const diff::Binding& binding : diff::bind_objects(desired, live, recorded, scratch)) {
    for (const model::SecretField& field : binding.desired->secrets) {
      diff::SecretStatus status;
      status.pointer = field.pointer;
      const std::pair key(binding.desired->key, field.pointer);
      const model::Fingerprint* known = nullptr;
      if (binding.recorded != nullptr)
        if (const auto at = binding.recorded->secrets.find(field.pointer);
            at != binding.recorded->secrets.end())
          known = &at->second;
      if (field.source.form == model::SecretSource::Form::kClear) {
        status.form = known != nullptr && known->scheme == "cleared" ? diff::SecretStatus::Form::kUnchanged
                                                                     : diff::SecretStatus::Form::kChanged;
        read.values.emplace(key, model::Secret());
        read.statuses.emplace(key, std::move(status));
        continue;
      }
      auto value = manifest::resolve_secret(field.source, secrets);
      if (!value) {
        status.problem = value.error().message();
      } else {
        context.output.redactor().add(*value);
        if (known == nullptr) {
          status.form = diff::SecretStatus::Form::kNotRecorded;
        } else {
          const model::Fingerprint now = state::make_fingerprint(
              recorded.fingerprint_key, binding.recorded->object_id, field.pointer, *value);
          status.fingerprint = now.digest;
          status.form =
              now == *known ? diff::SecretStatus::Form::kUnchanged : diff::SecretStatus::Form::kChanged;
        }
        read.values.emplace(key, std::move(*value));
      }
      read.statuses.emplace(key, std::move(status));
    }
  }
  return read;
}

bool check_secrets(Context& context, const plan::Plan& plan, const apply::SecretValues& values) {
  bool is_complete = true;
  for (const plan::Action& action : plan.actions)
    for (const plan::SecretUse& use : action.secrets) {
      if (!use.is_sent || values.contains({action.key, use.pointer})) continue;
      is_complete = false;
      context.sink.error(
          "missing-secret", use.span,
          fmt::format("{} needs the secret {}: {}", action.key.to_string(), use.pointer.substr(1),
                      use.problem.empty() ? "it is not at hand" : use.problem),
          "nothing was written; provide it and run again");
    }
  return is_complete;
}

}  // namespace descopectl::cli
