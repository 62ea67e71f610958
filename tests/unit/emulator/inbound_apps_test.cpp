// Inbound apps: secrets, patch, pages, two generations over one store.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kV1 = "/v1/mgmt/thirdparty/app";
const std::string kV2 = "/v2/mgmt/thirdparty/app";

std::string quoted(const std::string& name, const std::string& value) {
  return "\"" + name + "\":\"" + value + "\"";
}

TEST(InboundApps, CreateAnswersIdClientIdAndSecretOnce) {
  Api api;
  const Answer made = api.post(kV1 + "/create", R"({"name":"a","id":""})");
  ASSERT_EQ(made.status, 200) << made.message();
  EXPECT_EQ(made.body.get_object().size(), 3U);
  EXPECT_GE(made.text("/cleartext").size(), 32U);
  EXPECT_GE(made.text("/clientId").size(), 40U);
  const Answer loaded = api.get(kV1 + "/load?id=" + made.text("/id"));
  EXPECT_EQ(loaded.text("/name"), "a");
  EXPECT_EQ(loaded.text("/status"), "active");
  EXPECT_EQ(loaded.text("/clientSecret"), "(absent)");
  EXPECT_EQ(loaded.text("/consentFlowId"), "(absent)");
  EXPECT_EQ(json::serialize(loaded.body).find(made.text("/cleartext")), std::string::npos);
  const Answer found = api.get(kV1 + "/load?clientId=" + http::percent_encode(made.text("/clientId")));
  EXPECT_EQ(found.text("/id"), made.text("/id"));
}

TEST(InboundApps, CreateTakesIdClientIdAndSecretOver) {
  Api api;
  const Answer made =
      api.post(kV1 + "/create", R"({"id":"x1","name":"a","clientId":"c1","clientSecret":"s1"})");
  EXPECT_EQ(json::serialize(made.body), R"({"id":"x1","cleartext":"s1","clientId":"c1"})");
  EXPECT_EQ(api.post(kV1 + "/create", R"({"id":"x1","name":"b"})").code(), "E990209");
  EXPECT_EQ(api.post(kV1 + "/create", R"({"name":"b","clientId":"c1"})").code(), "E990209");
  EXPECT_EQ(api.post(kV1 + "/create", R"({"name":"a"})").code(), "E990209");
}

TEST(InboundApps, PublicClientHasNoSecret) {
  Api api;
  const Answer made =
      api.post(kV1 + "/create", R"({"name":"a","nonConfidentialClient":true,"clientId":"c"})");
  EXPECT_EQ(made.text("/cleartext"), "");
  EXPECT_EQ(api.get(kV1 + "/secret?id=" + made.text("/id")).text("/cleartext"), "");
  EXPECT_EQ(api.post(kV1 + "/rotate", "{" + quoted("id", made.text("/id")) + "}").code(), "E011004");
}

TEST(InboundApps, LoadIsWrappedUnderTheSwitch) {
  Switches switches;
  switches.wrap_inbound_load = true;
  Api api(switches);
  const std::string id = api.post(kV1 + "/create", R"({"name":"a"})").text("/id");
  EXPECT_EQ(api.get(kV1 + "/load?id=" + id).text("/app/name"), "a");
}

TEST(InboundApps, UpdateOverridesAndRefusesWhatOnlyCreateAndLoadHave) {
  Api api;
  api.post(kV1 + "/create", R"({"id":"x","name":"a","clientId":"c","description":"d","consentFlowId":"f"})");
  EXPECT_EQ(json::serialize(api.post(kV1 + "/update", R"({"id":"x","name":"b"})").body), "{}");
  const Answer loaded = api.get(kV1 + "/load?id=x");
  EXPECT_EQ(loaded.text("/description"), "");
  EXPECT_EQ(loaded.text("/clientId"), "c");
  EXPECT_EQ(loaded.text("/status"), "active");
  for (const char* field : {"clientId", "nonConfidentialClient", "dynamic", "status", "skipConsentScreen",
                            "useResources", "consentFlowId", "clientSecret", "backChannelLogoutUrl"}) {
    const Answer answer =
        api.post(kV1 + "/update", R"({"id":"x","name":"b",")" + std::string(field) + R"(":null})");
    EXPECT_EQ(answer.message(), "unknown field \"" + std::string(field) + "\"");
  }
}

TEST(InboundApps, PatchChangesOnlyWhatIsPresent) {
  Api api;
  api.post(kV1 + "/create",
           R"({"id":"x","name":"a","description":"d","approvedCallbackUrls":["https://a.test"]})");
  EXPECT_EQ(api.post(kV1 + "/patch", R"({"id":"x","description":"","approvedCallbackUrls":null})").status,
            200);
  const Answer loaded = api.get(kV1 + "/load?id=x");
  EXPECT_EQ(loaded.text("/name"), "a");
  EXPECT_EQ(loaded.text("/description"), "");
  EXPECT_EQ(loaded.size("/approvedCallbackUrls"), 1U);
  EXPECT_EQ(api.post(kV1 + "/patch", R"({"id":"x","name":""})").code(), "E011003");
  EXPECT_EQ(api.post(kV1 + "/patch", R"({"name":"z"})").code(), "E011002");
}

TEST(InboundApps, FirstGenerationsScopesAreMappingsInTheSecond) {
  Api api;
  api.post(
      kV1 + "/create",
      R"({"id":"x","name":"a","attributesScopes":[{"name":"s","description":"d","optional":true,"values":["email"]}]})");
  const Answer second = api.get(kV2 + "/load?id=x");
  EXPECT_EQ(second.text("/scopeClaimMapping/0/scope"), "s");
  EXPECT_EQ(second.text("/scopeClaimMapping/0/mandatory"), "false");
  EXPECT_EQ(second.text("/scopeClaimMapping/0/claims"), R"({"email":"{{user.email}}"})");
  EXPECT_EQ(second.text("/attributesScopes"), "(absent)");
  EXPECT_EQ(api.get(kV1 + "/load?id=x").text("/scopeClaimMapping"), "(absent)");
  EXPECT_EQ(api.post(kV1 + "/create", R"({"name":"b","scopeClaimMapping":[]})").code(), "E011001");
  EXPECT_EQ(api.post(kV2 + "/create", R"({"name":"b","attributesScopes":[]})").code(), "E011001");
}

TEST(InboundApps, SecondGenerationsMappingsAreScopesInTheFirstAndSurviveItsUpdates) {
  Api api;
  api.post(
      kV2 + "/create",
      R"({"id":"x","name":"a","forcePkce":true,"scopeClaimMapping":[{"scope":"s","claims":{"mail":"const"},"mandatory":true}]})");
  const Answer first = api.get(kV1 + "/load?id=x");
  EXPECT_EQ(first.text("/attributesScopes"),
            R"([{"name":"s","description":"","optional":false,"values":["mail"]}])");
  api.post(kV1 + "/update",
           R"({"id":"x","name":"b","attributesScopes":)" + first.text("/attributesScopes") + "}");
  EXPECT_EQ(api.get(kV2 + "/load?id=x").text("/scopeClaimMapping/0/claims/mail"), "const");
  api.post(kV1 + "/update", R"({"id":"x","name":"b"})");
  EXPECT_EQ(api.get(kV2 + "/load?id=x").text("/scopeClaimMapping"), "[]");
}

TEST(InboundApps, PagesComeFromQueryAndFromBody) {
  Switches switches;
  switches.page_size = 2;
  Api api(switches);
  for (const char* name : {"a", "b", "c"})
    api.post(kV1 + "/create", "{" + quoted("name", name) + "}");
  const Answer first = api.get("/v1/mgmt/thirdparty/apps/load");
  EXPECT_EQ(first.size("/apps"), 2U);
  EXPECT_EQ(first.text("/total"), "3");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load?page=1&limit=2").text("/apps/0/name"), "c");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load?page=9").size("/apps"), 0U);
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load?limit=x").code(), "E011001");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load?page=-1").code(), "E011001");
  EXPECT_EQ(api.post("/v2/mgmt/thirdparty/apps/load", R"({"page":0,"limit":0})").size("/apps"), 2U);
  EXPECT_EQ(api.post("/v2/mgmt/thirdparty/apps/load", R"({"page":2,"limit":1})").text("/apps/0/name"), "c");
  EXPECT_EQ(api.post("/v2/mgmt/thirdparty/apps/load", R"({"size":1})").code(), "E011001");
}

TEST(InboundApps, LimitIsCappedAtOneThousand) {
  Api api;
  for (int i = 0; i < 1001; ++i)
    api.post(kV1 + "/create", "{" + quoted("name", std::to_string(i)) + "}");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load?limit=5000").size("/apps"), 1000U);
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/apps/load").size("/apps"), 100U);
}

TEST(Secrets, AreReadRotatedAddedAndRevoked) {
  Api api;
  api.post(kV1 + "/create", R"({"id":"x","name":"a","clientSecret":"s1"})");
  EXPECT_EQ(api.get(kV1 + "/secret?id=x").text("/cleartext"), "s1");
  const std::string rotated = api.post(kV1 + "/rotate", R"({"id":"x"})").text("/cleartext");
  EXPECT_EQ(api.get(kV1 + "/secret?id=x").text("/cleartext"), rotated);

  const Answer added = api.post(kV1 + "/secret/add", R"({"id":"x","name":"ci","expireTime":1750000100})");
  EXPECT_EQ(added.text("/meta/name"), "ci");
  EXPECT_EQ(added.text("/meta/status"), "active");
  EXPECT_EQ(added.text("/meta/expireTime"), "1750000100");
  EXPECT_EQ(api.get(kV1 + "/secret?id=x").code(), "E011002");
  EXPECT_EQ(api.get(kV1 + "/secret?id=x&secretName=ci").text("/cleartext"), added.text("/cleartext"));
  EXPECT_EQ(api.get(kV1 + "/secret?id=x&secretName=default").text("/cleartext"), rotated);
  EXPECT_EQ(api.get(kV1 + "/secret?id=x&secretName=no").status, 404);
  EXPECT_EQ(api.post(kV1 + "/secret/add", R"({"id":"x","name":"ci"})").status, 409);

  api.clock.advance(std::chrono::seconds(100));
  const Answer left = api.post(kV1 + "/secret/revoke", R"({"id":"x","name":"default"})");
  EXPECT_EQ(left.size("/secrets"), 1U);
  EXPECT_EQ(left.text("/secrets/0/status"), "expired");
  EXPECT_EQ(left.text("/secrets/0/value"), "(absent)");
  EXPECT_EQ(api.post(kV1 + "/secret/revoke", R"({"id":"x","name":"default"})").status, 404);
}

TEST(CustomAttributes, OfAnAppMayBeMoreThanStrings) {
  Api api;
  EXPECT_EQ(api.post(kV1 + "/create",
                     R"({"id":"x","name":"a","customAttributes":{"a":"b","n":7,"t":true,"l":["x"]}})")
                .status,
            200);
  EXPECT_EQ(api.get(kV1 + "/load?id=x").text("/customAttributes/n"), "7");
  EXPECT_EQ(api.post(kV1 + "/create", R"({"name":"b","customAttributes":{"a":{}}})").code(), "E011001");
}

}  // namespace
}  // namespace descopectl::emulator
