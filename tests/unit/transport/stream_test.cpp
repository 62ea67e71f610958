// Streams over loopback: connecting, reading, deadlines, ends of every sort.
#include "descopectl/transport/stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "descopectl/transport/listener.hpp"
#include "descopectl/transport/task_group.hpp"
#include "support/run.hpp"

namespace descopectl::transport {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class StreamOverLoopback : public testing::Test {
 protected:
  StreamOverLoopback() : listener_(Listener::open(context_.get_executor(), "127.0.0.1", 0).value()) {
    client_ = std::make_shared<Stream>(context_.get_executor());
    const auto connected =
        test::run(context_, client_->connect(Endpoint("127.0.0.1", listener_->port()), 5s));
    EXPECT_TRUE(connected.has_value());
    auto accepted = test::run(context_, listener_->accept());
    server_ = *accepted;
  }

  IoResult read(Stream& stream, std::chrono::milliseconds patience = 5s) {
    return test::run(context_, stream.read_some(buffer_, sizeof(buffer_), Clock::now() + patience));
  }
  IoResult write(Stream& stream, std::string_view bytes, std::chrono::milliseconds patience = 5s) {
    return test::run(context_, stream.write(bytes, Clock::now() + patience));
  }

  asio::io_context context_;
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<Stream> client_;
  std::shared_ptr<Stream> server_;
  char buffer_[1024] = {};
};

TEST_F(StreamOverLoopback, CarriesBytes) {
  EXPECT_TRUE(server_->is_quiet());
  EXPECT_EQ(write(*client_, "hello").status, IoStatus::kDone);
  const auto got = read(*server_);
  EXPECT_EQ(got.status, IoStatus::kDone);
  EXPECT_EQ(std::string(buffer_, got.count), "hello");
}

TEST_F(StreamOverLoopback, IsNotQuietOnceSomethingArrived) {
  write(*server_, "x");
  EXPECT_FALSE(client_->is_quiet());
}

TEST_F(StreamOverLoopback, IsNotQuietOnceTheOtherEndClosed) {
  EXPECT_TRUE(client_->is_quiet());
  server_->close();
  EXPECT_FALSE(client_->is_quiet());
  EXPECT_EQ(read(*client_).status, IoStatus::kEnd);
}

TEST_F(StreamOverLoopback, TellsAResetFromAnEnd) {
  server_->reset();
  const auto got = read(*client_);
  EXPECT_EQ(got.status, IoStatus::kCutOff);
  EXPECT_EQ(got.detail, "Connection reset by peer");
}

TEST_F(StreamOverLoopback, ReadTimesOutAndLeavesTheStreamClosed) {
  EXPECT_EQ(read(*client_, 10ms).status, IoStatus::kTimedOut);
  EXPECT_EQ(write(*client_, "x").status, IoStatus::kTimedOut);
  EXPECT_FALSE(client_->is_quiet());
}

TEST_F(StreamOverLoopback, WriteTimesOutWhereNobodyReads) {
  const std::string much(64U << 20U, 'x');
  EXPECT_EQ(write(*client_, much, 50ms).status, IoStatus::kTimedOut);
}

TEST_F(StreamOverLoopback, CloseEndsAPendingRead) {
  asio::post(context_, [&] { client_->close(); });
  EXPECT_EQ(read(*client_).status, IoStatus::kClosed);
}

TEST_F(StreamOverLoopback, FinishHandsOverWhatWasWrittenThoughInputIsUnread) {
  write(*client_, "a request that nobody reads");
  write(*server_, "answer");
  TaskGroup group(context_.get_executor());
  group.start(server_->finish(Clock::now() + 5s));
  const auto got = read(*client_);
  EXPECT_EQ(std::string(buffer_, got.count), "answer");
  EXPECT_EQ(read(*client_).status, IoStatus::kEnd);
  client_->close();
  test::run(context_, group.wait());
  EXPECT_FALSE(server_->is_quiet());
}

TEST(StreamConnect, SaysWhoRefused) {
  asio::io_context context;
  auto listener = Listener::open(context.get_executor(), "127.0.0.1", 0).value();
  const auto port = listener->port();
  listener->close();
  Stream stream(context.get_executor());
  const auto connected = test::run(context, stream.connect(Endpoint("127.0.0.1", port), 5s));
  ASSERT_TRUE(connected.has_error());
  EXPECT_EQ(connected.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(connected.error().message(), "connection refused by 127.0.0.1:" + std::to_string(port));
}

TEST(StreamConnect, FindsLocalhost) {
  asio::io_context context;
  auto listener = Listener::open(context.get_executor(), "127.0.0.1", 0).value();
  Stream stream(context.get_executor());
  const auto connected = test::run(context, stream.connect(Endpoint("localhost", listener->port()), 5s));
  EXPECT_TRUE(connected.has_value());
}

TEST(StreamConnect, SaysThatANameIsUnknown) {
  asio::io_context context;
  Stream stream(context.get_executor());
  // A label may have 63 bytes: no resolver asks anybody about this one.
  const std::string name = std::string(64, 'a') + ".invalid";
  const auto connected = test::run(context, stream.connect(Endpoint(name, 443), 5s));
  ASSERT_TRUE(connected.has_error());
  EXPECT_EQ(connected.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(connected.error().message(), "name not found: " + name);
}

TEST(StreamConnect, GivesUpAtTheDeadlineOfALookUp) {
  asio::io_context context;
  Stream stream(context.get_executor());
  const auto connected = test::run(context, stream.connect(Endpoint("localhost", 443), 0ms));
  ASSERT_TRUE(connected.has_error());
  EXPECT_EQ(connected.error().kind(), ErrorKind::kUnreachable);
}

TEST(StreamConnect, IsInterruptedByClose) {
  asio::io_context context;
  Stream stream(context.get_executor());
  asio::post(context, [&] { stream.close(); });
  const auto connected = test::run(context, stream.connect(Endpoint("localhost", 9), 5s));
  ASSERT_TRUE(connected.has_error());
  EXPECT_EQ(connected.error().message(), "interrupted while connecting to localhost:9");
}

TEST(EndpointText, PutsIpv6InBrackets) {
  EXPECT_EQ(Endpoint("::1", 8443).text(), "[::1]:8443");
  EXPECT_EQ(Endpoint("api.example.com", 443).text(), "api.example.com:443");
}

TEST(FormatDuration, ChoosesTheUnit) {
  EXPECT_EQ(format_duration(250ms), "250 ms");
  EXPECT_EQ(format_duration(10s), "10 s");
  EXPECT_EQ(format_duration(1500ms), "1.5 s");
}

TEST(ListenerOpen, SaysThatThePlaceIsTaken) {
  asio::io_context context;
  auto listener = Listener::open(context.get_executor(), "127.0.0.1", 0).value();
  const auto second = Listener::open(context.get_executor(), "127.0.0.1", listener->port());
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().message(), "127.0.0.1:" + std::to_string(listener->port()) + " is already in use");
}

TEST(ListenerOpen, WantsAnAddress) {
  asio::io_context context;
  const auto opened = Listener::open(context.get_executor(), "not-an-address", 0);
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(opened.error().message(), "not an IP address to listen on: not-an-address");
}

}  // namespace
}  // namespace descopectl::transport
