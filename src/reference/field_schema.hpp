// The JSON Schema of what a row's field may hold in a manifest.
#pragma once

#include <span>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"

namespace descopectl::reference {

/// What an empty text stands for. In a spec it resets a text that is not required. In metadata it is wrong, and
/// null counts as not written, in maps too. In an overlay it is how editors see `!unset`, which every member
/// takes.
enum class Empty : unsigned char { kResets, kIsWrong, kUnsets };

/// A map whose members are these rows. Rows that no manifest may write are left out.
[[nodiscard]] json::object members_schema(std::span<const schema::Field> fields,
                                          Empty empty = Empty::kResets);

/// What members_schema refers to: `substitution`, `secret`, `reference`, `connectionScopes`.
[[nodiscard]] json::object shared_definitions();

}  // namespace descopectl::reference
