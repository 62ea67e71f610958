// All kinds, in the order in which they are explained and listed.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "descopectl/schema/kind.hpp"

namespace descopectl::kinds {

/// Every kind.
[[nodiscard]] std::span<const schema::Kind* const> all();

/// Kinds that no manifest declares and that fields name objects of.
[[nodiscard]] std::span<const schema::Kind* const> named_only();

/// The kind of that name that manifests may declare, or null.
[[nodiscard]] const schema::Kind* find(std::string_view name);

/// The same among those that are only named as well.
[[nodiscard]] const schema::Kind* find_named(std::string_view name);

/// The names of all kinds, for suggestions.
[[nodiscard]] const std::vector<std::string_view>& names();

}  // namespace descopectl::kinds
