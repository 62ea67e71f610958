// The audit trail: what leaves a record, and how a search picks and pages.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kSearch = "/v1/mgmt/audit/search";
const std::string kEvent = "/v1/mgmt/audit/event";
const std::string kConnection = "/v1/mgmt/outbound/app";

/// The actions that a search finds, oldest first.
std::vector<std::string> actions(Api& api, const std::string& members = {}) {
  const Answer answer =
      api.post(kSearch, "{" + members + (members.empty() ? "" : ",") + R"("oldestFirst":true})");
  EXPECT_EQ(answer.status, 200) << answer.message();
  std::vector<std::string> result;
  if (const json::value* audits = base::find_member(answer.body.get_object(), "audits"))
    for (const json::value& audit : audits->get_array())
      result.emplace_back(audit.at("action").get_string());
  return result;
}

using Texts = std::vector<std::string>;

TEST(Audit, IsEmptyAtFirst) {
  Api api;
  EXPECT_EQ(json::serialize(api.post(kSearch).body), R"({"audits":[],"total":0})");
}

TEST(Audit, RecordsEveryWriteOfObjects) {
  Api api;
  api.post(kConnection + "/create", R"({"id":"c","name":"C"})");
  api.post(kConnection + "/update", R"({"app":{"id":"c","name":"D"}})");
  api.post(kConnection + "/delete", R"({"id":"c"})");
  const std::string id =
      api.post("/v1/mgmt/resource/create", R"({"name":"R","uri":"https://r.example","type":"api"})")
          .text("/resource/id");
  api.post("/v1/mgmt/resource/delete/batch", R"({"ids":[")" + id + R"(","unknown"]})");
  api.post("/v1/mgmt/permission/create", R"({"name":"p"})");
  api.post("/v1/mgmt/role/create", R"({"name":"r","permissionNames":["p"]})");
  const std::string app = api.post("/v1/mgmt/thirdparty/app/create", R"({"name":"A"})").text("/id");
  api.post("/v1/mgmt/thirdparty/app/patch", R"({"id":")" + app + R"(","description":"d"})");
  api.post("/v1/mgmt/thirdparty/app/rotate", R"({"id":")" + app + R"("})");
  api.post("/v1/mgmt/scopeClaimMapping/set", R"({"mappings":[]})");
  EXPECT_EQ(actions(api),
            (Texts{"OutboundAppCreated", "OutboundAppModified", "OutboundAppDeleted", "ResourceCreated",
                   "ResourceDeleted", "PermissionCreated", "RoleCreated", "InboundAppCreated",
                   "InboundAppModified", "InboundAppSecretRotated", "ScopeClaimMappingModified"}));
}

TEST(Audit, NamesAPolicyByItsPairAndRecordsThatItWentWithItsApp) {
  Api api;
  api.post("/v1/mgmt/thirdparty/app/create", R"({"id":"a","name":"A"})");
  api.post("/v1/mgmt/resourcepolicy/create", R"({"thirdPartyApplicationId":"a","resourceId":"r"})");
  const Answer made = api.post(kSearch, R"({"actions":["ResourcePolicyCreated"]})");
  EXPECT_EQ(made.text("/audits/0/data/thirdPartyApplicationId"), "a");
  EXPECT_EQ(made.text("/audits/0/data/resourceId"), "r");
  api.post("/v1/mgmt/thirdparty/app/delete", R"({"id":"a"})");
  EXPECT_EQ(actions(api), (Texts{"InboundAppCreated", "ResourcePolicyCreated", "InboundAppDeleted",
                                 "ResourcePolicyDeleted"}));
}

TEST(Audit, TellsWhatByWhomAndWhen) {
  Api api;
  api.post("/v1/mgmt/permission/create", R"({"name":"p"})");
  const Answer found = api.post(kSearch, "{}");
  EXPECT_EQ(found.text("/total"), "1");
  EXPECT_EQ(found.text("/audits/0/action"), "PermissionCreated");
  EXPECT_EQ(found.text("/audits/0/projectId"), "P1");
  EXPECT_TRUE(found.body.at("audits").at(0).at("occurred").is_string());
  EXPECT_EQ(found.text("/audits/0/occurred"), "1750000000000");
  EXPECT_EQ(found.text("/audits/0/data/name"), "p");
  EXPECT_EQ(found.text("/audits/0/data/permission_id").substr(0, 4), "PERM");
  EXPECT_EQ(found.text("/audits/0/actorId").substr(0, 1), "K");
  EXPECT_NE(found.text("/audits/0/actorId"), "K1") << "the key itself";
}

TEST(Audit, OfARefusedCallHasNoTrace) {
  Api api;
  api.post("/v1/mgmt/permission/create", R"({"name":"taken"})");
  const Answer refused =
      api.post("/v1/mgmt/permission/create/batch", R"({"permissions":[{"name":"new"},{"name":"taken"}]})");
  EXPECT_EQ(refused.status, 409);
  api.post("/v1/mgmt/permission/create", R"({"name":"later"})");
  EXPECT_EQ(actions(api), (Texts{"PermissionCreated", "PermissionCreated"}));
  EXPECT_EQ(api.post(kSearch, R"({"text":"new"})").size("/audits"), 0U);
}

TEST(Audit, PicksByTimeWithinTheLastThirtyDays) {
  Api api;
  const auto event = [&](const std::string& action) {
    api.post(kEvent, R"({"action":")" + action + R"("})");
  };
  event("first");
  api.clock.advance(std::chrono::seconds(10));
  event("second");
  EXPECT_EQ(actions(api, R"("from":1750000005000)"), (Texts{"second"}));
  EXPECT_EQ(actions(api, R"("from":"1750000005000")"), (Texts{"second"})) << "as the documentation has it";
  EXPECT_EQ(actions(api, R"("to":1750000005000)"), (Texts{"first"}));
  EXPECT_EQ(actions(api, R"("from":1750000000000,"to":1750000010000)"), (Texts{"first", "second"}));
  EXPECT_EQ(actions(api, R"("from":-62135596800000,"to":-62135596800000)"), (Texts{"first", "second"}))
      << "what Go sends for times that are not set";
  api.clock.advance(std::chrono::hours(24 * 30));
  EXPECT_EQ(actions(api, R"("from":0)"), (Texts{"second"}));
  api.clock.advance(std::chrono::seconds(11));
  EXPECT_EQ(actions(api), Texts{});
}

TEST(Audit, PicksByListsTextAndTenant) {
  Api api;
  api.post(
      kEvent,
      R"({"action":"a","type":"warn","actorId":"u1","tenantId":"T1","userId":"U1","data":{"deep":[{"x":"needle"}]}})");
  api.post(kEvent, R"({"action":"b","type":"info","actorId":"u2","tenantId":"T2"})");
  api.post(kEvent, R"({"action":"c"})");
  EXPECT_EQ(actions(api, R"("actions":["a","c"])"), (Texts{"a", "c"}));
  EXPECT_EQ(actions(api, R"("excludedActions":["a"])"), (Texts{"b", "c"}));
  EXPECT_EQ(actions(api, R"("actorIds":["u2"])"), (Texts{"b"}));
  EXPECT_EQ(actions(api, R"("userIds":["U1"])"), (Texts{"a"}));
  EXPECT_EQ(actions(api, R"("auditTypes":["warn"])"), (Texts{"a"}));
  EXPECT_EQ(actions(api, R"("tenants":["T2"])"), (Texts{"b"}));
  EXPECT_EQ(actions(api, R"("tenants":["T2"],"noTenants":true)"), (Texts{"b", "c"}));
  EXPECT_EQ(actions(api, R"("noTenants":true)"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(actions(api, R"("text":"needle")"), (Texts{"a"}));
  EXPECT_EQ(actions(api, R"("text":"nowhere")"), Texts{});
  EXPECT_EQ(actions(api, R"("externalIds":["x"])"), Texts{});
  EXPECT_EQ(actions(api, R"("actions":null,"text":null,"externalIds":[])"), (Texts{"a", "b", "c"}));
}

TEST(Audit, HandsOutPagesNewestFirst) {
  Api api;
  for (const std::string action : {"1", "2", "3", "4", "5"})
    api.post(kEvent, R"({"action":")" + action + R"("})");
  const Answer first = api.post(kSearch, R"({"size":2})");
  EXPECT_EQ(first.text("/audits/0/action"), "5");
  EXPECT_EQ(first.size("/audits"), 2U);
  EXPECT_EQ(first.text("/total"), "5");
  EXPECT_EQ(actions(api, R"("size":2,"page":2)"), (Texts{"5"}));
  EXPECT_EQ(actions(api, R"("size":2,"page":3)"), Texts{});
  EXPECT_EQ(api.post(kSearch, R"({"page":-1})").code(), "E011004");
}

TEST(Audit, RefusesWhatItDoesNotUnderstand) {
  Api api;
  EXPECT_EQ(api.post(kSearch, R"({"levels":["x"]})").code(), "E011004");
  EXPECT_EQ(api.post(kSearch, R"({"searchFields":[{"field":"x"}]})").code(), "E011004");
  EXPECT_EQ(api.post(kSearch, R"({"unheard":1})").code(), "E011001");
  EXPECT_EQ(api.post(kEvent, R"({"type":"info"})").code(), "E011002");
  EXPECT_EQ(api.post(kEvent, R"({"action":"a","type":"loud"})").code(), "E011004");
  EXPECT_EQ(api.post(kEvent, R"({"action":"a","data":"text"})").code(), "E011001");
}

TEST(Audit, OutlivesARestart) {
  Api api;
  api.post(kEvent, R"({"action":"a","tenantId":"T1"})");
  Api again;
  ASSERT_FALSE(again.service->restore(api.service->snapshot()).has_error());
  EXPECT_EQ(actions(again, R"("tenants":["T1"])"), (Texts{"a"}));
  json::value broken = api.service->snapshot();
  broken.at("audits") = json::array{{{"action", 7}}};
  EXPECT_EQ(again.service->restore(broken).error().message(), "/audits: expected a list of records");
}

}  // namespace
}  // namespace descopectl::emulator
