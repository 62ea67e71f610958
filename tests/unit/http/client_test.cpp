// The client against our server and against scripted bytes: answers, pool, kinds and words of errors.
#include "descopectl/http/client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include <boost/asio/post.hpp>

#include "support/certificates.hpp"
#include "support/temporary_file.hpp"
#include "unit/http/harness.hpp"

namespace descopectl::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::IoStatus;
using transport::TaskGroup;
using Clock = std::chrono::steady_clock;

Result<Response> send(asio::io_context& context, Client& client, const std::string& method,
                      const std::string& target, const std::string& body = {}) {
  Request request(method, target, body);
  return test::run(context, client.send(std::move(request)));
}

Reply echo(const Request& request) {
  Reply reply(Response(200, request.method + " " + request.target + " " + request.body));
  if (request.target == "/reset") reply.mischief = Mischief::kResetBeforeAnswer;
  if (request.target == "/truncate") reply.mischief = Mischief::kTruncateAnswer;
  if (request.target == "/never") reply.mischief = Mischief::kNeverAnswer;
  return reply;
}

class ClientOfServer : public testing::Test {
 protected:
  ClientOptions options() const {
    ClientOptions options;
    options.base_url = "http://" + served_.place();
    return options;
  }

  asio::io_context context_;
  Served served_{context_, ServerOptions(), echo};
};

TEST_F(ClientOfServer, SendsAndReceives) {
  const auto client = client_of(context_, options());
  const auto answer = send(context_, *client, "POST", "/a?b=c", "body");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a?b=c body");
}

TEST_F(ClientOfServer, PutsThePrefixBeforeEveryTarget) {
  auto with_prefix = options();
  with_prefix.base_url += "/api/v2/";
  const auto client = client_of(context_, with_prefix);
  EXPECT_EQ(send(context_, *client, "GET", "/a")->body, "GET /api/v2/a ");
}

TEST_F(ClientOfServer, TellsWhatBecameOfARequest) {
  auto impatient = options();
  impatient.answer_timeout = 30ms;
  const auto client = client_of(context_, impatient);
  const auto reset = send(context_, *client, "POST", "/reset");
  ASSERT_TRUE(reset.has_error());
  EXPECT_EQ(reset.error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(reset.error().message(),
            served_.place() + " closed the connection without an answer (Connection reset by peer)");
  const auto truncated = send(context_, *client, "POST", "/truncate");
  ASSERT_TRUE(truncated.has_error());
  EXPECT_EQ(truncated.error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(truncated.error().message(), "the answer of " + served_.place() + " ended before it was whole");
  const auto never = send(context_, *client, "POST", "/never");
  ASSERT_TRUE(never.has_error());
  EXPECT_EQ(never.error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(never.error().message(),
            "timed out after 30 ms while waiting for the answer of " + served_.place());
}

TEST_F(ClientOfServer, CloseInterruptsSendersAndWaiters) {
  auto one = options();
  one.connections = 1;
  const auto client = client_of(context_, one);
  int interrupted = 0;
  auto sender = [&]() -> asio::awaitable<void> {
    Request request("GET", "/never");
    const auto answer = co_await client->send(std::move(request));
    if (answer.has_error() && answer.error().kind() == ErrorKind::kInterrupted) ++interrupted;
  };
  TaskGroup group(context_.get_executor());
  for (int number = 0; number < 5; ++number)
    group.start(sender());
  context_.poll();
  client->close();
  test::run(context_, group.wait());
  EXPECT_EQ(interrupted, 5);
  EXPECT_EQ(send(context_, *client, "GET", "/a").error().kind(), ErrorKind::kInterrupted);
}

TEST_F(ClientOfServer, MayBeDestroyedUnderItsSenders) {
  auto client = client_of(context_, options());
  Request request("GET", "/never");
  bool has_error = false;
  auto sender = [&](asio::awaitable<Result<Response>> sending) -> asio::awaitable<void> {
    const auto answer = co_await std::move(sending);
    has_error = answer.has_error();
  };
  TaskGroup group(context_.get_executor());
  group.start(sender(client->send(std::move(request))));
  context_.poll();
  client.reset();
  test::run(context_, group.wait());
  EXPECT_TRUE(has_error);
}

TEST_F(ClientOfServer, RefusesATargetThatIsNone) {
  const auto client = client_of(context_, options());
  EXPECT_EQ(send(context_, *client, "GET", "a").error().kind(), ErrorKind::kInvalidInput);
}

TEST(ClientPool, IsBoundedAndServesInOrder) {
  asio::io_context context;
  std::vector<std::string> order;
  Served served(context, ServerOptions(), [&](const Request& request) {
    order.push_back(request.target);
    return Reply(Response(200, ""));
  });
  ClientOptions options;
  options.base_url = "http://" + served.place();
  options.connections = 1;
  const auto client = client_of(context, options);
  auto sender = [&](std::string target) -> asio::awaitable<void> {
    Request request("GET", std::move(target));
    const auto answer = co_await client->send(std::move(request));
    EXPECT_TRUE(answer.has_value());
  };
  TaskGroup group(context.get_executor());
  std::vector<std::string> expected;
  for (int number = 0; number < 9; ++number) {
    expected.push_back("/" + std::to_string(number));
    group.start(sender(expected.back()));
  }
  test::run(context, group.wait());
  EXPECT_EQ(order, expected);
}

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ClientOptions options_for(const Scripted& scripted) {
  ClientOptions options;
  options.base_url = "http://" + scripted.place();
  return options;
}

TEST(ClientReuse, NoticesAnIdleConnectionThatWasClosed) {
  asio::io_context context;
  Scripted scripted(context, {{kOk}, {kOk}});
  const auto client = client_of(context, options_for(scripted));
  EXPECT_TRUE(send(context, *client, "POST", "/").has_value());
  context.poll();  // the server's close arrives
  EXPECT_TRUE(send(context, *client, "POST", "/").has_value());
  EXPECT_EQ(scripted.requests(), 2);
}

TEST(ClientReuse, SendsAGetOnceMoreWhereTheReusedConnectionDies) {
  asio::io_context context;
  Scripted scripted(context, {{kOk, ""}, {kOk}});
  const auto client = client_of(context, options_for(scripted));
  EXPECT_TRUE(send(context, *client, "GET", "/").has_value());
  EXPECT_TRUE(send(context, *client, "GET", "/").has_value());
  EXPECT_EQ(scripted.requests(), 3);
}

TEST(ClientReuse, NeverSendsAPostTwice) {
  asio::io_context context;
  Scripted scripted(context, {{kOk, ""}, {kOk}});
  const auto client = client_of(context, options_for(scripted));
  EXPECT_TRUE(send(context, *client, "GET", "/").has_value());
  const auto answer = send(context, *client, "POST", "/");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(answer.error().message(), scripted.place() + " closed the connection without an answer");
  EXPECT_EQ(scripted.requests(), 2);
}

TEST(ClientReuse, DoesNotRepeatOnAFreshConnectionNorAfterTheFirstByte) {
  asio::io_context context;
  Scripted scripted(context, {{""}, {kOk, "HTTP/1.1 2"}, {kOk}});
  const auto client = client_of(context, options_for(scripted));
  EXPECT_EQ(send(context, *client, "GET", "/").error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_TRUE(send(context, *client, "GET", "/").has_value());
  EXPECT_EQ(send(context, *client, "GET", "/").error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(scripted.requests(), 3);
}

TEST(ClientAnswers, TakesAnAnswerThatRunsToTheEnd) {
  asio::io_context context;
  Scripted scripted(context, {{"HTTP/1.1 200 OK\r\n\r\nto the end"}, {kOk}});
  const auto client = client_of(context, options_for(scripted));
  EXPECT_EQ(send(context, *client, "GET", "/")->body, "to the end");
  EXPECT_EQ(send(context, *client, "GET", "/")->body, "ok");
}

TEST(ClientAnswers, RefusesWhatIsNotHttpOrTooLarge) {
  asio::io_context context;
  Scripted scripted(context, {{"220 mail ESMTP\r\n"}, {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"}});
  auto options = options_for(scripted);
  options.answer_limit = 10;
  const auto client = client_of(context, options);
  const auto nonsense = send(context, *client, "GET", "/");
  ASSERT_TRUE(nonsense.has_error());
  EXPECT_EQ(nonsense.error().kind(), ErrorKind::kBadAnswer);
  EXPECT_EQ(nonsense.error().message(), "the answer of " + scripted.place() + " is not HTTP (bad version)");
  const auto large = send(context, *client, "GET", "/");
  ASSERT_TRUE(large.has_error());
  EXPECT_EQ(large.error().kind(), ErrorKind::kBadAnswer);
  EXPECT_EQ(large.error().message(), "the answer of " + scripted.place() + " is larger than 10 bytes");
}

TEST(ClientUnreachable, SaysThatNobodyListens) {
  asio::io_context context;
  ClientOptions options;
  {
    const Scripted gone(context, {});
    options = options_for(gone);
  }
  const auto client = client_of(context, options);
  const auto answer = send(context, *client, "GET", "/");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(answer.error().message(), "connection refused by " + options.base_url.substr(7));
}

TEST(ClientTls, TrustsACaFileAndSaysWhenThereIsNoTls) {
  asio::io_context context;
  const auto authority = test::make_authority();
  const auto identity = test::make_certificate(test::CertificateSpec(), &authority);
  const test::TemporaryFile ca_file(authority.certificate_pem);
  ServerOptions server_options;
  server_options.certificate_pem = identity.certificate_pem;
  server_options.private_key_pem = identity.key_pem;
  Served served(context, server_options, echo);
  ClientOptions options;
  options.base_url = "https://" + served.place();
  options.ca_file = ca_file.path();
  const auto client = client_of(context, options);
  for (int round = 0; round < 3; ++round) {
    const auto answer = send(context, *client, "GET", "/a");
    ASSERT_TRUE(answer.has_value()) << answer.error().message();
    EXPECT_EQ(answer->body, "GET /a ");
  }
  options.ca_file.clear();
  const auto stranger = client_of(context, options);
  EXPECT_EQ(send(context, *stranger, "GET", "/a").error().message(),
            served.place() + ": the certificate is signed by an authority that is not trusted");

  Served plain(context, ServerOptions(), echo);
  options.base_url = "https://" + plain.place();
  const auto confused = client_of(context, options);
  const auto answer = send(context, *confused, "POST", "/a");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(answer.error().message(), plain.place() + ": no TLS: the server answered something else");
}

std::string refusal_of(const std::string& url) {
  asio::io_context context;
  ClientOptions options;
  options.base_url = url;
  const auto made = make_client(context.get_executor(), options);
  if (made.has_value()) return "taken";
  EXPECT_EQ(made.error().kind(), ErrorKind::kInvalidInput);
  return made.error().message();
}

TEST(ClientUrl, IsChecked) {
  EXPECT_EQ(refusal_of("https://api.example.com"), "taken");
  EXPECT_EQ(refusal_of("HTTPS://api.example.com:8443/a/b/"), "taken");
  EXPECT_EQ(refusal_of("http://[::1]:8080"), "taken");
  EXPECT_EQ(refusal_of("api.example.com"), "the URL api.example.com is not a URL");
  EXPECT_EQ(refusal_of("ftp://api.example.com"), "the URL ftp://api.example.com is neither http nor https");
  EXPECT_EQ(refusal_of("https://"), "the URL https:// names no host");
  EXPECT_EQ(refusal_of("https:/path"), "the URL https:/path names no host");
  EXPECT_EQ(refusal_of("https:x://y"), "the URL https:x://y names no host");
  EXPECT_EQ(refusal_of("https://a b"), "the URL https://a b is not a URL");
  EXPECT_EQ(refusal_of("https://a?x=1"), "the URL https://a?x=1 has a query or fragment");
  EXPECT_EQ(refusal_of("https://a:70000"), "the URL https://a:70000 has a port that is not in 1 to 65535");
  EXPECT_EQ(refusal_of("https://me:secret@a"), "the base URL must not hold a user name or password");
  EXPECT_EQ(refusal_of("https://a%00b"), "the URL https://a%00b has a host that is not a name");
}

}  // namespace
}  // namespace descopectl::http
