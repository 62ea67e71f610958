// A state's server on loopback, and stores that speak to it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <string>
#include <vector>

#include "descopectl/remote_state/remote_store.hpp"
#include "support/state_server.hpp"
#include "unit/http/harness.hpp"
#include "unit/state/sample.hpp"

namespace descopectl::remote_state {

/// The real clock, or one that is wrong; pauses take no time.
class ShiftedTiming final : public api::Timing {
 public:
  explicit ShiftedTiming(boost::asio::any_io_executor executor) : real_(api::make_timing(executor)) {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return real_->now(); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return real_->wall_now() + shift;
  }
  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) override {
    pauses.push_back(std::chrono::round<std::chrono::milliseconds>(when - now()));
    co_await real_->wait_until(now());
  }

  std::chrono::seconds shift{0};
  std::vector<std::chrono::milliseconds> pauses;

 private:
  std::unique_ptr<api::Timing> real_;
};

class RemoteState : public testing::TestWithParam<test::StateServer::Form> {
 protected:
  using StorePtr = std::unique_ptr<state::Store>;

  void serve(test::StateServer::Form form) {
    server = test::StateServer(form);
    served.emplace(io, http::ServerOptions(),
                   [this](const http::Request& request) { return server.handle(request); });
  }
  [[nodiscard]] RemoteOptions options() {
    RemoteOptions options;
    const std::string origin = "http://" + served->place();
    options.address = origin + "/state?branch=main";
    options.lock_address = origin + "/lock";
    if (server.form() == test::StateServer::Form::kGitLab) {
      options.lock_method = "POST";
      options.unlock_method = "DELETE";
    }
    options.version = "0.1.0";
    options.retries = 3;
    options.warn = [this](std::string_view text) { warnings.emplace_back(text); };
    options.make_client = [this](std::string url) {
      http::ClientOptions client;
      client.base_url = std::move(url);
      return http::make_client(io.get_executor(), std::move(client));
    };
    return options;
  }
  /// This process, as itself or as one that nobody can see.
  static state::LockHolder holder(const std::string& who, bool is_visible = false) {
    state::LockHolder holder;
    holder.who = who;
    holder.command = "apply";
    holder.process = state::this_process();
    if (!is_visible) holder.process.pid_namespace = "pid:[of " + who + "]";
    return holder;
  }
  Result<StorePtr> try_open(const state::LockHolder& who) {
    return test::run(io, open_remote_state(options(), who, timing));
  }
  StorePtr open(const std::string& who) { return try_open(holder(who)).value(); }
  Result<model::RecordedState> read() { return test::run(io, read_remote_state(options(), timing)); }
  Result<void> flush(state::Store& store) { return test::run(io, store.flush()); }
  Result<void> close(StorePtr store) { return test::run(io, store->close()); }
  [[nodiscard]] json::object document() const { return json::parse(server.stored.value()).as_object(); }

  boost::asio::io_context io{1};
  ShiftedTiming timing{io.get_executor()};
  test::StateServer server;
  std::optional<http::Served> served;
  std::vector<std::string> warnings;
};

}  // namespace descopectl::remote_state
