// Diagnostics as a document, and refusals as diagnostics.
#pragma once

#include <string>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// An error each, in the plan's order, without a place.
[[nodiscard]] std::vector<diag::Diagnostic> refusals_to_diagnostics(
    const std::vector<plan::Refusal>& refusals);

/// What `validate -o json` prints of context.diagnostics: `valid`, `error_count`, `warning_count`,
/// `diagnostics`, `exit_code`, `exit_reason` and `summary` (counts that the caller made).
[[nodiscard]] json::object diagnostics_to_json(const JsonContext& context, json::object summary);

/// `document` with `diagnostics`, `exit_code` and `exit_reason` at its end.
[[nodiscard]] json::object with_ending(json::object document, const JsonContext& context);

/// The text forms, one after the other.
[[nodiscard]] std::string diagnostics_to_text(const std::vector<diag::Diagnostic>& diagnostics,
                                              const diag::SourceTable* sources);

}  // namespace descopectl::render
