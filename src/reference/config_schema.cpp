// The JSON Schema of descopectl.yaml, from the table of its keys.
#include <fmt/format.h>

#include <variant>

#include "descopectl/config/config_file.hpp"
#include "descopectl/kinds/registry.hpp"
#include "documents.hpp"
#include "parts.hpp"

namespace descopectl::reference {
namespace {

using config::KeyRow;
using config::Layer;

// As config_file.cpp's names of variables and environments.
constexpr std::string_view kName = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

/// What a key's value may be, by the type of the member that it goes to.
struct ValueSchema {
  const KeyRow& row;

  json::object text() const {
    json::object out = typed("string");
    if (row.check != nullptr) out["pattern"] = R"(\S)";
    return out;
  }
  json::object operator()(config::Text Layer::*) const { return text(); }
  json::object operator()(config::Texts Layer::*) const {
    json::object out = list_of(text());
    out["minItems"] = 1;
    out["uniqueItems"] = true;
    return out;
  }
  json::object operator()(config::TextMap Layer::*) const {
    return {{"type", "object"},
            {"propertyNames", {{"pattern", kName}}},
            {"additionalProperties", {{"type", {"string", "number", "boolean"}}}}};
  }
  json::object operator()(config::Number Layer::*) const {
    return {{"type", "integer"}, {"minimum", row.minimum}, {"maximum", row.maximum}};
  }
  json::object operator()(config::Word Layer::*) const { return {{"enum", texts(row.words)}}; }
  json::object operator()(config::PruneValue Layer::*) const {
    const json::object kinds{{"type", "array"},
                             {"minItems", 1},
                             {"uniqueItems", true},
                             {"items", {{"enum", texts(kinds::names())}}}};
    return any_of({{{"enum", {"none", "owned"}}}, closed_object({{"all", kinds}}, {"all"})});
  }
};

/// As JSON: a number where the key is one.
json::value fallback_of(const KeyRow& row) {
  if (!std::holds_alternative<config::Number Layer::*>(row.target)) return json::value(row.fallback);
  return json::parse(row.fallback);
}

json::object key_schema(const KeyRow& row) {
  json::object out{{"title", row.path}, {"description", row.doc}};
  if (!row.fallback.empty()) out["default"] = fallback_of(row);
  for (auto& member : std::visit(ValueSchema{row}, row.target))
    out[member.key()] = std::move(member.value());
  return out;
}

/// What is left out in an environment is as it is at the top.
void drop_defaults(json::object& properties) {
  for (auto& member : properties) {
    json::object& schema = member.value().as_object();
    schema.erase("default");
    if (schema.contains("properties")) drop_defaults(schema["properties"].as_object());
  }
}

/// All keys of one level; a dot in a path leads into a map.
json::object layer_properties() {
  json::object properties;
  for (const KeyRow& row : config::key_table()) {
    const auto dot = row.path.find('.');
    if (dot == std::string_view::npos) {
      properties[row.path] = key_schema(row);
      continue;
    }
    const std::string_view group = row.path.substr(0, dot);
    if (!properties.contains(group)) properties[group] = closed_object({});
    properties[group].as_object()["properties"].as_object()[row.path.substr(dot + 1)] = key_schema(row);
  }
  return properties;
}

}  // namespace

json::object config_schema() {
  json::object out =
      begin_document("config", "descopectl.yaml",
                     "The settings of a repository. Generated from the program's table of keys by "
                     "'descopectl schema config'.");
  json::object properties{
      {"apiVersion", {{"description", "The version of this format."}, {"const", config::kConfigApiVersion}}},
      {"kind", {{"const", config::kConfigKind}}}};
  for (auto& member : layer_properties())
    properties[member.key()] = std::move(member.value());
  properties["environments"] = {
      {"description",
       "Further settings by name, chosen with --env; every key above may stand there and wins."},
      {"type", "object"},
      {"propertyNames", {{"pattern", kName}}},
      {"additionalProperties", any_of({refer_to("environment"), typed("null")})}};
  for (auto& member : closed_object(std::move(properties), {"apiVersion", "kind"}))
    out[member.key()] = std::move(member.value());
  json::object environment = layer_properties();
  drop_defaults(environment);
  out["$defs"] = {{"environment", closed_object(std::move(environment))}};
  return out;
}

}  // namespace descopectl::reference
