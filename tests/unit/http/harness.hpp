// A server and a client in one context, for the tests of both.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/http/client.hpp"
#include "descopectl/http/server.hpp"
#include "descopectl/transport/listener.hpp"
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

/// Plays one script a connection: for each entry, waits for a request, then sends it; then closes.
class Scripted {
 public:
  using Script = std::vector<std::string>;
  Scripted(boost::asio::io_context& context, std::vector<Script> scripts)
      : context_(context),
        listener_(transport::Listener::open(context.get_executor(), "127.0.0.1", 0).value()),
        group_(context.get_executor()) {
    group_.start(play(std::move(scripts)));
  }
  ~Scripted() {
    listener_->close();
    test::run(context_, group_.wait());
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;

  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(listener_->port()); }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  boost::asio::awaitable<void> play(std::vector<Script> scripts) {
    for (const auto& script : scripts) {
      auto accepted = co_await listener_->accept();
      if (accepted.has_error()) co_return;
      const auto stream = *accepted;
      for (const auto& answer : script) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        const auto read = co_await stream->read_some(buffer_, sizeof(buffer_), deadline);
        if (read.status != transport::IoStatus::kDone) break;
        ++requests_;
        if (!answer.empty()) co_await stream->write(answer, deadline);
      }
      stream->close();
    }
  }

  boost::asio::io_context& context_;
  std::unique_ptr<transport::Listener> listener_;
  transport::TaskGroup group_;
  int requests_ = 0;
  char buffer_[4096];  // a member, so that no freed memory holds what was read
};

inline std::unique_ptr<Client> client_of(boost::asio::io_context& context, ClientOptions options) {
  auto made = make_client(context.get_executor(), std::move(options));
  EXPECT_TRUE(made.has_value()) << (made.has_error() ? made.error().message() : "");
  return std::move(*made);
}

}  // namespace descopectl::http
