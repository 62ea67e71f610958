// The running emulator: handler, latency, and one timer that gathers changes into one write of the data file.
#include "descopectl/emulator/running.hpp"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "data_file.hpp"

namespace descopectl::emulator {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;

/// In a stream of requests, saving takes at most one part in so many of the time.
constexpr int kShareOfSaving = 20;

class ServedEmulator final : public Running, public std::enable_shared_from_this<ServedEmulator> {
 public:
  ServedEmulator(const asio::any_io_executor& executor, RunningOptions options, const base::Clock& clock)
      : options_(std::move(options)),
        service_(make_service(options_.service, clock)),
        file_(options_.data_file, *service_),
        timer_(executor) {}

  Result<void> open(const asio::any_io_executor& executor) {
    if (auto loaded = file_.load(); loaded.has_error()) return loaded;
    auto server = http::make_server(executor, options_.server,
                                    [this](const http::Request& request) { return handle(request); });
    if (server.has_error()) return server.error();
    server_ = std::move(*server);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return server_->port(); }

  [[nodiscard]] std::string base_url() const override {
    const char* scheme = options_.server.certificate_pem.empty() ? "http://" : "https://";
    return scheme + options_.server.address + ":" + std::to_string(port());
  }

  [[nodiscard]] Service& service() override { return *service_; }

  asio::awaitable<void> run() override {
    co_await server_->run();
    // Whatever ended it: nothing that was answered may be lost. stop() says whether this failed.
    if (auto saved = file_.save(); saved.has_error()) co_return;
  }

  Result<void> stop() override {
    is_stopped_ = true;
    timer_.cancel();
    server_->stop();
    return file_.close();
  }

  Result<void> save() override { return file_.save(); }

 private:
  http::Reply handle(const http::Request& request) {
    http::Reply reply;
    if (options_.around)
      reply =
          options_.around(request, [this](const http::Request& inner) { return service_->handle(inner); });
    else
      reply = service_->handle(request);
    reply.delay += options_.latency;
    save_soon();
    return reply;
  }

  /// The first change starts the clock; later ones ride along.
  void save_soon() {
    last_request_ = Clock::now();
    if (is_waiting_ || is_stopped_ || !file_.is_dirty()) return;
    wait_to_save();
  }

  void wait_to_save() {
    is_waiting_ = true;
    timer_.expires_after(options_.save_delay);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->is_waiting_ = false;
      if (!error) self->save_or_wait();
    });
  }

  /// Nobody is served while the whole is written: in a stream of requests that takes its share of the time.
  void save_or_wait() {
    const Clock::time_point begin = Clock::now();
    const bool is_busy = begin - last_request_ < options_.save_delay;
    if (is_busy && begin < next_save_) return wait_to_save();
    // A failed write leaves the file dirty: the next change tries again, and stop() reports it.
    [[maybe_unused]] const auto saved = file_.save();
    const Clock::time_point end = Clock::now();
    next_save_ = end + kShareOfSaving * (end - begin);
  }

  RunningOptions options_;
  std::unique_ptr<Service> service_;
  DataFile file_;
  asio::steady_timer timer_;
  Clock::time_point last_request_;
  Clock::time_point next_save_;  ///< in a stream of requests
  std::unique_ptr<http::Server> server_;
  bool is_waiting_ = false;
  bool is_stopped_ = false;
};

/// The timer's handler may outlive the owner by one turn of the loop, hence the shared core behind it.
class OwnedEmulator final : public Running {
 public:
  explicit OwnedEmulator(std::shared_ptr<ServedEmulator> core) : core_(std::move(core)) {}

  [[nodiscard]] std::uint16_t port() const override { return core_->port(); }
  [[nodiscard]] std::string base_url() const override { return core_->base_url(); }
  [[nodiscard]] Service& service() override { return core_->service(); }
  asio::awaitable<void> run() override { return core_->run(); }
  Result<void> stop() override { return core_->stop(); }
  Result<void> save() override { return core_->save(); }

 private:
  std::shared_ptr<ServedEmulator> core_;
};

}  // namespace

Result<std::unique_ptr<Running>> make_running(const asio::any_io_executor& executor, RunningOptions options,
                                              const base::Clock& clock) {
  auto core = std::make_shared<ServedEmulator>(executor, std::move(options), clock);
  if (auto opened = core->open(executor); opened.has_error()) return opened.error();
  return std::unique_ptr<Running>(std::make_unique<OwnedEmulator>(std::move(core)));
}

}  // namespace descopectl::emulator
