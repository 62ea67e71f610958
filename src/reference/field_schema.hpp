// The JSON Schema of what a row's field may hold in a manifest.
#pragma once

#include <span>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"

namespace descopectl::reference {

/// A map whose members are these rows. Rows that no manifest may write are left out.
[[nodiscard]] json::object members_schema(std::span<const schema::Field> fields);

/// What members_schema refers to: `substitution`, `secret`, `reference`, `connectionScopes`.
[[nodiscard]] json::object shared_definitions();

}  // namespace descopectl::reference
