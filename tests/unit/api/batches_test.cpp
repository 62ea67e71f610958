// Many objects with one request: the wire form of every batch (sheet 5, 6.1, 9), and what its answer tells of
// each.
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Batches : public ApiTest {
 protected:
  Result<std::vector<Created>> create_all(std::string_view name, std::vector<json::object> bodies) {
    return run(writer().create_batch(kind(name), std::move(bodies), &tries));
  }
  Result<void> erase_all(std::string_view name, std::vector<std::string> ids) {
    return run(writer().erase_batch(kind(name), std::move(ids), &tries));
  }
  std::vector<json::object> named(const std::vector<std::string>& names) const {
    std::vector<json::object> bodies;
    for (const std::string& name : names)
      bodies.push_back({{"name", name}});
    return bodies;
  }

  unsigned tries = 0;
};

TEST_F(Batches, OfRolesTellIdsByNameInAnyOrder) {
  script->answer(200, R"({"roles":[{"id":"ROL2","name":"b"},{"id":"ROL1","name":"a"}]})");
  const auto created = create_all("Role", named({"a", "b"}));
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_THAT(sent(),
              ElementsAre(R"(POST /v1/mgmt/role/create/batch {"roles":[{"name":"a"},{"name":"b"}]})"));
  ASSERT_EQ(created->size(), 2U);
  EXPECT_EQ((*created)[0].id, "ROL1");
  EXPECT_EQ((*created)[1].id, "ROL2");
  EXPECT_EQ(tries, 1U);
}

TEST_F(Batches, OfRolesOfOneNameAreToldApartByTheirTenants) {
  script->answer(200, R"({"roles":[{"id":"ROL2","name":"a","tenantId":"T2"},{"id":"ROL1","name":"a"}]})");
  std::vector<json::object> bodies{{{"name", "a"}}, {{"name", "a"}, {"tenantId", "T2"}}};
  const auto created = create_all("Role", std::move(bodies));
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_EQ((*created)[0].id, "ROL1");
  EXPECT_EQ((*created)[1].id, "ROL2");
}

TEST_F(Batches, OfPermissionsTellNoIds) {
  script->answer(200, "{}");
  const auto created = create_all("Permission", named({"a"}));
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_THAT(sent(), ElementsAre(R"(POST /v1/mgmt/permission/create/batch {"permissions":[{"name":"a"}]})"));
  EXPECT_EQ(created->front().id, "");
}

TEST_F(Batches, OfPoliciesAreKnownByTheirKeys) {
  script->answer(200, R"({"resourcePolicies":[]})");
  const auto created =
      create_all("ResourcePolicy", {object(R"({"thirdPartyApplicationId":"A","resourceId":"R"})")});
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_THAT(sent(), ElementsAre("POST /v1/mgmt/resourcepolicy/create/batch "
                                  R"({"policies":[{"thirdPartyApplicationId":"A","resourceId":"R"}]})"));
  EXPECT_EQ(created->front().id, "A/R");
}

TEST_F(Batches, OfDeletesNameIdsOrKeys) {
  for (int i = 0; i < 3; ++i)
    script->answer(200, "{}");
  EXPECT_TRUE(erase_all("Resource", {"RS1", "RS2"}));
  EXPECT_TRUE(erase_all("InboundApp", {"TPA1"}));
  EXPECT_TRUE(erase_all("ResourcePolicy", {"A/R"}));
  EXPECT_THAT(sent(), ElementsAre(R"(POST /v1/mgmt/resource/delete/batch {"ids":["RS1","RS2"]})",
                                  R"(POST /v1/mgmt/thirdparty/app/delete/batch {"ids":["TPA1"]})",
                                  "POST /v1/mgmt/resourcepolicy/delete/batch "
                                  R"({"policies":[{"thirdPartyApplicationId":"A","resourceId":"R"}]})"));
}

TEST_F(Batches, AreNeverEmptyAndNeverHoldAnEmptyId) {
  EXPECT_FALSE(create_all("Role", {}));
  EXPECT_FALSE(erase_all("Resource", {}));
  EXPECT_FALSE(erase_all("Resource", {"RS1", ""}));
  EXPECT_FALSE(erase_all("Role", {"ROL1"})) << "an empty selection of that call means all";
  EXPECT_THAT(script->requests, IsEmpty());
}

TEST_F(Batches, ThatFailAreNotSentAgain) {
  script->answer(503, "{}");
  const auto created = create_all("Role", named({"a", "b"}));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind(), ErrorKind::kOutcomeUnknown);
}

}  // namespace
}  // namespace descopectl::api::test
