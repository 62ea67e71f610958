// Values as they may leave the program: without secrets, without markers.
#include "value_json.hpp"

#include "value_text.hpp"

namespace descopectl::render {
namespace {

namespace marker = model::marker;

bool is_secret(const schema::Field* row) {
  return row != nullptr && row->secret;
}

json::array items_to_public(const schema::Field* field, const json::array& items) {
  json::array out;
  out.reserve(items.size());
  for (const json::value& item : items) {
    const json::object* object = marker::find_reference(item) ? nullptr : item.if_object();
    if (object != nullptr)
      out.emplace_back(to_public(field == nullptr ? schema::Fields{} : field->fields, *object));
    else
      out.push_back(to_public(nullptr, item));
  }
  return out;
}

/// A map's keys are the user's own, so that its members have no rows: its values have.
json::object map_to_public(const schema::Field& field, const json::object& map) {
  json::object out;
  for (const auto& [name, value] : map)
    out[name] = value.is_object() ? json::value(to_public(field.fields, value.get_object())) : value;
  return out;
}

}  // namespace

json::value to_public(const schema::Field* field, const json::value& value) {
  if (is_secret(field) || marker::find_reference(value)) return nullptr;
  if (const json::array* items = items_of(value)) return items_to_public(field, *items);
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  if (field != nullptr && field->type == schema::Type::kObjectMap) return map_to_public(*field, *object);
  // Within an item of a keyed list the row is the list's, and its `fields` are the item's.
  return to_public(field == nullptr ? schema::Fields{} : field->fields, *object);
}

json::object to_public(schema::Fields fields, const json::object& object) {
  json::object out;
  for (const auto& [name, value] : object) {
    const schema::Field* row = schema::find_wire_field(fields, name);
    if (is_secret(row) || marker::find_reference(value)) continue;
    out[name] = to_public(row, value);
  }
  return out;
}

std::optional<json::value> find_unknown(const json::value& value) {
  if (marker::find_reference(value)) return json::value(true);
  if (!marker::has_reference(value)) return std::nullopt;
  if (const json::array* items = items_of(value)) {
    json::array out;
    for (const json::value& item : *items) {
      const auto unknown = find_unknown(item);
      const json::value known = item.is_object() ? json::value(json::object()) : json::value(false);
      out.push_back(unknown ? *unknown : known);
    }
    return json::value(std::move(out));
  }
  json::object out;
  for (const auto& [name, member] : value.get_object())
    if (auto unknown = find_unknown(member)) out[name] = std::move(*unknown);
  return json::value(std::move(out));
}

json::value place_to_json(const diag::Span& span, const diag::SourceTable* sources) {
  if (sources == nullptr || !span.is_known()) return nullptr;
  const auto begin = sources->begin_of(span);
  return json::object{{"file", sources->name(span.source)}, {"line", begin.line}, {"column", begin.column}};
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace descopectl::render
