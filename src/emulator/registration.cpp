// A client registers itself: an inbound app without a secret, marked as made so (RFC 7591; sheet 6.1, 6.3).
#include "registration.hpp"

#include <array>

#include "codec.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::string_view kDefaultName = "Registered client";
constexpr int kCreated = 201;

/// RFC 7591 section 3.2.2: clients read `error`, those of the Management API the other members.
Refusal refused(std::string_view error, std::string message) {
  Refusal refusal(400, kInvalid, std::move(message));
  refusal.oauth_error = error;
  return refusal;
}

Outcome<json::array> redirect_uris(const json::object& metadata) {
  const json::value* uris = base::find_member(metadata, "redirect_uris");
  Refusal wrong = refused("invalid_redirect_uri", "redirect_uris must be a list with at least one URI");
  if (uris == nullptr || !uris->is_array() || uris->get_array().empty()) return wrong;
  for (const json::value& uri : uris->get_array())
    if (!uri.is_string() || view(uri.get_string()).find(':') == std::string_view::npos) return wrong;
  return uris->get_array();
}

/// Apps have unique names, clients that register themselves have not.
std::string free_name(const Family& apps, std::string_view wanted) {
  const std::string base(wanted.empty() ? kDefaultName : wanted);
  std::string name = base;
  for (int number = 2; apps.objects.find_by("name", name) != nullptr; ++number)
    name = base + " " + std::to_string(number);
  return name;
}

json::value text_or(const json::object& metadata, std::string_view name, std::string_view otherwise) {
  const std::string_view text = text_member(metadata, name);
  return json::string_view(text.empty() ? otherwise : text);
}

/// Metadata that is not known is ignored, as the RFC demands.
Outcome<std::string> register_app(Project& project, Family& apps, const Call& call) {
  const std::string& served = project.options().project_id;
  if (!served.empty() && call.id != served)
    return Refusal(404, kNoSuchProject, "No project '" + call.id + "'");
  const auto uris = redirect_uris(call.body);
  if (uris.has_error()) return uris.error();
  const json::object sent{{"name", free_name(apps, text_member(call.body, "client_name"))},
                          {"logoUrl", text_or(call.body, "logo_uri", "")},
                          {"approvedCallbackUrls", *uris},
                          {"nonConfidentialClient", true}};
  const auto made = create_object(project, apps, sent, 1);
  if (made.has_error()) {
    Refusal refusal = made.error();
    refusal.oauth_error = "invalid_client_metadata";
    return refusal;
  }
  Record app = **made;
  app.fields["dynamic"] = true;
  apps.objects.replace(**made, app, project.now());

  json::object answer;
  answer["client_id"] = json::string_view(text_member(app.fields, "clientId"));
  answer["client_id_issued_at"] = project.milliseconds() / 1000;
  answer["client_name"] = json::string_view(text_member(app.fields, "name"));
  answer["redirect_uris"] = *uris;
  answer["token_endpoint_auth_method"] = "none";
  const json::value* grants = base::find_member(call.body, "grant_types");
  const json::value* responses = base::find_member(call.body, "response_types");
  answer["grant_types"] = grants == nullptr ? json::array{"authorization_code"} : *grants;
  answer["response_types"] = responses == nullptr ? json::array{"code"} : *responses;
  answer["scope"] = text_or(call.body, "scope", "");
  return json::serialize(answer);
}

}  // namespace

void add_registration_routes(Router& router, Project& project) {
  Family* const apps = project.find_created_at(creation::kInboundApp);
  if (apps == nullptr) return;
  router.add("POST", "/v1/mgmt/inboundapp/app/{id}/register",
             [&project, apps](const Call& call) { return register_app(project, *apps, call); },
             {.is_open = true, .status = kCreated});
}

}  // namespace descopectl::emulator
