// Connection: an outbound application, through which users and tools reach a provider (sheet 7).
#include "kinds.hpp"
#include "shared_fields.hpp"

namespace descopectl::kinds {
namespace {

constexpr std::array<std::string_view, 2> kAccessTypes{"offline", "online"};
constexpr std::array<std::string_view, 4> kPrompts{"none", "login", "consent", "select_account"};
constexpr std::array<std::string_view, 3> kAppTypes{"custom", "oauth", "apikey"};
constexpr std::array<std::string_view, 3> kOAuthAppTypes{"custom", "oauth", ""};

constexpr std::array kFields{
    Field{.name = "id",
          .read_only = true,
          .is_output = true,
          .doc = "The connection's id, chosen by the client once and for all; written as metadata.id.",
          .source = "sheet 7.2"},
    Field{.name = "name", .required = true, .doc = "Display name.", .source = "sheet 7.2"},
    Field{.name = "description", .doc = "What the connection is for.", .source = "sheet 7.2"},
    Field{.name = "logo",
          .may_come_back_changed = true,
          .doc = "Logo as URL, path or data URI.",
          .source = "sheet 7.2"},
    Field{.name = "clientId",
          .is_output = true,
          .doc = "OAuth client id at the provider.",
          .source = "sheet 7.2"},
    Field{.name = "clientSecret",
          .calls = kInWrites,
          .secret = true,
          .write_only = true,
          .set_with = "clientId",
          .doc = "OAuth client secret at the provider; left out of an update it is kept.",
          .source = "sheet 7.3"},
    Field{.name = "discoveryUrl",
          .format = Format::kWebUrl,
          .doc = "OAuth or OIDC discovery document that fills the endpoints.",
          .source = "sheet 7.2"},
    Field{.name = "authorizationUrl",
          .format = Format::kWebUrl,
          .doc = "Authorization endpoint; needed unless discoveryUrl is given.",
          .source = "sheet 7.2"},
    Field{.name = "authorizationUrlParams",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "key",
          .fields = kUrlParamFields,
          .doc = "Further parameters of authorization requests.",
          .source = "sheet 7.2"},
    Field{.name = "tokenUrl",
          .format = Format::kWebUrl,
          .doc = "Token endpoint; needed unless discoveryUrl is given.",
          .source = "sheet 7.2"},
    Field{.name = "tokenUrlParams",
          .type = Type::kObjectList,
          .list = ListForm::kKeyed,
          .key = "key",
          .fields = kUrlParamFields,
          .doc = "Further parameters of token requests.",
          .source = "sheet 7.2"},
    Field{.name = "revocationUrl",
          .format = Format::kWebUrl,
          .doc = "Token revocation endpoint.",
          .source = "sheet 7.2"},
    Field{.name = "defaultScopes",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .doc = "Provider scopes asked for when a request names none.",
          .source = "sheet 7.2"},
    Field{.name = "defaultRedirectUrl",
          .format = Format::kUrl,
          .doc = "Where the user lands after connecting, unless the flow or the call says otherwise.",
          .source = "sheet 7.2"},
    Field{.name = "callbackDomain",
          .has_unknown_default = true,
          .doc = "Domain of the OAuth callback; the project's own where absent.",
          .source = "sheet 7.2"},
    Field{.name = "pkce", .type = Type::kBoolean, .doc = "Uses PKCE (RFC 7636).", .source = "sheet 7.2"},
    Field{.name = "accessType",
          .values = kAccessTypes,
          .doc = "offline asks the provider for a refresh token.",
          .source = "sheet 7.2"},
    Field{.name = "prompt",
          .type = Type::kStringList,
          .list = ListForm::kSet,
          .values = kPrompts,
          .doc = "OpenID Connect prompts of the authorization request.",
          .source = "sheet 7.2"},
    Field{.name = "appType",
          .immutable = true,
          .is_origin = true,
          .has_unknown_default = true,
          .values = kAppTypes,
          .same_values = kOAuthAppTypes,
          .doc = "apikey for a connection that stores API keys; custom and oauth mean the same.",
          .source = "sheet 7.4"},
    Field{.name = "useDcr",
          .type = Type::kBoolean,
          .immutable = true,
          .dropped_on_update = true,
          .doc = "Registers itself at the provider dynamically (RFC 7591); updates lose it.",
          .source = "sheet 7.3"},
    Field{.name = "dcrUrl",
          .immutable = true,
          .dropped_on_update = true,
          .format = Format::kWebUrl,
          .doc = "The provider's registration endpoint, with useDcr.",
          .source = "sheet 7.3"},
    Field{.name = "tenantId",
          .immutable = true,
          .outlives_origin = true,
          .doc = "The tenant that a tenant-level connection belongs to.",
          .source = "sheet 7.2"},
    Field{.name = "templateId",
          .calls = kInCreate,
          .immutable = true,
          .is_origin = true,
          .write_only = true,
          .doc = "Creates the connection from a template of the console; the other fields overrule it. Used "
                 "once, and never read back.",
          .source = "sheet 7.1"},
    Field{.name = "dcrPresetId",
          .calls = kInCreate,
          .immutable = true,
          .is_origin = true,
          .write_only = true,
          .doc = "Creates the connection from a registration preset of the console, under an id that the "
                 "service chooses. Used once, and never read back.",
          .source = "sheet 7.1"},
};
static_assert(schema::is_valid_table(kFields));

constexpr std::array<std::string_view, 1> kNaturalKeys{"id"};
constexpr std::array<std::string_view, 1> kUnique{"id"};
constexpr std::array<std::string_view, 1> kTolerated{"templateId"};
constexpr std::string_view kTokensLost =
    "tokens and API keys that users and tenants stored through it are deleted with it";
constexpr std::array kBreaks{schema::Breakage{kTokensLost}};
constexpr std::array<std::string_view, 5> kApiKeyFields{"name", "description", "logo", "appType", "tenantId"};

constexpr std::array<std::string_view, 5> kTemplateFields{"templateId", "id", "clientId", "clientSecret",
                                                          "tenantId"};
constexpr std::array<std::string_view, 17> kOverrides{"name",
                                                      "description",
                                                      "logo",
                                                      "discoveryUrl",
                                                      "authorizationUrl",
                                                      "authorizationUrlParams",
                                                      "tokenUrl",
                                                      "tokenUrlParams",
                                                      "revocationUrl",
                                                      "defaultScopes",
                                                      "defaultRedirectUrl",
                                                      "callbackDomain",
                                                      "pkce",
                                                      "accessType",
                                                      "prompt",
                                                      "useDcr",
                                                      "dcrUrl"};
constexpr std::array<std::string_view, 2> kPresetFields{"dcrPresetId", "tenantId"};
constexpr std::array<schema::CreateVariant, 2> kVariants{
    schema::CreateVariant{.when = "templateId",
                          .call = {"POST", "/v1/mgmt/outbound/app/create/bytemplate", "", "app"},
                          .fields = kTemplateFields,
                          .nested = "overrides",
                          .nested_fields = kOverrides},
    schema::CreateVariant{.when = "dcrPresetId",
                          .call = {"POST", "/v1/mgmt/outbound/app/create/bydcrpreset", "", "app"},
                          .fields = kPresetFields}};

void check(const json::object& spec, std::vector<schema::RuleFinding>& findings) {
  const json::value* type = base::find_member(spec, "appType");
  if (type == nullptr || !type->is_string() || type->get_string() != "apikey") return;
  for (const auto& [name, value] : spec) {
    bool allowed = value.is_null();
    for (const std::string_view field : kApiKeyFields)
      allowed = allowed || name == field;
    if (allowed || schema::find_field(kFields, name) == nullptr) continue;
    findings.push_back(
        {"/" + std::string(name), "invalid-combination",
         "an API-key connection (appType: apikey) has no field '" + std::string(name) + "'",
         "remove the field, or write 'appType: oauth', which replaces a connection that is live"});
  }
}

bool is_tenant_scoped(const json::object& live) {
  const json::value* tenant = base::find_member(live, "tenantId");
  return tenant != nullptr && tenant->is_string() && !tenant->get_string().empty();
}

/// A preset makes connections that register themselves; live does not tell of presets.
std::string_view warn_of_update(const json::object& body) {
  const json::value* dcr = base::find_member(body, "useDcr");
  const bool uses_dcr = dcr != nullptr && dcr->is_bool() && dcr->get_bool();
  if (!uses_dcr && base::find_member(body, "dcrPresetId") == nullptr) return {};
  return "the update call is known to lose useDcr and dcrUrl: whether dynamic registration survives is read "
         "back";
}

constexpr schema::Kind kKind{
    .name = "Connection",
    .title = "connection (outbound application)",
    .doc = "A connection to an OAuth or API-key provider, whose tokens the vault keeps for users and tools.",
    .source = "sheet 7",
    .fields = kFields,
    .id_chosen_by_client = true,
    .id_prefix = "",
    .natural_keys = kNaturalKeys,
    .unique = kUnique,
    .calls = {.list = {"GET", "/v1/mgmt/outbound/apps", "", "apps"},
              .load = {"GET", "/v1/mgmt/outbound/app/{id}", "", "app"},
              .create = {"POST", "/v1/mgmt/outbound/app/create", "", "app"},
              .update = {"POST", "/v1/mgmt/outbound/app/update", "app", "app"},
              .erase = {"POST", "/v1/mgmt/outbound/app/delete", "", ""}},
    .create_variants = kVariants,
    .tolerated = kTolerated,
    .check = check,
    .is_never_pruned = is_tenant_scoped,
    .replacement_breaks = kBreaks,
    .deletion_loss = kTokensLost,
    .update_warning = warn_of_update,
};

}  // namespace

const schema::Kind& connection() {
  return kKind;
}

}  // namespace descopectl::kinds
