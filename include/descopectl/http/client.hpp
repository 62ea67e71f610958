// An HTTP/1.1 client to one origin: kept-alive connections, plain or verified TLS, a deadline on every step.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/http/message.hpp"
#include "descopectl/http/proxy.hpp"

namespace descopectl::http {

struct ClientOptions {
  std::string base_url;  ///< http(s)://host[:port][/prefix], checked by make_client
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds handshake_timeout{10'000};  ///< of TLS, and of a proxy's answer before it
  std::chrono::milliseconds answer_timeout{30'000};  ///< from the request's first byte to the answer's last
  std::size_t connections = 10;               ///< at most so many at once; further senders wait their turn
  std::uint64_t answer_limit = 256ULL << 20;  ///< bytes of an answer's body
  std::string ca_file;                        ///< further trusted authorities, PEM; empty: the system's alone
  std::string ssl_cert_file;                  ///< SSL_CERT_FILE: in place of the system's bundle
  std::string ssl_cert_dir;                   ///< SSL_CERT_DIR: likewise
  std::string user_agent = "descopectl";
  std::optional<Proxy> proxy;  ///< every connection goes through it; TLS is with the origin all the same
};

/// One origin's client. Single-threaded: used only on its executor. Redirects are not followed.
class Client {
 public:
  virtual ~Client() = default;

  /// Sends one request and reads the whole answer. Errors by kind:
  ///   kUnreachable     no byte of the request was sent: name, connect, TLS handshake, certificate, timeout
  ///   of these; kOutcomeUnknown  it was sent in part or whole and no whole answer came: reset, timeout,
  ///   truncated; kBadAnswer       the answer is not HTTP, or larger than `answer_limit`; kInterrupted
  ///   close() was called.
  /// Messages name the host and what happened ("connection refused", "certificate has expired"), never
  /// headers. An idle connection that the server closed meanwhile is noticed before a request is put on it;
  /// where that can't be noticed, a request without effect (GET) is sent again once on a fresh connection,
  /// others are kOutcomeUnknown.
  virtual boost::asio::awaitable<Result<Response>> send(Request request) = 0;

  /// Ends everything under way, at once.
  virtual void close() = 0;
};

/// Checks the options (URL, readable CA file) and makes a client; kInvalidInput where they are wrong.
[[nodiscard]] Result<std::unique_ptr<Client>> make_client(boost::asio::any_io_executor executor,
                                                          ClientOptions options);

}  // namespace descopectl::http
