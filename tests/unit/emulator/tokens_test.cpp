// Tokens of connections: uploaded, fetched, listed, deleted, and what a deleted connection leaves.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kApp = "/v1/mgmt/outbound/app";
const std::string kUser = kApp + "/user";
const std::string kTenant = kApp + "/tenant";

class Tokens : public testing::Test {
 protected:
  Tokens() {
    api.post(kApp + "/create", R"({"id":"oauth","name":"o"})");
    api.post(kApp + "/create", R"({"id":"key","name":"k","appType":"apikey"})");
  }

  Api api;
};

TEST_F(Tokens, OfUsersAreFetchedByScopesOrTheLatest) {
  const std::string upload = kUser + "/oauthtoken/upload";
  EXPECT_EQ(json::serialize(api.post(upload, R"({"appId":"oauth","userId":"u","accessToken":"a1",
      "refreshToken":"r1","accessTokenExpiry":1750000100,"scopes":["x","y"]})")
                                .body),
            "{}");
  api.post(upload, R"({"appId":"oauth","userId":"u","accessToken":"a2","scopes":["z"]})");
  const Answer by_scopes = api.post(kUser + "/token", R"({"appId":"oauth","userId":"u","scopes":["y"]})");
  EXPECT_EQ(by_scopes.text("/token/accessToken"), "a1");
  EXPECT_EQ(by_scopes.text("/token/accessTokenType"), "Bearer");
  EXPECT_EQ(by_scopes.text("/token/accessTokenExpiry"), "1750000100");
  EXPECT_EQ(by_scopes.text("/token/hasRefreshToken"), "true");
  EXPECT_EQ(by_scopes.text("/token/refreshToken"), "") << "only where it is asked for";
  EXPECT_EQ(api.post(kUser + "/token",
                     R"({"appId":"oauth","userId":"u","scopes":["x"],"options":{"withRefreshToken":true}})")
                .text("/token/refreshToken"),
            "r1");
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"oauth","userId":"u","tenantId":null})")
                .text("/token/accessToken"),
            "a2");
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"oauth","userId":"u","scopes":["x"]})").code(),
            "E011001");
}

TEST_F(Tokens, OfTenantsNameNoUser) {
  const std::string body = R"({"appId":"oauth","tenantId":"t","userId":"u","accessToken":"a"})";
  EXPECT_EQ(api.post(kTenant + "/oauthtoken/upload", body).code(), "E011001");
  EXPECT_EQ(api.post(kUser + "/oauthtoken/upload", body).status, 200);
}

TEST_F(Tokens, AreNotFoundWhereThereAreNone) {
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"oauth","userId":"u"})").code(), "E990314");
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"no","userId":"u"})").code(), "E990304");
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"oauth"})").message(),
            "The userId argument is required");
  EXPECT_EQ(api.post(kTenant + "/token", R"({"appId":"oauth","scopes":[]})").message(),
            "The tenantId argument is required");
}

TEST_F(Tokens, AnUploadReplacesTheOneBefore) {
  for (const std::string key : {"k1", "k2"})
    EXPECT_EQ(api.post(kUser + "/apikey/upload", R"({"appId":"key","userId":"u","apiKey":")" + key + R"("})")
                  .status,
              200);
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"key","userId":"u"})").text("/token/accessToken"),
            "k2");
  EXPECT_EQ(api.service->snapshot().at("tokens").get_array().size(), 1U);
}

TEST_F(Tokens, FitTheTypeOfTheirConnection) {
  EXPECT_EQ(api.post(kUser + "/apikey/upload", R"({"appId":"oauth","userId":"u","apiKey":"k"})").code(),
            "E011004");
  EXPECT_EQ(
      api.post(kUser + "/oauthtoken/upload", R"({"appId":"key","userId":"u","accessToken":"a"})").code(),
      "E011004");
  EXPECT_EQ(api.post(kUser + "/oauthtoken/upload", R"({"appId":"oauth","userId":"u"})").code(), "E011002");
}

TEST_F(Tokens, BatchesAreAllOrNothingAndTellTheFailures) {
  const Answer failed = api.post(kTenant + "/oauthtoken/batch/upload",
                                 R"({"tokens":[{"appId":"oauth","tenantId":"t","accessToken":"a"},
                                     {"appId":"oauth","tenantId":"t2"}]})");
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(failed.size("/failures"), 1U);
  EXPECT_EQ(failed.text("/failures/0/tenantId"), "t2");
  EXPECT_EQ(failed.text("/failures/0/errorCode"), "E152110");
  EXPECT_EQ(api.post(kTenant + "/token/latest", R"({"appId":"oauth","tenantId":"t"})").status, 404);
  const Answer stored = api.post(kTenant + "/oauthtoken/batch/upload",
                                 R"({"tokens":[{"appId":"oauth","tenantId":"t","accessToken":"a"}]})");
  EXPECT_EQ(json::serialize(stored.body), R"({"failures":[]})");
  EXPECT_EQ(api.post(kTenant + "/token/latest", R"({"appId":"oauth","tenantId":"t"})").status, 200);
}

TEST_F(Tokens, ListTheConnectionsOfAUser) {
  api.post(kUser + "/oauthtoken/upload", R"({"appId":"oauth","userId":"u","accessToken":"a"})");
  api.post(kUser + "/apikey/upload", R"({"appId":"key","userId":"u","apiKey":"k","tenantId":"t"})");
  const std::string list = "/v1/mgmt/outbound/apps-with-user-token";
  EXPECT_EQ(api.get(list + "?userId=u").text("/appIds"), R"(["oauth","key"])");
  EXPECT_EQ(api.get(list + "?userId=u&tenantId=t").text("/appIds"), R"(["key"])");
  EXPECT_EQ(api.get(list + "?userId=nobody").text("/appIds"), "[]");
  EXPECT_EQ(api.get(list).code(), "E011002");
}

TEST_F(Tokens, AreDeletedByUserAndById) {
  api.post(kUser + "/oauthtoken/upload", R"({"appId":"oauth","userId":"u","accessToken":"a"})");
  api.post(kTenant + "/oauthtoken/upload", R"({"appId":"oauth","tenantId":"t","accessToken":"b"})");
  api.post(kTenant + "/apikey/upload", R"({"appId":"key","tenantId":"t","apiKey":"k"})");
  EXPECT_EQ(api.send("DELETE", "/v1/mgmt/outbound/user/tokens").code(), "E011002");
  EXPECT_EQ(api.send("DELETE", "/v1/mgmt/outbound/user/tokens?appId=oauth").status, 200);
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"oauth","userId":"u"})").status, 404);
  const std::string by_id = "/v1/mgmt/outbound/token?id=";
  const std::string id =
      api.post(kTenant + "/token/latest", R"({"appId":"oauth","tenantId":"t"})").text("/token/id");
  EXPECT_EQ(api.send("DELETE", by_id + id).status, 200);
  EXPECT_EQ(api.send("DELETE", by_id + id).code(), "E990314");
  const std::string key =
      api.post(kTenant + "/token/latest", R"({"appId":"key","tenantId":"t"})").text("/token/id");
  EXPECT_EQ(api.send("DELETE", by_id + key).code(), "E151016");
}

TEST_F(Tokens, GoWithTheirConnectionButForATenantsApiKey) {
  api.post(kUser + "/apikey/upload", R"({"appId":"key","userId":"u","apiKey":"k1"})");
  api.post(kTenant + "/apikey/upload", R"({"appId":"key","tenantId":"t","apiKey":"k2"})");
  api.post(kApp + "/delete", R"({"id":"key"})");
  EXPECT_EQ(api.post(kUser + "/token/latest", R"({"appId":"key","userId":"u"})").code(), "E990304");
  EXPECT_EQ(
      api.post(kTenant + "/token/latest", R"({"appId":"key","tenantId":"t"})").text("/token/accessToken"),
      "k2");
}

TEST_F(Tokens, OutliveARestart) {
  api.post(kUser + "/oauthtoken/upload",
           R"({"appId":"oauth","userId":"u","accessToken":"a","scopes":["s"]})");
  Api again;
  ASSERT_FALSE(again.service->restore(api.service->snapshot()).has_error());
  EXPECT_EQ(again.post(kUser + "/token", R"({"appId":"oauth","userId":"u","scopes":["s"]})").body,
            api.post(kUser + "/token", R"({"appId":"oauth","userId":"u","scopes":["s"]})").body);
}

}  // namespace
}  // namespace descopectl::emulator
