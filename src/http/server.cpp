// The HTTP server: one coroutine a connection, all of them in a group that run() waits for.
#include "descopectl/http/server.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <unordered_set>
#include <utility>

#include "descopectl/http/codec.hpp"
#include "descopectl/transport/listener.hpp"
#include "descopectl/transport/task_group.hpp"

namespace descopectl::http {

namespace asio = boost::asio;
using transport::IoStatus;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kHandshakeTimeout{10'000};
constexpr milliseconds kGoodbyeTimeout{2'000};
constexpr milliseconds kLastWriteTimeout{1'000};
constexpr milliseconds kAcceptPause{20};
constexpr auto kForever = std::chrono::hours(24);

class Connection;

/// What the server and its coroutines share, so that either may go first.
struct Shared {
  explicit Shared(asio::any_io_executor executor_) : executor(std::move(executor_)), pause(executor) {}

  void stop();

  asio::any_io_executor executor;
  ServerOptions options;
  Server::Handler handler;
  std::shared_ptr<transport::TlsContext> tls;  // null: plain HTTP
  std::unique_ptr<transport::Listener> listener;
  asio::steady_timer pause;
  std::unordered_set<Connection*> connections;
  bool is_stopping = false;
};

/// An error answer in the API's form (sheet 3). `message` is ours: it needs no escapes.
Response error_response(int status, const std::string& code, const std::string& description,
                        const std::string& message) {
  std::string safe = message;
  std::erase_if(safe, [](char letter) { return letter == '"' || letter == '\\' || letter < ' '; });
  return Response(status, R"({"errorCode":")" + code + R"(","errorDescription":")" + description +
                              R"(","errorMessage":")" + safe + R"(","message":")" + safe + R"("})");
}

class Connection {
 public:
  Connection(std::shared_ptr<Shared> shared, std::shared_ptr<transport::Stream> stream)
      : shared_(std::move(shared)), stream_(std::move(stream)), reader_(limits()), delay_(shared_->executor) {
    shared_->connections.insert(this);
  }
  ~Connection() { shared_->connections.erase(this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Ends at once, but for a handler that is running now (and may be what called): its answer still goes out.
  void stop() {
    if (is_handling_) return;
    stream_->close();
    delay_.cancel();
  }

  asio::awaitable<void> serve() {
    if (shared_->tls) {
      const auto timeout = std::min(kHandshakeTimeout, shared_->options.idle_timeout);
      const auto secured = co_await stream_->accept_tls(shared_->tls, timeout);
      if (secured.has_error()) co_return;
    }
    bool goes_on = true;
    while (goes_on) {
      const auto progress = co_await read_request();
      if (progress == Progress::kFailed) {
        co_await refuse();
        goes_on = false;
      } else if (progress == Progress::kComplete) {
        goes_on = co_await answer();
      } else {
        goes_on = false;
      }
    }
    stream_->close();
  }

 private:
  [[nodiscard]] Limits limits() const {
    Limits limits;
    limits.header = shared_->options.header_limit;
    limits.body = shared_->options.body_limit;
    return limits;
  }

  [[nodiscard]] transport::TimePoint patience() const { return Clock::now() + shared_->options.idle_timeout; }

  /// kNeedsMore: the connection ended before a whole request was here.
  asio::awaitable<Progress> read_request() {
    auto progress = reader_.feed({});
    bool had_started = reader_.has_started();
    auto deadline = patience();
    char buffer[16384];
    while (progress == Progress::kNeedsMore) {
      if (reader_.take_continue()) {
        const auto written = co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n", deadline);
        if (written.status != IoStatus::kDone) co_return Progress::kNeedsMore;
      }
      const auto read = co_await stream_->read_some(buffer, sizeof(buffer), deadline);
      if (read.status != IoStatus::kDone) co_return Progress::kNeedsMore;
      progress = reader_.feed(std::string_view(buffer, read.count));
      // From its first byte on, the whole request has as long as the silence before it had; not each byte.
      if (!had_started && reader_.has_started()) {
        had_started = true;
        deadline = patience();
      }
    }
    co_return progress;
  }

  asio::awaitable<void> refuse() {
    const auto& refusal = reader_.refusal();
    AnswerForm form;
    form.keep_alive = false;
    const auto response = error_response(refusal.status, "E011001", "Request is malformed", refusal.message);
    const auto bytes = encode_response(response, form);
    co_await stream_->write(bytes, patience());
    co_await stream_->finish(Clock::now() + kGoodbyeTimeout);
  }

  Reply handle(const Request& request) {
    is_handling_ = true;
    Reply reply;
    try {
      reply = shared_->handler(request);
    } catch (...) {
      reply.response = error_response(500, "", "Internal error", "the server failed on this request");
    }
    is_handling_ = false;
    return reply;
  }

  /// Answers the request that the reader holds; false where the connection is to end.
  asio::awaitable<bool> answer() {
    auto form = reader_.form();
    const auto request = reader_.take();
    const auto reply = handle(request);
    if (reply.mischief == Mischief::kNeverAnswer) {
      co_await wait_for_end();
      co_return false;
    }
    if (reply.delay.count() > 0 && !shared_->is_stopping) {
      delay_.expires_after(reply.delay);
      boost::system::error_code ignored;
      co_await delay_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (reply.mischief == Mischief::kResetBeforeAnswer) {
      stream_->reset();
      co_return false;
    }
    if (shared_->is_stopping) form.keep_alive = false;
    auto bytes = encode_response(reply.response, form);
    if (reply.mischief == Mischief::kTruncateAnswer) {
      const auto body = std::min(reply.response.body.size(), bytes.size() / 2);
      bytes.resize(bytes.size() - (body == 0 ? bytes.size() / 2 : (body + 1) / 2));
    }
    const auto deadline = shared_->is_stopping ? Clock::now() + kLastWriteTimeout : patience();
    const auto written = co_await stream_->write(bytes, deadline);
    if (written.status != IoStatus::kDone || reply.mischief == Mischief::kTruncateAnswer) co_return false;
    if (!form.keep_alive && !shared_->is_stopping) co_await stream_->finish(Clock::now() + kGoodbyeTimeout);
    co_return form.keep_alive;
  }

  /// Says nothing until the client gives up or the server stops.
  asio::awaitable<void> wait_for_end() {
    char dropped[4096];
    auto status = IoStatus::kDone;
    while (status == IoStatus::kDone) {
      const auto read = co_await stream_->read_some(dropped, sizeof(dropped), Clock::now() + kForever);
      status = read.status;
    }
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<transport::Stream> stream_;
  RequestReader reader_;
  asio::steady_timer delay_;
  bool is_handling_ = false;
};

void Shared::stop() {
  is_stopping = true;
  listener->close();
  pause.cancel();
  for (auto* const connection : connections)
    connection->stop();
}

asio::awaitable<void> serve_connection(std::shared_ptr<Shared> shared,
                                       std::shared_ptr<transport::Stream> stream) {
  Connection connection(std::move(shared), std::move(stream));
  co_await connection.serve();
}

asio::awaitable<void> accept_all(std::shared_ptr<Shared> shared,
                                 std::shared_ptr<transport::TaskGroup> group) {
  while (!shared->is_stopping) {
    auto accepted = co_await shared->listener->accept();
    if (accepted.has_value()) {
      group->start(serve_connection(shared, std::move(*accepted)));
    } else if (accepted.error().kind() != ErrorKind::kInterrupted) {
      // Out of file descriptors, most likely: the connection stays in the kernel's queue until one is free.
      shared->pause.expires_after(kAcceptPause);
      boost::system::error_code ignored;
      co_await shared->pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    } else {
      co_return;
    }
  }
}

asio::awaitable<void> run_server(std::shared_ptr<Shared> shared) {
  const auto group = std::make_shared<transport::TaskGroup>(shared->executor);
  std::exception_ptr failure;
  try {
    co_await accept_all(shared, group);
  } catch (...) {
    failure = std::current_exception();  // cancelled: the connections must still be waited for
    shared->stop();
  }
  co_await group->wait();
  if (failure) std::rethrow_exception(failure);
}

class ListeningServer final : public Server {
 public:
  explicit ListeningServer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~ListeningServer() override { shared_->stop(); }
  ListeningServer(const ListeningServer&) = delete;
  ListeningServer& operator=(const ListeningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return shared_->listener->port(); }
  asio::awaitable<void> run() override { return run_server(shared_); }
  void stop() override { shared_->stop(); }

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(const asio::any_io_executor& executor, ServerOptions options,
                                            Server::Handler handler) {
  auto shared = std::make_shared<Shared>(executor);
  if (!options.certificate_pem.empty() || !options.private_key_pem.empty()) {
    auto tls = transport::make_server_tls(options.certificate_pem, options.private_key_pem);
    if (tls.has_error()) return tls.error();
    shared->tls = std::move(*tls);
  }
  auto listener = transport::Listener::open(executor, options.address, options.port);
  if (listener.has_error()) return listener.error();
  shared->listener = std::move(*listener);
  shared->options = std::move(options);
  shared->handler = std::move(handler);
  return std::unique_ptr<Server>(std::make_unique<ListeningServer>(std::move(shared)));
}

}  // namespace descopectl::http
