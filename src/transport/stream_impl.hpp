// What is behind Stream, for transport's own sources: its parts live in two of them so that TLS is
// instantiated in one.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "descopectl/transport/resolve.hpp"
#include "descopectl/transport/stream.hpp"

namespace descopectl::transport {

/// The TLS layer of a stream, over its socket. In tls_layer.cpp, the one unit that instantiates
/// asio::ssl::stream.
class TlsLayer {
 public:
  virtual ~TlsLayer() = default;
  virtual boost::asio::awaitable<boost::system::error_code> handshake() = 0;
  virtual boost::asio::awaitable<std::pair<boost::system::error_code, std::size_t>> read_some(
      char* buffer, std::size_t size) = 0;
  virtual boost::asio::awaitable<std::pair<boost::system::error_code, std::size_t>> write(
      std::string_view bytes) = 0;
  virtual boost::asio::awaitable<void> say_goodbye() = 0;
  /// True while bytes wait in the layers between the socket and the reader.
  [[nodiscard]] virtual bool has_buffered() const = 0;
  /// After a failed handshake as the client.
  [[nodiscard]] virtual Error describe(const boost::system::error_code& failure,
                                       const Endpoint& endpoint) const = 0;
};

/// Null where the name can't be asked for.
[[nodiscard]] std::unique_ptr<TlsLayer> make_client_layer(boost::asio::ip::tcp::socket& socket,
                                                          TlsContext& context, const std::string& host);
[[nodiscard]] std::unique_ptr<TlsLayer> make_server_layer(boost::asio::ip::tcp::socket& socket,
                                                          TlsContext& context);

struct Stream::Impl {
  explicit Impl(const boost::asio::any_io_executor& executor) : socket(executor), resolver(executor) {}

  void time_out() noexcept {
    has_timed_out = true;
    close();
  }

  /// What an operation reports that ended with `failure` after `count` bytes.
  [[nodiscard]] IoResult conclude(const boost::system::error_code& failure, std::size_t count) const;

  /// Ends what is under way and whatever comes after.
  void close() noexcept {
    is_closed = true;
    resolver.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  boost::asio::ip::tcp::socket socket;
  Resolver resolver;
  std::shared_ptr<TlsContext> context;  // before the layer, which uses it
  std::unique_ptr<TlsLayer> tls;
  bool is_closed = false;
  bool has_timed_out = false;  // with is_closed: why
};

}  // namespace descopectl::transport
