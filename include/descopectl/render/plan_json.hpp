// A plan, and a plan that was carried out, as the JSON document of contract section 5.
#pragma once

#include "descopectl/apply/apply.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// Terraform's plan document, format 1.2, with `descopectl` beside what Terraform has. Members stand in a
/// fixed order. An object that is only forgotten is a no-op with `forgotten`.
[[nodiscard]] json::object plan_to_json(const plan::Plan& plan, const JsonContext& context);

/// The same document with a `result` beside each `change`, and the counts of outcomes in `descopectl`.
[[nodiscard]] json::object apply_to_json(const plan::Plan& plan, const apply::Outcome& outcome,
                                         const JsonContext& context);

}  // namespace descopectl::render
