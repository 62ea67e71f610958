// The project that a command works on: manifests, policy, API, sandbox.
#include "target.hpp"
#include "run.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <random>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/cli/version.hpp"
#include "descopectl/config/target.hpp"
#include "descopectl/emulator/running.hpp"
#include "descopectl/manifest/load.hpp"

namespace descopectl::cli {
namespace {

namespace net = boost::asio;

constexpr std::string_view kSandboxProject = "Psandbox";

plan::Adopt adopt_of(const Context& context) {
  if (context.options.allow.adopt) return plan::Adopt::kAlways;
  switch (context.settings.adopt) {
    case config::AdoptMode::kNever:
      return plan::Adopt::kNever;
    case config::AdoptMode::kAlways:
      return plan::Adopt::kAlways;
    case config::AdoptMode::kUnchanged:
      break;
  }
  return plan::Adopt::kUnchanged;
}

diff::ConnectionScopeFormat scope_format_of(const config::Settings& settings) {
  using Format = diff::ConnectionScopeFormat;
  if (!settings.connection_scope_format) return Format::kUnset;
  switch (*settings.connection_scope_format) {
    case config::ConnectionScopeFormat::kScope:
      return Format::kScope;
    case config::ConnectionScopeFormat::kId:
      return Format::kId;
    case config::ConnectionScopeFormat::kIdAndScope:
      return Format::kIdAndScope;
  }
  return Format::kUnset;
}

unsigned generation_of(const config::Settings& settings) {
  return settings.inbound_api == config::InboundApi::kV2 ? 2 : 1;
}

api::ApiOptions api_options(Context& context) {
  const config::Settings& settings = context.settings;
  api::ApiOptions options;
  options.project_id = settings.project_id.value;
  options.http = client_options(context);
  options.http.base_url = settings.base_url.value;
  options.retries = static_cast<unsigned>(settings.http.retries);
  options.retry_base = settings.http.retry_base;
  options.retry_budget = settings.http.retry_budget;
  options.requests_per_minute = static_cast<unsigned>(settings.http.requests_per_minute);
  options.log = [&context](std::string_view line) { context.log(LogLevel::kTrace, line); };
  options.progress = [&context](std::string_view line) { context.log(LogLevel::kWarn, line); };
  options.redact = [&context](std::string_view text) { return context.output.redactor().redact(text); };
  options.random = make_jitter();
  options.interruption = &context.interruption;
  return options;
}

Result<std::unique_ptr<emulator::Running>> start_sandbox(Context& context, net::io_context& io) {
  emulator::RunningOptions options;
  options.data_file = context.settings.sandbox_file;
  return emulator::make_running(io.get_executor(), std::move(options), context.clock);
}

diag::ExitStatus report_failure(Context& context, const Error& error, const char* code) {
  context.fail(code, error.message(), error.hint());
  return emit_failure(context, exit_of(error));
}

/// A key that is missing is exit 4; one that can't be read, or can't be a key, is wrong input.
diag::ExitStatus report_key(Context& context, const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kUnauthorized:
      return report_failure(context, error, "no-credentials");
    case ErrorKind::kInvalidInput:
      return report_failure(context, error, "invalid-key");
    default:
      context.fail("unreadable-file", error.message(), error.hint());
      return emit_failure(context, diag::ExitStatus::kInvalidInput);
  }
}

/// The signals that interrupt a run, for as long as it goes on.
struct SignalWatch {
  net::signal_set signals;
  bool is_over = false;

  /// A signal that has come by now and was not looked at yet is too late to interrupt anything.
  void end() {
    is_over = true;
    signals.cancel();
  }
};

/// Runs the body with the emulator (if any) beside it; both have ended when this returns, also where the body
/// throws: what went on without it would keep the program from ending.
net::awaitable<void> run_body(Connected& connected, const ConnectedBody& body, emulator::Running* sandbox,
                              SignalWatch& watch, diag::ExitStatus& status, Context& context) {
  std::exception_ptr failure;
  try {
    status = co_await body(connected);
  } catch (...) {
    failure = std::current_exception();
  }
  watch.end();
  if (sandbox != nullptr) {
    const auto stopped = sandbox->stop();
    if (!stopped) {
      context.output.note("error: " + stopped.error().message() + "\n");
      status = diag::stronger(status, exit_of(stopped.error()));
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// The first signal is taken note of; the second ends the program, whose state is written after every action
/// anyway.
void watch_signals(SignalWatch& watch, Context& context) {
  watch.signals.async_wait([&](const boost::system::error_code& error, int number) {
    if (error || watch.is_over) return;
    if (context.interruption.has_come()) std::_Exit(128 + number);
    context.output.note("interrupted: finishing what is under way; a second signal ends at once\n");
    context.interruption.come(number);
    watch_signals(watch, context);
  });
}

bool is_in_secret(const model::DesiredState& desired, const std::string& variable) {
  const std::string written = "${var:" + variable + "}";
  return std::any_of(desired.objects.begin(), desired.objects.end(), [&](const auto& object) {
    return std::any_of(object.secrets.begin(), object.secrets.end(), [&](const model::SecretField& field) {
      return field.source.text.reveal().find(written) != std::string_view::npos;
    });
  });
}

/// A misspelt --var would leave the one that was meant as it is, and nobody would see it.
void warn_of_unused_variables(Context& context, const model::DesiredState& desired) {
  if (context.sink.has_errors()) return;
  for (const std::string& name : context.settings.undeclared_variables) {
    if (desired.variables.contains(name) || is_in_secret(desired, name)) continue;
    std::vector<std::string_view> known(desired.variables.begin(), desired.variables.end());
    for (const auto& [other, value] : context.settings.variables)
      if (other != name) known.emplace_back(other);
    const auto nearest = base::find_nearest(name, known);
    context.sink.warning("unused-variable", {},
                         fmt::format("--var {0}: no manifest holds ${{var:{0}}}", base::printable(name, 80)),
                         nearest ? fmt::format("did you mean '{}'?", *nearest) : "leave it out");
  }
}

}  // namespace

model::DesiredState load_what_is_there(Context& context) {
  manifest::LoadOptions options;
  for (const config::ManifestRoot& root : context.settings.roots) {
    options.roots.push_back({root.path.string(), root.name, root.is_overlay});
    // A byte past the limit is enough for the loader to refuse it.
    if (root.path == "-" && options.standard_input.empty())
      options.standard_input = base::read_at_most(context.input, options.limits.bytes + 1);
  }
  options.variables.insert(context.settings.variables.begin(), context.settings.variables.end());
  options.environment = &context.environment;
  options.inbound_generation = generation_of(context.settings);
  if (context.settings.config_file) options.config_file = context.settings.config_file->string();
  model::DesiredState desired = manifest::load_manifests(options, context.sources, context.sink);
  hide_secrets(context, desired);
  warn_of_unused_variables(context, desired);
  return desired;
}

std::optional<model::DesiredState> load_desired(Context& context) {
  model::DesiredState desired = load_what_is_there(context);
  if (context.sink.has_errors()) return std::nullopt;
  return desired;
}

plan::Policy make_policy(const Context& context) {
  const Permissions& allow = context.options.allow;
  const config::Settings& settings = context.settings;
  plan::Policy policy;
  policy.adopt = adopt_of(context);
  policy.prune.form = settings.prune.mode == config::PruneMode::kNone  ? plan::Prune::Form::kNone
                      : settings.prune.mode == config::PruneMode::kAll ? plan::Prune::Form::kAll
                                                                       : plan::Prune::Form::kOwned;
  for (const auto& kind : settings.prune.kinds)
    policy.prune.kinds.insert(kind.value);
  if (settings.state.backend == config::StateBackend::kNone) policy.prune.form = plan::Prune::Form::kNone;
  policy.inbound_generation = generation_of(settings);
  policy.connection_scope_format = scope_format_of(settings);
  policy.strict_references = settings.has_strict_references;
  policy.allow_replace = allow.replace;
  policy.max_deletes = static_cast<std::uint64_t>(settings.limits.max_deletes);
  policy.max_delete_percent = static_cast<std::uint64_t>(settings.limits.max_delete_percent);
  if (allow.deletes) policy.allow_deletes = static_cast<std::uint64_t>(*allow.deletes);
  if (allow.recreate) policy.allow_recreate = static_cast<std::uint64_t>(*allow.recreate);
  policy.allow_empty_kinds.insert(allow.empty_kinds.begin(), allow.empty_kinds.end());
  policy.allow_destroy.insert(allow.destroy.begin(), allow.destroy.end());
  policy.allow_drop.insert(allow.drop.begin(), allow.drop.end());
  policy.send_secret.insert(allow.send_secrets.begin(), allow.send_secrets.end());
  policy.is_destroy = context.options.command == Command::kDestroy;
  policy.is_drift = context.options.command == Command::kDrift;
  policy.is_whole = context.options.settings.filenames.empty();
  policy.counts_all_unmanaged = context.options.drift.counts_unmanaged;
  return policy;
}

plan::Scope make_scope(Context& context, const model::DesiredState& desired,
                       const model::RecordedState& recorded) {
  plan::Selection selection;
  for (const std::string& text : context.options.selection.selector)
    selection.selector.push_back(model::parse_label_rule(text).value());
  for (const std::string& text : context.options.selection.targets)
    selection.targets.push_back(to_key(text));
  const bool is_destroy = context.options.command == Command::kDestroy;
  return plan::find_scope(selection, is_destroy ? plan::Direction::kReferring : plan::Direction::kReferredTo,
                          desired, recorded, context.sink);
}

http::ClientOptions client_options(const Context& context) {
  const config::Settings& settings = context.settings;
  http::ClientOptions options;
  options.answer_timeout = settings.http.timeout;
  options.connections = static_cast<std::size_t>(settings.http.parallelism);
  options.ca_file = settings.network.ca_file;
  options.ssl_cert_file = settings.network.ssl_cert_file;
  options.ssl_cert_dir = settings.network.ssl_cert_dir;
  options.user_agent = fmt::format("descopectl/{}", version());
  return options;
}

std::function<double()> make_jitter() {
  return [generator = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(generator);
  };
}

Result<void> take_proxy(Context& context, http::ClientOptions& options) {
  const auto url = config::parse_base_url(options.base_url);
  if (!url || url->is_loopback) return {};
  const config::NetworkSettings& network = context.settings.network;
  auto proxy = http::choose_proxy(network.https_proxy, network.no_proxy, options.base_url);
  if (!proxy) return proxy.error();
  options.proxy = std::move(*proxy);
  if (!options.proxy) return {};
  const std::string_view credentials = options.proxy->credentials.reveal();
  context.output.redactor().add(options.proxy->credentials);
  context.output.redactor().add(model::Secret(std::string(credentials.substr(credentials.find(':') + 1))));
  context.log(LogLevel::kDebug, "through the proxy " + options.proxy->endpoint.text());
  return {};
}

model::ObjectKey to_key(std::string_view address) {
  const std::size_t slash = address.find('/');
  return {std::string(address.substr(0, slash)), std::string(address.substr(slash + 1))};
}

diag::ExitStatus run_connected(Context& context, const ConnectedBody& body) {
  net::io_context io(1);
  std::unique_ptr<emulator::Running> sandbox;
  api::ApiOptions options = api_options(context);
  if (context.settings.is_sandbox) {
    auto started = start_sandbox(context, io);
    if (!started) return report_failure(context, started.error(), "sandbox");
    sandbox = std::move(*started);
    options.http.base_url = sandbox->base_url();
    options.management_key = model::Secret(std::string("sandbox"));
    if (options.project_id.empty()) options.project_id = std::string(kSandboxProject);
  } else {
    auto key =
        config::load_management_key(context.settings.management_key_file, context.environment, context.input);
    if (!key) return report_key(context, key.error());
    options.management_key = std::move(*key);
    context.output.redactor().add(options.management_key);
    if (const auto taken = take_proxy(context, options.http); !taken)
      return report_failure(context, taken.error(), "invalid-value");
  }
  SignalWatch watch{net::signal_set(io, SIGINT, SIGTERM)};
  watch_signals(watch, context);
  diag::ExitStatus status = diag::ExitStatus::kFailure;
  std::exception_ptr failure;
  const auto keep = [&failure](const std::exception_ptr& error) {
    if (error && !failure) failure = error;
  };
  Connected connected{io, std::move(options)};
  if (sandbox) net::co_spawn(io, sandbox->run(), keep);
  net::co_spawn(io, run_body(connected, body, sandbox.get(), watch, status, context), keep);
  io.run();
  if (failure) std::rethrow_exception(failure);
  return context.ending(status);
}

}  // namespace descopectl::cli
