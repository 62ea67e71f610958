// A listening TCP socket.
#include "descopectl/transport/listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "stream_impl.hpp"

namespace descopectl::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Listener::Impl {
  explicit Impl(const asio::any_io_executor& executor) : acceptor(executor) {}
  tcp::acceptor acceptor;
  std::uint16_t port = 0;  // kept, so that it can be told after close()
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(const asio::any_io_executor& executor,
                                                 const std::string& address, std::uint16_t port) {
  error_code failure;
  const auto parsed = asio::ip::make_address(address, failure);
  if (failure) return Error(ErrorKind::kInvalidInput, "not an IP address to listen on: " + address);
  const tcp::endpoint place(parsed, port);
  auto impl = std::make_unique<Impl>(executor);
  auto& acceptor = impl->acceptor;
  acceptor.open(place.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(place, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) {
    const auto where = Endpoint(address, port).text();
    if (failure == asio::error::address_in_use)
      return Error(ErrorKind::kFailure, where + " is already in use");
    return Error(ErrorKind::kFailure, "can't listen on " + where + ": " + failure.message());
  }
  impl->port = acceptor.local_endpoint(failure).port();
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

std::uint16_t Listener::port() const {
  return impl_->port;
}

asio::awaitable<Result<std::shared_ptr<Stream>>> Listener::accept() {
  auto stream = std::make_shared<Stream>(impl_->acceptor.get_executor());
  error_code failure;
  co_await impl_->acceptor.async_accept(stream->impl_->socket,
                                        asio::redirect_error(asio::use_awaitable, failure));
  if (!impl_->acceptor.is_open() || failure == asio::error::operation_aborted) {
    co_return Error(ErrorKind::kInterrupted, "no longer listening");
  }
  if (failure) co_return Error(ErrorKind::kFailure, "can't accept a connection: " + failure.message());
  error_code ignored;
  stream->impl_->socket.set_option(tcp::no_delay(true), ignored);
  co_return stream;
}

void Listener::close() noexcept {
  error_code ignored;
  impl_->acceptor.close(ignored);
}

}  // namespace descopectl::transport
