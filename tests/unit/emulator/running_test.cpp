// The running emulator over loopback: answers, latency, and the data file.
#include "descopectl/emulator/running.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "api.hpp"
#include "descopectl/base/files.hpp"

namespace descopectl::emulator {
namespace {

namespace asio = boost::asio;

class RunningEmulator : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "emulator-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "data.json"; }

  std::unique_ptr<Running> start(RunningOptions options) {
    options.data_file = file();
    auto running = make_running(context_.get_executor(), std::move(options), clock_);
    EXPECT_FALSE(running.has_error()) << running.error().message();
    if (running.has_error()) return nullptr;
    asio::co_spawn(context_, (*running)->run(), asio::detached);
    return std::move(*running);
  }

  /// One request on a connection of its own, while the server runs on the same thread.
  std::string ask(Running& running, const std::string& head, const std::string& body) {
    std::string answer;
    bool is_done = false;
    asio::ip::tcp::socket socket(context_);
    const std::string request = head +
                                " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer P:K\r\n" +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    socket.connect({asio::ip::make_address("127.0.0.1"), running.port()});
    asio::write(socket, asio::buffer(request));
    asio::async_read(socket, asio::dynamic_buffer(answer),
                     [&](const boost::system::error_code&, std::size_t) { is_done = true; });
    while (!is_done && context_.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    return answer;
  }

  void create_connection(Running& running, const std::string& id) {
    EXPECT_THAT(ask(running, "POST /v1/mgmt/outbound/app/create", R"({"id":")" + id + R"(","name":"n"})"),
                testing::StartsWith("HTTP/1.1 200"));
  }

  asio::io_context context_;
  HandClock clock_;
  std::filesystem::path folder_;
};

TEST_F(RunningEmulator, WritesTheFileOnStopForItsOwnerAloneAndReadsItAgain) {
  RunningOptions options;
  options.save_delay = std::chrono::hours(1);
  auto running = start(options);
  create_connection(*running, "c");
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_FALSE(running->stop().has_error());
  struct stat status{};
  ASSERT_EQ(stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  context_.run_for(std::chrono::seconds(10));
  context_.restart();
  auto again = start({});
  EXPECT_THAT(ask(*again, "GET /v1/mgmt/outbound/app/c", ""), testing::HasSubstr(R"("id":"c")"));
  EXPECT_FALSE(again->stop().has_error());
  context_.run_for(std::chrono::seconds(10));
}

TEST_F(RunningEmulator, WritesSoonAfterAChange) {
  RunningOptions options;
  options.save_delay = std::chrono::milliseconds(1);
  auto running = start(options);
  create_connection(*running, "c");
  while (!std::filesystem::exists(file()) && context_.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  EXPECT_THAT(*base::read_file(file(), 1 << 20), testing::HasSubstr(R"("format": "descopectl-emulator")"));
  EXPECT_FALSE(running->stop().has_error());
  context_.run_for(std::chrono::seconds(10));
}

TEST_F(RunningEmulator, RefusesADamagedFileAndLeavesItAlone) {
  ASSERT_FALSE(base::write_file_atomically(file(), "{\"format\":\"descopectl-emul", 0600).has_error());
  RunningOptions options;
  options.data_file = file();
  const auto running = make_running(context_.get_executor(), options, clock_);
  ASSERT_TRUE(running.has_error());
  EXPECT_EQ(running.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(running.error().message(), testing::StartsWith("can't use " + file().string() + ": "));
  EXPECT_EQ(running.error().hint(), "repair the file, or move it away to start with an empty project");
  EXPECT_EQ(*base::read_file(file(), 1 << 20), "{\"format\":\"descopectl-emul");
}

TEST_F(RunningEmulator, StandsBehindWhatIsAroundIt) {
  RunningOptions options;
  options.around = [](const http::Request& request, const http::Server::Handler& service) {
    if (request.target == "/fault") return http::Reply(http::Response(503, "{}"));
    return service(request);
  };
  auto running = start(options);
  EXPECT_THAT(ask(*running, "GET /fault", ""), testing::StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(ask(*running, "GET /v1/mgmt/license", ""), testing::HasSubstr("rateLimitTier"));
  EXPECT_FALSE(running->stop().has_error());
  context_.run_for(std::chrono::seconds(10));
}

TEST_F(RunningEmulator, AnswersAfterTheLatency) {
  RunningOptions options;
  options.latency = std::chrono::milliseconds(30);
  auto running = start(options);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(ask(*running, "GET /v1/mgmt/license", ""), testing::HasSubstr("rateLimitTier"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(30));
  EXPECT_FALSE(running->stop().has_error());
  context_.run_for(std::chrono::seconds(10));
}

}  // namespace
}  // namespace descopectl::emulator
