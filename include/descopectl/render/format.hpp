// The formats that plans, applies, drift and diagnostics are shown in: a row each. What other commands print
// has two forms, text and JSON.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "descopectl/apply/apply.hpp"
#include "descopectl/plan/drift.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::render {

/// All that any format may want to know besides the result.
struct Presentation {
  TextOptions text;
  JsonContext json;
};

/// One format. Each function gives the whole output, ending in a newline; null where the format has no form
/// of that result.
struct FormatRow {
  std::string_view name;
  std::string (*plan)(const plan::Plan&, const Presentation&) = nullptr;
  std::string (*apply)(const plan::Plan&, const apply::Outcome&, const Presentation&) = nullptr;
  std::string (*drift)(const plan::DriftReport&, const Presentation&) = nullptr;
  /// Of Presentation::json.diagnostics; `summary` holds the caller's counts.
  std::string (*diagnostics)(const Presentation&, const json::object& summary) = nullptr;
};

/// Every format, "text" first.
[[nodiscard]] std::span<const FormatRow> formats();

/// The row of that name, or null.
[[nodiscard]] const FormatRow* find_format(std::string_view name);

}  // namespace descopectl::render
