// An HTTP/1.1 server for loopback: what the emulator and the tests stand on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/http/message.hpp"

namespace descopectl::http {

/// What to do to the connection in the place of, or after, a plain answer: for tests and scripted faults.
enum class Mischief : unsigned char { kNone, kResetBeforeAnswer, kTruncateAnswer, kNeverAnswer };

/// A handler's answer: the response, how long to wait before it is sent, and any mischief.
struct Reply {
  Reply() = default;
  explicit Reply(Response response_) : response(std::move(response_)) {}

  Response response;
  std::chrono::milliseconds delay{0};
  Mischief mischief = Mischief::kNone;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                    ///< 0: any free one
  std::uint64_t header_limit = 64ULL << 10;  ///< bytes; more is answered 431
  std::uint64_t body_limit = 16ULL << 20;    ///< bytes; more is answered 413
  std::chrono::milliseconds idle_timeout{75'000};
  std::string certificate_pem;  ///< with private_key_pem: TLS; else plain HTTP
  std::string private_key_pem;
};

/// A running server. Keep-alive, pipelining, Expect: 100-continue, chunked bodies, HEAD; a request that is
/// not HTTP is answered 400 and the connection closed, never ignored and never fatal. Answers leave in one
/// write with TCP_NODELAY. Every answer has Content-Length and, unless the handler set one, Content-Type:
/// application/json.
class Server {
 public:
  using Handler = std::function<Reply(const Request&)>;
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Runs until stop(); to be awaited (through co_spawn by whoever owns the context).
  virtual boost::asio::awaitable<void> run() = 0;
  virtual void stop() = 0;
};

/// Binds and listens; kFailure where the address is taken.
[[nodiscard]] Result<std::unique_ptr<Server>> make_server(const boost::asio::any_io_executor& executor,
                                                          ServerOptions options, Server::Handler handler);

}  // namespace descopectl::http
