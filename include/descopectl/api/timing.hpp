// The API's clock and its connection to the service as arguments, so that tests need neither time nor
// network.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "descopectl/api/management_api.hpp"
#include "descopectl/base/interruption.hpp"
#include "descopectl/http/client.hpp"

namespace descopectl::api {

/// What time it is, and how to wait for a later one.
class Timing {
 public:
  virtual ~Timing() = default;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  /// Wall-clock time, for a Retry-After that is a date.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const = 0;
  /// Returns at `when`, without polling. A cancelled waiter leaves by boost::system::system_error.
  virtual boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) = 0;
};

/// The real clocks and timers on `executor`.
[[nodiscard]] std::unique_ptr<Timing> make_timing(boost::asio::any_io_executor executor);

/// Timing::wait_until, which ends by boost::system::system_error when the interruption comes, and at once
/// where it has come. Both arguments live until it has returned.
[[nodiscard]] boost::asio::awaitable<void> wait_until(Timing& timing,
                                                      std::chrono::steady_clock::time_point when,
                                                      base::Interruption& interruption);

/// `timing`, whose waits end by boost::system::system_error when the interruption comes, and at once from
/// then on. `interruption` outlives it; null: `timing` itself.
[[nodiscard]] std::unique_ptr<Timing> make_interruptible(std::unique_ptr<Timing> timing,
                                                         base::Interruption* interruption);

/// As make_reader and make_writer, over a client and a clock of the caller's. `options.http` is used for its
/// base_url in messages alone.
[[nodiscard]] Result<std::unique_ptr<Reader>> make_reader_over(std::unique_ptr<http::Client> client,
                                                               ApiOptions options,
                                                               std::unique_ptr<Timing> timing);
[[nodiscard]] Result<std::unique_ptr<Writer>> make_writer_over(std::unique_ptr<http::Client> client,
                                                               ApiOptions options,
                                                               std::unique_ptr<Timing> timing);

}  // namespace descopectl::api
