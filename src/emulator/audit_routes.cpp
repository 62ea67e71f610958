// Search over the audit trail, and events that clients write into it (sheet 11).
#include "audit_routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "codec.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::int64_t kUsualPage = 1000;
constexpr std::int64_t kWindow = std::int64_t{30} * 24 * 60 * 60 * 1000;

constexpr std::array kFieldRows{row("field"), list_row("valArr"), row("valStr"),
                                row("negative", Type::kBoolean), row("valType")};
constexpr std::array kSearchRows{row("from", Type::kInteger64),
                                 row("to", Type::kInteger64),
                                 list_row("actions"),
                                 list_row("excludedActions"),
                                 list_row("actorIds"),
                                 list_row("userIds"),
                                 list_row("externalIds"),
                                 list_row("excludedExternalIds"),
                                 list_row("loginIdsContain"),
                                 list_row("loginIdsNotContain"),
                                 list_row("tenants"),
                                 row("noTenants", Type::kBoolean),
                                 list_row("devices"),
                                 list_row("methods"),
                                 list_row("geos"),
                                 list_row("remoteAddresses"),
                                 row("text"),
                                 list_row("auditTypes"),
                                 list_row("levels"),
                                 Field{.name = "searchFields",
                                       .type = Type::kObjectList,
                                       .list = ListForm::kOrdered,
                                       .fields = kFieldRows,
                                       .doc = "-",
                                       .source = "sheet 11"},
                                 row("size", Type::kInteger),
                                 row("page", Type::kInteger),
                                 row("oldestFirst", Type::kBoolean)};
constexpr std::array kEventRows{row("action"), row("type"), row("actorId"), row("tenantId"), row("userId")};
static_assert(schema::is_valid_table(kSearchRows) && schema::is_valid_table(kEventRows));

/// How a list in the request picks records by a member of theirs.
struct Filter {
  std::string_view list;
  std::string_view member;  ///< a text, or a list of texts of which one is enough
  bool is_part = false;     ///< a part of the text is enough
  bool is_excluding = false;
};
constexpr std::array kFilters{Filter{"actions", "action"},
                              Filter{"excludedActions", "action", false, true},
                              Filter{"actorIds", "actorId"},
                              Filter{"userIds", "userId"},
                              Filter{"externalIds", "externalIds"},
                              Filter{"excludedExternalIds", "externalIds", false, true},
                              Filter{"loginIdsContain", "externalIds", true},
                              Filter{"loginIdsNotContain", "externalIds", true, true},
                              Filter{"devices", "device"},
                              Filter{"methods", "method"},
                              Filter{"geos", "geo"},
                              Filter{"remoteAddresses", "remoteAddress"},
                              Filter{"auditTypes", "type"}};

/// The list of that name, or null where it is absent or empty: then it filters nothing.
const json::array* list_in(const json::object& sent, std::string_view name) {
  const json::value* value = base::find_member(sent, name);
  return value == nullptr || base::is_zero(*value) ? nullptr : value->if_array();
}

/// A 64-bit number of a decoded message, which is a decimal string there.
std::int64_t number_in(const json::object& object, std::string_view name, std::int64_t absent) {
  const std::string_view text = text_member(object, name);
  std::int64_t number = absent;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_one_of(const json::array& wanted, std::string_view text, bool is_part) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const json::value& candidate) {
    const std::string_view word = view(candidate.get_string());
    return is_part ? text.find(word) != std::string_view::npos : text == word;
  });
}

bool is_hit(const json::array& wanted, const json::value& member, bool is_part) {
  if (const auto* text = member.if_string()) return is_one_of(wanted, view(*text), is_part);
  const auto* list = member.if_array();
  return list != nullptr && std::any_of(list->begin(), list->end(), [&](const json::value& item) {
           return item.is_string() && is_one_of(wanted, view(item.get_string()), is_part);
         });
}

/// Is `text` part of any value in there?
bool holds(const json::value& value, std::string_view text) {
  if (const auto* own = value.if_string()) return view(*own).find(text) != std::string_view::npos;
  if (const auto* list = value.if_array())
    return std::any_of(list->begin(), list->end(),
                       [&](const json::value& item) { return holds(item, text); });
  if (const auto* object = value.if_object())
    return std::any_of(object->begin(), object->end(),
                       [&](const auto& member) { return holds(member.value(), text); });
  return json::serialize(value).find(text) != std::string::npos;
}

/// Times, tenants, text and every list of the search, against one record.
class Search {
 public:
  Search(const json::object& sent, std::int64_t now)
      : sent_(sent),
        from_(std::max(number_in(sent, "from", 0), now - kWindow)),
        to_(number_in(sent, "to", 0)) {
    // Go sends a large negative number for "not set".
    if (to_ <= 0) to_ = std::numeric_limits<std::int64_t>::max();
  }

  [[nodiscard]] bool finds(const json::object& record) const {
    const std::int64_t occurred = number_in(record, "occurred", 0);
    if (occurred < from_ || occurred > to_) return false;
    for (const Filter& filter : kFilters)
      if (const json::array* wanted = list_in(sent_, filter.list))
        if (is_hit(*wanted, record.at(filter.member), filter.is_part) == filter.is_excluding) return false;
    if (!finds_tenant(record)) return false;
    const std::string_view text = text_member(sent_, "text");
    return text.empty() || holds(record, text);
  }

 private:
  /// `noTenants` lets records without a tenant pass the filter, too.
  [[nodiscard]] bool finds_tenant(const json::object& record) const {
    const json::array* wanted = list_in(sent_, "tenants");
    if (wanted == nullptr) return true;
    const json::value& tenants = record.at("tenants");
    return (is_true(sent_, "noTenants") && base::is_zero(tenants)) || is_hit(*wanted, tenants, false);
  }

  const json::object& sent_;
  std::int64_t from_;
  std::int64_t to_;
};

Outcome<std::string> search(Project& project, const Call& call) {
  const auto sent = decode(kSearchRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  // A filter that is taken and does nothing would show what was to be hidden.
  for (const std::string_view name : {"levels", "searchFields"})
    if (list_in(*sent, name) != nullptr)
      return invalid_value("The emulator has no meaning for " + std::string(name) +
                           ", which is not documented");
  const auto page = page_of(*sent, "size", kUsualPage);
  if (page.has_error()) return page.error();

  const Search search(*sent, project.milliseconds());
  std::vector<const json::object*> found;
  for (const json::object& record : project.audit().records())
    if (search.finds(record)) found.push_back(&record);
  if (!is_true(*sent, "oldestFirst")) std::reverse(found.begin(), found.end());
  std::string text = R"({"audits":[)";
  for (std::size_t i = page->begin(found.size()); i < page->end(found.size()); ++i) {
    if (text.back() != '[') text += ',';
    text += json::serialize(*found[i]);
  }
  return text + R"(],"total":)" + std::to_string(found.size()) + "}";
}

/// `data` is any object, for which no row has a type: it is taken out before the rows are looked at.
Outcome<std::string> write_event(Project& project, const Call& call) {
  json::object body = call.body;
  json::object data;
  if (const auto found = body.find("data"); found != body.end()) {
    if (!found->value().is_object() && !found->value().is_null())
      return malformed("invalid value for field \"data\": expected an object");
    if (found->value().is_object()) data = found->value().get_object();
    body.erase(found);
  }
  const auto sent = decode(kEventRows, body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const std::string_view type = text_member(*sent, "type");
  if (text_member(*sent, "action").empty()) return missing("action");
  if (!type.empty() && type != "info" && type != "warn" && type != "error")
    return invalid_value("type must be info, warn or error");
  json::object record{{"action", json::string_view(text_member(*sent, "action"))},
                      {"userId", json::string_view(text_member(*sent, "userId"))},
                      {"actorId", json::string_view(text_member(*sent, "actorId"))},
                      {"type", json::string_view(type.empty() ? "info" : type)},
                      {"data", std::move(data)}};
  if (const std::string_view tenant = text_member(*sent, "tenantId"); !tenant.empty())
    record["tenants"] = json::array{json::string_view(tenant)};
  project.audit().note(std::move(record));
  project.touch();
  return std::string(kNothing);
}

}  // namespace

void add_audit_routes(Router& router, Project& project) {
  router.add("POST", "/v1/mgmt/audit/search", [&project](const Call& call) { return search(project, call); });
  router.add("POST", "/v1/mgmt/audit/event",
             [&project](const Call& call) { return write_event(project, call); });
}

}  // namespace descopectl::emulator
