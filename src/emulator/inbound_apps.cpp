// Inbound apps: what is made on create, and attribute scopes as both generations see them (sheet 6.3).
#include "inbound_apps.hpp"

#include "codec.hpp"
#include "consents.hpp"
#include "messages.hpp"
#include "secrets.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::string_view kScopes = "attributesScopes";
constexpr std::string_view kMapping = "scopeClaimMapping";

const json::array& list_of(const json::object& fields, std::string_view name) {
  static const json::array none;
  const json::value* value = base::find_member(fields, name);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// One mapping per scope, one claim per value.
json::array to_mapping(const json::array& scopes) {
  json::array result;
  for (const json::value& item : scopes) {
    const json::object& scope = item.get_object();
    json::object claims;
    for (const json::value& name : list_of(scope, "values"))
      claims[name.get_string()] = "{{user." + std::string(name.get_string()) + "}}";
    result.push_back({{"scope", json::string_view(text_member(scope, "name"))},
                      {"claims", std::move(claims)},
                      {"description", json::string_view(text_member(scope, "description"))},
                      {"useProjectMapping", false},
                      {"mandatory", !is_true(scope, "optional")}});
  }
  return result;
}

/// One scope per mapping, with the claims' names as values.
json::array to_scopes(const json::array& mappings) {
  json::array result;
  for (const json::value& item : mappings) {
    const json::object& mapping = item.get_object();
    json::array values;
    if (const auto* claims = base::find_member(mapping, "claims"); claims != nullptr && claims->is_object())
      for (const auto& claim : claims->get_object())
        values.emplace_back(claim.key());
    result.push_back({{"name", json::string_view(text_member(mapping, "scope"))},
                      {"description", json::string_view(text_member(mapping, "description"))},
                      {"optional", !is_true(mapping, "mandatory")},
                      {"values", std::move(values)}});
  }
  return result;
}

/// Brings the other generation's form after a write. Where the written form is the same as before, the other
/// stays as well: it may hold more than can be derived.
void convert_scopes(Change& change) {
  json::object& fields = change.after->fields;
  const bool is_first = change.generation == 1;
  const std::string_view written = is_first ? kScopes : kMapping;
  const std::string_view derived = is_first ? kMapping : kScopes;
  if (change.before != nullptr && change.before->fields.at(written) == fields.at(written)) {
    fields[derived] = change.before->fields.at(derived);
    return;
  }
  fields[derived] = is_first ? to_mapping(list_of(fields, kScopes)) : to_scopes(list_of(fields, kMapping));
}

}  // namespace

Outcome<void> prepare_inbound_app(Project& project, Change& change) {
  json::object& fields = change.after->fields;
  json::object& hidden = change.after->hidden;
  convert_scopes(change);
  if (change.write != Write::kCreate) return {};
  fields["status"] = "active";
  if (text_member(fields, "clientId").empty()) fields["clientId"] = project.ids().make_client_id();
  std::string secret(text_member(hidden, "clientSecret"));
  hidden.erase("clientSecret");
  if (is_true(fields, "nonConfidentialClient")) return {};
  if (secret.empty()) secret = project.ids().make_secret();
  add_secret(project, hidden, kDefaultSecret, 0, secret);
  return {};
}

std::string answer_created_app(const Record& record) {
  json::object answer;
  answer["id"] = json::string_view(text_member(record.fields, "id"));
  const json::object* secret = find_secret(record.hidden, kDefaultSecret);
  answer["cleartext"] =
      json::string_view(secret == nullptr ? std::string_view() : text_member(*secret, "value"));
  answer["clientId"] = json::string_view(text_member(record.fields, "clientId"));
  return json::serialize(answer);
}

void complete_restored_app(Record& record) {
  const json::array& scopes = list_of(record.fields, kScopes);
  const json::array& mappings = list_of(record.fields, kMapping);
  if (mappings.empty() && !scopes.empty())
    record.fields[kMapping] = to_mapping(scopes);
  else if (scopes.empty() && !mappings.empty())
    record.fields[kScopes] = to_scopes(mappings);
}

}  // namespace descopectl::emulator
