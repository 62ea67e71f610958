// Host names to addresses through the system's resolver.
//
// Asio runs getaddrinfo on a thread of its own and cannot interrupt it: a cancelled look-up still "completes"
// only when getaddrinfo returns, which may take half a minute. So the answer goes into a shared place and the
// waiter sleeps on a timer that the answer cuts short; at the deadline it leaves, and a late answer finds
// nobody.
#include "descopectl/transport/resolve.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace descopectl::transport {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Error describe(const boost::system::error_code& failure, const std::string& host) {
  if (failure == asio::error::host_not_found || failure == asio::error::no_data) {
    return Error(ErrorKind::kUnreachable, "name not found: " + host,
                 "check the host name and this machine's DNS");
  }
  if (failure == asio::error::host_not_found_try_again) {
    return Error(ErrorKind::kUnreachable,
                 "the name " + host + " can't be looked up now (no answer from DNS)");
  }
  return Error(ErrorKind::kUnreachable, "the name " + host + " can't be looked up: " + failure.message());
}

}  // namespace

bool is_ip_address(const std::string& host) {
  boost::system::error_code failure;
  asio::ip::make_address(host, failure);
  return !failure;
}

struct Resolver::LookUp {
  LookUp(const asio::any_io_executor& executor, TimePoint deadline)
      : resolver(executor), ended(executor, deadline) {}

  tcp::resolver resolver;
  asio::steady_timer ended;
  bool has_answer = false;
  boost::system::error_code failure;
  tcp::resolver::results_type found;
};

Resolver::Resolver(asio::any_io_executor executor) : executor_(std::move(executor)) {}

void Resolver::cancel() {
  if (!look_up_) return;
  look_up_->resolver.cancel();
  look_up_->ended.cancel();
}

asio::awaitable<Result<std::vector<std::string>>> Resolver::resolve(std::string host, TimePoint deadline) {
  std::vector<std::string> addresses;
  if (is_ip_address(host)) {
    addresses.push_back(std::move(host));
    co_return addresses;
  }
  const auto look_up = std::make_shared<LookUp>(executor_, deadline);
  look_up_ = look_up;
  look_up->resolver.async_resolve(
      host, "", [look_up](const boost::system::error_code& failure, tcp::resolver::results_type found) {
        look_up->has_answer = true;
        look_up->failure = failure;
        look_up->found = std::move(found);
        look_up->ended.cancel();
      });
  boost::system::error_code woken;
  co_await look_up->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  look_up_.reset();
  if (!look_up->has_answer) {
    look_up->resolver.cancel();
    if (woken) co_return Error(ErrorKind::kInterrupted, "interrupted while looking up the name " + host);
    co_return Error(ErrorKind::kUnreachable, "timed out while looking up the name " + host);
  }
  if (look_up->failure) co_return describe(look_up->failure, host);
  for (const auto& entry : look_up->found) {
    auto address = entry.endpoint().address().to_string();
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(std::move(address));
    }
  }
  co_return addresses;
}

}  // namespace descopectl::transport
