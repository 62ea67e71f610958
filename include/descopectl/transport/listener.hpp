// A listening TCP socket.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/transport/stream.hpp"

namespace descopectl::transport {

/// Single-threaded. close() ends a pending accept().
class Listener {
 public:
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Binds `address` (an IP address) and `port` (0: any free one). kInvalidInput for something else than an
  /// address, kFailure where it is taken or not this machine's.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(const boost::asio::any_io_executor& executor,
                                                              const std::string& address, std::uint16_t port);

  [[nodiscard]] std::uint16_t port() const;

  /// The next connection, with TCP_NODELAY. kInterrupted after close(), kFailure where the system refuses one
  /// (out of file descriptors): worth another try a little later.
  [[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<Stream>>> accept();

  void close() noexcept;

 private:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace descopectl::transport
