// DynamicRegistrationTemplate: client-registration defaults that several resources share (sheet 4).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array kFields{
    kId,
    kVersion,
    kCreatedTime,
    kModifiedTime,
    Field{.name = "name", .required = true, .doc = "Display name.", .source = "sheet 4"},
    Field{.name = "description", .doc = "What the template is for.", .source = "sheet 4"},
    Field{.name = "loginPageURL",
          .may_come_back_changed = true,
          .format = Format::kWebUrl,
          .doc = "Page that runs the consent flow.",
          .source = "sheet 4"},
    Field{.name = "sessionSettings",
          .type = Type::kObject,
          .fields = kSessionSettingsFields,
          .doc = "Token lifetimes of registered clients.",
          .source = "sheet 2.3"},
    Field{.name = "skipConsentScreen",
          .type = Type::kBoolean,
          .doc = "Registered clients get no consent screen.",
          .source = "sheet 4"},
    Field{.name = "forceAddAllAuthorizationInfo",
          .type = Type::kBoolean,
          .doc = "Puts all tenants, roles and permissions of the user into tokens.",
          .source = "sheet 4"},
    Field{.name = "tags",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Tags of registered clients.",
          .source = "sheet 4"},
};
static_assert(schema::is_valid_table(kFields));

constexpr schema::Kind kKind{
    .name = "DynamicRegistrationTemplate",
    .title = "dynamic registration template",
    .doc = "Client-registration defaults that several resources share.",
    .source = "sheet 4",
    .fields = kFields,
    .id_prefix = "DRT",
    .is_name_identity = true,
    .calls = {.list = {"GET", "/v1/mgmt/resource/dynamic-registration-templates/load", "", "templates"},
              .load = {"GET", "/v1/mgmt/resource/dynamic-registration-template/load", "", "template"},
              .create = {"POST", "/v1/mgmt/resource/dynamic-registration-template/create", "", "template"},
              .update = {"POST", "/v1/mgmt/resource/dynamic-registration-template/update", "template",
                         "template"},
              .erase = {"POST", "/v1/mgmt/resource/dynamic-registration-template/delete", "", ""},
              .erase_batch = {"POST", "/v1/mgmt/resource/dynamic-registration-templates/delete", "ids", ""}},
    .is_listed_on_demand = true,
};

}  // namespace

const schema::Kind& registration_template() {
  return kKind;
}

}  // namespace descopectl::kinds
