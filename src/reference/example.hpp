// Example manifests, made from rows.
#pragma once

#include <string>
#include <vector>

#include "descopectl/schema/kind.hpp"

namespace descopectl::reference {

/// A whole manifest of that kind: what is required and a little more. YAML.
[[nodiscard]] std::string example_of_kind(const schema::Kind& kind);

/// The last row of `path` set, within the rows above it, under `top` ("spec", "metadata"). YAML.
[[nodiscard]] std::string example_of_field(std::string_view top,
                                           const std::vector<const schema::Field*>& path);

}  // namespace descopectl::reference
