// Role and Permission: the RBAC objects that scopes of API resources name (sheet 9).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr Field kRbacId{.name = "id",
                        .calls = kInUpdate | kInLoad,
                        .read_only = true,
                        .is_output = true,
                        .doc = "The live id, chosen by the server.",
                        .source = "sheet 9"};

constexpr std::array kRoleFields{
    kRbacId,
    Field{.name = "name",
          .required = true,
          .update_wire = "newName",
          .doc = "The role's name, unique in the project, or in its tenant.",
          .source = "sheet 9.2"},
    Field{.name = "description", .doc = "What the role is for.", .source = "sheet 9.2"},
    Field{.name = "permissionNames",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .names = "Permission",
          .follows_renames = true,
          .doc = "Exact names of the permissions that the role holds.",
          .source = "sheet 9.2"},
    Field{.name = "tenantId",
          .immutable = true,
          .doc = "The tenant of a tenant role; empty for a project role.",
          .source = "sheet 9.2"},
    Field{.name = "default", .type = Type::kBoolean, .doc = "Given to new users.", .source = "sheet 9.2"},
    Field{.name = "private",
          .type = Type::kBoolean,
          .doc = "Hidden from APIs that users reach.",
          .source = "sheet 9.2"},
    Field{.name = "createdTime",
          .type = Type::kInteger,
          .calls = kInLoad,
          .read_only = true,
          .doc = "When the role was made, in epoch seconds.",
          .source = "sheet 9.2"},
};
static_assert(schema::is_valid_table(kRoleFields));

constexpr std::array kPermissionFields{
    kRbacId,
    Field{.name = "name",
          .required = true,
          .update_wire = "newName",
          .doc = "The permission's name, unique in the project.",
          .source = "sheet 9.1"},
    Field{.name = "description", .doc = "What the permission allows.", .source = "sheet 9.1"},
    Field{.name = "systemDefault",
          .type = Type::kBoolean,
          .calls = kInLoad,
          .read_only = true,
          .doc = "One of the system's own.",
          .source = "sheet 9.1"},
};
static_assert(schema::is_valid_table(kPermissionFields));

constexpr std::array<std::string_view, 1> kUnique{"name"};
constexpr std::array kRoleBreaks{
    schema::Breakage{"its id changes"},
    schema::Breakage{"users, tenants and access keys that hold it lose it and must be given the new one"}};

/// The sheet knows the member of permissions alone; a role that bears it is no less the system's.
bool is_system(const json::object& live) {
  const json::value* system = base::find_member(live, "systemDefault");
  return system != nullptr && system->is_bool() && system->get_bool();
}

bool is_role_of_others(const json::object& live) {
  const json::value* tenant = base::find_member(live, "tenantId");
  return is_system(live) || (tenant != nullptr && tenant->is_string() && !tenant->get_string().empty());
}

constexpr schema::Kind kRole{
    .name = "Role",
    .title = "role",
    .doc = "A role that users hold and that scopes of API resources may demand.",
    .source = "sheet 9.2",
    .fields = kRoleFields,
    .id_prefix = "ROL",
    .is_name_identity = true,
    .unique_within = "tenantId",
    .missing_name_means = "until it exists nobody can be granted the scope",
    .unique = kUnique,
    .not_found_code = "E111403",
    .calls = {.list = {"GET", "/v1/mgmt/role/all", "", "roles"},
              .create = {"POST", "/v1/mgmt/role/create", "", ""},
              .create_batch = {"POST", "/v1/mgmt/role/create/batch", "roles", "roles"},
              .update = {"POST", "/v1/mgmt/role/update", "", ""},
              .erase = {"POST", "/v1/mgmt/role/delete", "", ""}},
    .is_listed_on_demand = true,
    .is_never_pruned = is_role_of_others,
    .is_system = is_system,
    .replacement_breaks = kRoleBreaks,
    .deletion_loss = "users, tenants and access keys that hold it lose it",
};

constexpr schema::Kind kPermission{
    .name = "Permission",
    .title = "permission",
    .doc = "A permission that roles hold.",
    .source = "sheet 9.1",
    .fields = kPermissionFields,
    .id_prefix = "PERM",
    .is_name_identity = true,
    .missing_name_means = "the service refuses a role that names it",
    .unique = kUnique,
    .not_found_code = "E111303",
    .calls = {.list = {"GET", "/v1/mgmt/permission/all", "", "permissions"},
              .create = {"POST", "/v1/mgmt/permission/create", "", ""},
              .create_batch = {"POST", "/v1/mgmt/permission/create/batch", "permissions", ""},
              .update = {"POST", "/v1/mgmt/permission/update", "", ""},
              .erase = {"POST", "/v1/mgmt/permission/delete", "", ""}},
    .is_listed_on_demand = true,
    .is_never_pruned = is_system,
    .is_system = is_system,
};

}  // namespace

const schema::Kind& role() {
  return kRole;
}
const schema::Kind& permission() {
  return kPermission;
}

}  // namespace descopectl::kinds
