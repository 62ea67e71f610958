// The match table of an adoption as text and as JSON.
#pragma once

#include <string>

#include "descopectl/base/json.hpp"
#include "descopectl/plan/adoption.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// One line a manifest: address, live id, what matched, what follows; then a line of counts.
[[nodiscard]] std::string adoption_to_text(const plan::Adoption& adoption, const TextOptions& options);

/// `matches[]` (`address`, `result`, `live_id`, `matched_by`, `changes`), `summary`, `recorded`: whether the
/// state holds them now.
[[nodiscard]] json::object adoption_to_json(const plan::Adoption& adoption, bool is_recorded,
                                            const JsonContext& context);

}  // namespace descopectl::render
