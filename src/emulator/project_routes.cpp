// Calls on the project as a whole (sheet 1.8, 3.3, 12) and the lookup of a resource by its URI (sheet 2.1).
#include "project_routes.hpp"

#include <array>

#include "codec.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::array kMappingRows{
    Field{.name = "scope", .doc = "-", .source = "sheet 3.3"},
    Field{.name = "claims", .type = Type::kStringMap, .doc = "-", .source = "sheet 3.3"},
    Field{.name = "description", .doc = "-", .source = "sheet 3.3"}};
constexpr std::array kSetRows{Field{.name = "mappings",
                                    .type = Type::kObjectList,
                                    .list = ListForm::kKeyed,
                                    .key = "scope",
                                    .fields = kMappingRows,
                                    .doc = "-",
                                    .source = "sheet 3.3"}};
static_assert(schema::is_valid_table(kSetRows));

Outcome<std::string> get_mappings(Project& project, const Call& call) {
  if (!call.body.empty() && project.switches().refuse_unknown_fields)
    return malformed("unknown field \"" + std::string(call.body.begin()->key()) + "\"");
  return json::serialize(json::object{{"mappings", project.mappings()}});
}

/// Replaces everything; an empty or absent list clears.
Outcome<std::string> set_mappings(Project& project, const Call& call) {
  const auto sent = decode(kSetRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const json::value* mappings = base::find_member(*sent, "mappings");
  project.mappings() = mappings == nullptr ? json::array() : mappings->get_array();
  project.audit().note("ScopeClaimMappingModified", {});
  project.touch();
  return std::string(kNothing);
}

Outcome<std::string> delete_mappings(Project& project, const Call& call) {
  if (auto checked = get_mappings(project, call); checked.has_error()) return checked.error();
  project.mappings().clear();
  project.audit().note("ScopeClaimMappingDeleted", {});
  project.touch();
  return std::string(kNothing);
}

Outcome<std::string> load_resource_by_uri(Project& project, const Call& call) {
  const std::string uri = call.query("uri");
  if (uri.empty()) return missing("uri");
  const Family& family = *project.find_created_at(creation::kResource);
  const Record* record = family.objects.find_by("uri", uri);
  if (record == nullptr) return not_found(family, uri);
  return to_text(project, family, *record, "resource", 1);
}

Outcome<std::string> license(Project&, const Call&) {
  return std::string(R"({"rateLimitTier":"tier1"})");
}

/// The one project that there is, whoever asks.
Outcome<std::string> list_projects(Project&, const Call& call) {
  const json::object project{
      {"id", call.project_id}, {"name", "Emulated project"}, {"environment", ""}, {"tags", json::array()}};
  return json::serialize(json::object{{"projects", json::array{project}}});
}

}  // namespace

Outcome<json::array> restored_mappings(const json::value& mappings) {
  const auto decoded = decode(kSetRows, json::object{{"mappings", mappings}}, Message{});
  if (decoded.has_error()) return decoded.error();
  const json::value* list = base::find_member(*decoded, "mappings");
  return list == nullptr ? json::array() : list->get_array();
}

void add_project_routes(Router& router, Project& project) {
  const auto add = [&](std::string_view method, std::string_view path, auto endpoint) {
    router.add(method, path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  add("GET", "/v1/mgmt/license", license);
  add("POST", "/v1/mgmt/projects/list", list_projects);
  add("POST", "/v1/mgmt/scopeClaimMapping/get", get_mappings);
  add("POST", "/v1/mgmt/scopeClaimMapping/set", set_mappings);
  add("POST", "/v1/mgmt/scopeClaimMapping/delete", delete_mappings);
  if (project.find_created_at(creation::kResource) != nullptr)
    add("GET", "/v1/mgmt/resource/load/uri", load_resource_by_uri);
}

}  // namespace descopectl::emulator
