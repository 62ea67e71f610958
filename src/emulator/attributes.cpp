// Custom attributes: a create imports a list (an existing name is updated), a delete ignores unknown names,
// and each call answers the whole set (sheet 10).
#include "attributes.hpp"

#include <algorithm>
#include <array>

#include "codec.hpp"
#include "descopectl/base/letters.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::array kOptionRows{row("value"), row("label")};
constexpr std::array kRows{row("name"),
                           row("type", Type::kInteger),
                           Field{.name = "options",
                                 .type = Type::kObjectList,
                                 .list = ListForm::kKeyed,
                                 .key = "value",
                                 .fields = kOptionRows,
                                 .doc = "-",
                                 .source = "sheet 10"},
                           row("displayName"),
                           list_row("viewPermissions"),
                           list_row("editPermissions"),
                           row("editable", Type::kBoolean)};
constexpr std::array kDeleteRows{list_row("names")};
static_assert(schema::is_valid_table(kRows));

constexpr std::string_view kDefault = "defaultValue";
constexpr std::int64_t kLastType = 7;  // month-day

/// An attribute as it is kept. `defaultValue` may be anything: no row has such a type.
Outcome<json::object> read_attribute(const json::value& item, const Message& message) {
  if (!item.is_object())
    return malformed("invalid value for field \"attributes\": expected a list of objects");
  json::object body = item.get_object();
  json::value default_value;
  if (const auto found = body.find(kDefault); found != body.end()) {
    default_value = found->value();
    body.erase(found);
  }
  const auto sent = decode(kRows, body, message, "attributes.");
  if (sent.has_error()) return sent.error();
  json::object attribute = complete(kRows, *sent);
  const std::string_view name = text_member(attribute, "name");
  if (name.empty()) return missing("name");
  const std::int64_t type = attribute.at("type").get_int64();
  if (type < 1 || type > kLastType) return invalid_value("type must be a number from 1 to 7");
  const bool is_sound = std::all_of(name.begin(), name.end(),
                                    [](char c) { return base::is_alphanumeric(c) || c == '_' || c == '-'; });
  if (!is_sound) return Refusal(400, kInvalid, "name: may hold letters, digits, _ and - only");
  attribute[kDefault] = std::move(default_value);
  attribute["editable"] = true;
  return attribute;
}

json::array::iterator find_attribute(json::array& attributes, std::string_view name) {
  return std::find_if(attributes.begin(), attributes.end(), [&](const json::value& attribute) {
    return text_member(attribute.get_object(), "name") == name;
  });
}

Outcome<std::string> list(Project& project, const Call&) {
  return json::serialize(
      json::object{{"data", project.attributes()}, {"total", std::to_string(project.attributes().size())}});
}

void note(Project& project, std::string_view what, std::string_view name) {
  project.audit().note("CustomAttribute" + std::string(what), {{"name", json::string_view(name)}});
}

/// All or nothing.
Outcome<std::string> import(Project& project, const Call& call) {
  const auto sent = wrapped_list(project, call.body, "attributes");
  if (sent.has_error()) return sent.error();
  if (sent->empty()) return missing("attributes");
  json::array after = project.attributes();
  for (const json::value& item : *sent) {
    auto attribute = read_attribute(item, plain_message(project));
    if (attribute.has_error()) return attribute.error();
    const std::string name(text_member(*attribute, "name"));
    const auto found = find_attribute(after, name);
    note(project, found == after.end() ? "Created" : "Modified", name);
    if (found == after.end())
      after.push_back(std::move(*attribute));
    else
      *found = std::move(*attribute);
  }
  project.attributes() = std::move(after);
  project.touch();
  return list(project, call);
}

Outcome<std::string> erase(Project& project, const Call& call) {
  const auto sent = decode(kDeleteRows, call.body, plain_message(project));
  if (sent.has_error()) return sent.error();
  const json::value* names = base::find_member(*sent, "names");
  if (names == nullptr || base::is_zero(*names)) return missing("names");
  for (const json::value& name : names->get_array()) {
    const auto found = find_attribute(project.attributes(), view(name.get_string()));
    if (found == project.attributes().end()) continue;
    note(project, "Deleted", view(name.get_string()));
    project.attributes().erase(found);
  }
  project.touch();
  return list(project, call);
}

}  // namespace

Outcome<json::array> restored_attributes(const json::value& attributes) {
  if (!attributes.is_array()) return malformed("expected a list");
  json::array result;
  for (const json::value& item : attributes.get_array()) {
    auto attribute = read_attribute(item, Message{});
    if (attribute.has_error()) return attribute.error();
    result.push_back(std::move(*attribute));
  }
  return result;
}

void add_attribute_routes(Router& router, Project& project) {
  const auto add = [&](std::string_view method, std::string_view path, auto endpoint) {
    router.add(method, path, [&project, endpoint](const Call& call) { return endpoint(project, call); });
  };
  add("GET", "/v1/mgmt/user/customattributes", list);
  add("POST", "/v1/mgmt/user/customattribute/create", import);
  add("POST", "/v1/mgmt/user/customattribute/delete", erase);
}

}  // namespace descopectl::emulator
