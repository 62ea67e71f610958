// Consents out of a data file: search, pages, and deletions that never take everything.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kConsents = "/v1/mgmt/thirdparty/consents";

class Consents : public testing::Test {
 protected:
  Consents() {
    json::value data = api.service->snapshot();
    data.at("consents") = *base::parse_json(R"([
        {"id":"1","appId":"A","userId":"U1","scopes":["s"],"createdTime":7},
        {"id":"2","appId":"A","userId":"U2","tenantId":"T1"},
        {"id":"3","appId":"B","userId":"U1"},
        {"id":"4","appId":"A","tenantId":"T1"}])");
    EXPECT_FALSE(api.service->restore(data).has_error());
  }

  /// The ids that a search finds, joined.
  std::string ids(const std::string& body = "{}") {
    const Answer found = api.post(kConsents + "/search", body);
    EXPECT_EQ(found.status, 200) << found.message();
    std::string result;
    for (const json::value& consent : found.body.at("consents").get_array())
      result += std::string(consent.at("id").get_string());
    return result;
  }

  Api api;
};

TEST_F(Consents, AreFoundByEachSelectorAndInPages) {
  EXPECT_EQ(ids(), "1234");
  EXPECT_EQ(ids(R"({"appId":"B"})"), "3");
  EXPECT_EQ(ids(R"({"userId":"U1"})"), "13");
  EXPECT_EQ(ids(R"({"consentId":"2"})"), "2");
  EXPECT_EQ(ids(R"({"tenantId":"T1","userId":null})"), "24");
  const Answer page = api.post(kConsents + "/search", R"({"page":1,"limit":3})");
  EXPECT_EQ(page.size("/consents"), 1U);
  EXPECT_EQ(page.text("/total"), "4");
  EXPECT_EQ(api.post(kConsents + "/search", R"({"consentId":"1"})").text("/consents/0/expireTime"), "0");
  EXPECT_EQ(api.post(kConsents + "/search", R"({"page":-1})").code(), "E011004");
}

TEST_F(Consents, OfUsersAreDeletedAndThoseOfTenantsStay) {
  EXPECT_EQ(api.post(kConsents + "/delete", R"({"appId":"A"})").status, 200);
  EXPECT_EQ(ids(), "34");
  EXPECT_EQ(api.post(kConsents + "/delete", R"({"consentIds":["3","4"]})").status, 200);
  EXPECT_EQ(ids(), "4");
}

TEST_F(Consents, OfTenantsAreDeletedByTheirOwnCall) {
  EXPECT_EQ(api.post(kConsents + "/delete/tenant", R"({"tenantId":"T1"})").status, 200);
  EXPECT_EQ(ids(), "123");
}

TEST_F(Consents, AreNeverAllDeletedAtOnce) {
  EXPECT_EQ(api.post(kConsents + "/delete", R"({})").code(), "E011002");
  EXPECT_EQ(api.post(kConsents + "/delete", R"({"tenantId":"T1"})").code(), "E011002");
  EXPECT_EQ(api.post(kConsents + "/delete", R"({"consentIds":[],"appId":""})").code(), "E011002");
  EXPECT_EQ(api.post(kConsents + "/delete/tenant", R"({})").code(), "E011002");
  EXPECT_EQ(ids(), "1234");
}

TEST_F(Consents, GoWithTheirApp) {
  const std::string app = api.post("/v1/mgmt/thirdparty/app/create", R"({"name":"n"})").text("/id");
  json::value data = api.service->snapshot();
  data.at("consents").at(0).at("appId") = app;
  ASSERT_FALSE(api.service->restore(data).has_error());
  api.post("/v1/mgmt/thirdparty/app/delete", R"({"id":")" + app + R"("})");
  EXPECT_EQ(ids(), "234");
}

}  // namespace
}  // namespace descopectl::emulator
