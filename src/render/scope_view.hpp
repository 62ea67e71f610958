// What --selector and --target limited a run to, as text and as JSON.
#pragma once

#include <string>

#include "descopectl/base/json.hpp"
#include "descopectl/plan/scope.hpp"

namespace descopectl::render {

/// `Limited to --target Resource/r: 2 of 9 declared objects, and nothing is pruned.` and a line for each
/// object that nobody named. Empty where the scope is not limited.
[[nodiscard]] std::string scope_to_text(const plan::Scope& scope);

/// Adds `selection` to a document's members: what was asked for, what came of it. Nothing where the scope is
/// not limited.
void add_scope(json::object& document, const plan::Scope& scope);

}  // namespace descopectl::render
