// Endpoints on the secrets of inbound apps (sheet 6.1).
#include "secrets.hpp"

#include <algorithm>

#include "codec.hpp"
#include "descopectl/base/text.hpp"
#include "inbound_apps.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::Type;

constexpr std::string_view kSecrets = "secrets";

constexpr std::array kIdRows{row("id")};
constexpr std::array kAddRows{row("id"), row("name"), row("expireTime", Type::kInteger64)};
constexpr std::array kRevokeRows{row("id"), row("name")};

json::array& secrets_of(json::object& hidden) {
  json::value& value = hidden[kSecrets];
  if (!value.is_array()) value = json::array();
  return value.get_array();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

/// What is told of a secret: all but its value.
json::object meta_of(const Project& project, const json::object& secret) {
  const std::int64_t expires = number_of(secret, "expireTime");
  const bool is_expired = expires != 0 && expires <= project.milliseconds() / 1000;
  json::object meta;
  meta["id"] = json::string_view(text_member(secret, "id"));
  meta["name"] = json::string_view(text_member(secret, "name"));
  meta["status"] = is_expired ? "expired" : "active";
  meta["expireTime"] = expires;
  meta["createdTime"] = number_of(secret, "createdTime");
  return meta;
}

std::string cleartext(std::string_view value) {
  return json::serialize(json::object{{"cleartext", json::string_view(value)}});
}

struct Found {
  Family* family = nullptr;
  const Record* record = nullptr;
  json::object sent;
};

/// The app that a body or query names.
Outcome<Found> find_app(Project& project, std::string_view id) {
  if (id.empty()) return missing("id");
  Found found;
  found.family = project.find_created_at(creation::kInboundApp);
  found.record = found.family->objects.find(id);
  if (found.record == nullptr) return not_found(*found.family, id);
  return found;
}

Outcome<Found> find_app(Project& project, std::span<const Field> rows, const Call& call) {
  auto sent = decode(rows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  auto found = find_app(project, text_member(*sent, "id"));
  if (found.has_error()) return found.error();
  found->sent = std::move(*sent);
  return found;
}

void store(Project& project, const Found& app, json::object hidden, std::string_view what) {
  project.audit().note("InboundAppSecret" + std::string(what),
                       {{"id", json::string_view(text_member(app.record->fields, "id"))},
                        {"name", json::string_view(text_member(app.record->fields, "name"))}});
  app.family->objects.replace(*app.record, Record{0, app.record->fields, std::move(hidden)}, project.now());
  project.touch();
}

Refusal no_such_secret(std::string_view name) {
  return {404, kSecretNotFound, "The app has no secret '" + base::printable(name, 100) + "'"};
}

Outcome<std::string> read_secret(Project& project, const Call& call) {
  const auto app = find_app(project, call.query("id"));
  if (app.has_error()) return app.error();
  const std::string name = call.query("secretName");
  const json::value* list = base::find_member(app->record->hidden, kSecrets);
  const std::size_t count = list == nullptr ? 0 : list->get_array().size();
  if (name.empty() && count == 1) return cleartext(text_member(list->get_array()[0].get_object(), "value"));
  if (name.empty() && count > 1) return missing("secretName");
  if (name.empty()) return cleartext({});
  const json::object* secret = find_secret(app->record->hidden, name);
  if (secret == nullptr) return no_such_secret(name);
  return cleartext(text_member(*secret, "value"));
}

bool is_public(const Record& record) {
  return record.fields.at("nonConfidentialClient").get_bool();
}

Outcome<std::string> create_secret(Project& project, const Call& call) {
  const auto app = find_app(project, kAddRows, call);
  if (app.has_error()) return app.error();
  const std::string_view name = text_member(app->sent, "name");
  if (name.empty()) return missing("name");
  if (is_public(*app->record)) return invalid_value("A public client has no secrets");
  if (find_secret(app->record->hidden, name) != nullptr)
    return duplicate(project, kSecretExists,
                     "The app has a secret '" + base::printable(name, 100) + "' already");
  const std::string value = project.ids().make_secret();
  const std::string expires(text_member(app->sent, "expireTime"));
  json::object hidden = app->record->hidden;
  json::object answer;
  answer["meta"] = meta_of(project, add_secret(project, hidden, name, std::atoll(expires.c_str()), value));
  answer["cleartext"] = value;
  store(project, *app, std::move(hidden), "Created");
  return json::serialize(answer);
}

Outcome<std::string> revoke_secret(Project& project, const Call& call) {
  const auto app = find_app(project, kRevokeRows, call);
  if (app.has_error()) return app.error();
  const std::string_view name = text_member(app->sent, "name");
  if (name.empty()) return missing("name");
  json::object hidden = app->record->hidden;
  json::array& secrets = secrets_of(hidden);
  const auto revoked = std::find_if(secrets.begin(), secrets.end(), [&](const json::value& secret) {
    return text_member(secret.get_object(), "name") == name;
  });
  if (revoked == secrets.end()) return no_such_secret(name);
  secrets.erase(revoked);
  json::array left;
  for (const json::value& secret : secrets)
    left.push_back(meta_of(project, secret.get_object()));
  store(project, *app, std::move(hidden), "Revoked");
  return json::serialize(json::object{{"secrets", std::move(left)}});
}

/// A new value for the first secret; named ones stay. For an app whose secrets were all revoked, a new one.
Outcome<std::string> rotate(Project& project, const Call& call) {
  const auto app = find_app(project, kIdRows, call);
  if (app.has_error()) return app.error();
  if (is_public(*app->record)) return invalid_value("A public client has no secrets");
  const std::string value = project.ids().make_secret();
  json::object hidden = app->record->hidden;
  json::array& secrets = secrets_of(hidden);
  if (secrets.empty())
    add_secret(project, hidden, kDefaultSecret, 0, value);
  else
    secrets[0].get_object()["value"] = value;
  store(project, *app, std::move(hidden), "Rotated");
  return cleartext(value);
}

}  // namespace

const json::object* find_secret(const json::object& hidden, std::string_view name) {
  const json::value* secrets = base::find_member(hidden, kSecrets);
  if (secrets == nullptr || !secrets->is_array()) return nullptr;
  for (const json::value& secret : secrets->get_array())
    if (secret.is_object() && text_member(secret.get_object(), "name") == name) return &secret.get_object();
  return nullptr;
}

const json::object& add_secret(Project& project, json::object& hidden, std::string_view name,
                               std::int64_t expire_time, std::string_view value) {
  json::object secret;
  secret["id"] = project.ids().make_id("");
  secret["name"] = json::string_view(name);
  secret["value"] = json::string_view(value);
  secret["expireTime"] = expire_time;
  secret["createdTime"] = project.milliseconds() / 1000;
  json::array& secrets = secrets_of(hidden);
  secrets.push_back(std::move(secret));
  return secrets.back().get_object();
}

void add_inbound_app_routes(Router& router, Project& project) {
  if (project.find_created_at(creation::kInboundApp) == nullptr) return;
  const auto add = [&](std::string_view method, std::string_view path, auto endpoint) {
    router.add(method, path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  add("GET", "/v1/mgmt/thirdparty/app/secret", read_secret);
  add("POST", "/v1/mgmt/thirdparty/app/secret/add", create_secret);
  add("POST", "/v1/mgmt/thirdparty/app/secret/revoke", revoke_secret);
  add("POST", "/v1/mgmt/thirdparty/app/rotate", rotate);
}

}  // namespace descopectl::emulator
