// A repository before and after a change that needs every sort of action, of every kind.
#pragma once

#include <string>

#include "harness.hpp"

namespace descopectl::e2e {

/// Manifests of `sets` sets of objects each: before, and after the change. A set needs 30 actions: creates,
/// updates, replacements, deletes, renames, moves, new secrets.
[[nodiscard]] std::string mixed_before(int sets);
[[nodiscard]] std::string mixed_after(int sets);

/// The variables that their secrets come from.
[[nodiscard]] Environment mixed_secrets();

}  // namespace descopectl::e2e
