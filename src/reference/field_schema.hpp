// The JSON Schema of what a row's field may hold in a manifest.
#pragma once

#include <span>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"

namespace descopectl::reference {

/// Whether an empty text is a way to write a member that is not required: in metadata it is not, and null
/// counts as not written, in maps too.
enum class Empty : unsigned char { kResets, kIsWrong };

/// A map whose members are these rows. Rows that no manifest may write are left out.
[[nodiscard]] json::object members_schema(std::span<const schema::Field> fields,
                                          Empty empty = Empty::kResets);

/// What members_schema refers to: `substitution`, `secret`, `reference`, `connectionScopes`.
[[nodiscard]] json::object shared_definitions();

}  // namespace descopectl::reference
