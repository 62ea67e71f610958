// A drift report as text and as JSON.
#pragma once

#include <string>

#include "descopectl/base/json.hpp"
#include "descopectl/plan/drift.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// Objects grouped by cause, a line for each field: `path: expected -> live (cause)`. The last line is
/// `Drift: 2 changed live, 1 deleted, 0 changed in manifests, 5 unmanaged.` or `No drift. ...`,
/// by DriftReport::differs.
[[nodiscard]] std::string drift_to_text(const plan::DriftReport& report, const TextOptions& options);

/// {"drift": [{"address", "cause", "changes": [...], ...}], "summary": {...}, ...} (contract section 5).
[[nodiscard]] json::object drift_to_json(const plan::DriftReport& report, const JsonContext& context);

}  // namespace descopectl::render
