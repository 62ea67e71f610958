// Rows as JSON Schema.
//
// The schema accepts whatever the decoder accepts, but for a secret that is written literally, which the
// decoder only warns of. It is more lenient where JSON Schema has no words: rules over several fields, names
// that must be declared, the whole grammar of URLs.
#include "field_schema.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>

#include "parts.hpp"
#include "words.hpp"

namespace descopectl::reference {
namespace {

using schema::Field;
using schema::Format;
using schema::Type;

constexpr std::string_view kNotBlank = R"(\S)";
// "$${" is a literal "${".
constexpr std::string_view kSubstitution = R"((^|[^$])\$\{(env|var|file):[^}]*\})";

std::string_view pattern_of(Format format) {
  switch (format) {
    case Format::kWebUrl:
      return R"(^[hH][tT][tT][pP][sS]?://[^\s/?#]\S*$)";
    case Format::kUrl:
      return R"(^[A-Za-z][A-Za-z0-9+.-]*:\S+$)";
    case Format::kUri:
      return R"(^[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+$)";
    case Format::kNone:
      break;
  }
  return {};
}

/// The forms that one text may take: of a string field, or of an item of a list of strings.
json::array text_forms(const Field& field, Empty empty) {
  const bool may_be_empty = !field.required && empty != Empty::kIsWrong;
  if (!field.values.empty()) {
    json::array words = texts(field.values);
    if (may_be_empty && field.type == Type::kString) words.emplace_back("");
    return {{{"enum", std::move(words)}}, refer_to("substitution")};
  }
  if (field.format != Format::kNone) {
    json::array forms{{{"type", "string"}, {"format", "uri"}, {"pattern", pattern_of(field.format)}},
                      refer_to("substitution")};
    if (may_be_empty) forms.emplace_back(json::object{{"const", ""}});
    return forms;
  }
  if (may_be_empty) return {typed("string")};
  return {{{"type", "string"}, {"pattern", kNotBlank}}};
}

json::object integer_form(const Field& field) {
  using Limits = std::numeric_limits<std::int64_t>;
  json::object out = typed("integer");
  if (field.minimum != Limits::min()) out["minimum"] = field.minimum;
  if (field.maximum != Limits::max()) out["maximum"] = field.maximum;
  return out;
}

json::array forms_of(const Field& field, Empty empty) {
  if (field.secret) return {refer_to("secret")};
  switch (field.type) {
    case Type::kString:
      return text_forms(field, empty);
    case Type::kBoolean:
      return {typed("boolean"), refer_to("substitution")};
    case Type::kInteger:
    case Type::kInteger64:
      return {integer_form(field), refer_to("substitution")};
    case Type::kStringList:
      return {list_of(any_of(text_forms(field, Empty::kResets)))};
    case Type::kStringMap:
      return {{{"type", "object"},
               {"additionalProperties",
                empty == Empty::kResets ? typed("string") : any_of({typed("string"), typed("null")})}}};
    case Type::kObject:
      return {members_schema(field.fields, empty)};
    case Type::kObjectList:
    case Type::kConnectionScopes:
      return {list_of(members_schema(field.written_fields()))};
    case Type::kObjectMap:
      return {{{"type", "object"},
               {"additionalProperties", any_of({members_schema(field.fields, empty), typed("null")})}}};
    case Type::kReference:
      return {refer_to("reference")};
  }
  return {};
}

/// What the service takes where the field is absent, as far as that is known. Of a text it is the empty one,
/// which editors would put into every field that they complete.
std::optional<json::value> default_of(const Field& field) {
  if (field.required || field.has_unknown_default || field.secret) return std::nullopt;
  if (field.type == Type::kBoolean) return json::value(false);
  if (field.type == Type::kStringList || field.type == Type::kObjectList) return json::value(json::array());
  return std::nullopt;
}

bool may_be_null(const Field& field) {
  return !field.required && !field.secret;
}

json::object field_schema(const Field& field, Empty empty) {
  json::array forms = forms_of(field, empty);
  if (may_be_null(field)) forms.emplace_back(typed("null"));
  if (empty == Empty::kUnsets && (field.type != Type::kString || field.required || field.secret))
    forms.emplace_back(
        json::object{{"const", ""}, {"description", "!unset: as if nothing had declared it."}});
  json::object out{{"title", field.name}};
  std::string description(field.doc);
  for (const std::string& remark : remarks_of(field))
    description += " " + remark;
  out["description"] = description;
  if (auto value = default_of(field)) out["default"] = std::move(*value);
  if (field.write_only) out["writeOnly"] = true;
  for (auto& member : any_of(std::move(forms)))
    out[member.key()] = std::move(member.value());
  return out;
}

/// A raw and a typed form of one wire field exclude each other.
json::array exclusions(std::span<const Field> fields) {
  json::array out;
  for (const Field& field : fields)
    if (!field.wire.empty() && schema::find_field(fields, field.wire) != nullptr)
      out.emplace_back(json::object{{"not", {{"required", {field.name, field.wire}}}}});
  return out;
}

json::object secret_form(std::string_view member, json::object value) {
  return closed_object({{member, std::move(value)}}, {member});
}

json::object secret_definition() {
  const json::object text{{"type", "string"}, {"pattern", kNotBlank}};
  json::object from_environment = text;
  from_environment["description"] = "The name of an environment variable.";
  json::object from_file = text;
  from_file["description"] = "A file, relative to the manifest.";
  const json::object word{{"type", "string"}, {"minLength", 1}};
  json::object from_command{{"description", "The program and its arguments; no shell."},
                            {"type", "array"},
                            {"minItems", 1},
                            {"prefixItems", {word}},
                            {"items", typed("string")}};
  json::object clear{{"description", "Clears the secret."},
                     {"anyOf", {{{"const", true}}, refer_to("substitution")}}};
  json::object out{{"description", "Where the secret comes from. It never stands in the manifest itself."}};
  out["anyOf"] = {secret_form("fromEnv", std::move(from_environment)),
                  secret_form("fromFile", std::move(from_file)),
                  secret_form("fromCommand", std::move(from_command)), secret_form("clear", std::move(clear)),
                  refer_to("substitution")};
  return out;
}

json::object reference_definition() {
  const json::object id{{"type", "string"}, {"pattern", kNotBlank}};
  return {{"description", "The handle (metadata.name) of another manifest, or {live: ID}."},
          {"anyOf", {{{"type", "string"}, {"minLength", 1}}, closed_object({{"live", id}}, {"live"})}}};
}

}  // namespace

json::object members_schema(std::span<const Field> fields, Empty empty) {
  json::object properties;
  json::array required;
  for (const Field& field : fields) {
    if (!field.is_settable()) continue;
    properties[field.name] = field_schema(field, empty);
    if (field.required) required.emplace_back(field.name);
  }
  json::object out = closed_object(std::move(properties), std::move(required));
  if (json::array excluded = exclusions(fields); !excluded.empty()) out["allOf"] = std::move(excluded);
  return out;
}

json::object shared_definitions() {
  return {{"substitution",
           {{"description",
             "A text with ${env:NAME}, ${var:NAME} or ${file:PATH} in it, written without quotes where "
             "it stands for a number or a boolean."},
            {"type", "string"},
            {"pattern", kSubstitution}}},
          {"secret", secret_definition()},
          {"reference", reference_definition()}};
}

}  // namespace descopectl::reference
