// Resource: an API or MCP server that tokens are issued for, with its scopes and registration settings (sheet
// 2).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array<std::string_view, 2> kTypes{"api", "mcp"};

constexpr std::array kScopesFields{
    Field{.name = "permissionsScopes",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kPermissionScopeFields,
          .doc = "Scopes that need a role.",
          .source = "sheet 2.2"},
    Field{.name = "attributesScopes",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kAttributeScopeFields,
          .doc = "Scopes that share attributes of the user.",
          .source = "sheet 2.2"},
    Field{.name = "connectionsScopes",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kConnectionScopeFields,
          .doc = "Scopes of an MCP server, with the connections that its tools need for them.",
          .source = "sheet 2.2"}};

constexpr std::array kDynamicRegistrationFields{
    Field{.name = "enabled",
          .type = Type::kBoolean,
          .doc = "Clients may register themselves (RFC 7591).",
          .source = "sheet 2.2"},
    Field{.name = "disableApprovedScopesAsDefault",
          .type = Type::kBoolean,
          .doc = "true: a self-registered client must ask for scopes and is not given the whole catalogue.",
          .source = "sheet 2.2"},
    Field{.name = "flowId", .doc = "The flow that runs when a client registers.", .source = "sheet 2.2"}};

constexpr std::array kDomainPolicyFields{Field{.name = "domainPattern",
                                               .required = true,
                                               .doc = "A domain, exact or with a leading `*.`.",
                                               .source = "sheet 2.2"},
                                         Field{.name = "enabled",
                                               .type = Type::kBoolean,
                                               .doc = "Whether the policy counts.",
                                               .source = "sheet 2.2"}};

constexpr std::array kDomainPoliciesFields{
    Field{.name = "policies",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "domainPattern",
          .fields = kDomainPolicyFields,
          .doc = "Domains from which client id metadata documents are accepted.",
          .source = "sheet 2.2"}};

constexpr std::array kCimdFields{Field{.name = "enabled",
                                       .type = Type::kBoolean,
                                       .doc = "Accepts client id metadata documents.",
                                       .source = "sheet 2.2"},
                                 Field{.name = "domainPolicies",
                                       .type = Type::kObject,
                                       .fields = kDomainPoliciesFields,
                                       .doc = "Which domains may host them.",
                                       .source = "sheet 2.2"}};

constexpr std::array kRegistrationFields{
    Field{.name = "dynamicRegistration",
          .type = Type::kObject,
          .fields = kDynamicRegistrationFields,
          .doc = "Dynamic client registration (DCR).",
          .source = "sheet 2.2"},
    Field{.name = "cimdSettings",
          .type = Type::kObject,
          .fields = kCimdFields,
          .doc = "Client id metadata documents (CIMD).",
          .source = "sheet 2.2"},
    Field{.name = "template",
          .wire = "dynamicRegistrationTemplateId",
          .type = Type::kReference,
          .reference = "DynamicRegistrationTemplate",
          .doc = "The template whose client defaults count when useTemplate is true.",
          .source = "sheet 2.2"},
    Field{.name = "useTemplate",
          .type = Type::kBoolean,
          .doc = "true: the template's client defaults win over the fields below.",
          .source = "sheet 2.2"},
    Field{.name = "loginPageURL",
          .may_come_back_changed = true,
          .format = Format::kWebUrl,
          .doc = "Page that runs the consent flow.",
          .source = "sheet 2.2"},
    Field{.name = "skipConsentScreen",
          .type = Type::kBoolean,
          .doc = "Registered clients get no consent screen.",
          .source = "sheet 2.2"},
    Field{.name = "forceAddAllAuthorizationInfo",
          .type = Type::kBoolean,
          .doc = "Puts all tenants, roles and permissions of the user into tokens.",
          .source = "sheet 2.2"},
    Field{.name = "tags",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Tags of registered clients.",
          .source = "sheet 2.2"},
    Field{.name = "sessionSettings",
          .type = Type::kObject,
          .fields = kSessionSettingsFields,
          .doc = "Token lifetimes of registered clients.",
          .source = "sheet 2.3"}};

constexpr std::array kFields{
    kId,
    kVersion,
    kCreatedTime,
    kModifiedTime,
    Field{.name = "name", .required = true, .doc = "Display name.", .source = "sheet 2.2"},
    Field{.name = "description", .doc = "What the resource is.", .source = "sheet 2.2"},
    Field{.name = "uri",
          .required = true,
          .immutable = true,
          .is_output = true,
          .format = Format::kUri,
          .doc = "The resource identifier: the audience of its tokens; of an MCP server, its endpoint.",
          .source = "sheet 2.2"},
    Field{.name = "type",
          .required = true,
          .immutable = true,
          .values = kTypes,
          .doc = "api or mcp.",
          .source = "sheet 2.2"},
    Field{.name = "userAccess",
          .has_unknown_default = true,
          .doc = "How open the resource is to tokens of users; values are the service's.",
          .source = "sheet 2.4"},
    Field{.name = "clientAccess",
          .has_unknown_default = true,
          .doc = "How open the resource is to tokens of machines; values are the service's.",
          .source = "sheet 2.4"},
    Field{.name = "scopes",
          .type = Type::kObject,
          .has_unique_keys = true,
          .fields = kScopesFields,
          .doc = "The scope catalogue, in three lists.",
          .source = "sheet 2.2"},
    Field{.name = "dynamicRegistrationSettings",
          .type = Type::kObject,
          .fields = kRegistrationFields,
          .doc = "How clients register themselves; meaningful for type mcp.",
          .source = "sheet 2.2"},
};
static_assert(schema::is_valid_table(kFields));

constexpr std::array<std::string_view, 1> kNaturalKeys{"uri"};
constexpr std::array<std::string_view, 1> kUnique{"uri"};
constexpr std::string_view kClientsLost = "clients registered under it and their users' consents are lost";
constexpr std::array kBreaks{
    schema::Breakage{"its id changes: whatever holds the old id (clients, configuration elsewhere) must "
                     "learn the new one"},
    schema::Breakage{"resource policies on the old id are lost and made again only where they are declared"},
    schema::Breakage{kClientsLost}};

void check(const json::object& spec, std::vector<schema::RuleFinding>& findings) {
  const json::value* settings = base::find_member(spec, "dynamicRegistrationSettings");
  if (settings == nullptr || !settings->is_object()) return;
  const json::value* use = base::find_member(settings->get_object(), "useTemplate");
  const json::value* reference = base::find_member(settings->get_object(), "dynamicRegistrationTemplateId");
  if (use != nullptr && use->is_bool() && use->get_bool() &&
      (reference == nullptr || base::is_zero(*reference)))
    findings.push_back({"/dynamicRegistrationSettings/useTemplate", "invalid-combination",
                        "useTemplate is true, but no template is named",
                        "add `template: HANDLE` beside it, or set useTemplate to false"});
}

constexpr schema::Kind kKind{
    .name = "Resource",
    .title = "resource (API or MCP server)",
    .doc = "An API or MCP server that tokens are issued for, with its scopes.",
    .source = "sheet 2",
    .fields = kFields,
    .id_prefix = "RS",
    .natural_keys = kNaturalKeys,
    .unique = kUnique,
    .calls = {.list = {"GET", "/v1/mgmt/resources/load", "", "resources"},
              .load = {"GET", "/v1/mgmt/resource/load", "", "resource"},
              .create = {"POST", "/v1/mgmt/resource/create", "", "resource"},
              .update = {"POST", "/v1/mgmt/resource/update", "resource", "resource"},
              .erase = {"POST", "/v1/mgmt/resource/delete", "", ""},
              .erase_batch = {"POST", "/v1/mgmt/resource/delete/batch", "ids", ""}},
    .check = check,
    .replacement_breaks = kBreaks,
    .deletion_loss = kClientsLost,
};

}  // namespace

const schema::Kind& resource() {
  return kKind;
}

}  // namespace descopectl::kinds
