// Resource policies: the pair is the key, updates are flat, deletes of either end take them along.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kBase = "/v1/mgmt/resourcepolicy";
const std::string kByApp = kBase + "/app/load?thirdPartyApplicationId=";

TEST(Policies, LiveByTheirPair) {
  Api api;
  const Answer made = api.post(
      kBase + "/create",
      R"({"thirdPartyApplicationId":"a","resourceId":"r","userAccessScopes":["s"],"allClientScopes":true})");
  EXPECT_EQ(made.text("/resourcePolicy/version"), "1");
  EXPECT_TRUE(made.body.at("resourcePolicy").at("createdTime").is_string());
  EXPECT_EQ(api.post(kBase + "/create", R"({"thirdPartyApplicationId":"a","resourceId":"r"})").code(),
            "E990509");
  const Answer changed = api.post(kBase + "/update", R"({"thirdPartyApplicationId":"a","resourceId":"r"})");
  EXPECT_EQ(changed.text("/resourcePolicy/userAccessScopes"), "[]");
  EXPECT_EQ(changed.text("/resourcePolicy/allClientScopes"), "false");
  EXPECT_EQ(changed.text("/resourcePolicy/version"), "2");
  EXPECT_EQ(api.post(kBase + "/update", R"({"thirdPartyApplicationId":"a","resourceId":"q"})").code(),
            "E990504");
  EXPECT_EQ(api.post(kBase + "/update", R"({"resourcePolicy":{}})").code(), "E011001");
  EXPECT_EQ(api.get(kByApp + "a").size("/resourcePolicies"), 1U);
  EXPECT_EQ(api.get(kByApp + "b").size("/resourcePolicies"), 0U);
  EXPECT_EQ(api.post(kBase + "/delete", R"({"thirdPartyApplicationId":"a","resourceId":"r"})").status, 200);
  EXPECT_EQ(api.post(kBase + "/delete", R"({"thirdPartyApplicationId":"a","resourceId":"r"})").status, 404);
  EXPECT_EQ(api.post(kBase + "/delete", R"({"resourceId":"r"})").code(), "E011002");
}

TEST(Policies, BatchesAreAllOrNothing) {
  Api api;
  const std::string twice =
      R"({"policies":[{"thirdPartyApplicationId":"a","resourceId":"r"},{"thirdPartyApplicationId":"a","resourceId":"r"}]})";
  EXPECT_EQ(api.post(kBase + "/create/batch", twice).status, 409);
  EXPECT_EQ(api.get(kByApp + "a").size("/resourcePolicies"), 0U);
  const std::string two =
      R"({"policies":[{"thirdPartyApplicationId":"a","resourceId":"r"},{"thirdPartyApplicationId":"a","resourceId":"q"}]})";
  EXPECT_EQ(api.post(kBase + "/create/batch", two).size("/resourcePolicies"), 2U);
  EXPECT_EQ(api.post(kBase + "/delete/batch", two).status, 200);
  EXPECT_EQ(api.get(kByApp + "a").size("/resourcePolicies"), 0U);
}

TEST(Policies, GoWithTheirAppAndTheirResource) {
  Api api;
  api.post("/v1/mgmt/thirdparty/app/create", R"({"id":"a","name":"a"})");
  const std::string r =
      api.post("/v1/mgmt/resource/create", R"({"name":"r","type":"api","uri":"https://r.test"})")
          .text("/resource/id");
  const auto policy = [&](const std::string& app, const std::string& resource) {
    return R"({"thirdPartyApplicationId":")" + app + R"(","resourceId":")" + resource + "\"}";
  };
  api.post(kBase + "/create", policy("a", r));
  api.post(kBase + "/create", policy("a", "other"));
  api.post(kBase + "/create", policy("b", "other"));
  api.post("/v1/mgmt/resource/delete", R"({"id":")" + r + "\"}");
  EXPECT_EQ(api.get(kByApp + "a").text("/resourcePolicies/0/resourceId"), "other");
  api.post("/v1/mgmt/thirdparty/app/delete", R"({"id":"a"})");
  EXPECT_EQ(api.get(kByApp + "a").size("/resourcePolicies"), 0U);
  EXPECT_EQ(api.get(kByApp + "b").size("/resourcePolicies"), 1U);
}

TEST(Policies, UnknownEndsAreRefusedUnderStrictReferences) {
  Switches switches;
  switches.strict_references = true;
  Api api(switches);
  EXPECT_EQ(api.post(kBase + "/create", R"({"thirdPartyApplicationId":"a","resourceId":"r"})").message(),
            "There is no InboundApp 'a'");
}

}  // namespace
}  // namespace descopectl::emulator
