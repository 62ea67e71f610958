// The JSON Schema of manifests: what surrounds a spec, and the spec of each kind.
//
// The members of a manifest stand at the top, so that editors offer them at once; what depends on `kind`
// stands in if/then.
#include <fmt/format.h>

#include "descopectl/manifest/envelope.hpp"
#include "descopectl/schema/identity.hpp"
#include "documents.hpp"
#include "field_schema.hpp"
#include "parts.hpp"

namespace descopectl::reference {
namespace {

constexpr std::string_view kHandle = R"(^[^\s/,=\u0000-\u0020\u007f]{1,200}$)";

json::object metadata_definition(const schema::Kind& kind, Use use) {
  json::object out =
      members_schema(manifest::kMetadataFields, use == Use::kOverlay ? Empty::kUnsets : Empty::kIsWrong);
  json::object& properties = out["properties"].as_object();
  json::object& handle = properties["name"].as_object();
  handle["anyOf"] = {{{"type", "string"}, {"pattern", kHandle}}, refer_to("substitution")};
  handle.erase("type");
  handle.erase("pattern");
  for (const schema::Field& field : manifest::kMetadataFields)
    if (!manifest::takes_metadata(kind, field.name)) properties.erase(field.name);
  if (use == Use::kManifest) properties.erase("absent");
  return out;
}

/// Fields that the tables do not know yet: anything but those that they know.
json::object extra_fields(const schema::Kind& kind) {
  json::array known;
  for (const schema::Field& field : kind.fields)
    known.emplace_back(field.wire_name());
  return {{"title", "extraFields"},
          {"description",
           "Fields of the API that this version does not know: sent, compared and read back as they "
           "stand."},
          {"type", {"object", "null"}},
          {"propertyNames", {{"not", {{"enum", std::move(known)}}}}}};
}

json::object spec_definition(const schema::Kind& kind, Use use) {
  json::object out{{"title", fmt::format("spec of a {}", kind.name)}, {"description", kind.doc}};
  for (auto& member : members_schema(kind.fields, use == Use::kOverlay ? Empty::kUnsets : Empty::kResets))
    out[member.key()] = std::move(member.value());
  out["properties"].as_object()["extraFields"] = extra_fields(kind);
  if (use == Use::kOverlay) out.erase("required");
  return out;
}

std::string metadata_name(const schema::Kind& kind) {
  if (kind.item_of.exists()) return "metadataOfItem";
  return schema::has_id(kind) ? "metadata" : "metadataWithoutId";
}

/// With `kind: NAME`, metadata and spec are these.
json::object by_kind(const schema::Kind& kind) {
  return {{"if", {{"properties", {{"kind", {{"const", kind.name}}}}}, {"required", {"kind"}}}},
          {"then",
           {{"properties", {{"metadata", refer_to(metadata_name(kind))}, {"spec", refer_to(kind.name)}}}}}};
}

}  // namespace

json::object manifest_schema(std::string_view name, std::span<const schema::Kind* const> kinds, Use use) {
  json::object definitions = shared_definitions();
  json::array names;
  json::array rules;
  std::string docs = "What the manifest declares.";
  for (const schema::Kind* kind : kinds) {
    names.emplace_back(kind->name);
    docs += fmt::format(" {}: {}", kind->name, kind->doc);
    rules.emplace_back(by_kind(*kind));
    definitions[metadata_name(*kind)] = metadata_definition(*kind, use);
    definitions[kind->name] = spec_definition(*kind, use);
  }
  json::object out = begin_document(
      name,
      kinds.size() == 1      ? fmt::format("{} manifest of descopectl", kinds.front()->name)
      : use == Use::kOverlay ? "Overlay of descopectl: what an environment changes in a manifest"
                             : "Manifest of descopectl",
      "One YAML document. Generated from the program's field tables by 'descopectl schema'.");
  json::object body = closed_object(
      {{"apiVersion", {{"description", "The version of this format."}, {"const", manifest::kApiVersion}}},
       {"kind", {{"description", docs}, {"enum", std::move(names)}}},
       {"metadata", {{"description", "The handle, and what is not sent."}, {"type", "object"}}},
       {"spec",
        {{"description", "The object's fields, named as in the Management API."}, {"type", "object"}}}},
      use == Use::kManifest ? json::array{"apiVersion", "kind", "metadata", "spec"}
                            : json::array{"apiVersion", "kind", "metadata"});
  for (auto& member : body)
    out[member.key()] = std::move(member.value());
  out["allOf"] = std::move(rules);
  out["$defs"] = std::move(definitions);
  return out;
}

}  // namespace descopectl::reference
