// Snapshots: everything survives, hand-written ones are completed, damaged ones are refused with the place.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

void fill(Api& api) {
  api.post("/v1/mgmt/permission/create", R"({"name":"p"})");
  api.post("/v1/mgmt/role/create", R"({"name":"r","permissionNames":["p"]})");
  api.post("/v1/mgmt/outbound/app/create", R"({"id":"c","name":"c","clientSecret":"s"})");
  api.post(
      "/v1/mgmt/resource/create",
      R"({"name":"r","type":"mcp","uri":"https://r.test","scopes":{"connectionsScopes":[{"name":"s"}]}})");
  api.post(
      "/v2/mgmt/thirdparty/app/create",
      R"({"id":"a","name":"a","consentFlowId":"f","scopeClaimMapping":[{"scope":"s","claims":{"x":"y"}}]})");
  api.post("/v1/mgmt/thirdparty/app/secret/add", R"({"id":"a","name":"ci","expireTime":"9"})");
  api.post("/v1/mgmt/resourcepolicy/create", R"({"thirdPartyApplicationId":"a","resourceId":"r"})");
  api.post("/v1/mgmt/scopeClaimMapping/set", R"({"mappings":[{"scope":"z"}]})");
}

std::string error_of(const char* text) {
  Api api;
  const auto restored = api.service->restore(*base::parse_json(text));
  return restored.has_error() ? restored.error().message() : "(restored)";
}

TEST(Snapshot, RestoresTheWholeStore) {
  Api first;
  fill(first);
  Api second;
  ASSERT_FALSE(second.service->restore(first.service->snapshot()).has_error());
  EXPECT_EQ(base::to_canonical_json(second.service->snapshot()),
            base::to_canonical_json(first.service->snapshot()));
  EXPECT_EQ(second.get("/v1/mgmt/thirdparty/app/secret?id=a&secretName=ci").text("/cleartext"),
            first.get("/v1/mgmt/thirdparty/app/secret?id=a&secretName=ci").text("/cleartext"));
  EXPECT_EQ(second.post("/v1/mgmt/outbound/app/create", R"({"id":"c","name":"d"})").code(), "E151001");
}

TEST(Snapshot, RevisionGrowsWithChangesOnly) {
  Api api;
  const auto before = api.service->revision();
  api.get("/v1/mgmt/outbound/apps");
  api.post("/v1/mgmt/outbound/app/create", "{}");
  EXPECT_EQ(api.service->revision(), before);
  api.post("/v1/mgmt/outbound/app/create", R"({"name":"c"})");
  EXPECT_GT(api.service->revision(), before);
}

TEST(Snapshot, HandWrittenObjectsAreCompleted) {
  Api api;
  const auto restored = api.service->restore(*base::parse_json(
      R"({"format":"descopectl-emulator","version":1,"objects":{"InboundApp":[{"name":"a","clientId":"c",
          "attributesScopes":[{"name":"s","values":["email"]}],"dynamic":true,"secrets":[{"name":"x","value":"y"}]}],
          "Permission":[{"name":"sys","systemDefault":true}]}})"));
  ASSERT_FALSE(restored.has_error()) << restored.error().message();
  const Answer loaded = api.get("/v1/mgmt/thirdparty/app/load?clientId=c");
  EXPECT_EQ(loaded.text("/dynamic"), "true");
  EXPECT_EQ(
      api.get("/v2/mgmt/thirdparty/app/load?id=" + loaded.text("/id")).text("/scopeClaimMapping/0/scope"),
      "s");
  EXPECT_EQ(api.get("/v1/mgmt/thirdparty/app/secret?id=" + loaded.text("/id")).text("/cleartext"), "y");
  EXPECT_EQ(api.get("/v1/mgmt/permission/all").text("/permissions/0/systemDefault"), "true");
}

TEST(Snapshot, DamageIsRefusedWithItsPlace) {
  EXPECT_EQ(error_of("[]"), "/: expected an object");
  EXPECT_EQ(error_of("{}"), "/format: expected \"descopectl-emulator\": this is no emulator data");
  EXPECT_EQ(error_of(R"({"format":"descopectl-emulator","version":2})"),
            "/version: expected 1: written by another version of descopectl?");
  EXPECT_EQ(error_of(R"({"format":"descopectl-emulator","version":1,"objects":{"Gadget":[]}})"),
            "/objects: unknown kind 'Gadget'");
  EXPECT_EQ(error_of(R"({"format":"descopectl-emulator","version":1,"objects":{"Role":[{"nmae":"r"}]}})"),
            "/objects/Role/0: unknown field \"nmae\"");
  EXPECT_EQ(
      error_of(
          R"({"format":"descopectl-emulator","version":1,"objects":{"Role":[{"name":"r"},{"name":"r"}]}})"),
      "/objects/Role/1: another object has the same name");
  EXPECT_EQ(error_of(R"({"format":"descopectl-emulator","version":1,"objects":{"ResourcePolicy":[{}]}})"),
            "/objects/ResourcePolicy/0: The thirdPartyApplicationId argument is required");
  EXPECT_EQ(error_of(R"({"format":"descopectl-emulator","version":1,"colour":1})"),
            "/: unknown member 'colour'");
}

TEST(Snapshot, FailedRestoreLeavesTheStoreAlone) {
  Api api;
  fill(api);
  const std::string before = base::to_canonical_json(api.service->snapshot());
  EXPECT_TRUE(api.service
                  ->restore(*base::parse_json(
                      R"({"format":"descopectl-emulator","version":1,"objects":{"Role":[{"name":"x"},7]}})"))
                  .has_error());
  EXPECT_EQ(base::to_canonical_json(api.service->snapshot()), before);
}

}  // namespace
}  // namespace descopectl::emulator
