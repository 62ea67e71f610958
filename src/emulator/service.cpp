// The service: credentials, routing, bodies; whatever the request, the answer is a JSON object.
#include "descopectl/emulator/service.hpp"

#include <algorithm>

#include "answer.hpp"
#include "attributes.hpp"
#include "audit_routes.hpp"
#include "consents.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "inbound_apps.hpp"
#include "objects.hpp"
#include "project.hpp"
#include "project_routes.hpp"
#include "rbac.hpp"
#include "registration.hpp"
#include "router.hpp"
#include "snapshot.hpp"
#include "tokens.hpp"

namespace descopectl::emulator {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// Behind "Bearer ", whose case does not matter (RFC 9110 section 11.1); empty for anything else.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  header = trimmed(header);
  if (header.size() <= kScheme.size()) return {};
  const bool is_bearer = std::equal(kScheme.begin(), kScheme.end(), header.begin(), base::is_same_letter);
  return is_bearer ? trimmed(header.substr(kScheme.size())) : std::string_view();
}

/// Who sent the request, where that is somebody who may.
Outcome<Actor> check_credentials(const Options& options, const http::Request& request) {
  const std::string_view token = bearer_token(http::find_header(request.headers, "authorization"));
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == token.size())
    return Refusal(401, kUnauthorized, "Authorization must be: Bearer <project id>:<management key>");
  Actor actor{std::string(token.substr(0, colon)), std::string(token.substr(colon + 1))};
  if (options.project_id.empty() || options.management_key.empty()) return actor;
  if (actor.project_id != options.project_id)
    return Refusal(401, kNoSuchProject, "Project not found, or not visible to this management key");
  if (actor.id != options.management_key)
    return Refusal(401, kUnauthorized, "The management key is not valid");
  return actor;
}

/// An id in the style of management keys' that does not give the key away.
std::string id_of_key(std::string_view key) {
  constexpr std::size_t kLength = 27;
  return "K" + base::sha256_hex("management key " + std::string(key)).substr(0, kLength);
}

/// Absent, `null` and `{}` are the empty message (sheet 1.4).
Outcome<json::object> parse_body(const std::string& body) {
  if (base::is_blank(body)) return json::object();
  auto parsed = base::parse_json(body);
  if (parsed.has_error()) return malformed("invalid JSON: " + base::printable(parsed.error().message()));
  if (parsed->is_null()) return json::object();
  if (!parsed->is_object()) return malformed("invalid JSON: expected an object");
  return std::move(parsed->get_object());
}

class StoreService final : public Service {
 public:
  StoreService(Options options, const base::Clock& clock)
      : clock_(clock), project_(std::move(options), clock) {
    // The first endpoint of a path stays: those that no table describes come before the tables'.
    add_project_routes(router_, project_);
    add_attribute_routes(router_, project_);
    add_audit_routes(router_, project_);
    add_consent_routes(router_, project_);
    add_registration_routes(router_, project_);
    add_token_routes(router_, project_);
    add_inbound_app_routes(router_, project_);
    add_rbac_routes(router_, project_);
    add_object_routes(router_, project_);
  }

  http::Reply handle(const http::Request& request) override {
    try {
      auto answer = respond(request);
      if (answer.has_error()) return http::Reply(to_response(answer.error()));
      return http::Reply(std::move(*answer));
    } catch (const std::exception& error) {
      // A fault of ours must not end the server that others are still using.
      project_.audit().discard();
      return http::Reply(
          to_response({500, kOwnFault, std::string("A fault of the emulator: ") + error.what()}));
    }
  }

  [[nodiscard]] std::uint64_t revision() const override { return project_.revision(); }
  [[nodiscard]] json::value snapshot() const override { return make_snapshot(project_); }

  Result<void> restore(const json::value& snapshot) override {
    Project project(project_.options(), clock_);
    if (auto read = read_snapshot(project, snapshot); read.has_error()) return read.error();
    project_.adopt(std::move(project));
    return {};
  }

 private:
  Outcome<http::Response> respond(const http::Request& request) {
    const std::string_view target = request.target;
    const std::string_view path = target.substr(0, target.find_first_of("?#"));
    const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
    Router::Match match = router_.find(method, path);
    if (!match.is_path_known) return Refusal(404, kNoSuchPath, "No such path: " + base::printable(path, 200));
    if (match.route == nullptr)
      return Refusal(405, kWrongMethod,
                     base::printable(method, 40) + " is not possible on " + base::printable(path, 200));
    Actor actor;
    if (!match.route->options.is_open) {
      auto checked = check_credentials(project_.options(), request);
      if (checked.has_error()) return checked.error();
      actor = std::move(*checked);
    }
    Call call{target, std::move(match.id), {}, actor.project_id};
    if (method != "GET") {
      auto body = parse_body(request.body);
      if (body.has_error()) return body.error();
      call.body = std::move(*body);
    }
    auto answer = match.route->endpoint(call);
    if (answer.has_error()) {
      project_.audit().discard();
      return answer.error();
    }
    commit_audit(std::move(actor));
    return http::Response(match.route->options.status, std::move(*answer));
  }

  void commit_audit(Actor actor) {
    if (!project_.audit().has_pending()) return;
    if (!actor.id.empty()) actor.id = id_of_key(actor.id);
    project_.audit().commit(actor, project_.milliseconds());
  }

  const base::Clock& clock_;
  Project project_;
  Router router_;
};

}  // namespace

std::unique_ptr<Service> make_service(Options options, const base::Clock& clock) {
  return std::make_unique<StoreService>(std::move(options), clock);
}

}  // namespace descopectl::emulator
