// Counts the managed fields of an action that stay as they are.
#pragma once

#include <cstddef>

#include "descopectl/plan/plan.hpp"

namespace descopectl::render {

/// Managed fields without a change, members of nested objects counted each, lists as one; declared secrets
/// that are known to be unchanged as well.
[[nodiscard]] std::size_t count_unchanged(const plan::Action& action);

}  // namespace descopectl::render
