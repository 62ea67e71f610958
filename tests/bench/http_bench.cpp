// Requests a second over kept-alive connections, client and server in one thread: prints figures, decides
// nothing.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "descopectl/http/client.hpp"
#include "descopectl/http/server.hpp"
#include "descopectl/transport/stream.hpp"
#include "descopectl/transport/task_group.hpp"
#include "support/certificates.hpp"
#include "support/run.hpp"
#include "support/temporary_file.hpp"

namespace {

namespace asio = boost::asio;
namespace http = descopectl::http;
namespace test = descopectl::test;
using Clock = std::chrono::steady_clock;

constexpr int kWorkers = 10;

asio::awaitable<void> send_many(http::Client& client, int count, int& failures) {
  for (int number = 0; number < count; ++number) {
    http::Request request("GET", "/");
    const auto answer = co_await client.send(std::move(request));
    if (answer.has_error()) ++failures;
  }
}

asio::awaitable<void> write_many(std::shared_ptr<descopectl::transport::Stream> stream, int batches,
                                 int batch) {
  std::string bytes;
  for (int number = 0; number < batch; ++number)
    bytes += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::size_t answer_size = 83;  // the trivial handler's
  char buffer[65536];
  for (int round = 0; round < batches; ++round) {
    co_await stream->write(bytes, Clock::now() + std::chrono::seconds(10));
    std::size_t left = answer_size * static_cast<std::size_t>(batch);
    while (left > 0) {
      const auto read =
          co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + std::chrono::seconds(10));
      if (read.status != descopectl::transport::IoStatus::kDone || read.count > left) co_return;
      left -= read.count;
    }
  }
}

http::Reply answer(const http::Request&) {
  return http::Reply(http::Response(200, "{\"ok\":true}\n"));
}

void report(const char* what, int count, Clock::time_point start) {
  const std::chrono::duration<double> seconds = Clock::now() - start;
  std::printf("%-40s %8.0f requests/s (wall clock)\n", what, count / seconds.count());
}

void with_client(bool is_tls, int each) {
  const auto authority = test::make_authority();
  const auto identity = test::make_certificate(test::CertificateSpec(), &authority);
  const test::TemporaryFile ca_file(authority.certificate_pem);
  asio::io_context context;
  http::ServerOptions options;
  if (is_tls) {
    options.certificate_pem = identity.certificate_pem;
    options.private_key_pem = identity.key_pem;
  }
  const auto server = http::make_server(context.get_executor(), options, answer);
  http::ClientOptions client_options;
  client_options.base_url =
      (is_tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string((*server)->port());
  client_options.ssl_cert_file = ca_file.path();
  const auto client = http::make_client(context.get_executor(), client_options);
  descopectl::transport::TaskGroup serving(context.get_executor());
  serving.start((*server)->run());
  descopectl::transport::TaskGroup sending(context.get_executor());
  int failures = 0;
  const auto start = Clock::now();
  for (int worker = 0; worker < kWorkers; ++worker)
    sending.start(send_many(**client, each, failures));
  test::run(context, sending.wait());
  report(is_tls ? "client and server in one thread, TLS" : "client and server in one thread", each * kWorkers,
         start);
  if (failures != 0) std::printf("  %d failed\n", failures);
  (*client)->close();
  (*server)->stop();
  test::run(context, serving.wait());
}

void with_bytes(int batches, int batch) {
  asio::io_context context;
  const auto server = http::make_server(context.get_executor(), http::ServerOptions(), answer);
  descopectl::transport::TaskGroup serving(context.get_executor());
  serving.start((*server)->run());
  const auto stream = std::make_shared<descopectl::transport::Stream>(context.get_executor());
  const descopectl::transport::Endpoint place("127.0.0.1", (*server)->port());
  test::run(context, stream->connect(place, std::chrono::seconds(5))).value();
  const auto start = Clock::now();
  test::run(context, write_many(stream, batches, batch));
  report("server alone, pipelined in batches", batches * batch, start);
  (*server)->stop();
  test::run(context, serving.wait());
}

}  // namespace

int main() {
  with_client(false, 3000);
  with_client(true, 3000);
  with_bytes(1000, 50);
  return 0;
}
