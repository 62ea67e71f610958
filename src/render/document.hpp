// Members that every JSON document of ours ends with.
#pragma once

#include "descopectl/base/json.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// diag::to_json of each.
[[nodiscard]] json::array diagnostics_array(const JsonContext& context);

/// `diagnostics`, `exit_code`, `exit_reason`.
void add_ending(json::object& document, const JsonContext& context);

[[nodiscard]] std::size_t count_of(const JsonContext& context, diag::Severity severity);

/// Texts as an array.
[[nodiscard]] json::array texts_to_json(const std::vector<std::string>& texts);

}  // namespace descopectl::render
