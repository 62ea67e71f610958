// The table of JSON Schema documents.
#include "descopectl/reference/schemas.hpp"

#include <fmt/format.h>

#include <array>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "documents.hpp"

namespace descopectl::reference {
namespace {

json::object all_manifests() {
  return manifest_schema("manifest", kinds::all());
}

json::object all_overlays() {
  return manifest_schema("overlay", kinds::all(), Use::kOverlay);
}

constexpr std::array kSchemas{
    SchemaRow{"manifest", "manifests of every kind", all_manifests},
    SchemaRow{"overlay", "manifests in an environment's own folder", all_overlays},
    SchemaRow{"config", "descopectl.yaml", config_schema},
    SchemaRow{"plan", "what plan -o json prints", plan_schema},
    SchemaRow{"apply", "what apply -o json and destroy -o json print", apply_schema},
    SchemaRow{"drift", "what drift -o json prints", drift_schema},
    SchemaRow{"diagnostics", "what validate -o json prints", diagnostics_schema},
};

}  // namespace

std::span<const SchemaRow> schema_table() {
  return kSchemas;
}

Result<json::object> make_schema(std::string_view name) {
  std::vector<std::string_view> known;
  for (const SchemaRow& row : kSchemas) {
    if (row.name == name) return row.make();
    known.push_back(row.name);
  }
  if (const schema::Kind* kind = kinds::find(name)) {
    const std::array one{kind};
    return manifest_schema(name, one);
  }
  known.insert(known.end(), kinds::names().begin(), kinds::names().end());
  const auto nearest = base::find_nearest(name, known);
  return Error(
      ErrorKind::kInvalidInput, fmt::format("there is no schema of '{}'", base::printable(name, 80)),
      nearest ? fmt::format("did you mean '{}'?", *nearest) : "there are: " + base::join_words(known));
}

}  // namespace descopectl::reference
