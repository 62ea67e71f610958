// Credentials, paths, methods and bodies: what holds for every endpoint.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

int status_with(Service& service, const std::string& authorization) {
  http::Request request("GET", "/v1/mgmt/license");
  if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
  return service.handle(request).response.status;
}

TEST(Credentials, ProjectAndKeyAreTakenInAnyCaseOfTheScheme) {
  Api api;
  EXPECT_EQ(status_with(*api.service, "Bearer P1:K1"), 200);
  EXPECT_EQ(status_with(*api.service, "bearer P2:K:with:colons"), 200);
}

TEST(Credentials, MissingAndMalformedOnesAreUnauthorized) {
  Api api;
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer K1", "Bearer :K1", "Bearer P1:", "Basic P1:K1"})
    EXPECT_EQ(status_with(*api.service, header), 401) << header;
}

TEST(Credentials, OnlyTheConfiguredOnesAreTaken) {
  const HandClock clock;
  Options options;
  options.project_id = "P1";
  options.management_key = "K1";
  const auto service = make_service(options, clock);
  EXPECT_EQ(status_with(*service, "Bearer P1:K1"), 200);
  EXPECT_EQ(status_with(*service, "Bearer P1:K2"), 401);
  EXPECT_EQ(status_with(*service, "Bearer P2:K1"), 401);
}

TEST(Credentials, RefusalHasAllFourMembers) {
  Api api;
  const http::Reply reply = api.service->handle(http::Request("GET", "/v1/mgmt/license"));
  EXPECT_EQ(reply.response.body,
            R"({"errorCode":"E990001","errorDescription":"Unauthorized",)"
            R"("errorMessage":"Authorization must be: Bearer <project id>:<management key>",)"
            R"("message":"Authorization must be: Bearer <project id>:<management key>"})");
}

TEST(Paths, UnknownPathIsNotFoundAndWrongMethodNotAllowed) {
  Api api;
  EXPECT_EQ(api.get("/v1/mgmt/nothing").status, 404);
  EXPECT_EQ(api.get("/v1/mgmt/nothing").message(), "No such path: /v1/mgmt/nothing");
  EXPECT_EQ(api.post("/v1/mgmt/resources/load").status, 405);
  EXPECT_EQ(api.get("/v1/mgmt/resource/create").status, 405);
  EXPECT_EQ(api.send("DELETE", "/v1/mgmt/outbound/app/x").status, 405);
}

TEST(Bodies, EmptyBodyNullAndEmptyObjectAreTheSame) {
  Api api;
  for (const char* body : {"", "  \n", "null", "{}"}) {
    EXPECT_EQ(api.post("/v1/mgmt/scopeClaimMapping/get", body).text("/mappings"), "[]") << body;
    EXPECT_EQ(api.post("/v1/mgmt/resource/create", body).code(), "E011002") << body;
  }
}

TEST(Bodies, WhatIsNoJsonObjectIsMalformed) {
  Api api;
  for (const char* body : {"{", "[]", "7", "\"x\"", "{\"name\":}", "{} {}", "\xff"}) {
    const Answer answer = api.post("/v1/mgmt/resource/create", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.code(), "E011001") << body;
  }
}

TEST(Bodies, UnknownFieldsAreRefusedUnlessSwitchedOff) {
  Api api;
  const std::string body = R"({"name":"a","uri":"https://a.test","type":"api","colour":"red"})";
  const Answer answer = api.post("/v1/mgmt/resource/create", body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "E011001");
  EXPECT_EQ(answer.message(), "unknown field \"colour\"");
  Switches switches;
  switches.refuse_unknown_fields = false;
  EXPECT_EQ(Api(switches).post("/v1/mgmt/resource/create", body).status, 200);
}

TEST(Bodies, UnknownFieldInsideIsNamedWithItsPlace) {
  Api api;
  const Answer answer =
      api.post("/v1/mgmt/outbound/app/create", R"({"name":"a","tokenUrlParams":[{"name":"x","value":"y"}]})");
  EXPECT_EQ(answer.message(), "unknown field \"tokenUrlParams[0].name\"");
}

TEST(Bodies, WrongTypesAreRefused) {
  Api api;
  for (const char* body :
       {R"({"name":7})", R"({"name":"a","pkce":"true"})", R"({"name":"a","defaultScopes":"x"})",
        R"({"name":"a","defaultScopes":[1]})", R"({"name":"a","defaultScopes":[null]})",
        R"({"name":"a","tokenUrlParams":{}})", R"({"name":"a","tokenUrlParams":["x"]})"}) {
    const Answer answer = api.post("/v1/mgmt/outbound/app/create", body);
    EXPECT_EQ(answer.code(), "E011001") << body;
  }
  EXPECT_EQ(api.post("/v1/mgmt/thirdparty/app/create",
                     R"({"name":"a","sessionSettings":{"refreshTokenExpiration":2147483648}})")
                .message(),
            "invalid value for field \"sessionSettings.refreshTokenExpiration\": expected a 32-bit integer");
}

TEST(Bodies, NullIsTheZeroValueOfAnyField) {
  Api api;
  const Answer answer = api.post(
      "/v1/mgmt/outbound/app/create",
      R"({"id":null,"name":"a","description":null,"logo":null,"pkce":null,"prompt":null,"tokenUrlParams":null})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("/app/description"), "");
  EXPECT_EQ(answer.text("/app/pkce"), "false");
  EXPECT_EQ(answer.text("/app/prompt"), "[]");
}

TEST(Zeros, AreLeftOutUnderTheSwitch) {
  Switches switches;
  switches.emit_zero_values = false;
  Api api(switches);
  const Answer answer = api.post("/v1/mgmt/outbound/app/create", R"({"id":"c","name":"a","pkce":false})");
  EXPECT_EQ(json::serialize(answer.body), R"({"app":{"id":"c","name":"a","appType":"oauth"}})");
}

TEST(License, HasATier) {
  Api api;
  EXPECT_EQ(api.get("/v1/mgmt/license").text("/rateLimitTier"), "tier1");
}

TEST(CustomAttributes, AreNone) {
  Api api;
  EXPECT_EQ(json::serialize(api.get("/v1/mgmt/user/customattributes").body), R"({"data":[],"total":"0"})");
}

TEST(ScopeClaimMapping, SetReplacesAndDeleteClears) {
  Api api;
  EXPECT_EQ(api.post("/v1/mgmt/scopeClaimMapping/set",
                     R"({"mappings":[{"scope":"b","claims":{"x":"1"}},{"scope":"a"}]})")
                .status,
            200);
  const Answer answer = api.post("/v1/mgmt/scopeClaimMapping/get");
  EXPECT_EQ(answer.text("/mappings/0/scope"), "b");
  EXPECT_EQ(answer.text("/mappings/0/claims/x"), "1");
  EXPECT_EQ(answer.text("/mappings/1/claims"), "{}");
  api.post("/v1/mgmt/scopeClaimMapping/delete");
  EXPECT_EQ(api.post("/v1/mgmt/scopeClaimMapping/get").size("/mappings"), 0U);
}

}  // namespace
}  // namespace descopectl::emulator
