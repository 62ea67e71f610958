// The JSON Schema documents, one function each.
#pragma once

#include <span>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::reference {

/// Manifests of these kinds. `name` ends the document's id.
[[nodiscard]] json::object manifest_schema(std::string_view name, std::span<const schema::Kind* const> kinds);
/// descopectl.yaml.
[[nodiscard]] json::object config_schema();
/// What commands print with -o json.
[[nodiscard]] json::object plan_schema();
[[nodiscard]] json::object apply_schema();
[[nodiscard]] json::object drift_schema();
[[nodiscard]] json::object diagnostics_schema();

}  // namespace descopectl::reference
