// A server and a client in one context, for the tests of both.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "descopectl/http/client.hpp"
#include "descopectl/http/server.hpp"
#include "descopectl/transport/stream.hpp"
#include "descopectl/transport/task_group.hpp"
#include "support/run.hpp"

namespace descopectl::http {

/// A server that runs for as long as the fixture; it must end by itself after stop().
class Served {
 public:
  Served(boost::asio::io_context& context, ServerOptions options, Server::Handler handler)
      : context_(context), group_(context.get_executor()) {
    auto made = make_server(context.get_executor(), std::move(options), std::move(handler));
    EXPECT_TRUE(made.has_value()) << (made.has_error() ? made.error().message() : "");
    server_ = std::move(*made);
    group_.start(server_->run());
  }
  ~Served() { stop(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void stop() {
    server_->stop();
    test::run(context_, group_.wait());
  }
  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(port()); }

 private:
  boost::asio::io_context& context_;
  std::unique_ptr<Server> server_;
  transport::TaskGroup group_;
};

inline std::unique_ptr<Client> client_of(boost::asio::io_context& context, ClientOptions options) {
  auto made = make_client(context.get_executor(), std::move(options));
  EXPECT_TRUE(made.has_value()) << (made.has_error() ? made.error().message() : "");
  return std::move(*made);
}

}  // namespace descopectl::http
