// Clients that register themselves (RFC 7591).
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kRegister = "/v1/mgmt/inboundapp/app/P1/register";

Answer ask(Service& service, const std::string& body, const std::string& path = kRegister) {
  const http::Reply reply = service.handle(http::Request("POST", path, body));  // no credentials
  return {reply.response.status, *base::parse_json(reply.response.body)};
}

TEST(Registration, MakesAPublicAppWithoutCredentials) {
  Api api;
  const Answer made = ask(*api.service, R"({"client_name":"Agent","redirect_uris":["https://a.example/cb"],
      "logo_uri":"https://a.example/l.png","token_endpoint_auth_method":"client_secret_basic","unheard_of":{}})");
  EXPECT_EQ(made.status, 201) << made.message();
  EXPECT_EQ(made.text("/client_name"), "Agent");
  EXPECT_EQ(made.text("/token_endpoint_auth_method"), "none");
  EXPECT_EQ(made.text("/client_secret"), "(absent)");
  EXPECT_EQ(made.text("/redirect_uris"), R"(["https://a.example/cb"])");
  EXPECT_EQ(made.text("/grant_types"), R"(["authorization_code"])");
  EXPECT_EQ(made.text("/client_id_issued_at"), "1750000000");
  const Answer app =
      api.get("/v1/mgmt/thirdparty/app/load?clientId=" + http::percent_encode(made.text("/client_id")));
  EXPECT_EQ(app.text("/name"), "Agent");
  EXPECT_EQ(app.text("/dynamic"), "true");
  EXPECT_EQ(app.text("/nonConfidentialClient"), "true");
  EXPECT_EQ(app.text("/logoUrl"), "https://a.example/l.png");
  EXPECT_EQ(app.text("/approvedCallbackUrls"), R"(["https://a.example/cb"])");
}

TEST(Registration, OfOneNameTwiceMakesTwoApps) {
  Api api;
  const std::string body = R"({"client_name":"Agent","redirect_uris":["https://a.example/cb"]})";
  EXPECT_EQ(ask(*api.service, body).text("/client_name"), "Agent");
  EXPECT_EQ(ask(*api.service, body).text("/client_name"), "Agent 2");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load").text("/total"), "2");
}

TEST(Registration, RefusesInTheWordsOfTheRfc) {
  Api api;
  for (const std::string body :
       {R"({"client_name":"x"})", R"({"redirect_uris":[]})", R"({"redirect_uris":"u"})",
        R"({"redirect_uris":["no-uri"]})", R"({"redirect_uris":[7]})"}) {
    const Answer answer = ask(*api.service, body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.text("/error"), "invalid_redirect_uri") << body;
    EXPECT_EQ(answer.text("/error_description"), answer.message());
    EXPECT_EQ(answer.code(), "E011003");
  }
}

TEST(Registration, KnowsOnlyTheServedProject) {
  Options options;
  options.project_id = "P1";
  options.management_key = "K1";
  HandClock clock;
  const auto service = make_service(options, clock);
  const std::string body = R"({"redirect_uris":["https://a.example/cb"]})";
  EXPECT_EQ(ask(*service, body).status, 201);
  EXPECT_EQ(ask(*service, body, "/v1/mgmt/inboundapp/app/P2/register").code(), "E011008");
}

TEST(Registration, IsAuditedWithoutAnActor) {
  Api api;
  ask(*api.service, R"({"redirect_uris":["https://a.example/cb"]})");
  const Answer found = api.post("/v1/mgmt/audit/search");
  EXPECT_EQ(found.text("/audits/0/action"), "InboundAppCreated");
  EXPECT_EQ(found.text("/audits/0/actorId"), "");
}

}  // namespace
}  // namespace descopectl::emulator
