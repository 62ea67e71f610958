// Roles and permissions where their calls differ from the other kinds' (sheet 9).
#include "rbac.hpp"

#include <algorithm>
#include <array>

#include "codec.hpp"
#include "descopectl/base/letters.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr Field text_row(std::string_view name) {
  return {.name = name, .doc = "-", .source = "sheet 9"};
}
constexpr Field list_row(std::string_view name) {
  return {.name = name, .type = Type::kStringList, .list = ListForm::kSet, .doc = "-", .source = "sheet 9"};
}

constexpr std::array kSelectorRows{text_row("name"), text_row("id")};
constexpr std::array kRoleSelectorRows{text_row("name"), text_row("id"), text_row("tenantId")};
constexpr std::array kPermissionBatchRows{list_row("names"), list_row("ids")};
constexpr std::array kRoleBatchRows{list_row("roleNames"), list_row("roleIds"), text_row("tenantId")};
constexpr std::array kSortRows{
    text_row("field"), Field{.name = "desc", .type = Type::kBoolean, .doc = "-", .source = "sheet 9.2"}};
constexpr std::array kSearchRows{
    list_row("tenantIds"),
    list_row("roleNames"),
    text_row("roleNameLike"),
    list_row("permissionNames"),
    text_row("text"),
    Field{.name = "sort",
          .type = Type::kObjectList,
          .list = ListForm::kOrdered,
          .fields = kSortRows,
          .doc = "-",
          .source = "sheet 9.2"},
    Field{.name = "includeProjectRoles", .type = Type::kBoolean, .doc = "-", .source = "sheet 9.2"},
    list_row("roleIds")};

/// Undoes a batch that fails half-way: batches are all or nothing.
class Transaction {
 public:
  explicit Transaction(Project& project)
      : roles_(*project.find_created_at(creation::kRole)),
        permissions_(*project.find_created_at(creation::kPermission)),
        roles_before_(roles_.objects),
        permissions_before_(permissions_.objects) {}

  void roll_back() {
    roles_.objects = std::move(roles_before_);
    permissions_.objects = std::move(permissions_before_);
  }

 private:
  Family& roles_;
  Family& permissions_;
  Collection roles_before_;
  Collection permissions_before_;
};

/// The object that exactly one of name and id selects; names are looked up within `tenantId`.
Outcome<const Record*> select(Family& family, const json::object& sent) {
  const std::string_view name = text_member(sent, "name");
  const std::string_view id = text_member(sent, "id");
  if (name.empty() && id.empty()) return missing("name");
  if (!name.empty() && !id.empty()) return invalid_value("Only one of name and id may be given");
  const Record* record = id.empty() ? family.objects.find_by("name", name, text_member(sent, "tenantId"))
                                    : family.objects.find(id);
  if (record == nullptr) return not_found(family, id.empty() ? name : id);
  return record;
}

/// Replaces `old_name` in every role's permissions by `new_name`, or takes it out where that is empty.
void rename_in_roles(Project& project, std::string_view old_name, std::string_view new_name) {
  Family& roles = *project.find_created_at(creation::kRole);
  for (const Record* role : roles.objects.list(Time::max())) {
    Record after = *role;
    json::array& names = after.fields["permissionNames"].get_array();
    const auto found = std::find_if(names.begin(), names.end(), [&](const json::value& name) {
      return view(name.get_string()) == old_name;
    });
    if (found == names.end()) continue;
    if (new_name.empty())
      names.erase(found);
    else
      *found = json::string_view(new_name);
    roles.objects.replace(*role, std::move(after), project.now());
  }
}

/// One update: `newName` is the name to have, `name` or `id` selects.
Outcome<const Record*> update_one(Project& project, Family& family, json::object body) {
  json::value new_name;
  if (const auto found = body.find("newName"); found != body.end()) {
    new_name = found->value();
    body.erase(found);
  }
  if (!new_name.is_null() && !new_name.is_string())
    return malformed("invalid value for field \"newName\": expected a string");
  auto sent = decode(family.kind->fields, body, message_of(project, family, Write::kUpdate, 1, false));
  if (sent.has_error()) return sent.error();
  const auto before = select(family, *sent);
  if (before.has_error()) return before.error();
  if (new_name.is_null()) return missing("newName");
  const std::string old_name(text_member((*before)->fields, "name"));
  (*sent)["name"] = new_name;
  auto after = change_object(project, family, **before, *sent, Write::kUpdate, 1);
  if (after.has_error()) return after.error();
  if (&family == project.find_created_at(creation::kPermission) && view(new_name.get_string()) != old_name)
    rename_in_roles(project, old_name, view(new_name.get_string()));
  return after;
}

std::string answer_one(const Project& project, const Family& family, const Record& record) {
  if (!family.traits->answers_object_flat) return std::string(kNothing);
  return to_text(project, family, record, {}, 1);
}

Outcome<std::string> update(Project& project, Family& family, const Call& call) {
  const auto record = update_one(project, family, call.body);
  if (record.has_error()) return record.error();
  return answer_one(project, family, **record);
}

/// Updates every object of the list `in`, or none.
Outcome<std::string> update_batch(Project& project, Family& family, std::string_view in, const Call& call) {
  const auto batch = wrapped_list(project, call.body, in);
  if (batch.has_error()) return batch.error();
  Transaction transaction(project);
  std::vector<std::string> ids;
  for (const json::value& item : *batch) {
    const auto record = update_one(project, family, item.get_object());
    if (record.has_error()) {
      transaction.roll_back();
      return record.error();
    }
    ids.emplace_back(text_member((*record)->fields, "id"));
  }
  if (!family.traits->answers_object_flat) return std::string(kNothing);
  std::vector<const Record*> records;
  for (const std::string& id : ids)
    records.push_back(family.objects.find(id));
  return to_list_text(project, family, records, in, -1, 1);
}

Outcome<std::string> erase(Project& project, Family& family, std::span<const Field> rows, const Call& call) {
  const auto sent = decode(rows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const auto record = select(family, *sent);
  if (record.has_error()) return record.error();
  erase_object(project, family, **record);
  return std::string(kNothing);
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> result;
  const json::value* list = base::find_member(object, name);
  if (list == nullptr || !list->is_array()) return result;
  for (const json::value& item : list->get_array())
    if (item.is_string()) result.emplace_back(item.get_string());
  return result;
}

void erase_all(Project& project, Family& family, const std::vector<std::string>& ids,
               const std::vector<std::string>& names, std::string_view tenant) {
  for (const std::string& id : ids)
    if (const Record* record = family.objects.find(id)) erase_object(project, family, *record);
  for (const std::string& name : names)
    if (const Record* record = family.objects.find_by("name", name, tenant))
      erase_object(project, family, *record);
}

Outcome<std::string> erase_permissions(Project& project, Family& family, const Call& call) {
  const auto sent = decode(kPermissionBatchRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  erase_all(project, family, texts_of(*sent, "ids"), texts_of(*sent, "names"), {});
  return std::string(kNothing);
}

/// Without names and ids the service deletes every role (sheet 0.3, trap 8): refused here unless switched on.
Outcome<std::string> erase_roles(Project& project, Family& family, const Call& call) {
  const auto sent = decode(kRoleBatchRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const std::string_view tenant = text_member(*sent, "tenantId");
  auto ids = texts_of(*sent, "roleIds");
  const auto names = texts_of(*sent, "roleNames");
  if (ids.empty() && names.empty()) {
    if (!project.switches().allow_unfiltered_role_delete) return missing("roleNames");
    for (const Record* role : family.objects.list(Time::max()))
      if (tenant.empty() || text_member(role->fields, "tenantId") == tenant)
        ids.emplace_back(text_member(role->fields, "id"));
  }
  erase_all(project, family, ids, names, tenant);
  return std::string(kNothing);
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), base::is_same_letter) != text.end();
}

/// Every filter that is given must hold. The rest of the search's meaning is not known.
Outcome<std::string> search_roles(Project& project, Family& family, const Call& call) {
  const auto sent = decode(kSearchRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const auto tenants = texts_of(*sent, "tenantIds");
  const auto names = texts_of(*sent, "roleNames");
  const auto ids = texts_of(*sent, "roleIds");
  const auto permissions = texts_of(*sent, "permissionNames");
  const std::string_view like = text_member(*sent, "roleNameLike");
  const std::string_view text = text_member(*sent, "text");
  const json::value* project_roles = base::find_member(*sent, "includeProjectRoles");
  const bool with_project_roles = project_roles != nullptr && project_roles->get_bool();
  std::vector<const Record*> found;
  for (const Record* role : family.objects.list(project.now())) {
    const std::string_view name = text_member(role->fields, "name");
    const std::string_view tenant = text_member(role->fields, "tenantId");
    const auto held = texts_of(role->fields, "permissionNames");
    if (!tenants.empty() && !contains(tenants, tenant) && !(with_project_roles && tenant.empty())) continue;
    if (!names.empty() && !contains(names, name)) continue;
    if (!ids.empty() && !contains(ids, text_member(role->fields, "id"))) continue;
    if (!contains_ignoring_case(name, like)) continue;
    if (name.find(text) == std::string_view::npos &&
        text_member(role->fields, "description").find(text) == std::string_view::npos)
      continue;
    if (!std::all_of(permissions.begin(), permissions.end(),
                     [&](const std::string& permission) { return contains(held, permission); }))
      continue;
    found.push_back(role);
  }
  return to_list_text(project, family, found, "roles", -1, 1);
}

}  // namespace

Outcome<void> prepare_role(Project& project, Change& change) {
  json::object& fields = change.after->fields;
  if (change.before != nullptr) fields["tenantId"] = change.before->fields.at("tenantId");
  Family* permissions = project.find_created_at(creation::kPermission);
  if (permissions == nullptr) return {};
  for (const std::string& name : texts_of(fields, "permissionNames"))
    if (permissions->objects.find_by("name", name) == nullptr)
      return Refusal(400, kPermissionNotFound, "Permission '" + name + "' was not found");
  return {};
}

void take_permission_from_roles(Project& project, const Record& record) {
  if (project.find_created_at(creation::kRole) != nullptr)
    rename_in_roles(project, text_member(record.fields, "name"), {});
}

void add_rbac_routes(Router& router, Project& project) {
  Family* const role = project.find_created_at(creation::kRole);
  Family* const permission = project.find_created_at(creation::kPermission);
  if (role == nullptr || permission == nullptr) return;
  const auto add = [&](std::string_view path, Family* family, auto endpoint) {
    router.add("POST", path,
               [&project, family, endpoint](const Call& call) { return endpoint(project, *family, call); });
  };
  const auto add_batch = [&](std::string_view path, Family* family, std::string_view in) {
    add(path, family,
        [in](Project& of, Family& self, const Call& call) { return update_batch(of, self, in, call); });
  };
  const auto add_erase = [&](std::string_view path, Family* family, std::span<const Field> rows) {
    add(path, family,
        [rows](Project& of, Family& self, const Call& call) { return erase(of, self, rows, call); });
  };
  add("/v1/mgmt/permission/update", permission, update);
  add("/v1/mgmt/role/update", role, update);
  add_erase("/v1/mgmt/permission/delete", permission, kSelectorRows);
  add_erase("/v1/mgmt/role/delete", role, kRoleSelectorRows);
  add_batch("/v1/mgmt/permission/update/batch", permission, "permissions");
  add_batch("/v1/mgmt/role/update/batch", role, "roles");
  add("/v1/mgmt/permission/delete/batch", permission, erase_permissions);
  add("/v1/mgmt/role/delete/batch", role, erase_roles);
  add("/v1/mgmt/role/search", role, search_roles);
}

}  // namespace descopectl::emulator
