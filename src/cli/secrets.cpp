// Looking up secrets, and whether they have changed.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/manifest/secrets.hpp"
#include "descopectl/transport/task_group.hpp"
#include "target.hpp"

namespace descopectl::cli {
namespace {

namespace net = boost::asio;

manifest::SecretContext secret_context(const Context& context) {
  manifest::SecretContext secrets;
  secrets.environment = &context.environment;
  secrets.variables.insert(context.settings.variables.begin(), context.settings.variables.end());
  const auto& config = context.settings.config_file;
  secrets.command_folder = (config ? config->parent_path() : context.settings.working_folder).string();
  return secrets;
}

void report_missing(Context& context, const model::ObjectKey& key, std::string_view pointer,
                    const diag::Span& span, std::string_view problem) {
  context.sink.error("missing-secret", span,
                     fmt::format("{} needs the secret {}: {}", key.to_string(), pointer.substr(1),
                                 problem.empty() ? "it is not at hand" : problem),
                     "nothing was written; provide it and run again");
}

/// Looks secrets up one after the other, and compares them with what is recorded side by side: fingerprints
/// of short ones take long. Each comparison has a place of its own, so that their order makes no difference.
class SecretLookup {
 public:
  SecretLookup(Context& context, const net::any_io_executor& executor, const model::RecordedState& recorded,
               const std::string& project_id)
      : context_(context),
        secrets_(secret_context(context)),
        fingerprinter_(executor, recorded.fingerprint_key),
        fingerprinter_of_new_(executor, fingerprint_key_of(project_id)),
        comparisons_(executor) {
    secrets_.interruption = &context.interruption;
    secrets_.redact = [&context](std::string_view text) { return context.output.redactor().redact(text); };
  }

  /// Nothing is looked up after an interruption. Both arguments live until finish() has returned.
  net::awaitable<void> add(const diff::Binding& binding, const model::SecretField& field) {
    if (context_.interruption.has_come()) co_return;
    const std::pair key(binding.desired->key, field.pointer);
    diff::SecretStatus status;
    status.pointer = field.pointer;
    const model::Fingerprint* known = find_known(binding, field.pointer);
    if (field.source.form == model::SecretSource::Form::kClear) {
      status.form = known != nullptr && known->is_cleared() ? diff::SecretStatus::Form::kUnchanged
                                                            : diff::SecretStatus::Form::kChanged;
      read_.values.emplace(key, model::Secret());
      read_.statuses.emplace(key, std::move(status));
      co_return;
    }
    auto value = co_await look_up(field.source);
    if (!value) {
      // What is not there is not compared. What is there and can't be a secret is a mistake, sent or not.
      const bool is_wrong = value.error().kind() == ErrorKind::kInvalidInput;
      if (is_wrong && context_.options.command == Command::kApply)
        report_missing(context_, key.first, field.pointer, field.span, value.error().message());
      status.problem = value.error().message();
      read_.statuses.emplace(key, std::move(status));
      co_return;
    }
    context_.output.redactor().add(*value);
    status.form = diff::SecretStatus::Form::kNotRecorded;
    // Both maps keep their elements in place, and both pointers are good until finish() has returned.
    diff::SecretStatus& kept = read_.statuses.emplace(key, std::move(status)).first->second;
    if (known != nullptr)
      comparisons_.start(compare(&kept, known, binding.recorded->object_id, *value));
    else
      comparisons_.start(add_fingerprint(&kept, key.first.to_string(), *value));
    read_.values.emplace(key, std::move(*value));
  }

  net::awaitable<SecretsRead> finish() {
    co_await comparisons_.wait();
    co_return std::move(read_);
  }

 private:
  /// A command, or who writes to a pipe, takes its time: the run goes on to hear signals and to keep its
  /// lock.
  net::awaitable<Result<model::Secret>> look_up(const model::SecretSource& source) {
    if (manifest::is_repeatable(source)) co_return manifest::resolve_secret(source, secrets_);
    net::thread_pool beside(1);
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): lives until it has ended.
    const auto look = [this, &source]() -> net::awaitable<Result<model::Secret>> {
      co_return manifest::resolve_secret(source, secrets_);
    };
    Result<model::Secret> value = co_await net::co_spawn(beside, look, net::use_awaitable);
    co_return value;
  }

  static const model::Fingerprint* find_known(const diff::Binding& binding, const std::string& pointer) {
    if (binding.recorded == nullptr) return nullptr;
    const auto at = binding.recorded->secrets.find(pointer);
    return at == binding.recorded->secrets.end() ? nullptr : &at->second;
  }

  net::awaitable<void> compare(diff::SecretStatus* status, const model::Fingerprint* known,
                               std::string object_id, model::Secret value) {
    const model::Fingerprint now =
        co_await fingerprinter_.make(std::move(object_id), status->pointer, std::move(value));
    status->fingerprint = now.digest;
    status->form = now == *known ? diff::SecretStatus::Form::kUnchanged : diff::SecretStatus::Form::kChanged;
  }

  /// Of a secret that the state knows nothing of, for the plan's digest.
  net::awaitable<void> add_fingerprint(diff::SecretStatus* status, std::string address, model::Secret value) {
    const model::Fingerprint made =
        co_await fingerprinter_of_new_.make(std::move(address), status->pointer, std::move(value));
    status->fingerprint = made.digest;
  }

  Context& context_;
  manifest::SecretContext secrets_;
  apply::Fingerprinter fingerprinter_;
  apply::Fingerprinter fingerprinter_of_new_;
  transport::TaskGroup comparisons_;
  SecretsRead read_;
};

}  // namespace

void hide_secrets(Context& context, const model::DesiredState& desired) {
  const manifest::SecretContext secrets = secret_context(context);
  for (const model::DesiredObject& object : desired.objects)
    for (const model::SecretField& field : object.secrets) {
      if (!manifest::is_repeatable(field.source)) continue;
      if (const auto value = manifest::resolve_secret(field.source, secrets))
        context.output.redactor().add(*value);
    }
}

std::string fingerprint_key_of(std::string_view project_id) {
  return base::sha256_hex(fmt::format("descopectl plan {}", project_id));
}

net::awaitable<SecretsRead> read_secrets(Context& context, net::any_io_executor executor,
                                         const plan::Scope& scope, const model::DesiredState& desired,
                                         const model::LiveState& live, const model::RecordedState& recorded,
                                         const std::string& project_id) {
  SecretLookup lookup(context, executor, recorded, project_id);
  diag::Sink scratch;  // what is wrong with identities is told by the plan
  const auto bindings = diff::bind_objects(desired, live, recorded, scratch);
  for (const diff::Binding& binding : bindings) {
    if (!scope.contains(binding.desired->key)) continue;
    for (const model::SecretField& field : binding.desired->secrets)
      co_await lookup.add(binding, field);
  }
  SecretsRead read = co_await lookup.finish();
  co_return read;
}

bool check_secrets(Context& context, const plan::Plan& plan, const apply::SecretValues& values) {
  bool is_complete = true;
  for (const plan::Action& action : plan.actions)
    for (const plan::SecretUse& use : action.secrets) {
      if (!use.is_sent || !action.refused.empty() || values.contains({action.key, use.pointer})) continue;
      is_complete = false;
      report_missing(context, action.key, use.pointer, use.span, use.problem);
    }
  return is_complete;
}

}  // namespace descopectl::cli
