// Search and deletion of consents. One without a user is the tenant's: only its own call deletes it.
#include "consents.hpp"

#include <algorithm>
#include <array>

#include "codec.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::array kRows{row("id"),
                           row("appId"),
                           row("userId"),
                           list_row("scopes"),
                           row("grantedBy"),
                           row("createdTime", Type::kInteger),
                           row("tenantId"),
                           row("expireTime", Type::kInteger),
                           row("modifiedTime", Type::kInteger)};
constexpr std::array kSearchRows{row("appId"),
                                 row("userId"),
                                 row("consentId"),
                                 row("tenantId"),
                                 row("page", Type::kInteger),
                                 row("limit", Type::kInteger)};
constexpr std::array kDeleteRows{list_row("consentIds"), row("appId"), list_row("userIds"), row("tenantId")};
constexpr std::array kDeleteTenantRows{list_row("consentIds"), row("appId"), row("tenantId")};

/// Is the request's member absent or zero, or the consent's member equal to it (or one of it)?
bool passes(const json::object& sent, std::string_view filter, const json::object& consent,
            std::string_view member) {
  const json::value* wanted = base::find_member(sent, filter);
  if (wanted == nullptr || base::is_zero(*wanted)) return true;
  const json::value& actual = consent.at(member);
  const auto* list = wanted->if_array();
  return list == nullptr ? *wanted == actual : std::find(list->begin(), list->end(), actual) != list->end();
}

Outcome<std::string> search(Project& project, const Call& call) {
  const auto sent = decode(kSearchRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const auto page = page_of(*sent, "limit", project.switches().page_size);
  if (page.has_error()) return page.error();
  json::array found;
  for (const json::value& item : project.consents()) {
    const json::object& consent = item.get_object();
    if (passes(*sent, "appId", consent, "appId") && passes(*sent, "userId", consent, "userId") &&
        passes(*sent, "consentId", consent, "id") && passes(*sent, "tenantId", consent, "tenantId"))
      found.push_back(item);
  }
  const std::size_t total = found.size();
  const json::array shown(found.begin() + page->begin(total), found.begin() + page->end(total));
  return json::serialize(json::object{{"consents", shown}, {"total", total}});
}

/// Never a deletion of everything: one of `selectors` must be there.
Outcome<std::string> erase(Project& project, std::span<const Field> rows,
                           std::initializer_list<std::string_view> selectors, bool is_tenants,
                           const Call& call) {
  const auto sent = decode(rows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const bool is_selective = std::any_of(selectors.begin(), selectors.end(), [&](std::string_view name) {
    const json::value* value = base::find_member(*sent, name);
    return value != nullptr && !base::is_zero(*value);
  });
  if (!is_selective) return missing(*selectors.begin());
  json::array left;
  for (const json::value& item : project.consents()) {
    const json::object& consent = item.get_object();
    const bool goes =
        text_member(consent, "userId").empty() == is_tenants && passes(*sent, "consentIds", consent, "id") &&
        passes(*sent, "appId", consent, "appId") && passes(*sent, "userIds", consent, "userId") &&
        passes(*sent, "tenantId", consent, "tenantId");
    if (!goes)
      left.push_back(item);
    else
      project.audit().note("ConsentDeleted", {{"id", consent.at("id")}, {"appId", consent.at("appId")}});
  }
  if (left.size() != project.consents().size()) project.touch();
  project.consents() = std::move(left);
  return std::string(kNothing);
}

}  // namespace

void erase_consents_of_app(Project& project, std::string_view app) {
  json::array left;
  for (const json::value& item : project.consents())
    if (text_member(item.get_object(), "appId") != app) left.push_back(item);
  project.consents() = std::move(left);
}

Outcome<json::array> restored_consents(Project& project, const json::value& consents) {
  if (!consents.is_array()) return malformed("expected a list");
  json::array result;
  for (const json::value& item : consents.get_array()) {
    if (!item.is_object()) return malformed("expected a list of objects");
    const auto decoded = decode(kRows, item.get_object(), Message{});
    if (decoded.has_error()) return decoded.error();
    json::object consent = complete(kRows, *decoded);
    if (text_member(consent, "id").empty()) consent["id"] = project.ids().make_id("C");
    if (text_member(consent, "appId").empty()) return missing("appId");
    result.push_back(std::move(consent));
  }
  return result;
}

void add_consent_routes(Router& router, Project& project) {
  const auto add = [&](std::string_view path, auto endpoint) {
    router.add("POST", path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  add("/v1/mgmt/thirdparty/consents/search", search);
  add("/v1/mgmt/thirdparty/consents/delete", [](Project& of, const Call& call) {
    return erase(of, kDeleteRows, {"consentIds", "appId", "userIds"}, false, call);
  });
  add("/v1/mgmt/thirdparty/consents/delete/tenant", [](Project& of, const Call& call) {
    return erase(of, kDeleteTenantRows, {"tenantId", "consentIds", "appId"}, true, call);
  });
}

}  // namespace descopectl::emulator
