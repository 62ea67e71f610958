// The whole way down: a writer over the real HTTP client, against a server on loopback.
#include <boost/asio/detached.hpp>

#include "descopectl/http/server.hpp"
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using testing::ElementsAre;

class Loopback : public testing::Test {
 protected:
  /// Serves `handler` while `work` runs.
  template <class T>
  T serve(http::Server::Handler handler, const std::function<asio::awaitable<T>(Writer&)>& work) {
    http::ServerOptions server_options;
    auto server = http::make_server(context.get_executor(), server_options, std::move(handler)).value();
    options.http.base_url = "http://127.0.0.1:" + std::to_string(server->port()) + "/prefix";
    options.http.user_agent = "descopectl/9.9";
    options.retry_base = std::chrono::milliseconds(1);
    auto writer = make_writer(context.get_executor(), options).value();
    std::optional<T> result;
    asio::co_spawn(context, work(*writer), [&](const std::exception_ptr& error, T value) {
      if (!error) result.emplace(std::move(value));
      writer.reset();
      server->stop();
    });
    asio::co_spawn(context, server->run(), [](const std::exception_ptr&) {});
    context.run();
    return std::move(result.value());
  }

  asio::io_context context;
  ApiOptions options = test_options();
};

TEST_F(Loopback, RetriesReadsThroughEveryMischief) {
  int count = 0;
  std::vector<std::string> seen;
  using Listed = Result<std::vector<model::LiveObject>>;
  const auto listed = serve<Listed>(
      [&](const http::Request& request) {
        seen.push_back(request.method + " " + request.target + " " +
                       std::string(http::find_header(request.headers, "User-Agent")) + " " +
                       std::string(http::find_header(request.headers, "Authorization")));
        http::Reply reply(http::Response(200, R"({"resources":[{"id":"RS1"}],"total":1})"));
        ++count;
        if (count == 1) reply.mischief = http::Mischief::kResetBeforeAnswer;
        if (count == 2) reply.mischief = http::Mischief::kTruncateAnswer;
        if (count == 3) reply.response = http::Response(503, "<html></html>");
        if (count == 4) {
          reply.response = http::Response(429, "{}");
          reply.response.headers.emplace_back("Retry-After", "0");
        }
        return reply;
      },
      [](Writer& writer) { return writer.list(*kinds::find("Resource"), 1); });
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_EQ(listed->front().id, "RS1");
  EXPECT_EQ(count, 5);
  EXPECT_EQ(seen.back(),
            "GET /prefix/v1/mgmt/resources/load descopectl/9.9 Bearer Ptest:" + std::string(kKey));
}

TEST_F(Loopback, LeavesAWriteThatWasCutOffToTheCaller) {
  int count = 0;
  const auto created = serve<Result<Created>>(
      [&](const http::Request&) {
        ++count;
        http::Reply reply(http::Response(200, "{}"));
        reply.mischief = http::Mischief::kResetBeforeAnswer;
        return reply;
      },
      [](Writer& writer) {
        json::object body{{"name", "n"}};
        return writer.create(*kinds::find("Resource"), std::move(body), BodySecrets(), 1);
      });
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(count, 1);
}

TEST_F(Loopback, SendsSecretsInTheBodyAlone) {
  std::vector<http::Request> seen;
  const auto updated = serve<Result<json::object>>(
      [&](const http::Request& request) {
        seen.push_back(request);
        return http::Reply(http::Response(200, R"({"app":{"id":"a","name":"n","clientSecret":"echo"}})"));
      },
      [](Writer& writer) {
        json::object body{{"id", "a"}, {"name", "n"}};
        BodySecrets secrets;
        secrets.emplace_back("/clientSecret", model::Secret("a secret of the connection"));
        return writer.update(*kinds::find("Connection"), std::move(body), std::move(secrets), 1);
      });
  ASSERT_TRUE(updated);
  EXPECT_EQ(json::serialize(*updated), R"({"id":"a","name":"n"})");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen.front().body,
            R"({"app":{"id":"a","name":"n","clientSecret":"a secret of the connection"}})");
  EXPECT_EQ(http::find_header(seen.front().headers, "Content-Type"), "application/json");
}

TEST_F(Loopback, SaysThatNobodyListens) {
  options.http.base_url = "http://127.0.0.1:1";
  options.retries = 1;
  options.retry_base = std::chrono::milliseconds(1);
  auto writer = make_writer(context.get_executor(), options).value();
  const auto erased = run(context, writer->erase(*kinds::find("Resource"), "RS1"));
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().kind(), ErrorKind::kUnreachable);
  EXPECT_THAT(erased.error().message(), testing::EndsWith("(after 2 tries)"));
}

}  // namespace
}  // namespace descopectl::api::test
