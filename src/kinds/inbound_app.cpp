// InboundApp: a third-party application that signs users in and asks for their consent (sheet 6).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array<std::string_view, 2> kAudiences{"projectId", "clientId"};

constexpr std::array kIssuerFields{
    Field{.name = "jwksUri",
          .format = Format::kWebUrl,
          .doc = "Where the issuer publishes its keys.",
          .source = "sheet 6.2"},
    Field{
        .name = "signAlgorithm", .doc = "Signature algorithm of the issuer's tokens.", .source = "sheet 6.2"},
    Field{.name = "userInfoUri",
          .format = Format::kWebUrl,
          .doc = "The issuer's user-info endpoint.",
          .source = "sheet 6.2"},
    Field{.name = "externalIdFieldName",
          .doc = "The claim that holds the user's id at the issuer.",
          .source = "sheet 6.2"}};

constexpr std::array kJwtBearerFields{Field{.name = "issuers",
                                            .type = Type::kObjectMap,
                                            .fields = kIssuerFields,
                                            .doc = "Trusted issuers, by issuer URL (RFC 7523).",
                                            .source = "sheet 6.2"},
                                      Field{.name = "jwtBearerGrantTypeAudienceToUse",
                                            .doc = "Audience of tokens from the JWT bearer grant.",
                                            .source = "sheet 6.2"},
                                      Field{.name = "jwtBearerGrantTypeScopeToUse",
                                            .doc = "Scope of tokens from the JWT bearer grant.",
                                            .source = "sheet 6.2"},
                                      Field{.name = "jwtBearerGrantTypeCustomClaimsToUse",
                                            .doc = "Custom claims of tokens from the JWT bearer grant.",
                                            .source = "sheet 6.2"}};

constexpr std::array kCibaFields{
    Field{.name = "enabled",
          .type = Type::kBoolean,
          .doc = "Back-channel authentication (CIBA) is on.",
          .source = "sheet 6.2"},
    Field{.name = "expirationTime",
          .type = Type::kInteger,
          .has_unknown_default = true,
          .minimum = 1,
          .maximum = kInt32Max,
          .doc = "How long a request stays open, in expirationTimeUnit.",
          .source = "sheet 6.2"},
    Field{.name = "expirationTimeUnit",
          .has_unknown_default = true,
          .values = kDurationUnits,
          .doc = "Unit of expirationTime.",
          .source = "sheet 6.2"},
    Field{.name = "emailServiceProvider", .doc = "Connector that sends the mail.", .source = "sheet 6.2"},
    Field{.name = "emailServiceProviderFallback",
          .doc = "Connector that sends it when the first fails.",
          .source = "sheet 6.2"},
    Field{.name = "emailServiceTemplateId", .doc = "The mail's template.", .source = "sheet 6.2"},
    Field{.name = "loginPageURL",
          .may_come_back_changed = true,
          .format = Format::kWebUrl,
          .doc = "Page that runs the flow.",
          .source = "sheet 6.2"}};

constexpr std::array kJarFields{
    Field{.name = "enforce",
          .type = Type::kBoolean,
          .doc = "Requests must be signed request objects (RFC 9101).",
          .source = "sheet 6.2"},
    Field{.name = "publicKey", .doc = "The client's public key.", .source = "sheet 6.2"},
    Field{.name = "maxLifetimeSeconds",
          .type = Type::kInteger,
          .has_unknown_default = true,
          .minimum = 0,
          .maximum = kInt32Max,
          .doc = "How old a request object may be, in seconds.",
          .source = "sheet 6.2"},
    Field{.name = "fapi", .type = Type::kBoolean, .doc = "Applies FAPI's rules.", .source = "sheet 6.2"}};

constexpr std::array kClaimMappingFields{
    Field{.name = "scope", .required = true, .doc = "The scope; the key of the item.", .source = "sheet 6.2"},
    Field{.name = "claims",
          .type = Type::kStringMap,
          .doc = "Claims that the scope puts into tokens, static or templates.",
          .source = "sheet 3.3"},
    Field{.name = "description", .doc = "Consent text.", .source = "sheet 6.2"},
    Field{.name = "useProjectMapping",
          .type = Type::kBoolean,
          .doc = "The project's definition of the scope counts; claims is ignored.",
          .source = "sheet 6.2"},
    Field{.name = "mandatory", .type = Type::kBoolean, .doc = "Always granted.", .source = "sheet 6.2"}};

constexpr std::array kFields{
    Field{.name = "id",
          .calls = kInUpdate | kInLoad,
          .read_only = true,
          .is_output = true,
          .doc = "The live id, chosen by the server.",
          .source = "sheet 6.2"},
    Field{.name = "name",
          .required = true,
          .doc = "Display name, unique in the project.",
          .source = "sheet 6.2"},
    Field{.name = "description", .doc = "What the app is.", .source = "sheet 6.2"},
    Field{.name = "logo",
          .may_come_back_changed = true,
          .doc = "Logo as data URI or URL.",
          .source = "sheet 6.2"},
    Field{.name = "logoUrl",
          .may_come_back_changed = true,
          .format = Format::kWebUrl,
          .doc = "URL of the logo.",
          .source = "sheet 6.2"},
    Field{.name = "loginPageUrl",
          .may_come_back_changed = true,
          .format = Format::kWebUrl,
          .doc = "Page that runs the consent flow.",
          .source = "sheet 6.2"},
    Field{.name = "approvedCallbackUrls",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .format = Format::kUrl,
          .doc = "Redirect URLs that the app may use.",
          .source = "sheet 6.2"},
    Field{.name = "permissionsScopes",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kPermissionScopeFields,
          .doc = "Scopes that need a role.",
          .source = "sheet 6.2"},
    Field{.name = "attributesScopes",
          .type = Type::kObjectList,
          .generation = 1,
          .counterpart = "scopeClaimMapping",
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kAttributeScopeFields,
          .doc = "Scopes that share attributes of the user (inboundApi v1).",
          .source = "sheet 6.2"},
    Field{.name = "connectionsScopes",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "name",
          .fields = kConnectionScopeFields,
          .doc = "Scopes that need connections.",
          .source = "sheet 6.2"},
    Field{.name = "scopeClaimMapping",
          .type = Type::kObjectList,
          .generation = 2,
          .counterpart = "attributesScopes",
          .list = ListForm::kKeyed,
          .key = "scope",
          .fields = kClaimMappingFields,
          .doc = "Which claims each scope puts into tokens (inboundApi v2).",
          .source = "sheet 6.2"},
    Field{.name = "consentFlowId",
          .calls = kInCreate,
          .immutable = true,
          .write_only = true,
          .doc = "The consent flow; can be set once and never read back: prefer loginPageUrl.",
          .source = "sheet 13.3"},
    Field{.name = "jwtBearerSettings",
          .type = Type::kObject,
          .fields = kJwtBearerFields,
          .doc = "The JWT bearer grant (RFC 7523).",
          .source = "sheet 6.2"},
    Field{.name = "sessionSettings",
          .type = Type::kObject,
          .fields = kSessionSettingsFields,
          .doc = "Token lifetimes.",
          .source = "sheet 2.3"},
    Field{.name = "nonConfidentialClient",
          .type = Type::kBoolean,
          .calls = kInCreate | kInLoad,
          .immutable = true,
          .doc = "A public client: no secret, PKCE always.",
          .source = "sheet 6.2"},
    Field{.name = "clientId",
          .calls = kInCreate | kInLoad,
          .immutable = true,
          .has_unknown_default = true,
          .is_output = true,
          .doc = "A client id of your own choice; generated where absent.",
          .source = "sheet 6.2"},
    Field{.name = "clientSecret",
          .calls = kInCreate,
          .secret = true,
          .write_only = true,
          .doc = "An existing secret to import on create; generated where absent. Changed by `rotate` only.",
          .source = "sheet 6.3"},
    Field{.name = "audienceWhitelist",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Custom audiences that the app may ask for (RFC 8707).",
          .source = "sheet 6.2"},
    Field{.name = "defaultAudience",
          .values = kAudiences,
          .doc = "Audience of tokens: projectId, clientId, or empty for both.",
          .source = "sheet 6.2"},
    Field{.name = "forceAddAllAuthorizationInfo",
          .type = Type::kBoolean,
          .doc = "Puts all tenants, roles and permissions of the user into tokens.",
          .source = "sheet 6.2"},
    Field{.name = "forcePkce",
          .type = Type::kBoolean,
          .doc = "PKCE on top of client authentication.",
          .source = "sheet 6.2"},
    Field{.name = "customAttributes",
          .type = Type::kStringMap,
          .doc = "Attributes of the app itself.",
          .source = "sheet 6.2"},
    Field{.name = "cibaSettings",
          .type = Type::kObject,
          .fields = kCibaFields,
          .doc = "Client-initiated back-channel authentication.",
          .source = "sheet 6.2"},
    Field{.name = "jarSettings",
          .type = Type::kObject,
          .fields = kJarFields,
          .doc = "Signed authorization requests (RFC 9101).",
          .source = "sheet 6.2"},
    Field{.name = "allowedTenants",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Ids of the tenants whose users may use the app.",
          .source = "sheet 6.2"},
    Field{.name = "dynamic",
          .type = Type::kBoolean,
          .calls = kInLoad,
          .read_only = true,
          .doc = "Made by self-registration.",
          .source = "sheet 6.2"},
    Field{.name = "status",
          .calls = kInLoad,
          .read_only = true,
          .doc = "The app's status.",
          .source = "sheet 6.2"},
    Field{.name = "skipConsentScreen",
          .type = Type::kBoolean,
          .calls = kInLoad,
          .read_only = true,
          .doc = "No consent screen.",
          .source = "sheet 6.2"},
    Field{.name = "useResources",
          .type = Type::kBoolean,
          .calls = kInLoad,
          .read_only = true,
          .doc = "Takes its scopes from resources and policies.",
          .source = "sheet 6.2"},
};
static_assert(schema::is_valid_table(kFields));

constexpr std::array<std::string_view, 1> kNaturalKeys{"clientId"};
constexpr std::array<std::string_view, 2> kUnique{"name", "clientId"};
constexpr std::array<std::string_view, 1> kTolerated{"id"};
bool is_public_client(const json::object& app) {
  const json::value* is_public = base::find_member(app, "nonConfidentialClient");
  return is_public != nullptr && is_public->is_bool() && is_public->get_bool();
}

bool keeps_client_id(const json::object& before, const json::object& after) {
  const json::value* old_id = base::find_member(before, "clientId");
  const json::value* new_id = base::find_member(after, "clientId");
  return old_id != nullptr && new_id != nullptr && *old_id == *new_id;
}

bool changes_client_id(const json::object& before, const json::object& after) {
  return !keeps_client_id(before, after);
}

bool gets_secret(const json::object& /*before*/, const json::object& after) {
  return !is_public_client(after);
}

constexpr std::string_view kConsentsLost = "consents that users and tenants gave it are lost";
constexpr std::array kBreaks{
    schema::Breakage{"it gets a new id"},
    schema::Breakage{"its client id stays only because it is sent again", keeps_client_id},
    schema::Breakage{"whoever uses its old client id must be given the new one", changes_client_id},
    schema::Breakage{"its client secret is generated anew unless clientSecret is given", gets_secret},
    schema::Breakage{"resource policies on the old id are lost and made again only where they are declared"}};

void check(const json::object& spec, std::vector<schema::RuleFinding>& findings) {
  if (is_public_client(spec) && spec.contains("clientSecret"))
    findings.push_back({"/clientSecret", "invalid-combination",
                        "a public client (nonConfidentialClient: true) has no clientSecret",
                        "remove one of the two"});
}

bool is_self_registered(const json::object& live) {
  const json::value* dynamic = base::find_member(live, "dynamic");
  return dynamic != nullptr && dynamic->is_bool() && dynamic->get_bool();
}

/// Does the claim say no more than that the attribute of its name is shared?
bool is_plain_claim(std::string_view name, std::string_view value) {
  if (value == name) return true;
  const std::string end = std::string(name) + "}}";
  return value.starts_with("{{") && value.ends_with(end);
}

/// Can the scope of the first generation stand for the mapping of the second? It holds names of attributes,
/// each of which becomes a claim (sheet 6.3).
bool is_told_by_scope(const json::object& mapping, const json::object* scope) {
  const json::value* project = base::find_member(mapping, "useProjectMapping");
  if (project != nullptr && project->is_bool() && project->get_bool()) return false;
  if (scope == nullptr) return false;
  const json::value* claims = base::find_member(mapping, "claims");
  const json::value* values = base::find_member(*scope, "values");
  if (claims == nullptr || !claims->is_object()) return true;
  for (const auto& [name, value] : claims->get_object()) {
    if (!value.is_string() || !is_plain_claim(name, value.get_string())) return false;
    if (values == nullptr || !values->is_array()) return false;
    bool is_named = false;
    for (const json::value& item : values->get_array())
      is_named = is_named || (item.is_string() && item.get_string() == name);
    if (!is_named) return false;
  }
  return true;
}

const json::object* find_item(const json::object& app, std::string_view list, std::string_view key,
                              const json::value& wanted) {
  const json::value* items = base::find_member(app, list);
  if (items == nullptr || !items->is_array()) return nullptr;
  for (const json::value& item : items->get_array()) {
    const json::value* found = item.is_object() ? base::find_member(item.get_object(), key) : nullptr;
    if (found != nullptr && *found == wanted) return &item.get_object();
  }
  return nullptr;
}

std::string find_lost_mapping(const json::object& first, const json::object& second) {
  const json::value* mappings = base::find_member(second, "scopeClaimMapping");
  if (mappings == nullptr || !mappings->is_array()) return {};
  for (const json::value& mapping : mappings->get_array()) {
    const json::value* scope =
        mapping.is_object() ? base::find_member(mapping.get_object(), "scope") : nullptr;
    if (scope == nullptr || !scope->is_string()) continue;
    if (!is_told_by_scope(mapping.get_object(), find_item(first, "attributesScopes", "name", *scope)))
      return "the claim mapping of the scope '" + std::string(scope->get_string()) + "'";
  }
  return {};
}

constexpr schema::Kind kKind{
    .name = "InboundApp",
    .title = "inbound app (third-party application)",
    .doc = "A third-party application that signs users in through this project.",
    .source = "sheet 6",
    .fields = kFields,
    .natural_keys = kNaturalKeys,
    .is_name_identity = true,
    .unique = kUnique,
    .calls = {.list = {"GET", "/v1/mgmt/thirdparty/apps/load", "", "apps"},
              .paging = schema::Paging::kQuery,
              .load = {"GET", "/v1/mgmt/thirdparty/app/load", "", ""},
              .create = {"POST", "/v1/mgmt/thirdparty/app/create", "", ""},
              .update = {"POST", "/v1/mgmt/thirdparty/app/update", "", ""},
              .patch = {"POST", "/v1/mgmt/thirdparty/app/patch", "", ""},
              .erase = {"POST", "/v1/mgmt/thirdparty/app/delete", "", ""},
              .erase_batch = {"POST", "/v1/mgmt/thirdparty/app/delete/batch", "ids", ""},
              .secret = {"GET", "/v1/mgmt/thirdparty/app/secret", "", "cleartext"},
              .rotate = {"POST", "/v1/mgmt/thirdparty/app/rotate", "", "cleartext"}},
    .second_calls = {.list = {"POST", "/v2/mgmt/thirdparty/apps/load", "", "apps"},
                     .paging = schema::Paging::kBody,
                     .load = {"GET", "/v2/mgmt/thirdparty/app/load", "", ""},
                     .create = {"POST", "/v2/mgmt/thirdparty/app/create", "", ""},
                     .update = {"POST", "/v2/mgmt/thirdparty/app/update", "", ""},
                     .patch = {"POST", "/v2/mgmt/thirdparty/app/patch", "", ""}},
    .tolerated = kTolerated,
    .check = check,
    .is_never_pruned = is_self_registered,
    .lost_by_first_generation = find_lost_mapping,
    .replacement_breaks = kBreaks,
    .counted_loss = {.search = {"POST", "/v1/mgmt/thirdparty/consents/search", "", "consents"},
                     .by = "appId",
                     .noun = "consent",
                     .text = kConsentsLost},
    .deletion_loss = kConsentsLost,
};

}  // namespace

const schema::Kind& inbound_app() {
  return kKind;
}

}  // namespace descopectl::kinds
