// The JSON Schema documents, one function each.
#pragma once

#include <span>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::reference {

/// A manifest that stands for itself, or one that an environment lays over another: it may leave out what is
/// required, and drop the object.
enum class Use : unsigned char { kManifest, kOverlay };

/// Manifests of these kinds. `name` ends the document's id.
[[nodiscard]] json::object manifest_schema(std::string_view name, std::span<const schema::Kind* const> kinds,
                                           Use use = Use::kManifest);
/// descopectl.yaml.
[[nodiscard]] json::object config_schema();
/// What commands print with -o json.
[[nodiscard]] json::object plan_schema();
[[nodiscard]] json::object apply_schema();
[[nodiscard]] json::object drift_schema();
[[nodiscard]] json::object diagnostics_schema();

}  // namespace descopectl::reference
