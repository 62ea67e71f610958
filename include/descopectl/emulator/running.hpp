// A running emulator: the service behind an HTTP server, its data kept in a file.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/emulator/service.hpp"
#include "descopectl/http/server.hpp"

namespace descopectl::emulator {

struct RunningOptions {
  Options service;
  http::ServerOptions server;                ///< port, TLS, limits
  std::filesystem::path data_file;           ///< read at the start where it exists, then kept; empty: no file
  std::chrono::milliseconds latency{0};      ///< every answer waits this long
  std::chrono::milliseconds save_delay{50};  ///< changes within this time are written together
  /// Stands around the service, for scripted faults: answers by itself or calls the handler. May be empty.
  std::function<http::Reply(const http::Request& request, const http::Server::Handler& service)> around;
};

/// An emulator that listens. Changes reach the data file soon after they are made, and for certain on stop().
/// The file holds secrets in clear: it stands for the vendor's database and has mode 0600.
class Running {
 public:
  virtual ~Running() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// "http://127.0.0.1:8080", or https.
  [[nodiscard]] virtual std::string base_url() const = 0;
  [[nodiscard]] virtual Service& service() = 0;
  /// Serves until stop(); to be awaited (through co_spawn by whoever owns the context).
  virtual boost::asio::awaitable<void> run() = 0;
  /// Ends run() and writes what is not yet in the file.
  virtual Result<void> stop() = 0;
  /// Writes the data file now if anything changed since the last time. A failure of an earlier write in the
  /// background shows up here, or on stop(), as it is tried again.
  virtual Result<void> save() = 0;
};

/// Reads the data file and listens. kInvalidInput with the place of the damage where the file is no emulator
/// data: it is left untouched.
[[nodiscard]] Result<std::unique_ptr<Running>> make_running(const boost::asio::any_io_executor& executor,
                                                            RunningOptions options, const base::Clock& clock);

}  // namespace descopectl::emulator
