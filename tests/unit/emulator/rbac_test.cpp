// Roles and permissions: selection, renaming, known codes, batches that are all or nothing.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kRole = "/v1/mgmt/role";
const std::string kPermission = "/v1/mgmt/permission";

TEST(Permissions, CreateAnswersNothingAndTheListTheId) {
  Api api;
  EXPECT_EQ(json::serialize(api.post(kPermission + "/create", R"({"name":"p","description":"d"})").body),
            "{}");
  const Answer all = api.get(kPermission + "/all");
  EXPECT_EQ(all.text("/permissions/0/id").substr(0, 4), "PERM");
  EXPECT_EQ(all.text("/permissions/0/systemDefault"), "false");
  const Answer again = api.post(kPermission + "/create", R"({"name":"p"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "E024104");
}

TEST(Permissions, ExactlyOneOfNameAndIdSelects) {
  Api api;
  api.post(kPermission + "/create", R"({"name":"p"})");
  const std::string id = api.get(kPermission + "/all").text("/permissions/0/id");
  EXPECT_EQ(
      api.post(kPermission + "/update", R"({"name":"p","id":null,"newName":"q","description":"d"})").status,
      200);
  EXPECT_EQ(api.post(kPermission + "/update", R"({"id":")" + id + R"(","newName":"r"})").status, 200);
  EXPECT_EQ(api.get(kPermission + "/all").text("/permissions/0/name"), "r");
  EXPECT_EQ(api.get(kPermission + "/all").text("/permissions/0/description"), "");
  EXPECT_EQ(api.post(kPermission + "/update", R"({"id":")" + id + R"(","name":"r","newName":"r"})").code(),
            "E011004");
  EXPECT_EQ(api.post(kPermission + "/update", R"({"newName":"r"})").code(), "E011002");
  EXPECT_EQ(api.post(kPermission + "/update", R"({"name":"r"})").message(),
            "The newName argument is required");
  EXPECT_EQ(api.post(kPermission + "/update", R"({"name":"no","newName":"x"})").code(), "E111303");
  EXPECT_EQ(api.post(kPermission + "/delete", R"({"name":"no"})").status, 404);
  EXPECT_EQ(api.post(kPermission + "/delete", R"({"id":")" + id + "\"}").status, 200);
}

TEST(Permissions, RenamingAndDeletingReachTheRoles) {
  Api api;
  api.post(kPermission + "/create/batch", R"({"permissions":[{"name":"p"},{"name":"q"}]})");
  api.post(kRole + "/create", R"({"name":"r","permissionNames":["p","q"]})");
  api.post(kPermission + "/update", R"({"name":"p","newName":"p2"})");
  EXPECT_EQ(api.get(kRole + "/all").text("/roles/0/permissionNames"), R"(["p2","q"])");
  api.post(kPermission + "/delete/batch", R"({"names":["q","unknown"]})");
  EXPECT_EQ(api.get(kRole + "/all").text("/roles/0/permissionNames"), R"(["p2"])");
}

TEST(Roles, CreateAnswersTheRoleFlat) {
  Api api;
  const Answer made = api.post(kRole + "/create", R"({"name":"r","default":null,"private":true})");
  EXPECT_EQ(made.text("/id").substr(0, 3), "ROL");
  EXPECT_EQ(made.text("/name"), "r");
  EXPECT_EQ(made.text("/private"), "true");
  EXPECT_TRUE(made.body.at("createdTime").is_int64());
  EXPECT_EQ(made.text("/createdTime"), "1750000000");
  EXPECT_EQ(api.post(kRole + "/create", R"({"name":"r"})").code(), "E024209");
}

TEST(Roles, UnknownPermissionIsRefused) {
  Api api;
  const Answer answer = api.post(kRole + "/create", R"({"name":"r","permissionNames":["ghost"]})");
  EXPECT_EQ(answer.code(), "E111303");
  EXPECT_EQ(answer.message(), "Permission 'ghost' was not found");
  EXPECT_EQ(api.get(kRole + "/all").size("/roles"), 0U);
}

TEST(Roles, NamesAreUniqueWithinATenant) {
  Api api;
  EXPECT_EQ(api.post(kRole + "/create", R"({"name":"r"})").status, 200);
  EXPECT_EQ(api.post(kRole + "/create", R"({"name":"r","tenantId":"T1"})").status, 200);
  EXPECT_EQ(api.post(kRole + "/create", R"({"name":"r","tenantId":"T1"})").code(), "E024209");
  EXPECT_EQ(api.post(kRole + "/update", R"({"name":"r","tenantId":"T1","newName":"s"})").text("/tenantId"),
            "T1");
  EXPECT_EQ(api.post(kRole + "/delete", R"({"name":"s"})").code(), "E111403");
  EXPECT_EQ(api.post(kRole + "/delete", R"({"name":"s","tenantId":"T1"})").status, 200);
}

TEST(Roles, UpdateOverridesAndKeepsTheTenant) {
  Api api;
  api.post(kPermission + "/create", R"({"name":"p"})");
  const std::string id =
      api.post(kRole + "/create", R"({"name":"r","tenantId":"T1","permissionNames":["p"],"default":true})")
          .text("/id");
  const Answer changed = api.post(kRole + "/update", R"({"id":")" + id + R"(","newName":"r2"})");
  EXPECT_EQ(changed.text("/name"), "r2");
  EXPECT_EQ(changed.text("/permissionNames"), "[]");
  EXPECT_EQ(changed.text("/default"), "false");
  EXPECT_EQ(changed.text("/tenantId"), "T1");
  EXPECT_EQ(changed.text("/id"), id);
}

TEST(Roles, BatchesAreAllOrNothing) {
  Api api;
  const Answer refused =
      api.post(kRole + "/create/batch", R"({"roles":[{"name":"a"},{"name":"b"},{"name":"a"}]})");
  EXPECT_EQ(refused.code(), "E024209");
  EXPECT_EQ(api.get(kRole + "/all").size("/roles"), 0U);
  EXPECT_EQ(api.post(kRole + "/create/batch", R"({"roles":[{"name":"a"},{"name":"b"}]})").size("/roles"), 2U);
  EXPECT_EQ(api.post(kRole + "/update/batch",
                     R"({"roles":[{"name":"a","newName":"x"},{"name":"no","newName":"y"}]})")
                .code(),
            "E111403");
  EXPECT_EQ(api.get(kRole + "/all").text("/roles/0/name"), "a");
  EXPECT_EQ(
      api.post(kRole + "/update/batch", R"({"roles":[{"name":"a","newName":"x"}]})").text("/roles/0/name"),
      "x");
  EXPECT_EQ(api.post(kRole + "/update/batch", R"({"roles":[7]})").code(), "E011001");
}

TEST(Roles, DeleteBatchWithoutAFilterIsRefusedUnlessSwitched) {
  Api api;
  api.post(kRole + "/create", R"({"name":"a"})");
  EXPECT_EQ(api.post(kRole + "/delete/batch").code(), "E011002");
  EXPECT_EQ(api.post(kRole + "/delete/batch", R"({"roles":["a"]})").code(), "E011001");
  EXPECT_EQ(api.post(kRole + "/delete/batch", R"({"roleNames":["a","b"],"roleIds":[]})").status, 200);
  Switches switches;
  switches.allow_unfiltered_role_delete = true;
  Api open(switches);
  open.post(kRole + "/create", R"({"name":"a"})");
  EXPECT_EQ(open.post(kRole + "/delete/batch").status, 200);
  EXPECT_EQ(open.get(kRole + "/all").size("/roles"), 0U);
}

TEST(Roles, SearchFilters) {
  Api api;
  api.post(kRole + "/create/batch",
           R"({"roles":[{"name":"admin"},{"name":"reader"},{"name":"admin","tenantId":"T1"}]})");
  EXPECT_EQ(api.post(kRole + "/search").size("/roles"), 3U);
  EXPECT_EQ(api.post(kRole + "/search", R"({"roleNames":["admin"]})").size("/roles"), 2U);
  EXPECT_EQ(api.post(kRole + "/search", R"({"roleNameLike":"READ"})").text("/roles/0/name"), "reader");
  EXPECT_EQ(api.post(kRole + "/search", R"({"roleNameLike":"read"})").text("/roles/0/name"), "reader");
  EXPECT_EQ(api.post(kRole + "/search", R"({"tenantIds":["T1"]})").size("/roles"), 1U);
  EXPECT_EQ(api.post(kRole + "/search", R"({"tenantIds":["T1"],"includeProjectRoles":true})").size("/roles"),
            3U);
}

}  // namespace
}  // namespace descopectl::emulator
