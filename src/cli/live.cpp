// Reading live state, and looking up secrets.
#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "descopectl/manifest/secrets.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "descopectl/transport/task_group.hpp"
#include "target.hpp"

namespace descopectl::cli {
namespace {

namespace net = boost::asio;

/// Reads one kind's list into its place; remembers the first error that matters.
class LiveReader {
 public:
  LiveReader(api::Reader& reader, unsigned generation) : reader_(reader), generation_(generation) {}

  net::awaitable<void> list(plan::NeededKind kind) {
    Result<std::vector<model::LiveObject>> objects = co_await reader_.list(*kind.kind, generation_);
    model::LiveKind& live = state.kinds[std::string(kind.kind->name)];
    if (objects) {
      live.objects = std::move(*objects);
      live.is_loaded = true;
      co_return;
    }
    const ErrorKind why = objects.error().kind();
    const bool is_refusal =
        why == ErrorKind::kUnauthorized || why == ErrorKind::kNotFound || why == ErrorKind::kRefused;
    live.unavailable = objects.error().message();
    if (!kind.is_optional || !is_refusal) keep(objects.error());
  }

  net::awaitable<void> load(const schema::Kind& kind, std::string id) {
    Result<model::LiveObject> object = co_await reader_.load(kind, std::move(id), generation_);
    if (object)
      found.emplace_back(&kind, std::move(*object));
    else if (object.error().kind() != ErrorKind::kNotFound)
      keep(object.error());
  }

  model::LiveState state;
  std::vector<std::pair<const schema::Kind*, model::LiveObject>> found;
  std::optional<Error> error;

 private:
  void keep(const Error& problem) {
    const auto weight = [](const Error& one) {
      return static_cast<int>(diag::stronger(exit_of(one), diag::ExitStatus::kFailure));
    };
    if (!error || weight(problem) < weight(*error)) error = problem;
  }

  api::Reader& reader_;
  unsigned generation_;
};

void insert(model::LiveKind& kind, model::LiveObject object) {
  const auto at =
      std::lower_bound(kind.objects.begin(), kind.objects.end(), object.id,
                       [](const model::LiveObject& left, const std::string& id) { return left.id < id; });
  kind.objects.insert(at, std::move(object));
}

}  // namespace

net::awaitable<Result<LiveRead>> read_live(api::Reader& reader, net::any_io_executor executor,
                                           std::vector<plan::NeededKind> kinds,
                                           const model::RecordedState& recorded, unsigned generation) {
  LiveReader live(reader, generation);
  LiveRead read;
  read.at = std::chrono::steady_clock::now();
  transport::TaskGroup lists(executor);
  for (const plan::NeededKind& kind : kinds)
    lists.start(live.list(kind));
  co_await lists.wait();
  if (live.error) co_return *live.error;
  transport::TaskGroup loads(executor);
  for (const auto& [key, object] : recorded.objects) {
    const auto kind = std::find_if(
        kinds.begin(), kinds.end(),
        [&, &wanted = key](const plan::NeededKind& needed) { return needed.kind->name == wanted.kind; });
    if (kind == kinds.end() || !kind->kind->calls.load.exists()) continue;
    if (live.state.kinds[key.kind].find(object.live_id) == nullptr)
      loads.start(live.load(*kind->kind, object.live_id));
  }
  co_await loads.wait();
  if (live.error) co_return *live.error;
  for (auto& [kind, object] : live.found)
    insert(live.state.kinds[std::string(kind->name)], std::move(object));
  read.state = std::move(live.state);
  co_return read;
}

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
