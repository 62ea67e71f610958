// The field table on Resource: absent, null and set; members that the tool does not know survive an update.
#include <gmock/gmock.h>

#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/values.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::parse;
using ::testing::ElementsAre;

const schema::Kind& resource() {
  return *kinds::find("Resource");
}

std::string overlaid(const std::string& live, const std::string& desired) {
  return json::serialize(
      schema::overlay(resource().fields, parse(live).as_object(), parse(desired).as_object()));
}

bool is_same(const std::string& field, const std::string& left, const std::string& right) {
  return schema::is_equal(schema::find_row(resource().fields, field), parse(left), parse(right));
}

TEST(ResourceTable, AbsentKeepsNullResetsAndAValueIsSet) {
  const std::string live = R"({"name":"A","description":"old","uri":"https://a"})";
  EXPECT_EQ(overlaid(live, R"({})"), live);
  EXPECT_EQ(overlaid(live, R"({"description":null})"), R"({"name":"A","uri":"https://a"})");
  EXPECT_EQ(overlaid(live, R"({"description":"new"})"),
            R"({"name":"A","uri":"https://a","description":"new"})");
}

TEST(ResourceTable, NestedObjectsAreManagedFieldByField) {
  EXPECT_EQ(
      overlaid(
          R"({"dynamicRegistrationSettings":{"loginPageURL":"https://l","sessionSettings":{"enabled":true}}})",
          R"({"dynamicRegistrationSettings":{"sessionSettings":{"refreshTokenExpiration":4}}})"),
      R"({"dynamicRegistrationSettings":{"loginPageURL":"https://l","sessionSettings":)"
      R"({"enabled":true,"refreshTokenExpiration":4}}})");
}

TEST(ResourceTable, MembersWithoutARowSurviveAtTheTopInNestedObjectsAndInItems) {
  EXPECT_EQ(
      overlaid(
          R"({"tomorrow":1,"scopes":{"later":"x","permissionsScopes":[{"name":"a","risk":"high","optional":true}]}})",
          R"({"scopes":{"permissionsScopes":[{"name":"a","values":["R"]},{"name":"b"}]}})"),
      R"({"tomorrow":1,"scopes":{"later":"x","permissionsScopes":[{"name":"a","values":["R"],"risk":"high"},{"name":"b"}]}})");
}

TEST(ResourceTable, AMemberLeftOutOfAnItemFallsToItsDefault) {
  EXPECT_EQ(overlaid(R"({"scopes":{"permissionsScopes":[{"name":"a","description":"d","values":["R"]}]}})",
                     R"({"scopes":{"permissionsScopes":[{"name":"a"}]}})"),
            R"({"scopes":{"permissionsScopes":[{"name":"a"}]}})");
}

TEST(ResourceTable, ItemsAreToldApartByKeyAndOrderMeansNothing) {
  EXPECT_TRUE(
      is_same("/scopes/permissionsScopes", R"([{"name":"a"},{"name":"b","values":["x","y"]}])",
              R"([{"name":"b","values":["y","x","x"],"optional":false},{"name":"a","description":""}])"));
  EXPECT_FALSE(is_same("/scopes/permissionsScopes", R"([{"name":"a"}])", R"([{"name":"a"},{"name":"b"}])"));
  EXPECT_TRUE(is_same("/dynamicRegistrationSettings/cimdSettings/domainPolicies/policies",
                      R"([{"domainPattern":"a","enabled":true},{"domainPattern":"b"}])",
                      R"([{"domainPattern":"b","enabled":false},{"domainPattern":"a","enabled":true}])"));
}

TEST(ResourceTable, AnItemThatLiveHasTwiceHidesNoOther) {
  const std::string live = R"([{"name":"a"},{"name":"a"}])";
  const std::string desired = R"([{"name":"a"},{"name":"b"}])";
  EXPECT_FALSE(is_same("/scopes/permissionsScopes", live, desired));
  EXPECT_FALSE(is_same("/scopes/permissionsScopes", desired, live));
}

TEST(ResourceTable, ANumberBeyondTheRangeOfIntegersEqualsNoOther) {
  for (const char* number : {"1e300", "-1e300", "18446744073709551615"}) {
    EXPECT_TRUE(is_same("/version", number, number)) << number;
    EXPECT_FALSE(is_same("/version", number, "-1")) << number;
    EXPECT_FALSE(is_same("/version", number, "0")) << number;
  }
  EXPECT_TRUE(is_same("/version", "3.0", "3"));
}

TEST(ResourceTable, AbsentNullAndZeroAreOne) {
  for (const char* zero : {"null", R"("")"})
    EXPECT_TRUE(is_same("/description", zero, R"("")")) << zero;
  EXPECT_TRUE(is_same("/scopes", "null", R"({"permissionsScopes":[],"connectionsScopes":null})"));
  EXPECT_TRUE(is_same("/dynamicRegistrationSettings/tags", "null", "[]"));
  EXPECT_TRUE(is_same("/version", R"("17")", "17"));
  EXPECT_FALSE(is_same("/description", R"("a")", R"("A")"));
}

TEST(ResourceTable, CreateLeavesOutWhatTheCallDoesNotTake) {
  const json::object body =
      parse(R"({"id":"RS1","version":"3","createdTime":"1","name":"A","uri":"u","tomorrow":1})").as_object();
  EXPECT_EQ(json::serialize(schema::cut_to_call(resource().fields, body, schema::kInCreate, 1)),
            R"({"name":"A","uri":"u","tomorrow":1})");
  EXPECT_EQ(json::serialize(schema::cut_to_call(resource().fields, body, schema::kInUpdate, 1)),
            R"({"id":"RS1","version":"3","name":"A","uri":"u","tomorrow":1})");
}

TEST(ResourceTable, PathsNameItemsByKeyWithSlashesEscaped) {
  const json::object before =
      parse(R"({"scopes":{"connectionsScopes":[{"name":"https://x/y~z","values":["a"]}]}})").as_object();
  const json::object after =
      parse(R"({"scopes":{"connectionsScopes":[{"name":"https://x/y~z","values":["b"]}]}})").as_object();
  const auto changes = schema::find_changes(resource().fields, before, after);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].path, "/scopes/connectionsScopes/https:~1~1x~1y~0z/values");
  const json::value* found = schema::find_at(resource().fields, after, changes[0].path);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, parse(R"(["b"])"));
  EXPECT_EQ(schema::find_row(resource().fields, changes[0].path)->name, "values");
}

TEST(ResourceTable, UnlistedMembersAreFoundEverywhereUnlessZero) {
  EXPECT_THAT(schema::find_unlisted(
                  resource().fields,
                  parse(R"({"a/b":1,"zero":0,"scopes":{"x":true,"permissionsScopes":[{"name":"n","y":1}]}})")
                      .as_object()),
              ElementsAre("/a~1b", "/scopes/x", "/scopes/permissionsScopes/n/y"));
}

TEST(ResourceTable, EraseTakesOutFieldsItemsAndMembersOfItems) {
  json::object object =
      parse(R"({"a":1,"scopes":{"permissionsScopes":[{"name":"n","values":["v"]},{"name":"m"}]}})")
          .as_object();
  schema::erase_at(resource().fields, object, "/scopes/permissionsScopes/n/values");
  schema::erase_at(resource().fields, object, "/scopes/permissionsScopes/m");
  schema::erase_at(resource().fields, object, "/a");
  EXPECT_EQ(json::serialize(object), R"({"scopes":{"permissionsScopes":[{"name":"n"}]}})");
}

TEST(ConnectionTable, AppTypesOfOAuthConnectionsAreOne) {
  const schema::Field* row = schema::find_row(kinds::find("Connection")->fields, "/appType");
  EXPECT_TRUE(schema::is_equal(row, "custom", "oauth"));
  EXPECT_TRUE(schema::is_equal(row, "custom", nullptr));
  EXPECT_FALSE(schema::is_equal(row, "apikey", "oauth"));
}

TEST(RoleTable, AnUpdateSendsTheNameAsNewName) {
  EXPECT_EQ(json::serialize(schema::cut_to_call(kinds::find("Role")->fields,
                                                parse(R"({"id":"ROL1","name":"N"})").as_object(),
                                                schema::kInUpdate, 1)),
            R"({"id":"ROL1","newName":"N"})");
}

TEST(InboundAppTable, EachGenerationTakesItsOwnScopes) {
  const json::object body =
      parse(R"({"name":"A","attributesScopes":[{"name":"a"}],"scopeClaimMapping":[{"scope":"a"}]})")
          .as_object();
  const auto& fields = kinds::find("InboundApp")->fields;
  EXPECT_EQ(json::serialize(schema::cut_to_call(fields, body, schema::kInUpdate, 1)),
            R"({"name":"A","attributesScopes":[{"name":"a"}]})");
  EXPECT_EQ(json::serialize(schema::cut_to_call(fields, body, schema::kInUpdate, 2)),
            R"({"name":"A","scopeClaimMapping":[{"scope":"a"}]})");
}

}  // namespace
}  // namespace descopectl
