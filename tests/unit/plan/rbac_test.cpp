// Roles and permissions in a plan: renames and who still uses the old name, the system's own, and names of
// nothing.
#include <gmock/gmock.h>

#include "support/project.hpp"

namespace descopectl {
namespace {

using test::action_on;
using test::actions_of;
using test::Manifests;
using test::Project;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string doc(const std::string& kind, const std::string& handle, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle + "}\nspec: {" +
         spec + "}\n";
}
std::string role(const std::string& name, const std::string& more = {}) {
  return doc("Role", "role", "name: " + name + more);
}
std::string resource(const std::string& role_name) {
  return doc("Resource", "r",
             "name: r, type: api, uri: 'https://r', scopes: {permissionsScopes: [{name: s, values: [" +
                 role_name + "]}]}");
}

TEST(RoleRename, IsAnUpdateBoundByTheStateThatSendsTheNewName) {
  Project project;
  project.apply_text(role("Reader") + resource("Reader"));
  const plan::Plan plan = project.plan_text(role("Viewer") + resource("Viewer"));
  EXPECT_EQ(actions_of(plan), "update Resource/r, update Role/role");
  EXPECT_EQ(action_on(plan, "Role/role").body.at("newName"), json::value("Viewer"));
  EXPECT_FALSE(action_on(plan, "Role/role").body.contains("name"));
  EXPECT_LT(action_on(plan, "Role/role").wave, action_on(plan, "Resource/r").wave);
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(role("Viewer") + resource("Viewer")).has_work());
}

TEST(RoleRename, AManifestThatStillNamesTheOldIsAnError) {
  Project project;
  project.apply_text(role("Reader") + resource("Reader"));
  Manifests manifests(role("Viewer") + resource("Reader"));
  (void)project.plan(manifests);
  EXPECT_THAT(
      manifests.messages(),
      HasSubstr("'Reader' is the old name of Role/role, which is renamed in this run [renamed-role]"));
}

TEST(RoleOfATenant, StaysOneWhereItsManifestNoLongerTellsTheTenant) {
  Project project;
  project.policy.strict_references = true;
  project.apply_text(role("Reader", ", tenantId: T1"));
  Manifests manifests(role("Reader") + resource("Reader"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr("[unknown-role]"));
}

std::string permission(const std::string& handle, const std::string& name) {
  return doc("Permission", handle, "name: " + name);
}

TEST(PermissionRename, ThatLeavesTheOldNameToAnotherIsAnErrorWhereARoleFollowsIt) {
  Project project;
  project.apply_text(permission("a", "A") + role("R", ", permissionNames: [A]"));
  Manifests both(permission("a", "N") + permission("b", "A") + role("R", ", permissionNames: [A]"));
  (void)project.plan(both);
  EXPECT_THAT(both.messages(), HasSubstr("'A' passes from Permission/a to another permission in this run"));
  const std::string first = permission("a", "N") + role("R", ", permissionNames: [N]");
  EXPECT_EQ(actions_of(project.plan_text(first)), "update Permission/a, update Role/role");
}

TEST(PermissionRename, IsNotTakenForSomebodyElsesChangeOfTheRolesThatFollowIt) {
  Project project;
  project.apply_text(permission("a", "A") + permission("z", "Z") + role("R", ", permissionNames: [A]"));
  const plan::Plan plan =
      project.plan_text(permission("a", "N") + permission("z", "Z") + role("R", ", permissionNames: [N, Z]"));
  plan::Action update = action_on(plan, "Role/role");
  json::object live = update.before;
  live["permissionNames"] = json::array{"N"};
  EXPECT_TRUE(plan::recheck(update, &live, project.policy));
  live["permissionNames"] = json::array{"N", "other"};
  update = action_on(plan, "Role/role");
  EXPECT_FALSE(plan::recheck(update, &live, project.policy));
}

TEST(PermissionRename, IsNotTakenForSomebodyElsesChangeOfARoleThatIsDeleted) {
  Project project;
  project.apply_text(permission("a", "A") + role("R", ", permissionNames: [A]"));
  plan::Action erase = action_on(project.plan_text(permission("a", "N")), "Role/role");
  EXPECT_EQ(erase.kind, plan::ActionKind::kDelete);
  json::object live = erase.before;
  live["permissionNames"] = json::array{"N"};
  EXPECT_TRUE(plan::recheck(erase, &live, project.policy));
  live["description"] = "by hand";
  EXPECT_FALSE(plan::recheck(erase, &live, project.policy));
}

TEST(PermissionDeletion, ThatLeavesTheNameToAnotherIsAnErrorWhereARoleNamesIt) {
  Project project;
  project.apply_text(permission("a", "A") + permission("b", "B") + role("R", ", permissionNames: [A]"));
  Manifests passed(permission("b", "A") + role("R", ", permissionNames: [A]"));
  (void)project.plan(passed);
  EXPECT_THAT(passed.messages(),
              HasSubstr("'A' passes from Permission/a, which is deleted in this run, to another permission"));
}

TEST(RoleRename, IsRefusedWhileALiveObjectOutsideTheManifestsNamesTheOld) {
  Project project;
  project.apply_text(role("Reader"));
  project.add_live("InboundApp",
                   R"({"id":"A","name":"x","permissionsScopes":[{"name":"s","values":["Reader"]}]})");
  const plan::Plan plan = project.plan_text(role("Viewer"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().summary,
            "Role/role would be renamed, but the unmanaged InboundApp 'A' \"x\" still refers to it "
            "(/permissionsScopes/s/values)");
}

TEST(PermissionRename, TakesTheRolesThatNameItAlong) {
  Project project;
  const std::string before =
      doc("Permission", "p", "name: Read") + role("Reader", ", permissionNames: [Read]");
  const std::string after =
      doc("Permission", "p", "name: Look") + role("Reader", ", permissionNames: [Look]");
  project.apply_text(before);
  const plan::Plan plan = project.plan_text(after);
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_LT(action_on(plan, "Permission/p").wave, action_on(plan, "Role/role").wave);
  project.apply(plan);
  EXPECT_FALSE(project.plan_text(after).has_work());
}

TEST(PermissionRemoval, IsRefusedWhileARoleOutsideTheManifestsHoldsIt) {
  Project project;
  project.policy.allow_empty_kinds.insert("Permission");
  project.apply_text(doc("Permission", "p", "name: Read"));
  project.add_live("Role", R"({"id":"ROL1","name":"Theirs","permissionNames":["Read"]})");
  const Manifests nothing(doc("Connection", "c", "name: c"));
  const auto needed = plan::find_needed_kinds(nothing.desired, project.recorded, {});
  EXPECT_TRUE(std::any_of(needed.begin(), needed.end(), [](const plan::NeededKind& kind) {
    return kind.kind->name == "Role" && kind.is_optional;
  })) << "who may hold it is looked at";
  const plan::Plan plan = project.plan_text(doc("Connection", "c", "name: c"));
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals.front().summary,
            "Permission/p would be deleted, but the unmanaged Role 'ROL1' \"Theirs\" still refers to it "
            "(/permissionNames)");
}

TEST(SystemObjects, CanNotBeDeclared) {
  Project project;
  project.add_live("Permission", R"({"id":"PERM1","name":"Impersonate","systemDefault":true})");
  Manifests manifests(doc("Permission", "p", "name: Impersonate"));
  (void)project.plan(manifests);
  EXPECT_THAT(
      manifests.messages(),
      HasSubstr("error: Permission/p would take over the permission 'Impersonate', which is the system's "
                "own and can't be redefined [system-object]"));
}

TEST(SystemObjects, AreNamedByRolesAndNeverPruned) {
  Project project;
  project.add_live("Permission", R"({"id":"PERM1","name":"Impersonate","systemDefault":true})");
  project.policy.prune = {plan::Prune::Form::kAll, {"Permission"}};
  Manifests manifests(doc("Permission", "p", "name: Own") +
                      role("Admin", ", permissionNames: [Impersonate, Own]"));
  const plan::Plan plan = project.plan(manifests);
  EXPECT_EQ(manifests.messages(), "");
  EXPECT_EQ(actions_of(plan), "create Permission/p, create Role/role");
  EXPECT_THAT(plan.unmanaged, IsEmpty());
}

TEST(UserAttributes, AreNamedBuiltInOrOfTheProjectOrAWarning) {
  Project project;
  project.live.kinds["Attribute"].is_loaded = true;
  project.add_live("Attribute", R"({"name":"nickname"})");
  Manifests manifests(
      doc("InboundApp", "a", "name: a, attributesScopes: [{name: s, values: [email, nickname, nickmane]}]"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(),
              HasSubstr("no user attribute is called 'nickmane', neither built in nor in "
                        "the project [unknown-attribute]"));
  EXPECT_EQ(manifests.sink.warning_count(), 1U);
}

TEST(UserAttributes, AreListedOnlyWhereOneIsNotBuiltIn) {
  const auto lists_attributes = [](const std::string& values) {
    const Manifests manifests(
        doc("InboundApp", "a", "name: a, attributesScopes: [{name: s, values: [" + values + "]}]"));
    const auto needed = plan::find_needed_kinds(manifests.desired, {}, {});
    return std::any_of(needed.begin(), needed.end(),
                       [](const plan::NeededKind& kind) { return kind.kind->name == "Attribute"; });
  };
  EXPECT_FALSE(lists_attributes("email, name"));
  EXPECT_TRUE(lists_attributes("email, nickname"));
}

class TenantRole : public testing::Test {
 protected:
  void add_admin(const std::string& id, const std::string& tenant) {
    project.add_live("Role", R"({"id":")" + id + R"(","name":"Admin","tenantId":")" + tenant + R"("})");
  }
  Project project;
};

TEST_F(TenantRole, BindsWithinItsTenantAlone) {
  add_admin("ROL1", "");
  add_admin("ROL2", "T1");
  add_admin("ROL3", "T2");
  EXPECT_EQ(actions_of(project.plan_text(role("Admin", ", tenantId: T3"))), "create Role/role");
  const plan::Plan second = project.plan_text(role("Admin", ", tenantId: T2"));
  EXPECT_EQ(action_on(second, "Role/role").live_id, "ROL3");
  const plan::Plan common = project.plan_text(role("Admin"));
  EXPECT_EQ(action_on(common, "Role/role").live_id, "ROL1");
}

TEST_F(TenantRole, MatchesSeveralWhereItsTenantHasTwo) {
  add_admin("ROL1", "T1");
  add_admin("ROL2", "T1");
  add_admin("ROL3", "T2");
  Manifests manifests(role("Admin", ", tenantId: T1"));
  (void)project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr("2 live objects with the name 'Admin': ROL1 and ROL2"));
}

TEST_F(TenantRole, MayHaveTheNameOfARoleOfAnotherTenant) {
  const std::string two = doc("Role", "a", "name: Admin, tenantId: T1") + doc("Role", "b", "name: Admin");
  EXPECT_EQ(actions_of(project.plan_text(two + doc("Role", "c", "name: Admin, tenantId: T2"))),
            "create Role/a, create Role/b, create Role/c");
  Manifests same(two + doc("Role", "c", "name: Admin, tenantId: T1"));
  EXPECT_THAT(same.messages(), HasSubstr("Role/a and Role/c have the same name 'Admin' [duplicate-key]"));
}

TEST_F(TenantRole, ExchangesItsNameWithNobodyOfAnotherTenant) {
  project.apply_text(doc("Role", "a", "name: A, tenantId: T1") + doc("Role", "b", "name: B, tenantId: T2"));
  const plan::Plan plan = project.plan_text(doc("Role", "a", "name: B, tenantId: T1") +
                                            doc("Role", "b", "name: A, tenantId: T2"));
  EXPECT_EQ(actions_of(plan), "update Role/a, update Role/b");
}

TEST_F(TenantRole, IsNotWhatAScopeNames) {
  add_admin("ROL2", "T1");
  Manifests manifests(doc("Role", "other", "name: Admin, tenantId: T2") + resource("Admin"));
  const plan::Plan plan = project.plan(manifests);
  EXPECT_THAT(manifests.messages(), HasSubstr("no role is called 'Admin'"));
  EXPECT_THAT(action_on(plan, "Resource/r").depends_on, IsEmpty());
}

TEST_F(TenantRole, LeavesThoughAScopeNamesTheProjectsOwn) {
  project.apply_text(doc("Role", "mine", "name: Admin, tenantId: T1") + doc("Role", "common", "name: Admin") +
                     resource("Admin"));
  const plan::Plan plan = project.plan_text(doc("Role", "common", "name: Admin") + resource("Admin"));
  EXPECT_EQ(actions_of(plan), "delete Role/mine");
  EXPECT_THAT(plan.refusals, IsEmpty());
}

}  // namespace
}  // namespace descopectl
