// The server, talked to in raw bytes.
#include "descopectl/http/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "unit/http/harness.hpp"

namespace descopectl::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::IoStatus;
using transport::Stream;
using Clock = std::chrono::steady_clock;

Reply echo(const Request& request) {
  Reply reply(Response(200, request.method + " " + request.target + " " + request.body));
  if (request.target == "/throw") throw std::runtime_error("a handler's bug");
  if (request.target == "/reset") reply.mischief = Mischief::kResetBeforeAnswer;
  if (request.target == "/truncate") reply.mischief = Mischief::kTruncateAnswer;
  if (request.target == "/never") reply.mischief = Mischief::kNeverAnswer;
  if (request.target == "/slow") reply.delay = 24h;
  return reply;
}

ServerOptions small_options() {
  ServerOptions options;
  options.header_limit = 1000;
  options.body_limit = 1000;
  return options;
}

class RawServer : public testing::Test {
 protected:
  asio::awaitable<std::shared_ptr<Stream>> open() {
    const auto stream = std::make_shared<Stream>(context_.get_executor());
    const auto connected = co_await stream->connect(transport::Endpoint("127.0.0.1", served_.port()), 5s);
    EXPECT_TRUE(connected.has_value());
    co_return stream;
  }

  /// Sends `bytes`, then reads until `count` body markers were seen or the end came.
  asio::awaitable<std::string> talk(std::string bytes, std::string until) {
    const auto stream = co_await open();
    co_await stream->write(bytes, Clock::now() + 5s);
    std::string answer;
    char buffer[4096];
    while (until.empty() || answer.find(until) == std::string::npos) {
      const auto read = co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + 5s);
      if (read.status == IoStatus::kCutOff) answer += "<reset>";
      if (read.status == IoStatus::kEnd) answer += "<end>";
      if (read.status != IoStatus::kDone) break;
      answer.append(buffer, read.count);
    }
    stream->close();
    co_return answer;
  }

  std::string say(const std::string& bytes, const std::string& until = {}) {
    return test::run(context_, talk(bytes, until));
  }

  asio::io_context context_;
  Served served_{context_, small_options(), echo};
};

TEST_F(RawServer, AnswersAndClosesWhereAsked) {
  EXPECT_EQ(
      say("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
      "GET /a <end>");
}

TEST_F(RawServer, AnswersHttp10AndCloses) {
  EXPECT_EQ(
      say("GET /a HTTP/1.0\r\n\r\n"),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
      "GET /a <end>");
}

TEST_F(RawServer, AnswersPipelinedRequestsInOrder) {
  std::string bytes;
  for (int number = 0; number < 50; ++number) {
    bytes += "POST /" + std::to_string(number) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx";
  }
  const auto answers = say(bytes + "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  std::size_t at = 0;
  for (int number = 0; number < 50; ++number) {
    at = answers.find("POST /" + std::to_string(number) + " x", at);
    ASSERT_NE(at, std::string::npos) << number;
  }
  EXPECT_TRUE(answers.ends_with("GET /last <end>"));
}

TEST_F(RawServer, GivesNoBodyToAHead) {
  EXPECT_EQ(say("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\nConnection: "
            "close\r\n\r\n<end>");
}

TEST_F(RawServer, SendsContinueBeforeTheBody) {
  EXPECT_EQ(
      say("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", "\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(RawServer, ReadsChunkedBodies) {
  const auto answer =
      say("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
          "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("POST /a abcde<end>")) << answer;
}

TEST_F(RawServer, AnswersNonsenseInJsonAndCloses) {
  EXPECT_EQ(
      say("what is this\r\n\r\n"),
      "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 168\r\n"
      "Connection: close\r\n\r\n"
      R"({"errorCode":"E011001","errorDescription":"Request is malformed",)"
      R"("errorMessage":"the request is not HTTP: bad version","message":"the request is not HTTP: bad version"})"
      "<end>");
}

TEST_F(RawServer, AnswersWhatIsTooLargeWithItsStatus) {
  EXPECT_TRUE(say("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x')).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'x'))
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(say("GET / HTTP/3.0\r\n\r\n").starts_with("HTTP/1.1 505 "));
}

TEST_F(RawServer, AnswersAHandlersExceptionWith500AndGoesOn) {
  const auto answer =
      say("GET /throw HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n")) << answer;
  EXPECT_EQ(answer.find("a handler's bug"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("GET /a <end>"));
}

TEST_F(RawServer, DoesTheMischiefThatIsAskedFor) {
  EXPECT_EQ(say("GET /reset HTTP/1.1\r\nHost: h\r\n\r\n"), "<reset>");
  EXPECT_EQ(say("GET /truncate HTTP/1.1\r\nHost: h\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\nGET /tr<end>");
}

TEST_F(RawServer, StopEndsIdleSlowAndSilentConnections) {
  const auto idle = test::run(context_, open());
  const auto never = test::run(context_, open());
  const auto slow = test::run(context_, open());
  test::run(context_, never->write("GET /never HTTP/1.1\r\nHost: h\r\n\r\n", Clock::now() + 5s));
  test::run(context_, slow->write("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n", Clock::now() + 5s));
  context_.poll();
  served_.stop();
  EXPECT_FALSE(idle->is_quiet());
}

TEST(ServerStop, FromAHandlerLetsItsAnswerOut) {
  asio::io_context context;
  Server* running = nullptr;
  Served served(context, ServerOptions(), [&](const Request&) {
    running->stop();
    return Reply(Response(200, "goodbye"));
  });
  running = &served.server();
  ClientOptions options;
  options.base_url = "http://" + served.place();
  const auto client = client_of(context, options);
  Request request("GET", "/");
  const auto answer = test::run(context, client->send(std::move(request)));
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->body, "goodbye");
}

TEST(ServerIdle, ClosesASilentAndASlowConnection) {
  asio::io_context context;
  ServerOptions options;
  options.idle_timeout = 20ms;
  Served served(context, options, echo);
  for (const char* const start : {"", "GET / HT"}) {
    const auto stream = std::make_shared<Stream>(context.get_executor());
    const auto connected =
        test::run(context, stream->connect(transport::Endpoint("127.0.0.1", served.port()), 5s));
    ASSERT_TRUE(connected.has_value());
    test::run(context, stream->write(start, Clock::now() + 5s));
    char buffer[16];
    const auto read = test::run(context, stream->read_some(buffer, sizeof(buffer), Clock::now() + 5s));
    EXPECT_EQ(read.status, IoStatus::kEnd);
  }
}

asio::awaitable<void> ask_when_all_are_open(std::shared_ptr<Stream> stream, int& answered) {
  co_await stream->write("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", Clock::now() + 10s);
  char buffer[1024];
  const auto read = co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + 10s);
  if (read.status == IoStatus::kDone) ++answered;
}

TEST(ServerCapacity, Serves300ConnectionsAtOnce) {
  asio::io_context context;
  Served served(context, ServerOptions(), echo);
  std::vector<std::shared_ptr<Stream>> streams;
  for (int number = 0; number < 300; ++number) {
    auto stream = std::make_shared<Stream>(context.get_executor());
    const auto connected =
        test::run(context, stream->connect(transport::Endpoint("127.0.0.1", served.port()), 5s));
    ASSERT_TRUE(connected.has_value());
    streams.push_back(std::move(stream));
  }
  int answered = 0;
  transport::TaskGroup group(context.get_executor());
  for (const auto& stream : streams)
    group.start(ask_when_all_are_open(stream, answered));
  test::run(context, group.wait());
  EXPECT_EQ(answered, 300);
}

TEST(MakeServer, SaysThatThePortIsTaken) {
  asio::io_context context;
  Served served(context, ServerOptions(), echo);
  ServerOptions options;
  options.port = served.port();
  const auto second = make_server(context.get_executor(), options, echo);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(second.error().message(), served.place() + " is already in use");
}

}  // namespace
}  // namespace descopectl::http
