// What an apply says while it runs, and at its end.
#pragma once

#include <string>

#include "descopectl/apply/apply.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// `Connection/x: Creating...`, `Connection/x: Still creating... [10s elapsed]`,
/// `Connection/x: Creation complete after 0.2s [id=x]`; ends in a newline. Empty where there is nothing to
/// say: an action that sends nothing, or one that was skipped (the end lists it).
[[nodiscard]] std::string progress_line(const plan::Plan& plan, const apply::Event& event,
                                        const TextOptions& options);

/// Each failure with its hint, what was skipped and what nobody knows; the last line is
/// `Apply complete! Resources: 3 added, 1 changed, 0 destroyed.` or `Apply incomplete: ...`, of a destroy
/// `Destroy complete! Resources: 3 destroyed.`; what was adopted without a change is counted where there is
/// any. Ends in a newline.
[[nodiscard]] std::string apply_to_text(const plan::Plan& plan, const apply::Outcome& outcome,
                                        const TextOptions& options);

}  // namespace descopectl::render
