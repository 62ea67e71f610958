// Where the state is, and what all commands do with it: read it, hold it open, give it back.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <filesystem>

#include "descopectl/apply/lease_keeper.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/cli/version.hpp"
#include "descopectl/remote_state/remote_store.hpp"
#include "descopectl/state/records.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;

namespace {

constexpr const char* kUnsavedFile = "errored.state.json";
constexpr unsigned kFileMode = 0600;

state::LockHolder make_holder(const Context& context) {
  state::LockHolder holder;
  holder.process = state::this_process();
  holder.who =
      fmt::format("{}@{}", context.environment.find("USER").value_or("uid " + std::to_string(::getuid())),
                  holder.process.host);
  holder.command = std::string(name_of(context.options.command));
  return holder;
}

remote_state::RemoteOptions remote_options(Context& context, const net::any_io_executor& executor) {
  const config::Settings& settings = context.settings;
  remote_state::RemoteOptions options;
  options.address = settings.state.address;
  options.lock_address = settings.state.lock_address;
  options.unlock_address = settings.state.unlock_address;
  options.lock_method = settings.state.lock_method;
  options.unlock_method = settings.state.unlock_method;
  options.username = settings.state.username;
  options.password = settings.state.password;
  context.output.redactor().add(options.password);
  // As it stands in a header that somebody might repeat.
  context.output.redactor().add(
      model::Secret(fmt::format("{}:{}", options.username, options.password.reveal())));
  options.make_client = [&context, executor](std::string origin) -> Result<std::unique_ptr<http::Client>> {
    http::ClientOptions client = client_options(context);
    client.base_url = std::move(origin);
    if (const auto taken = take_proxy(context, client); !taken) return taken.error();
    return http::make_client(executor, std::move(client));
  };
  options.retries = static_cast<unsigned>(settings.http.retries);
  options.retry_base = settings.http.retry_base;
  options.version = version();
  options.log = [&context](std::string_view line) { context.log(LogLevel::kTrace, line); };
  options.warn = [&context](std::string_view line) { context.log(LogLevel::kWarn, line); };
  options.redact = [&context](std::string_view text) { return context.output.redactor().redact(text); };
  options.random = make_jitter();
  options.interruption = &context.interruption;
  return options;
}

net::awaitable<Result<std::unique_ptr<state::Store>>> open_store(Context& context, api::Timing& timing) {
  switch (context.settings.state.backend) {
    case config::StateBackend::kNone:
      co_return state::make_null_store();
    case config::StateBackend::kLocal:
      co_return state::open_for_writing(context.settings.state.path, make_holder(context));
    case config::StateBackend::kHttp:
      break;
  }
  const auto executor = co_await net::this_coro::executor;
  remote_state::RemoteOptions options = remote_options(context, executor);
  state::LockHolder holder = make_holder(context);
  auto store = co_await remote_state::open_remote_state(std::move(options), std::move(holder), timing);
  co_return store;
}

/// `path`, or where another run left something else there, `path` with a number: that may not be on its
/// server yet.
std::filesystem::path find_free_place(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path place = path;
  std::error_code error;
  for (unsigned number = 2; std::filesystem::exists(std::filesystem::symlink_status(place, error));
       ++number) {
    const auto there = base::read_file(place, text.size());
    if (there && *there == text) break;
    place =
        path.parent_path() / fmt::format("{}.{}{}", path.stem().string(), number, path.extension().string());
  }
  return place;
}

/// Puts what the server did not take into a file. After a lost lock there is none: the state on the server is
/// another's by now, and has the intents of what this run did.
void save_beside(Context& context, const state::Store& store, const Error& error) {
  context.output.note(fmt::format("error: the state could not be saved: {}\n", error.message()));
  if (error.kind() == ErrorKind::kLockHeld) {
    context.output.note(fmt::format("hint: {}\n", error.hint()));
    return;
  }
  const std::string text = state::frame_record(state::encode_base(store.current()));
  const auto path = find_free_place(context.place_of(std::string(kUnsavedFile)), text);
  const auto written = base::write_file_atomically(path, text, kFileMode);
  if (!written) {
    context.output.note("error: it could not be written to a file either: " + written.error().message() +
                        "\n");
    return;
  }
  const config::Overrides& given = context.options.settings;
  const std::string flags = repeat_flag("--env", context.settings.environment) +
                            repeat_flag("--config", given.config) + repeat_flag("--chdir", given.chdir);
  context.output.note(
      fmt::format("hint: It is in {}. When the server takes it again, run: descopectl state push{} {}\n",
                  base::printable(path.string()), flags, base::printable(path.filename().string())));
}

net::awaitable<diag::ExitStatus> hold_store(Context& context, const StateBody& body) {
  const auto executor = co_await net::this_coro::executor;
  const auto timing = api::make_timing(executor);
  auto store = co_await open_store(context, *timing);
  if (!store) co_return emit_failure(context, report_state(context, store.error()));
  apply::LeaseKeeper keeper(executor, **store, *timing,
                            [&context](std::string_view text) { context.log(LogLevel::kWarn, text); });
  const diag::ExitStatus status = co_await body(**store);
  co_await keeper.stop();
  const auto closed = co_await (*store)->close();
  if (closed) co_return status;
  save_beside(context, **store, closed.error());
  co_return diag::stronger(status, exit_of(closed.error()));
}

/// Runs to its end what takes no part in the run's own concurrency.
template <class T>
T run_alone(const std::function<net::awaitable<T>()>& work, T value) {
  net::io_context io(1);
  std::exception_ptr failure;
  const auto ended = [&](const std::exception_ptr& thrown, T result) {
    failure = thrown;
    value = std::move(result);
  };
  net::co_spawn(io, work(), ended);
  io.run();
  if (failure) std::rethrow_exception(failure);
  return value;
}

net::awaitable<Result<model::RecordedState>> read_from_server(Context& context) {
  const auto executor = co_await net::this_coro::executor;
  const auto timing = api::make_timing(executor);
  remote_state::RemoteOptions options = remote_options(context, executor);
  auto recorded = co_await remote_state::read_remote_state(std::move(options), *timing);
  co_return recorded;
}

net::awaitable<Result<std::optional<state::HeldLock>>> unlock_on_server(Context& context) {
  const auto executor = co_await net::this_coro::executor;
  const auto timing = api::make_timing(executor);
  remote_state::RemoteOptions options = remote_options(context, executor);
  state::LockHolder holder = make_holder(context);
  auto revoked = co_await remote_state::unlock_remote_state(std::move(options), std::move(holder), *timing,
                                                            context.options.is_forced);
  co_return revoked;
}

}  // namespace

net::awaitable<std::optional<state::HeldLock>> find_writer(Context& context) {
  switch (context.settings.state.backend) {
    case config::StateBackend::kNone:
      co_return std::nullopt;
    case config::StateBackend::kLocal:
      co_return state::find_holder(context.settings.state.path);
    case config::StateBackend::kHttp:
      break;
  }
  const auto executor = co_await net::this_coro::executor;
  const auto timing = api::make_timing(executor);
  remote_state::RemoteOptions options = remote_options(context, executor);
  auto holder = co_await remote_state::find_remote_holder(std::move(options), *timing);
  co_return holder;
}

Result<model::RecordedState> read_recorded(Context& context) {
  if (context.settings.state.backend == config::StateBackend::kNone) return model::RecordedState{};
  auto recorded = context.settings.state.backend == config::StateBackend::kHttp
                      ? run_alone<Result<model::RecordedState>>([&] { return read_from_server(context); },
                                                                model::RecordedState())
                      : state::read_state(context.settings.state.path);
  if (!recorded) (void)report_state(context, recorded.error());
  return recorded;
}

diag::ExitStatus report_state(Context& context, const Error& error) {
  if (error.kind() == ErrorKind::kLockHeld) return report(context, error);
  context.fail("state", error.message(), error.hint());
  return exit_of(error);
}

diag::ExitStatus run_with_store(Context& context, const StoreBody& body) {
  StateBody bound;  // lives until the run has ended
  return run_connected(context, [&](Connected& connected) {
    bound = [&](state::Store& store) { return body(connected, store); };
    return hold_store(context, bound);
  });
}

diag::ExitStatus run_on_state(Context& context, const StateBody& body) {
  return run_alone<diag::ExitStatus>([&] { return hold_store(context, body); }, diag::ExitStatus::kFailure);
}

Result<std::optional<state::HeldLock>> unlock_state(Context& context) {
  if (context.settings.state.backend != config::StateBackend::kHttp)
    return state::unlock(context.settings.state.path, context.options.is_forced);
  return run_alone<Result<std::optional<state::HeldLock>>>([&] { return unlock_on_server(context); },
                                                           std::optional<state::HeldLock>());
}

}  // namespace descopectl::cli
