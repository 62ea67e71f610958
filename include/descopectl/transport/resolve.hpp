// Host names to addresses, with a deadline that holds even while the system's resolver hangs.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "descopectl/base/result.hpp"
#include "descopectl/transport/deadline.hpp"

namespace descopectl::transport {

/// True for an IPv4 or IPv6 address (without brackets).
[[nodiscard]] bool is_ip_address(const std::string& host);

/// Looks names up, one at a time.
class Resolver {
 public:
  explicit Resolver(boost::asio::any_io_executor executor);

  /// The addresses of `host`, as text, in the system's order, none twice; an address gives itself without a
  /// look-up. kUnreachable: "name not found: HOST", or another failure in words; at the deadline "timed out
  /// while looking up the name HOST"; kInterrupted after cancel().
  [[nodiscard]] boost::asio::awaitable<Result<std::vector<std::string>>> resolve(std::string host,
                                                                                 TimePoint deadline);
  /// Lets the waiter go at once.
  void cancel();

 private:
  struct LookUp;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<LookUp> look_up_;
};

}  // namespace descopectl::transport
