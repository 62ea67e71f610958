// A byte stream over TCP, plain or TLS, either end; every operation has a deadline.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "descopectl/base/result.hpp"
#include "descopectl/transport/deadline.hpp"
#include "descopectl/transport/tls.hpp"

namespace descopectl::transport {

/// Host (name or address, IPv6 without brackets) and port.
struct Endpoint {
  Endpoint() = default;
  Endpoint(std::string host_, std::uint16_t port_) : host(std::move(host_)), port(port_) {}

  /// "api.example.com:443", "[::1]:8443".
  [[nodiscard]] std::string text() const;

  std::string host;
  std::uint16_t port = 0;
};

/// How a read or write ended.
enum class IoStatus : unsigned char {
  kDone,      ///< at least one byte was read; all bytes were written
  kEnd,       ///< the other end finished in good order (read only)
  kCutOff,    ///< reset, or the end came without TLS's own goodbye
  kTimedOut,  ///< the deadline passed; the stream is closed
  kClosed,    ///< close() was called here, or the waiting coroutine was cancelled
};

struct IoResult {
  IoResult() = default;
  IoResult(IoStatus status_, std::size_t count_, std::string detail_ = {})
      : status(status_), count(count_), detail(std::move(detail_)) {}

  IoStatus status = IoStatus::kDone;
  std::size_t count = 0;  ///< bytes read or written
  std::string detail;     ///< the system's words for kCutOff
};

/// One connection. Single-threaded; one operation at a time; close() and reset() may come at any time and end
/// it. Held by shared_ptr by whoever awaits an operation. Errors of the Result functions are kUnreachable
/// (with words for the user) or kInterrupted after close(); after any failure the stream is of no further
/// use.
class Stream {
 public:
  explicit Stream(const boost::asio::any_io_executor& executor);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Looks the name up and connects to one of its addresses, all within `timeout`.
  [[nodiscard]] boost::asio::awaitable<Result<void>> connect(Endpoint endpoint,
                                                             std::chrono::milliseconds timeout);

  /// TLS as the client: sends the name, verifies chain and name (or IP address).
  [[nodiscard]] boost::asio::awaitable<Result<void>> start_tls(std::shared_ptr<TlsContext> context,
                                                               Endpoint endpoint,
                                                               std::chrono::milliseconds timeout);
  /// TLS as the server.
  [[nodiscard]] boost::asio::awaitable<Result<void>> accept_tls(std::shared_ptr<TlsContext> context,
                                                                std::chrono::milliseconds timeout);

  /// Reads what is there, at least one byte.
  [[nodiscard]] boost::asio::awaitable<IoResult> read_some(char* buffer, std::size_t size,
                                                           TimePoint deadline);
  /// Writes all of `bytes`, which must live until the end of the await.
  [[nodiscard]] boost::asio::awaitable<IoResult> write(std::string_view bytes, TimePoint deadline);
  /// Says goodbye (TLS close_notify, TCP FIN) and closes; trouble with that is nobody's concern.
  [[nodiscard]] boost::asio::awaitable<void> finish(TimePoint deadline);

  /// True while the connection is open and nothing has arrived: what an idle one must be to be used again.
  [[nodiscard]] bool is_quiet() const;

  /// Ends everything at once.
  void close() noexcept;
  /// Likewise, so that the other end sees a reset (RST) in the place of an orderly end.
  void reset() noexcept;

 private:
  friend class Listener;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace descopectl::transport
