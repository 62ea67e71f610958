// A little CONNECT proxy.
#include "support/connect_proxy.hpp"

#include <chrono>
#include <utility>

namespace descopectl::test {

namespace asio = boost::asio;
using transport::IoStatus;

namespace {

std::chrono::steady_clock::time_point in_a_minute() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

}  // namespace

ConnectProxy::ConnectProxy(asio::any_io_executor executor, ConnectProxyOptions options)
    : executor_(executor),
      options_(std::move(options)),
      listener_(transport::Listener::open(executor, "127.0.0.1", 0).value()),
      group_(executor) {}

std::vector<std::string> ConnectProxy::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

asio::awaitable<void> ConnectProxy::run() {
  while (true) {
    auto accepted = co_await listener_->accept();
    if (accepted.has_error()) break;
    group_.start(serve(*accepted));
  }
  co_await group_.wait();
}

void ConnectProxy::stop() {
  listener_->close();
  for (const StreamPtr& stream : open_)
    stream->close();
}

asio::awaitable<void> ConnectProxy::serve(StreamPtr client) {
  const auto server = std::make_shared<transport::Stream>(executor_);
  open_.insert(client);
  open_.insert(server);
  std::string head = co_await read_head(client);
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
  }
  const bool is_open = co_await answer(client, std::move(head), server);
  if (is_open) {
    transport::TaskGroup both(executor_);
    both.start(pump(client, server));
    both.start(pump(server, client));
    co_await both.wait();
  } else {
    co_await client->finish(in_a_minute());
  }
  open_.erase(client);
  open_.erase(server);
}

asio::awaitable<std::string> ConnectProxy::read_head(StreamPtr client) {
  std::string head;
  char buffer[1024];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto read = co_await client->read_some(buffer, sizeof(buffer), in_a_minute());
    if (read.status != IoStatus::kDone) break;
    head.append(buffer, read.count);
  }
  co_return head;
}

asio::awaitable<bool> ConnectProxy::answer(StreamPtr client, std::string head, StreamPtr server) {
  std::string text = options_.answer;
  bool is_good = false;
  if (options_.is_silent) {
    co_await read_head(client);  // until the other end gives up
    co_return false;
  }
  if (text.empty() && !options_.authorization.empty() &&
      head.find("Proxy-Authorization: " + options_.authorization + "\r\n") == std::string::npos) {
    text =
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\n"
        "Content-Length: 6\r\n\r\nlogin\n";
  }
  if (text.empty()) {
    const auto connected = co_await server->connect(options_.place, std::chrono::seconds(30));
    is_good = connected.has_value();
    text = is_good ? "HTTP/1.1 200 Connection established\r\n\r\n" : "HTTP/1.1 502 Bad Gateway\r\n\r\n";
  }
  co_await client->write(text, in_a_minute());
  co_return is_good;
}

asio::awaitable<void> ConnectProxy::pump(StreamPtr from, StreamPtr to) {
  std::vector<char> buffer(16384);
  while (true) {
    const auto read = co_await from->read_some(buffer.data(), buffer.size(), in_a_minute());
    if (read.status != IoStatus::kDone) break;
    const std::string_view bytes(buffer.data(), read.count);
    const auto written = co_await to->write(bytes, in_a_minute());
    if (written.status != IoStatus::kDone) break;
  }
  from->close();
  to->close();
}

}  // namespace descopectl::test
