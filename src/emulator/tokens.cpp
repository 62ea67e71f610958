// Upload, lookup and deletion of connections' tokens. A user's token names the user and perhaps a tenant, a
// tenant's own token has no user; every pair of calls is one function told by which of the two it serves.
#include "tokens.hpp"

#include <algorithm>
#include <array>

#include "codec.hpp"
#include "descopectl/base/text.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::string_view kNoToken = "E990314";
constexpr std::string_view kApiKeyStays = "E151016";
constexpr std::string_view kRefusedItem = "E152110";
constexpr std::string_view kApiKey = "apikey";

constexpr std::array kRows{row("id"),
                           row("appId"),
                           row("userId"),
                           row("tokenSub"),
                           row("accessToken"),
                           row("accessTokenType"),
                           row("accessTokenExpiry", Type::kInteger64),
                           row("hasRefreshToken", Type::kBoolean),
                           row("refreshToken"),
                           row("lastRefreshTime", Type::kInteger64),
                           row("lastRefreshError"),
                           list_row("scopes"),
                           row("tenantId"),
                           row("grantedBy"),
                           row("externalIdentifier")};
constexpr std::array kOptionRows{row("withRefreshToken", Type::kBoolean),
                                 row("forceRefresh", Type::kBoolean)};
// Messages about a tenant's own token lack the user, those that ask for the latest one the scopes: first and
// last of these rows.
constexpr std::array kFetchRows{
    row("userId"),
    row("appId"),
    row("tenantId"),
    row("externalIdentifier"),
    Field{.name = "options", .type = Type::kObject, .fields = kOptionRows, .doc = "-", .source = "sheet 7.1"},
    list_row("scopes")};
constexpr std::array kKeyRows{row("userId"), row("appId"), row("tenantId"), row("apiKey")};
constexpr std::array kUploadRows{
    row("userId"),          row("appId"),       row("tenantId"),
    row("refreshToken"),    row("accessToken"), row("accessTokenExpiry", Type::kInteger64),
    row("accessTokenType"), list_row("scopes"), row("externalIdentifier"),
    row("idToken"),         row("grantedBy"),   row("verifyRefresh", Type::kBoolean)};
static_assert(schema::is_valid_table(kRows) && schema::is_valid_table(kFetchRows));
static_assert(kFetchRows.front().name == "userId" && kFetchRows.back().name == "scopes");
static_assert(kKeyRows.front().name == "userId" && kUploadRows.front().name == "userId");

/// Whose token a call is about.
enum class Owner : unsigned char { kUser, kTenant };

std::string_view key_of(Owner owner) {
  return owner == Owner::kUser ? "userId" : "tenantId";
}

const json::array& scopes_of(const json::object& object) {
  static const json::array none;
  const json::value* value = base::find_member(object, "scopes");
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// A decoded request that names its connection and its owner.
Outcome<json::object> decode_owned(const Project& project, std::span<const Field> rows, Owner owner,
                                   const json::object& body) {
  auto sent = decode(owner == Owner::kUser ? rows : rows.subspan(1), body, plain_message(project));
  if (sent.has_error()) return sent;
  if (text_member(*sent, "appId").empty()) return missing("appId");
  if (text_member(*sent, key_of(owner)).empty()) return missing(key_of(owner));
  return sent;
}

/// Same connection, same owner, same account at the provider?
bool is_same_place(const json::object& token, const json::object& sent) {
  for (const std::string_view name : {"appId", "userId", "tenantId", "externalIdentifier"})
    if (text_member(token, name) != text_member(sent, name)) return false;
  return true;
}

Outcome<const Record*> find_connection(Project& project, const json::object& sent) {
  const Family& family = *project.find_created_at(creation::kConnection);
  const std::string_view id = text_member(sent, "appId");
  const Record* record = family.objects.find(id);
  if (record == nullptr) return not_found(family, id);
  return record;
}

Outcome<std::string> fetch(Project& project, Owner owner, bool is_latest, const Call& call) {
  const std::span<const Field> rows(kFetchRows);
  const auto sent = decode_owned(project, is_latest ? rows.first(rows.size() - 1) : rows, owner, call.body);
  if (sent.has_error()) return sent.error();
  const json::array& wanted = scopes_of(*sent);
  const json::array& tokens = project.tokens();
  const auto found = std::find_if(tokens.rbegin(), tokens.rend(), [&](const json::value& item) {
    const json::object& token = item.get_object();
    const json::array& held = scopes_of(token);
    return is_same_place(token, *sent) &&
           std::all_of(wanted.begin(), wanted.end(), [&](const json::value& scope) {
             return std::find(held.begin(), held.end(), scope) != held.end();
           });
  });
  if (found == tokens.rend()) {
    if (const auto connection = find_connection(project, *sent); connection.has_error())
      return connection.error();
    return Refusal(404, kNoToken, "There is no such token");
  }
  json::object token = found->get_object();
  const json::value* options = base::find_member(*sent, "options");
  if (options == nullptr || !options->is_object() || !is_true(options->get_object(), "withRefreshToken"))
    token["refreshToken"] = "";
  std::string text = R"({"token":)";
  append_object(text, kRows, token, {project.switches().emit_zero_values, 1, false});
  return text + "}";
}

/// Stores a token in the place of the one that was there for the same owner and scopes.
void store(Project& project, json::object token) {
  json::array& tokens = project.tokens();
  token["id"] = project.ids().make_id("OAT");
  token["hasRefreshToken"] = !text_member(token, "refreshToken").empty();
  const auto old = std::find_if(tokens.begin(), tokens.end(), [&](const json::value& item) {
    return is_same_place(item.get_object(), token) && scopes_of(item.get_object()) == scopes_of(token);
  });
  if (old != tokens.end()) tokens.erase(old);
  project.audit().note("OutboundAppTokenUploaded", {{"id", token.at("id")}, {"appId", token.at("appId")}});
  tokens.push_back(complete(kRows, token));
  project.touch();
}

Outcome<std::string> upload_key(Project& project, Owner owner, const Call& call) {
  const auto sent = decode_owned(project, kKeyRows, owner, call.body);
  if (sent.has_error()) return sent.error();
  if (text_member(*sent, "apiKey").empty()) return missing("apiKey");
  const auto connection = find_connection(project, *sent);
  if (connection.has_error()) return connection.error();
  if (text_member((*connection)->fields, "appType") != kApiKey)
    return invalid_value("The connection does not work with API keys");
  json::object token = *sent;
  token["accessToken"] = *base::find_member(*sent, "apiKey");
  token["accessTokenType"] = kApiKey;
  store(project, std::move(token));
  return std::string(kNothing);
}

/// One OAuth token of an upload, checked.
Outcome<json::object> read_token(Project& project, Owner owner, const json::object& body) {
  auto sent = decode_owned(project, kUploadRows, owner, body);
  if (sent.has_error()) return sent;
  const auto connection = find_connection(project, *sent);
  if (connection.has_error()) return connection.error();
  if (text_member((*connection)->fields, "appType") == kApiKey)
    return invalid_value("The connection works with API keys");
  if (text_member(*sent, "refreshToken").empty() && text_member(*sent, "accessToken").empty())
    return missing("accessToken");
  if (text_member(*sent, "accessTokenType").empty()) (*sent)["accessTokenType"] = "Bearer";
  return sent;
}

Outcome<std::string> upload_token(Project& project, Owner owner, const Call& call) {
  auto token = read_token(project, owner, call.body);
  if (token.has_error()) return token.error();
  store(project, std::move(*token));
  return std::string(kNothing);
}

/// All or nothing; what is wrong with single tokens is no refusal of the call.
Outcome<std::string> upload_batch(Project& project, Owner owner, const Call& call) {
  const auto sent = wrapped_list(project, call.body, "tokens");
  if (sent.has_error()) return sent.error();
  if (sent->empty()) return missing("tokens");
  std::vector<json::object> tokens;
  json::array failures;
  for (const json::value& item : *sent) {
    auto token = read_token(project, owner, item.get_object());
    if (token.has_value()) {
      tokens.push_back(std::move(*token));
      continue;
    }
    if (token.error().code == kMalformed) return token.error();
    failures.push_back({{"appId", json::string_view(text_member(item.get_object(), "appId"))},
                        {key_of(owner), json::string_view(text_member(item.get_object(), key_of(owner)))},
                        {"errorCode", kRefusedItem},
                        {"reason", token.error().message}});
  }
  if (failures.empty())
    for (json::object& token : tokens)
      store(project, std::move(token));
  return json::serialize(json::object{{"failures", std::move(failures)}});
}

/// Removes what `goes` picks.
template <class Goes>
void erase_where(Project& project, Goes goes) {
  json::array left;
  for (const json::value& item : project.tokens()) {
    const json::object& token = item.get_object();
    if (!goes(token))
      left.push_back(item);
    else
      project.audit().note("OutboundAppTokenDeleted", {{"id", token.at("id")}, {"appId", token.at("appId")}});
  }
  if (left.size() != project.tokens().size()) project.touch();
  project.tokens() = std::move(left);
}

Outcome<std::string> erase_of_user(Project& project, const Call& call) {
  const std::string app = call.query("appId");
  const std::string user = call.query("userId");
  if (app.empty() && user.empty()) return missing("userId");
  erase_where(project, [&](const json::object& token) {
    const std::string_view owner = text_member(token, "userId");
    return !owner.empty() && (app.empty() || text_member(token, "appId") == app) &&
           (user.empty() || owner == user);
  });
  return std::string(kNothing);
}

Outcome<std::string> erase_by_id(Project& project, const Call& call) {
  const std::string id = call.query("id");
  if (id.empty()) return missing("id");
  const json::array& tokens = project.tokens();
  const auto found = std::find_if(tokens.begin(), tokens.end(), [&](const json::value& item) {
    return text_member(item.get_object(), "id") == id;
  });
  if (found == tokens.end()) return Refusal(404, kNoToken, "No token '" + base::printable(id, 100) + "'");
  if (text_member(found->get_object(), "accessTokenType") == kApiKey)
    return Refusal(400, kApiKeyStays, "The token of an API-key connection can't be deleted by its id");
  erase_where(project, [&](const json::object& token) { return text_member(token, "id") == id; });
  return std::string(kNothing);
}

Outcome<std::string> list_apps_of_user(Project& project, const Call& call) {
  const std::string user = call.query("userId");
  const std::string tenant = call.query("tenantId");
  if (user.empty()) return missing("userId");
  json::array ids;
  for (const json::value& item : project.tokens()) {
    const json::object& token = item.get_object();
    if (text_member(token, "userId") != user || (!tenant.empty() && text_member(token, "tenantId") != tenant))
      continue;
    const json::value& id = token.at("appId");
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return json::serialize(json::object{{"appIds", std::move(ids)}});
}

}  // namespace

void erase_tokens_of_connection(Project& project, const Record& connection) {
  const std::string id(text_member(connection.fields, "id"));
  erase_where(project, [&](const json::object& token) {
    const bool is_tenants_key =
        text_member(token, "userId").empty() && text_member(token, "accessTokenType") == kApiKey;
    return text_member(token, "appId") == id && !is_tenants_key;
  });
}

Outcome<json::array> restored_tokens(Project& project, const json::value& tokens) {
  if (!tokens.is_array()) return malformed("expected a list");
  json::array result;
  for (const json::value& item : tokens.get_array()) {
    if (!item.is_object()) return malformed("expected a list of objects");
    const auto decoded = decode(kRows, item.get_object(), Message{});
    if (decoded.has_error()) return decoded.error();
    if (text_member(*decoded, "appId").empty()) return missing("appId");
    json::object token = complete(kRows, *decoded);
    if (text_member(token, "id").empty()) token["id"] = project.ids().make_id("OAT");
    result.push_back(std::move(token));
  }
  return result;
}

void add_token_routes(Router& router, Project& project) {
  if (project.find_created_at(creation::kConnection) == nullptr) return;
  const auto add = [&](std::string_view method, std::string_view path, auto endpoint) {
    router.add(method, path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  const auto add_for = [&](Owner owner, const std::string& base) {
    const auto post = [&](const std::string& path, auto endpoint) {
      add("POST", base + path,
          [owner, endpoint](Project& of, const Call& call) { return endpoint(of, owner, call); });
    };
    post("/token", [](Project& of, Owner whose, const Call& call) { return fetch(of, whose, false, call); });
    post("/token/latest",
         [](Project& of, Owner whose, const Call& call) { return fetch(of, whose, true, call); });
    post("/apikey/upload", upload_key);
    post("/oauthtoken/upload", upload_token);
    post("/oauthtoken/batch/upload", upload_batch);
  };
  add_for(Owner::kUser, "/v1/mgmt/outbound/app/user");
  add_for(Owner::kTenant, "/v1/mgmt/outbound/app/tenant");
  add("DELETE", "/v1/mgmt/outbound/user/tokens", erase_of_user);
  add("DELETE", "/v1/mgmt/outbound/token", erase_by_id);
  add("GET", "/v1/mgmt/outbound/apps-with-user-token", list_apps_of_user);
}

}  // namespace descopectl::emulator
