// emulator: serves the emulated Management API until it is interrupted.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "context.hpp"
#include "descopectl/emulator/running.hpp"
#include "run.hpp"

namespace descopectl::cli {
namespace {

namespace net = boost::asio;

emulator::Switches make_switches(const EmulatorFlags& flags) {
  emulator::Switches switches;
  switches.strict_version = flags.strict_version;
  switches.strict_references = flags.check_references;
  switches.strict_connection = flags.strict_connection;
  switches.unique_names = flags.unique_names;
  switches.allow_uri_update = flags.allow_uri_update;
  switches.allow_unfiltered_role_delete = flags.allow_unfiltered_role_delete;
  switches.dcr_update = flags.dcr_update == DcrUpdate::kReset   ? emulator::DcrUpdate::kReset
                        : flags.dcr_update == DcrUpdate::kStore ? emulator::DcrUpdate::kStore
                                                                : emulator::DcrUpdate::kKeep;
  switches.emit_zero_values = !flags.no_zero_values;
  switches.duplicate_status = flags.duplicate_status;
  switches.wrap_inbound_load = flags.wrap_inbound_load;
  switches.refuse_unknown_fields = !flags.ignore_unknown_fields;
  switches.list_lag_ms = flags.list_lag_ms;
  switches.secret_in_response = flags.secret_in_response;
  switches.default_app_type = flags.default_app_type;
  switches.page_size = flags.page_size;
  return switches;
}

}  // namespace

diag::ExitStatus run_emulator(Context& context) {
  const EmulatorFlags& flags = context.options.emulator;
  emulator::RunningOptions options;
  options.service.switches = make_switches(flags);
  options.service.seed = flags.seed;
  const auto project = context.environment.find("DESCOPE_PROJECT_ID");
  const auto key = context.environment.find("DESCOPE_MANAGEMENT_KEY");
  if (project && key && !project->empty() && !key->empty()) {
    options.service.project_id = *project;
    options.service.management_key = *key;
  }
  options.server.port = flags.port;
  if (!flags.data.empty()) options.data_file = context.place_of(flags.data);
  options.latency = std::chrono::milliseconds(flags.latency_ms);
  if (!flags.faults.empty()) options.around = emulator::play_faults(flags.faults, flags.fault_seed);
  net::io_context io(1);
  auto running = emulator::make_running(io.get_executor(), std::move(options), context.clock);
  if (!running) {
    context.fail("emulator", running.error().message(), running.error().hint());
    return emit_failure(context, exit_of(running.error()));
  }
  emulator::Running& emulator = **running;
  net::signal_set signals(io, SIGINT, SIGTERM);
  diag::ExitStatus exit = diag::ExitStatus::kDone;
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    const auto stopped = emulator.stop();
    if (stopped) return;
    context.fail("emulator", stopped.error().message(), stopped.error().hint());
    exit = diag::ExitStatus::kFailure;
  });
  if (context.options.format == Format::kJson)
    context.output.result(
        json::serialize(json::object{{"base_url", emulator.base_url()}, {"port", emulator.port()}}) + "\n");
  else
    context.output.result(fmt::format("Serving the emulated Management API on {}\n", emulator.base_url()));
  std::exception_ptr failure;
  net::co_spawn(io, emulator.run(), [&](const std::exception_ptr& error) {
    failure = error;
    signals.cancel();
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  context.flush_diagnostics();
  return exit;
}

}  // namespace descopectl::cli
