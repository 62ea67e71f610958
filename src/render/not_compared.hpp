// Secrets that were not compared, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/plan/plan.hpp"

namespace descopectl::render {

/// `Not compared: 1 secret` and a line for each. Empty where there is none.
[[nodiscard]] std::string not_compared_to_text(const std::vector<plan::NotCompared>& secrets);

/// [{"address", "path"}].
[[nodiscard]] json::array not_compared_to_json(const std::vector<plan::NotCompared>& secrets);

}  // namespace descopectl::render
