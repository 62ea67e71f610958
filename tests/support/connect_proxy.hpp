// A little CONNECT proxy on loopback, which sends every host to the place that it is told.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "descopectl/transport/listener.hpp"
#include "descopectl/transport/task_group.hpp"

namespace descopectl::test {

struct ConnectProxyOptions {
  transport::Endpoint place;  ///< where tunnels lead, whatever host is asked for
  std::string authorization;  ///< "Basic ...": what is demanded; empty: nothing
  std::string answer;         ///< what every request gets in place of a tunnel
  bool is_silent = false;     ///< never answers
};

class ConnectProxy {
 public:
  ConnectProxy(boost::asio::any_io_executor executor, ConnectProxyOptions options);

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  /// Serves until stop().
  boost::asio::awaitable<void> run();
  /// To be called where run() runs.
  void stop();
  /// The heads of requests so far, from any thread.
  [[nodiscard]] std::vector<std::string> heads() const;

 private:
  using StreamPtr = std::shared_ptr<transport::Stream>;
  boost::asio::awaitable<void> serve(StreamPtr client);
  boost::asio::awaitable<bool> answer(StreamPtr client, std::string head, StreamPtr server);
  boost::asio::awaitable<std::string> read_head(StreamPtr client);
  boost::asio::awaitable<void> pump(StreamPtr from, StreamPtr to);

  boost::asio::any_io_executor executor_;
  ConnectProxyOptions options_;
  std::unique_ptr<transport::Listener> listener_;
  transport::TaskGroup group_;
  std::unordered_set<StreamPtr> open_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
};

}  // namespace descopectl::test
