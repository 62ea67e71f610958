// Referential checks by the rows' `names` and `reference`.
#include "references.hpp"

#include "codec.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::Type;

Refusal dangling(std::string_view kind, std::string_view value) {
  return invalid_value("There is no " + std::string(kind) + " '" + base::printable(value, 100) + "'");
}

Outcome<void> check_value(Project& project, const Field& row, const json::value& value) {
  Family* family = project.find_family(row.type == Type::kReference ? row.reference : row.names);
  if (family == nullptr) return {};
  if (row.type == Type::kReference) {
    const std::string_view id = value.is_string() ? view(value.get_string()) : std::string_view();
    if (!id.empty() && family->objects.find(id) == nullptr) return dangling(row.reference, id);
    return {};
  }
  if (!value.is_array()) return {};
  for (const json::value& item : value.get_array())
    if (item.is_string() && family->objects.find_by("name", view(item.get_string())) == nullptr)
      return dangling(row.names, view(item.get_string()));
  return {};
}

Outcome<void> check_rows(Project& project, std::span<const Field> rows, const json::object& object) {
  for (const Field& row : rows) {
    const json::value* value = base::find_member(object, row.wire_name());
    if (value == nullptr) continue;
    if (row.type == Type::kReference || !row.names.empty())
      if (auto checked = check_value(project, row, *value); checked.has_error()) return checked.error();
    if (row.fields.empty()) continue;
    if (const auto* nested = value->if_object(); nested != nullptr && row.type == Type::kObject)
      if (auto checked = check_rows(project, row.fields, *nested); checked.has_error())
        return checked.error();
    if (const auto* list = value->if_array())
      for (const json::value& item : *list)
        if (item.is_object())
          if (auto checked = check_rows(project, row.fields, item.get_object()); checked.has_error())
            return checked.error();
  }
  return {};
}

}  // namespace

Outcome<void> check_references(Project& project, const schema::Kind& kind, const json::object& fields) {
  return check_rows(project, kind.fields, fields);
}

}  // namespace descopectl::emulator
