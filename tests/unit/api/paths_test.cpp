// The exact method, path and body of every call of every kind, after sheet 17; written by hand, not from the
// tables.
#include "descopectl/schema/identity.hpp"
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using testing::ElementsAre;

struct Expected {
  std::string kind;
  unsigned generation;
  std::string list, list_answer;
  std::string load, load_answer;  ///< empty: the kind has no such call
  std::string create, create_answer;
  std::string update, update_answer;
  std::string erase;
};

// Each object is {"name": "n", ...} with the id "x/1".
const std::vector<Expected>& expectations() {
  static const std::vector<Expected> rows{
      {"Connection", 1, "GET /v1/mgmt/outbound/apps", R"({"apps":[{"id":"x/1","name":"n"}]})",
       "GET /v1/mgmt/outbound/app/x%2F1", R"({"app":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/outbound/app/create {"id":"x/1","name":"n"})", R"({"app":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/outbound/app/update {"app":{"id":"x/1","name":"n"}})",
       R"({"app":{"id":"x/1","name":"n"}})", R"(POST /v1/mgmt/outbound/app/delete {"id":"x/1"})"},
      {"Resource", 1, "GET /v1/mgmt/resources/load", R"({"resources":[{"id":"x/1","name":"n"}],"total":1})",
       "GET /v1/mgmt/resource/load?id=x%2F1", R"({"resource":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/resource/create {"name":"n"})", R"({"resource":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/resource/update {"resource":{"id":"x/1","name":"n"}})",
       R"({"resource":{"id":"x/1","name":"n"}})", R"(POST /v1/mgmt/resource/delete {"id":"x/1"})"},
      {"InboundApp", 1, "GET /v1/mgmt/thirdparty/apps/load?page=0&limit=100",
       R"({"apps":[{"id":"x/1","name":"n"}],"total":1})", "GET /v1/mgmt/thirdparty/app/load?id=x%2F1",
       R"({"id":"x/1","name":"n"})", R"(POST /v1/mgmt/thirdparty/app/create {"name":"n"})",
       R"({"id":"x/1","cleartext":"s","clientId":"c"})",
       R"(POST /v1/mgmt/thirdparty/app/update {"id":"x/1","name":"n"})", "{}",
       R"(POST /v1/mgmt/thirdparty/app/delete {"id":"x/1"})"},
      {"InboundApp", 2, R"(POST /v2/mgmt/thirdparty/apps/load {"page":0,"limit":100})",
       R"({"apps":[{"id":"x/1","name":"n"}],"total":1})", "GET /v2/mgmt/thirdparty/app/load?id=x%2F1",
       R"({"id":"x/1","name":"n"})", R"(POST /v2/mgmt/thirdparty/app/create {"name":"n"})",
       R"({"id":"x/1","cleartext":"s","clientId":"c"})",
       R"(POST /v2/mgmt/thirdparty/app/update {"id":"x/1","name":"n"})", "{}",
       R"(POST /v1/mgmt/thirdparty/app/delete {"id":"x/1"})"},
      {"DynamicRegistrationTemplate", 1, "GET /v1/mgmt/resource/dynamic-registration-templates/load",
       R"({"templates":[{"id":"x/1","name":"n"}],"total":1})",
       "GET /v1/mgmt/resource/dynamic-registration-template/load?id=x%2F1",
       R"({"template":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/resource/dynamic-registration-template/create {"name":"n"})",
       R"({"template":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/resource/dynamic-registration-template/update {"template":{"id":"x/1","name":"n"}})",
       R"({"template":{"id":"x/1","name":"n"}})",
       R"(POST /v1/mgmt/resource/dynamic-registration-template/delete {"id":"x/1"})"},
      {"Role", 1, "GET /v1/mgmt/role/all", R"({"roles":[{"id":"x/1","name":"n"}]})", "", "",
       R"(POST /v1/mgmt/role/create {"name":"n"})", R"({"id":"x/1","name":"n"})",
       R"(POST /v1/mgmt/role/update {"id":"x/1","newName":"n"})", R"({"id":"x/1","name":"n"})",
       R"(POST /v1/mgmt/role/delete {"id":"x/1"})"},
      {"Permission", 1, "GET /v1/mgmt/permission/all", R"({"permissions":[{"id":"x/1","name":"n"}]})", "", "",
       R"(POST /v1/mgmt/permission/create {"name":"n"})", "{}",
       R"(POST /v1/mgmt/permission/update {"id":"x/1","newName":"n"})", "{}",
       R"(POST /v1/mgmt/permission/delete {"id":"x/1"})"},
  };
  return rows;
}

class Paths : public ApiTest, public testing::WithParamInterface<Expected> {
 protected:
  /// What the one request of a call was.
  std::string take() {
    const auto lines = sent();
    script->requests.clear();
    return lines.size() == 1 ? lines.front() : "not one request but " + std::to_string(lines.size());
  }
};

TEST_P(Paths, AreThoseOfTheSheet) {
  const Expected& row = GetParam();
  script->answer(200, row.list_answer);
  const auto listed = list(row.kind, row.generation);
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_THAT(ids(*listed), ElementsAre("x/1"));
  EXPECT_EQ(take(), row.list);

  script->answer(200, row.load.empty() ? row.list_answer : row.load_answer);
  const auto loaded = load(row.kind, "x/1", row.generation);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->id, "x/1");
  EXPECT_EQ(json::serialize(loaded->body), R"({"id":"x/1","name":"n"})");
  EXPECT_EQ(take(), row.load.empty() ? row.list : row.load);

  script->answer(200, row.create_answer);
  const auto created =
      create(row.kind, row.kind == "Connection" ? R"({"id":"x/1","name":"n"})" : R"({"name":"n"})", {},
             row.generation);
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_EQ(created->id, row.create_answer == "{}" ? "" : "x/1");
  EXPECT_EQ(take(), row.create);

  script->answer(200, row.update_answer);
  const auto updated = update(row.kind, R"({"id":"x/1","name":"n"})", {}, row.generation);
  ASSERT_TRUE(updated) << updated.error().message();
  EXPECT_EQ(updated->empty(), row.update_answer == "{}");
  EXPECT_EQ(take(), row.update);

  script->answer(200, "{}");
  EXPECT_TRUE(erase(row.kind, "x/1"));
  EXPECT_EQ(take(), row.erase);
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Paths, testing::ValuesIn(expectations()), [](const auto& row) {
  return row.param.kind + std::to_string(row.param.generation);
});

TEST(PathsTable, HasEveryKindThatHasCalls) {
  for (const schema::Kind* kind : kinds::all()) {
    if (!kind->calls.list.exists() || schema::has_key(*kind)) continue;  // keys: below
    const auto& rows = expectations();
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const Expected& row) {
      return row.kind == kind->name;
    })) << kind->name;
  }
}

class Requests : public ApiTest {};
class KeyedRequests : public ApiTest {};

TEST_F(Requests, ToCreateGoToTheCallThatTheBodyAsksFor) {
  script->answer(200, R"({"app":{"id":"s","name":"n"}})");
  BodySecrets secrets;
  secrets.emplace_back("/clientSecret", model::Secret(std::string("hush")));
  ASSERT_TRUE(create("Connection", R"({"id":"s","name":"n","clientId":"c","pkce":false,"templateId":"t"})",
                     std::move(secrets)));
  script->answer(200, R"({"app":{"id":"x","name":"n"}})");
  BodySecrets left_out;
  left_out.emplace_back("/clientSecret", model::Secret(std::string("hush")));
  const auto created =
      create("Connection", R"({"name":"n","dcrPresetId":"p","tenantId":"T"})", std::move(left_out));
  ASSERT_TRUE(created);
  EXPECT_EQ(created->id, "x");
  EXPECT_THAT(
      sent(),
      ElementsAre(R"(POST /v1/mgmt/outbound/app/create/bytemplate {"id":"s","clientId":"c",)"
                  R"("templateId":"t","overrides":{"name":"n","pkce":false},"clientSecret":"hush"})",
                  R"(POST /v1/mgmt/outbound/app/create/bydcrpreset {"dcrPresetId":"p","tenantId":"T"})"));
}

TEST_F(KeyedRequests, ListWhatBelongsToEachParent) {
  script->answer(200, R"({"resourcePolicies":[{"thirdPartyApplicationId":"a/1","resourceId":"RS1"}]})");
  script->answer(404, R"({"errorCode":"E990204"})");
  const auto listed = list("ResourcePolicy", 1, {"a/1", "gone"});
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_THAT(ids(*listed), ElementsAre("a~11/RS1")) << "an app that is not there has no policies";
  EXPECT_THAT(sent(), ElementsAre("GET /v1/mgmt/resourcepolicy/app/load?thirdPartyApplicationId=a%2F1",
                                  "GET /v1/mgmt/resourcepolicy/app/load?thirdPartyApplicationId=gone"));
}

TEST_F(KeyedRequests, AskNothingWhereNoParentIsNamed) {
  const auto listed = list("ResourcePolicy");
  ASSERT_TRUE(listed);
  EXPECT_THAT(*listed, testing::IsEmpty());
  EXPECT_THAT(sent(), ElementsAre());
}

TEST_F(KeyedRequests, FindOneObjectInItsParentsList) {
  script->answer(200, R"({"resourcePolicies":[{"thirdPartyApplicationId":"a","resourceId":"RS1"}]})");
  EXPECT_TRUE(load("ResourcePolicy", "a/RS1"));
  script->answer(200, R"({"resourcePolicies":[]})");
  EXPECT_EQ(load("ResourcePolicy", "a/RS1").error().kind(), ErrorKind::kNotFound);
}

TEST_F(KeyedRequests, CarryTheMembersOfTheKeyInPlaceOfAnId) {
  for (int i = 0; i < 3; ++i)
    script->answer(200, "{}");
  const auto created = create("ResourcePolicy", R"({"thirdPartyApplicationId":"a","resourceId":"RS1"})");
  ASSERT_TRUE(created);
  EXPECT_EQ(created->id, "a/RS1") << "the key is known whatever the answer holds";
  ASSERT_TRUE(
      update("ResourcePolicy", R"({"thirdPartyApplicationId":"a","resourceId":"RS1","allUserScopes":true})"));
  ASSERT_TRUE(erase("ResourcePolicy", "a/RS1"));
  EXPECT_THAT(
      sent(),
      ElementsAre(
          R"(POST /v1/mgmt/resourcepolicy/create {"thirdPartyApplicationId":"a","resourceId":"RS1"})",
          R"(POST /v1/mgmt/resourcepolicy/update )"
          R"({"thirdPartyApplicationId":"a","resourceId":"RS1","allUserScopes":true})",
          R"(POST /v1/mgmt/resourcepolicy/delete {"thirdPartyApplicationId":"a","resourceId":"RS1"})"));
  EXPECT_EQ(erase("ResourcePolicy", "").error().message(), "a delete of a ResourcePolicy without its id");
}

TEST_F(Requests, CarryTheCredentialsAndTypes) {
  script->answer(200, R"({"apps":[]})");
  ASSERT_TRUE(list("Connection"));
  script->answer(200, "{}");
  ASSERT_TRUE(erase("Connection", "a"));
  const auto& read = script->requests.at(0).headers;
  EXPECT_EQ(http::find_header(read, "Authorization"), "Bearer Ptest:" + std::string(kKey));
  EXPECT_EQ(http::find_header(read, "x-descope-project-id"), "Ptest");
  EXPECT_EQ(http::find_header(read, "Accept"), "application/json");
  EXPECT_EQ(http::find_header(read, "Content-Type"), "");
  EXPECT_EQ(http::find_header(script->requests.at(1).headers, "Content-Type"), "application/json");
  EXPECT_EQ(writer().request_count(), 2U);
}

TEST_F(Requests, NeverClimbOutOfTheirPath) {
  script->answer(200, R"({"app":{"id":".."}})");
  ASSERT_TRUE(load("Connection", ".."));
  EXPECT_THAT(sent(), ElementsAre("GET /v1/mgmt/outbound/app/%2E%2E"));
}

TEST_F(Requests, KeepAnUpdateWhoseMembersAreRenamedAlready) {
  script->answer(200, "{}");
  ASSERT_TRUE(update("Role", R"({"id":"ROL1","newName":"new","name":"old"})"));
  EXPECT_THAT(sent(), ElementsAre(R"(POST /v1/mgmt/role/update {"id":"ROL1","newName":"new"})"));
}

TEST_F(Requests, SelectByNameWhatWasListedWithoutAnId) {
  script->answer(200, R"({"roles":[{"name":"admin"},{"id":"ROL2","name":"user"}]})");
  const auto listed = list("Role");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("ROL2", "admin"));
  script->requests.clear();
  for (int i = 0; i < 3; ++i)
    script->answer(200, "{}");
  ASSERT_TRUE(update("Role", R"({"id":"admin","newName":"chief"})"));
  ASSERT_TRUE(erase("Role", "admin"));
  ASSERT_TRUE(erase("Role", "ROL2"));
  EXPECT_THAT(sent(), ElementsAre(R"(POST /v1/mgmt/role/update {"newName":"chief","name":"admin"})",
                                  R"(POST /v1/mgmt/role/delete {"name":"admin"})",
                                  R"(POST /v1/mgmt/role/delete {"id":"ROL2"})"));
}

TEST_F(Requests, AreNotMadeWithoutAnId) {
  EXPECT_EQ(erase("Role", "").error().message(), "a delete of a Role without its id");
  EXPECT_EQ(update("Role", R"({"name":"n"})").error().message(), "an update of a Role without its id");
  EXPECT_EQ(load("Resource", "").error().message(), "no id of a Resource to load");
  EXPECT_EQ(list("McpScope").error().message(), "the Management API has no call to list a McpScope");
  EXPECT_THAT(sent(), ElementsAre());
}

}  // namespace
}  // namespace descopectl::api::test
