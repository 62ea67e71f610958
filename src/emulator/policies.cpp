// Resource policies: objects without an id, known by the pair of app and resource, updated flat (sheet 5).
#include "policies.hpp"

#include <array>

#include "codec.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::string_view kNotFound = "E990504";
constexpr std::string_view kDuplicate = "E990509";
constexpr std::string_view kApp = "thirdPartyApplicationId";
constexpr std::string_view kResource = "resourceId";

constexpr Field computed(std::string_view name) {
  return {.name = name,
          .type = Type::kInteger64,
          .calls = schema::kInLoad,
          .read_only = true,
          .doc = "-",
          .source = "sheet 5"};
}
constexpr Field scopes(std::string_view name) {
  return {.name = name, .type = Type::kStringList, .list = ListForm::kSet, .doc = "-", .source = "sheet 5"};
}
constexpr Field flag(std::string_view name) {
  return {.name = name, .type = Type::kBoolean, .doc = "-", .source = "sheet 5"};
}

constexpr std::array kRows{computed("version"),
                           Field{.name = kApp, .doc = "-", .source = "sheet 5"},
                           Field{.name = kResource, .doc = "-", .source = "sheet 5"},
                           scopes("userAccessScopes"),
                           scopes("clientAccessScopes"),
                           flag("allUserScopes"),
                           flag("allClientScopes"),
                           computed("createdTime"),
                           computed("modifiedTime")};
static_assert(schema::is_valid_table(kRows));
constexpr std::array kKeyRows{kRows[1], kRows[2]};

Message write_message(const Project& project) {
  Message message = plain_message(project);
  message.calls = schema::kInCreate;
  return message;
}

Outcome<json::object> decode_keyed(const Project& project, std::span<const Field> rows,
                                   const json::object& body) {
  auto sent = decode(rows, body, write_message(project));
  if (sent.has_error()) return sent.error();
  if (text_of(*sent, kApp).empty()) return missing(kApp);
  if (text_of(*sent, kResource).empty()) return missing(kResource);
  return sent;
}

void append_policy(const Project& project, std::string& out, const json::object& policy) {
  append_object(out, kRows, policy, {project.switches().emit_zero_values, 1, false});
}

std::string one_text(const Project& project, const json::object& policy) {
  std::string text = R"({"resourcePolicy":)";
  append_policy(project, text, policy);
  return text + "}";
}

std::string list_text(const Project& project, const std::vector<const json::object*>& policies) {
  std::string text = R"({"resourcePolicies":[)";
  for (const json::object* policy : policies) {
    if (text.back() != '[') text += ',';
    append_policy(project, text, *policy);
  }
  return text + "]}";
}

Outcome<void> check_ends(Project& project, const PolicyKey& key) {
  if (!project.switches().strict_references) return {};
  for (const auto& [path, id] :
       {std::pair(creation::kInboundApp, key.first), std::pair(creation::kResource, key.second)}) {
    const Family* family = project.find_created_at(path);
    if (family != nullptr && family->objects.find(id) == nullptr)
      return invalid_value("There is no " + std::string(family->kind->name) + " '" + id + "'");
  }
  return {};
}

Outcome<const json::object*> create_policy(Project& project, const json::object& body) {
  const auto sent = decode_keyed(project, kRows, body);
  if (sent.has_error()) return sent.error();
  const PolicyKey key = policy_key(*sent);
  if (auto checked = check_ends(project, key); checked.has_error()) return checked.error();
  if (project.policies().contains(key))
    return duplicate(project, kDuplicate, "There is already a policy for this app and resource");
  json::object policy = complete(kRows, *sent);
  policy["version"] = "1";
  policy["createdTime"] = policy["modifiedTime"] = std::to_string(project.milliseconds());
  project.touch();
  return &(project.policies()[key] = std::move(policy));
}

Outcome<std::string> create(Project& project, const Call& call) {
  const auto policy = create_policy(project, call.body);
  if (policy.has_error()) return policy.error();
  return one_text(project, **policy);
}

/// The objects in the one list `policies` that a batch's body holds.
Outcome<json::array> batch_of(const Project& project, const json::object& body) {
  for (const auto& member : body)
    if (member.key() != "policies" && project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(member.key()) + "\"");
  const json::value* list = base::find_member(body, "policies");
  if (list == nullptr || list->is_null()) return missing("policies");
  const auto wrong = [] {
    return malformed("invalid value for field \"policies\": expected a list of objects");
  };
  if (!list->is_array()) return wrong();
  for (const json::value& item : list->get_array())
    if (!item.is_object()) return wrong();
  return list->get_array();
}

Outcome<std::string> create_batch(Project& project, const Call& call) {
  const auto batch = batch_of(project, call.body);
  if (batch.has_error()) return batch.error();
  std::map<PolicyKey, json::object> before = project.policies();
  std::vector<const json::object*> policies;
  for (const json::value& item : *batch) {
    const auto policy = create_policy(project, item.get_object());
    if (policy.has_error()) {
      project.policies() = std::move(before);
      return policy.error();
    }
    policies.push_back(*policy);
  }
  return list_text(project, policies);
}

Outcome<std::string> update(Project& project, const Call& call) {
  const auto sent = decode_keyed(project, kRows, call.body);
  if (sent.has_error()) return sent.error();
  const auto found = project.policies().find(policy_key(*sent));
  if (found == project.policies().end())
    return Refusal(404, kNotFound, "No policy for this app and resource");
  json::object policy = complete(kRows, *sent);
  policy["createdTime"] = found->second.at("createdTime");
  policy["modifiedTime"] = std::to_string(project.milliseconds());
  policy["version"] = std::to_string(std::atoll(std::string(text_of(found->second, "version")).c_str()) + 1);
  found->second = std::move(policy);
  project.touch();
  return one_text(project, found->second);
}

Outcome<std::string> erase(Project& project, const Call& call) {
  const auto sent = decode_keyed(project, kKeyRows, call.body);
  if (sent.has_error()) return sent.error();
  if (project.policies().erase(policy_key(*sent)) == 0)
    return Refusal(404, kNotFound, "No policy for this app and resource");
  project.touch();
  return std::string(kNothing);
}

Outcome<std::string> erase_batch(Project& project, const Call& call) {
  const auto batch = batch_of(project, call.body);
  if (batch.has_error()) return batch.error();
  std::vector<PolicyKey> keys;
  for (const json::value& item : *batch) {
    const auto sent = decode_keyed(project, kKeyRows, item.get_object());
    if (sent.has_error()) return sent.error();
    keys.push_back(policy_key(*sent));
  }
  for (const PolicyKey& key : keys)
    project.policies().erase(key);
  project.touch();
  return std::string(kNothing);
}

Outcome<std::string> load_by_app(Project& project, const Call& call) {
  const std::string app = call.query(kApp);
  if (app.empty()) return missing(kApp);
  std::vector<const json::object*> policies;
  for (auto entry = project.policies().lower_bound({app, std::string()});
       entry != project.policies().end() && entry->first.first == app; ++entry)
    policies.push_back(&entry->second);
  return list_text(project, policies);
}

}  // namespace

PolicyKey policy_key(const json::object& policy) {
  return {std::string(text_of(policy, kApp)), std::string(text_of(policy, kResource))};
}

Outcome<json::object> restored_policy(const json::object& policy) {
  auto decoded = decode(kRows, policy, Message{});
  if (decoded.has_error()) return decoded.error();
  if (text_of(*decoded, kApp).empty()) return missing(kApp);
  if (text_of(*decoded, kResource).empty()) return missing(kResource);
  return complete(kRows, *decoded);
}

void add_policy_routes(Router& router, Project& project) {
  const auto add = [&](std::string_view method, std::string_view path, auto endpoint) {
    router.add(method, path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  add("POST", "/v1/mgmt/resourcepolicy/create", create);
  add("POST", "/v1/mgmt/resourcepolicy/create/batch", create_batch);
  add("POST", "/v1/mgmt/resourcepolicy/update", update);
  add("POST", "/v1/mgmt/resourcepolicy/delete", erase);
  add("POST", "/v1/mgmt/resourcepolicy/delete/batch", erase_batch);
  add("GET", "/v1/mgmt/resourcepolicy/app/load", load_by_app);
}

}  // namespace descopectl::emulator
