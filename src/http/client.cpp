// The HTTP client: one request, one answer, over a pooled connection.
//
// Two rules decide what a failure means. Before the first byte of a request is written nothing can have
// happened at the other end (kUnreachable); from then on, without a whole answer, nobody knows
// (kOutcomeUnknown).
#include "descopectl/http/client.hpp"

#include <utility>

#include "descopectl/base/wipe.hpp"
#include "descopectl/http/codec.hpp"
#include "descopectl/transport/stream.hpp"
#include "origin.hpp"
#include "pool.hpp"
#include "tunnel.hpp"

namespace descopectl::http {

namespace asio = boost::asio;
using transport::IoResult;
using transport::IoStatus;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t kHeaderLimit = 256ULL << 10;

/// What connections have in common; senders share it with the client.
struct Settings {
  ClientOptions options;
  Origin origin;
  std::shared_ptr<transport::TlsContext> tls;  // null: plain HTTP
};

Error interrupted(const Settings& settings) {
  return Error(ErrorKind::kInterrupted, "interrupted while talking to " + settings.origin.endpoint.text());
}

/// One request on its way: a frame for what the steps share.
class Exchange {
 public:
  Exchange(std::shared_ptr<const Settings> settings, Pool::Turn turn, std::string bytes,
           const std::string& method)
      : settings_(std::move(settings)),
        turn_(std::move(turn)),
        bytes_(std::move(bytes)),
        is_head_(method == "HEAD"),
        has_effect_(method != "GET" && method != "HEAD") {}
  ~Exchange() { base::wipe(bytes_); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  asio::awaitable<Result<Response>> run() {
    stream_ = turn_.take_idle();
    if (stream_) {
      auto answer = co_await talk();
      // The server may have closed the idle connection just now. That looks the same as a server that died on
      // this very request, so only what has no effect goes a second time.
      const bool may_repeat = answer.has_error() && was_cut_off_ && !has_effect_;
      if (!may_repeat) co_return answer;
    }
    stream_ = turn_.take_fresh();
    auto connected = co_await connect();
    if (connected.has_error()) co_return connected.error();
    auto answer = co_await talk();
    co_return answer;
  }

 private:
  asio::awaitable<Result<void>> connect() {
    const auto& options = settings_->options;
    const auto& endpoint = settings_->origin.endpoint;
    if (options.proxy) {
      auto connected = co_await connect_to_proxy(stream_, *options.proxy, options.connect_timeout);
      if (connected.has_error()) co_return connected;
      auto opened = co_await open_tunnel(stream_, *options.proxy, endpoint, options.user_agent,
                                         options.handshake_timeout);
      if (opened.has_error()) co_return opened;
    } else {
      auto connected = co_await stream_->connect(endpoint, options.connect_timeout);
      if (connected.has_error()) co_return connected;
    }
    if (!settings_->tls) co_return Result<void>();
    auto secured = co_await stream_->start_tls(settings_->tls, endpoint, options.handshake_timeout);
    co_return secured;
  }

  /// Sends the request and reads the answer; keeps or drops the connection.
  asio::awaitable<Result<Response>> talk() {
    Limits limits;
    limits.header = kHeaderLimit;
    limits.body = settings_->options.answer_limit;
    ResponseReader reader(limits, is_head_);
    was_cut_off_ = false;
    const auto deadline = Clock::now() + settings_->options.answer_timeout;
    const IoResult written = co_await stream_->write(bytes_, deadline);
    // A server that refuses a long request may answer and close before it has read it all: its answer may be
    // here.
    IoResult last = written;
    auto progress = Progress::kNeedsMore;
    char buffer[16384];
    while (progress == Progress::kNeedsMore) {
      if (written.status == IoStatus::kTimedOut || written.status == IoStatus::kClosed) break;
      last = co_await stream_->read_some(buffer, sizeof(buffer), deadline);
      if (last.status == IoStatus::kDone) {
        progress = reader.feed(std::string_view(buffer, last.count));
      } else if (last.status == IoStatus::kEnd && reader.has_started()) {
        progress = reader.finish();
      } else {
        break;
      }
    }
    const bool is_open = last.status == IoStatus::kDone && written.status == IoStatus::kDone;
    if (progress == Progress::kComplete) {
      if (is_open && reader.keep_alive()) {
        turn_.keep();
      } else {
        turn_.drop();
      }
      co_return reader.take();
    }
    turn_.drop();
    co_return describe(reader, last);
  }

  Error describe(const ResponseReader& reader, const IoResult& last) {
    const auto host = settings_->origin.endpoint.text();
    if (reader.is_tls())
      return Error(ErrorKind::kUnreachable, host + ": no HTTP: the server speaks TLS",
                   "is it an https:// address?");
    if (reader.has_violation()) {
      return Error(ErrorKind::kBadAnswer, "the answer of " + host + " " + reader.error());
    }
    if (last.status == IoStatus::kClosed) return interrupted(*settings_);
    if (last.status == IoStatus::kTimedOut) {
      const auto patience = transport::format_duration(settings_->options.answer_timeout);
      return Error(ErrorKind::kOutcomeUnknown,
                   "timed out after " + patience + " while waiting for the answer of " + host);
    }
    if (reader.has_started()) {
      return Error(ErrorKind::kOutcomeUnknown, "the answer of " + host + " ended before it was whole" +
                                                   (last.detail.empty() ? "" : " (" + last.detail + ")"));
    }
    was_cut_off_ = true;
    return Error(ErrorKind::kOutcomeUnknown,
                 host + " closed the connection without an answer" +
                     (last.detail.empty() ? "" : " (" + last.detail + ")"),
                 settings_->tls ? "" : "does the server speak TLS? then its address begins with https://");
  }

  std::shared_ptr<const Settings> settings_;
  Pool::Turn turn_;
  std::string bytes_;
  bool is_head_;
  bool has_effect_;
  bool was_cut_off_ = false;  // the last talk() ended before the first byte of an answer
  Pool::StreamPtr stream_;
};

// A free function on shared pointers: the client may be destroyed while it runs.
asio::awaitable<Result<Response>> send_through(std::shared_ptr<const Settings> settings,
                                               std::shared_ptr<Pool> pool, Request request) {
  if (request.target.starts_with('/')) request.target.insert(0, settings->origin.prefix);
  auto turn = co_await pool->wait_turn();
  if (!turn) co_return interrupted(*settings);
  // Nothing is awaited between here and the exchange, which wipes the bytes.
  auto bytes = encode_request(request, settings->origin.host_header, settings->options.user_agent);
  if (bytes.has_error()) co_return bytes.error();
  Exchange exchange(settings, std::move(turn), std::move(*bytes), request.method);
  auto answer = co_await exchange.run();
  if (answer.has_error() && pool->is_closed()) co_return interrupted(*settings);
  co_return answer;
}

class PooledClient final : public Client {
 public:
  PooledClient(asio::any_io_executor executor, std::shared_ptr<const Settings> settings)
      : settings_(std::move(settings)),
        pool_(std::make_shared<Pool>(std::move(executor), settings_->options.connections)) {}
  ~PooledClient() override { pool_->close(); }
  PooledClient(const PooledClient&) = delete;
  PooledClient& operator=(const PooledClient&) = delete;

  asio::awaitable<Result<Response>> send(Request request) override {
    return send_through(settings_, pool_, std::move(request));
  }
  void close() override { pool_->close(); }

 private:
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<Pool> pool_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(asio::any_io_executor executor, ClientOptions options) {
  auto settings = std::make_shared<Settings>();
  auto origin = parse_origin(options.base_url);
  if (origin.has_error()) return origin.error();
  settings->origin = std::move(*origin);
  if (settings->origin.is_tls) {
    transport::TrustOptions trust;
    trust.ca_file = options.ca_file;
    trust.ssl_cert_file = options.ssl_cert_file;
    trust.ssl_cert_dir = options.ssl_cert_dir;
    auto tls = transport::make_client_tls(trust);
    if (tls.has_error()) return tls.error();
    settings->tls = std::move(*tls);
  }
  settings->options = std::move(options);
  return std::unique_ptr<Client>(std::make_unique<PooledClient>(std::move(executor), std::move(settings)));
}

}  // namespace descopectl::http
