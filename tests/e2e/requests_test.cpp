// What goes over the wire: lists only for reading, one update for a change, no second try of a write that
// can't be looked up.
#include <gtest/gtest.h>

#include <algorithm>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using http::Mischief;
using http::Reply;
using http::Request;
using http::Response;
using http::Server;

class Requests : public testing::Test, public Workspace {
 protected:
  Requests()
      : hosted({}, [this](const Request& request, const Server::Handler& service) {
          return answer(request, service);
        }) {
    aim(*this, hosted);
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {retries: 3, retryBaseMilliseconds: 1, settleSeconds: 1}\n");
    folder.write("descope/main.yaml", connection("a"));
  }
  Result apply() const { return run({"apply", "--auto-approve"}); }

  std::function<Reply(const Request&, const Server::Handler&)> script;
  Hosted hosted;

 private:
  Reply answer(const Request& request, const Server::Handler& service) {
    return script ? script(request, service) : service(request);
  }
};

TEST_F(Requests, OfAPlanAreListsOnly) {
  ASSERT_EQ(apply().status, 0);
  hosted.forget_requests();
  EXPECT_EQ(run({"plan"}).status, 0);
  for (const std::string& line : hosted.requests())
    EXPECT_TRUE(line == "GET /v1/mgmt/outbound/apps" || line == "GET /v1/mgmt/resources/load" ||
                line.rfind("GET /v1/mgmt/thirdparty/apps/load", 0) == 0 || line == "GET /v1/mgmt/role/all")
        << line;
  EXPECT_GT(hosted.request_count(), 0U);
}

TEST_F(Requests, ThatWereLimitedAreSentAgain) {
  int tries = 0;
  script = [&tries](const Request& request, const Server::Handler& service) {
    if (request.target != "/v1/mgmt/outbound/app/create" || ++tries > 2) return service(request);
    Reply reply(Response(429, R"({"errorCode":"E130429","errorDescription":"API rate limit exceeded"})"));
    reply.response.headers.emplace_back("Retry-After", "0");
    return reply;
  };
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(tries, 3);
}

TEST_F(Requests, OfReadersAreRepeatedAfterServerErrors) {
  int tries = 0;
  script = [&tries](const Request& request, const Server::Handler& service) {
    if (request.target == "/v1/mgmt/outbound/apps" && ++tries < 3) return Reply(Response(503, "{}"));
    return service(request);
  };
  EXPECT_EQ(run({"plan"}).status, 0);
  EXPECT_EQ(tries, 3);
}

TEST_F(Requests, OfWhichNobodyCanTellWhatBecameAreReportedAndNotRepeated) {
  script = [](const Request& request, const Server::Handler& service) {
    if (request.target == "/v1/mgmt/outbound/app/a") return Reply(Response(503, "{}"));
    Reply reply = service(request);
    if (request.target == "/v1/mgmt/outbound/app/create") reply.mischief = Mischief::kResetBeforeAnswer;
    return reply;
  };
  const Result result = apply();
  EXPECT_EQ(result.status, 9) << result.all();
  EXPECT_EQ(hosted.bodies("/v1/mgmt/outbound/app/create").size(), 1U);
  EXPECT_NE(result.out.find("Outcome unknown:\n  Connection/a: "), std::string::npos) << result.out;
  EXPECT_EQ(last_line(result.out), "Apply incomplete: 0 added, 0 changed, 0 destroyed, 1 unknown.");
  script = nullptr;
  const Result next = apply();
  EXPECT_EQ(next.status, 0) << "what did run is found: " << next.all();
  EXPECT_EQ(Api(hosted.port()).connections().size(), 1U);
}

TEST_F(Requests, ThatSucceedWithoutEffectAreFoundOutByName) {
  script = [](const Request& request, const Server::Handler& service) {
    Reply reply = service(request);
    if (request.target != "/v1/mgmt/outbound/apps") return reply;
    json::value list = json::parse(reply.response.body);
    for (json::value& app : list.at("apps").as_array())
      app.as_object()["pkce"] = false;
    reply.response.body = json::serialize(list);
    return reply;
  };
  folder.write("descope/main.yaml", connection("a", "A", "  pkce: true\n"));
  const Result result = apply();
  EXPECT_EQ(result.status, 9) << result.all();
  EXPECT_NE(result.out.find("pkce"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("[not-applied]"), std::string::npos) << result.out;
}

TEST_F(Requests, AreAnsweredInAnyOrderWithoutAnyDifference) {
  folder.write("descope/main.yaml", connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
  ASSERT_EQ(apply().status, 0);
  const auto plan = [&] {
    std::string text = run({"plan", "--json", "--detailed-exitcode"}).out;
    return text.erase(text.find("\"timestamp\""), 40);
  };
  const std::string before = plan();
  script = [](const Request& request, const Server::Handler& service) {
    Reply reply = service(request);
    if (request.target != "/v1/mgmt/outbound/apps") return reply;
    json::value list = json::parse(reply.response.body);
    std::reverse(list.at("apps").as_array().begin(), list.at("apps").as_array().end());
    reply.response.body = json::serialize(list);
    return reply;
  };
  EXPECT_EQ(plan(), before);
}

TEST_F(Requests, ThatNobodyAnswersEndWithTheTimeout) {
  folder.write("descopectl.yaml",
               "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
               "http: {retries: 0, timeoutSeconds: 1}\n");
  script = [](const Request&, const Server::Handler&) {
    Reply reply;
    reply.mischief = Mischief::kNeverAnswer;
    return reply;
  };
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 5) << result.all();
}

}  // namespace
}  // namespace descopectl::e2e
