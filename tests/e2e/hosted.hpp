// An emulator in a thread of the test: with TLS, a log of requests, and scripted faults.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/emulator/running.hpp"
#include "harness.hpp"

namespace descopectl::e2e {

/// Answers in place of the service, or calls it. Runs in the emulator's thread, one request after the other.
using Around = std::function<http::Reply(const http::Request&, const http::Server::Handler&)>;

class Hosted {
 public:
  explicit Hosted(emulator::RunningOptions options = {}, Around around = {});
  ~Hosted();
  Hosted(const Hosted&) = delete;
  Hosted& operator=(const Hosted&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] unsigned short port() const { return port_; }
  /// "GET /v1/mgmt/role/all", in the order of arrival.
  [[nodiscard]] std::vector<std::string> requests() const;
  /// Bodies of the requests to `target`, in the order of arrival.
  [[nodiscard]] std::vector<std::string> bodies(std::string_view target) const;
  void forget_requests();
  /// How many connections got as far as a request.
  [[nodiscard]] std::size_t request_count() const { return requests().size(); }

 private:
  struct Seen {
    std::string line;
    std::string target;
    std::string body;
  };

  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  base::SystemClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<emulator::Running> running_;
  std::string url_;
  unsigned short port_ = 0;
  std::thread thread_;
};

/// A workspace aimed at a hosted emulator.
void aim(Workspace& workspace, const Hosted& hosted);

}  // namespace descopectl::e2e
