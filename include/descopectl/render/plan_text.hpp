// A plan for people, after Terraform's habits (contract section 4).
#pragma once

#include <string>

#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// One block an object, then what is not compared, what is unmanaged, the plan's SHA-256, and as the last
/// line `Plan: 3 to add, 1 to change, 0 to destroy.` or `No changes. ...`. Ends in a newline. Nothing in it
/// can steer a terminal. Refusals are not in it: refusals_to_diagnostics.
[[nodiscard]] std::string plan_to_text(const plan::Plan& plan, const TextOptions& options);

/// The last line alone, without newline.
[[nodiscard]] std::string plan_summary_line(const plan::Plan& plan, const TextOptions& options);

}  // namespace descopectl::render
