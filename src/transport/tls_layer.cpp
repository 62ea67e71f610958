// TLS over a connected socket: the one unit that instantiates asio::ssl::stream.
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "stream_impl.hpp"
#include "tls_context.hpp"
#include "tls_words.hpp"

namespace descopectl::transport {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

class SocketLayer final : public TlsLayer {
 public:
  SocketLayer(asio::ip::tcp::socket& socket, TlsContext& context, asio::ssl::stream_base::handshake_type role)
      : stream_(socket, context.context), role_(role) {}

  [[nodiscard]] bool expect(const std::string& host) {
    stream_.set_verify_callback([this](bool is_good, asio::ssl::verify_context& store) {
      if (!is_good) note_verdict(verdict_, store.native_handle());
      return is_good;
    });
    return expect_peer(stream_.native_handle(), host);
  }

  asio::awaitable<error_code> handshake() override {
    error_code failure;
    co_await stream_.async_handshake(role_, asio::redirect_error(asio::use_awaitable, failure));
    co_return failure;
  }

  asio::awaitable<std::pair<error_code, std::size_t>> read_some(char* buffer, std::size_t size) override {
    std::pair<error_code, std::size_t> ended;
    ended.second = co_await stream_.async_read_some(asio::buffer(buffer, size),
                                                    asio::redirect_error(asio::use_awaitable, ended.first));
    co_return ended;
  }

  asio::awaitable<std::pair<error_code, std::size_t>> write(std::string_view bytes) override {
    std::pair<error_code, std::size_t> ended;
    ended.second = co_await asio::async_write(stream_, asio::buffer(bytes),
                                              asio::redirect_error(asio::use_awaitable, ended.first));
    co_return ended;
  }

  asio::awaitable<void> say_goodbye() override {
    error_code ignored;
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
  }

  [[nodiscard]] bool has_buffered() const override {
    SSL* const ssl = const_cast<asio::ssl::stream<asio::ip::tcp::socket&>&>(stream_).native_handle();
    return SSL_has_pending(ssl) == 1 || BIO_ctrl_pending(SSL_get_rbio(ssl)) > 0;
  }

  [[nodiscard]] Error describe(const error_code& failure, const Endpoint& endpoint) const override {
    return describe_handshake(failure, verdict_, endpoint);
  }

 private:
  asio::ssl::stream<asio::ip::tcp::socket&> stream_;
  asio::ssl::stream_base::handshake_type role_;
  Verdict verdict_;
};

}  // namespace

std::unique_ptr<TlsLayer> make_client_layer(asio::ip::tcp::socket& socket, TlsContext& context,
                                            const std::string& host) {
  auto layer = std::make_unique<SocketLayer>(socket, context, asio::ssl::stream_base::client);
  if (!layer->expect(host)) return nullptr;
  return layer;
}

std::unique_ptr<TlsLayer> make_server_layer(asio::ip::tcp::socket& socket, TlsContext& context) {
  return std::make_unique<SocketLayer>(socket, context, asio::ssl::stream_base::server);
}

}  // namespace descopectl::transport
