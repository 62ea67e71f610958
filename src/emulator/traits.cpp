// What the rows of a kind can't say about its endpoints: one entry per kind that has such behaviour.
#include <array>

#include "codec.hpp"
#include "consents.hpp"
#include "inbound_apps.hpp"
#include "project.hpp"
#include "rbac.hpp"
#include "tokens.hpp"

namespace descopectl::emulator {
namespace {

/// The guide's rules on OAuth connections, which the service is only known to enforce for the name
/// (sheet 7.3).
Outcome<void> check_guide(const json::object& fields, const json::object& hidden) {
  const auto is_set = [&](std::string_view name) {
    const json::value* value = base::find_member(fields, name);
    return value != nullptr && !base::is_zero(*value);
  };
  if (text_member(fields, "appType") == "apikey") return {};
  if (!is_set("useDcr")) {
    if (!is_set("clientId")) return missing("clientId");
    if (text_member(hidden, "clientSecret").empty()) return missing("clientSecret");
  }
  if (is_set("discoveryUrl")) return {};
  if (!is_set("authorizationUrl")) return missing("authorizationUrl");
  if (!is_set("tokenUrl")) return missing("tokenUrl");
  return {};
}

Outcome<void> prepare_connection(Project& project, Change& change) {
  json::object& fields = change.after->fields;
  if (text_member(fields, "id").find('/') != std::string_view::npos)
    return invalid_value("invalid value for id");
  if (text_member(fields, "appType").empty()) fields["appType"] = project.switches().default_app_type;
  if (project.switches().strict_connection) return check_guide(fields, change.after->hidden);
  return {};
}

/// The service's templates and presets can't be listed, and so not imitated (sheet 16, row 28): whatever id
/// is given names a provider of that name. A preset's connection registers itself.
json::object start_connection(std::string_view field, std::string_view value) {
  const std::string host = "https://" + std::string(value) + ".example/";
  json::object start{{"name", value},
                     {"authorizationUrl", host + "authorize"},
                     {"tokenUrl", host + "token"},
                     {"pkce", true}};
  if (field == "dcrPresetId") {
    start["useDcr"] = true;
    start["dcrUrl"] = host + "register";
  }
  return start;
}

void erase_consents(Project& project, const Record& record) {
  erase_consents_of_app(project, text_member(record.fields, "id"));
}

constexpr Traits kPlain{};

constexpr std::array kTraits{
    Traits{.create_path = creation::kResource,
           .not_found = "E990104",
           .duplicate = "E990109",
           .has_total = true},
    Traits{.create_path = creation::kInboundApp,
           .not_found = "E990204",
           .duplicate = "E990209",
           .loads_by = "clientId",
           .has_total = true,
           .has_named_secrets = true,
           .prepare = prepare_inbound_app,
           .created = answer_created_app,
           .restored = complete_restored_app,
           .erased = erase_consents},
    Traits{.create_path = creation::kConnection,
           .not_found = "E990304",
           .duplicate = "E151001",
           .audited_as = "OutboundApp",
           .start_from = start_connection,
           .prepare = prepare_connection,
           .erased = erase_tokens_of_connection},
    Traits{.create_path = creation::kTemplate,
           .not_found = "E990404",
           .duplicate = "E990409",
           .has_total = true},
    Traits{.create_path = creation::kResourcePolicy, .not_found = "E990504", .duplicate = "E990509"},
    Traits{.create_path = creation::kRole,
           .not_found = kRoleNotFound,
           .duplicate = "E024209",
           .answers_object_flat = true,
           .prepare = prepare_role},
    Traits{.create_path = creation::kPermission,
           .not_found = kPermissionNotFound,
           .duplicate = "E024104",
           .audited_id = "permission_id",
           .erased = take_permission_from_roles},
};

}  // namespace

const Traits& find_traits(std::string_view create_path) {
  for (const Traits& traits : kTraits)
    if (traits.create_path == create_path) return traits;
  return kPlain;
}

}  // namespace descopectl::emulator
