// A byte stream over TCP: connecting, deadlines, and what operations report; TLS is a layer that it may
// carry.
//
// At a deadline the socket is closed, not cancelled: between two steps of a composed operation (a handshake,
// a long write) nothing is pending that could be cancelled, and the next step would wait forever.
#include "descopectl/transport/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <tuple>

#include "stream_impl.hpp"

namespace descopectl::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

Error unreachable(std::string message) {
  return Error(ErrorKind::kUnreachable, std::move(message));
}

Error interrupted(const Endpoint& endpoint) {
  return Error(ErrorKind::kInterrupted, "interrupted while connecting to " + endpoint.text());
}

Error describe_connect(const error_code& failure, const Endpoint& endpoint) {
  const auto where = endpoint.text();
  if (failure == asio::error::connection_refused) return unreachable("connection refused by " + where);
  if (failure == asio::error::host_unreachable) return unreachable("no route to " + where);
  if (failure == asio::error::network_unreachable) return unreachable("no network to reach " + where);
  if (failure == asio::error::timed_out) return unreachable("no answer from " + where + " while connecting");
  return unreachable("can't connect to " + where + ": " + failure.message());
}

}  // namespace

std::string Endpoint::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Stream::Stream(const asio::any_io_executor& executor) : impl_(std::make_unique<Impl>(executor)) {}

Stream::~Stream() = default;

IoResult Stream::Impl::conclude(const error_code& failure, std::size_t count) const {
  if (!failure) return IoResult(IoStatus::kDone, count);
  if (has_timed_out) return IoResult(IoStatus::kTimedOut, count);
  if (is_closed || failure == asio::error::operation_aborted) return IoResult(IoStatus::kClosed, count);
  if (failure == asio::error::eof) return IoResult(IoStatus::kEnd, count);
  if (failure == asio::ssl::error::stream_truncated) {
    return IoResult(IoStatus::kCutOff, count, "the end came without TLS's close_notify");
  }
  return IoResult(IoStatus::kCutOff, count, failure.message());
}

asio::awaitable<Result<void>> Stream::connect(Endpoint endpoint, std::chrono::milliseconds timeout) {
  auto& impl = *impl_;
  const auto deadline = Clock::now() + timeout;
  const auto too_late = " after " + format_duration(timeout) + " while ";
  if (impl.is_closed) co_return interrupted(endpoint);
  auto addresses = co_await impl.resolver.resolve(endpoint.host, deadline);
  if (addresses.has_error()) {
    if (impl.is_closed) co_return interrupted(endpoint);
    if (Clock::now() < deadline) co_return addresses.error();
    co_return unreachable("timed out" + too_late + "looking up the name " + endpoint.host);
  }
  Error last = unreachable("the name " + endpoint.host + " has no address");
  auto left = static_cast<long>(addresses->size());
  for (const auto& address : *addresses) {
    // Each address gets its share of the time, so that one that swallows packets does not hide a good one.
    const auto now = Clock::now();
    const Deadline share(impl.socket.get_executor(), now + (deadline - now) / left--, [&impl] {
      error_code ignored;
      impl.socket.close(ignored);
    });
    const tcp::endpoint target(asio::ip::make_address(address), endpoint.port);
    error_code failure;
    impl.socket.close(failure);
    co_await impl.socket.async_connect(target, asio::redirect_error(asio::use_awaitable, failure));
    if (impl.is_closed) co_return interrupted(endpoint);
    if (share.has_expired()) {
      last = unreachable("timed out" + too_late + "connecting to " + endpoint.text());
    } else if (failure == asio::error::operation_aborted) {
      co_return interrupted(endpoint);
    } else if (failure) {
      last = describe_connect(failure, endpoint);
    } else {
      impl.socket.set_option(tcp::no_delay(true), failure);
      co_return Result<void>();
    }
  }
  co_return last;
}

asio::awaitable<Result<void>> Stream::start_tls(std::shared_ptr<TlsContext> context, Endpoint endpoint,
                                                std::chrono::milliseconds timeout) {
  auto& impl = *impl_;
  if (impl.is_closed) co_return interrupted(endpoint);
  impl.context = std::move(context);
  impl.tls = make_client_layer(impl.socket, *impl.context, endpoint.host);
  if (!impl.tls) co_return unreachable("no TLS certificate can be for the host name " + endpoint.host);
  const Deadline deadline(impl.socket.get_executor(), Clock::now() + timeout, [&impl] { impl.time_out(); });
  const error_code failure = co_await impl.tls->handshake();
  if (impl.has_timed_out) {
    co_return unreachable("timed out after " + format_duration(timeout) + " in the TLS handshake with " +
                          endpoint.text());
  }
  if (impl.is_closed || failure == asio::error::operation_aborted) co_return interrupted(endpoint);
  if (failure) co_return impl.tls->describe(failure, endpoint);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Stream::accept_tls(std::shared_ptr<TlsContext> context,
                                                 std::chrono::milliseconds timeout) {
  auto& impl = *impl_;
  if (impl.is_closed) co_return Error(ErrorKind::kInterrupted, "closed");
  impl.context = std::move(context);
  impl.tls = make_server_layer(impl.socket, *impl.context);
  const Deadline deadline(impl.socket.get_executor(), Clock::now() + timeout, [&impl] { impl.time_out(); });
  const error_code failure = co_await impl.tls->handshake();
  if (impl.has_timed_out) co_return unreachable("timed out in the TLS handshake");
  if (impl.is_closed) co_return Error(ErrorKind::kInterrupted, "closed");
  if (failure) co_return unreachable("the TLS handshake failed: " + failure.message());
  co_return Result<void>();
}

asio::awaitable<IoResult> Stream::read_some(char* buffer, std::size_t size, TimePoint deadline) {
  auto& impl = *impl_;
  error_code failure = asio::error::operation_aborted;
  std::size_t count = 0;
  if (!impl.is_closed) {
    const Deadline guard(impl.socket.get_executor(), deadline, [&impl] { impl.time_out(); });
    if (impl.tls) {
      std::tie(failure, count) = co_await impl.tls->read_some(buffer, size);
    } else {
      count = co_await impl.socket.async_read_some(asio::buffer(buffer, size),
                                                   asio::redirect_error(asio::use_awaitable, failure));
    }
  }
  co_return impl.conclude(failure, count);
}

asio::awaitable<IoResult> Stream::write(std::string_view bytes, TimePoint deadline) {
  auto& impl = *impl_;
  error_code failure = asio::error::operation_aborted;
  std::size_t count = 0;
  if (!impl.is_closed) {
    const Deadline guard(impl.socket.get_executor(), deadline, [&impl] { impl.time_out(); });
    if (impl.tls) {
      std::tie(failure, count) = co_await impl.tls->write(bytes);
    } else {
      count = co_await asio::async_write(impl.socket, asio::buffer(bytes),
                                         asio::redirect_error(asio::use_awaitable, failure));
    }
  }
  co_return impl.conclude(failure, count);
}

asio::awaitable<void> Stream::finish(TimePoint deadline) {
  auto& impl = *impl_;
  if (impl.is_closed) co_return;
  const Deadline guard(impl.socket.get_executor(), deadline, [&impl] { impl.time_out(); });
  if (impl.tls) co_await impl.tls->say_goodbye();
  error_code ignored;
  impl.socket.shutdown(tcp::socket::shutdown_send, ignored);
  // Closing with bytes unread would reset the connection and may destroy what we have just sent (RFC 9112
  // section 9.6), so what still comes is read and dropped until the other end closes too.
  char dropped[4096];
  while (!impl.is_closed && !ignored) {
    co_await impl.socket.async_read_some(asio::buffer(dropped),
                                         asio::redirect_error(asio::use_awaitable, ignored));
  }
  impl.close();
}

bool Stream::is_quiet() const {
  if (impl_->is_closed || !impl_->socket.is_open()) return false;
  if (impl_->tls && impl_->tls->has_buffered()) return false;
  char byte = 0;
  const auto count = ::recv(impl_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Stream::close() noexcept {
  impl_->close();
}

void Stream::reset() noexcept {
  error_code ignored;
  const asio::socket_base::linger at_once(true, 0);
  impl_->socket.set_option(at_once, ignored);
  impl_->close();
}

}  // namespace descopectl::transport
