// The table of formats.
#include "descopectl/render/format.hpp"

#include <array>

#include "descopectl/render/apply_text.hpp"
#include "descopectl/render/diagnostics.hpp"
#include "descopectl/render/drift.hpp"
#include "descopectl/render/plan_json.hpp"
#include "descopectl/render/plan_text.hpp"

namespace descopectl::render {
namespace {

std::string plan_as_text(const plan::Plan& plan, const Presentation& how) {
  return plan_to_text(plan, how.text);
}
std::string apply_as_text(const plan::Plan& plan, const apply::Outcome& outcome, const Presentation& how) {
  return apply_to_text(plan, outcome, how.text);
}
std::string drift_as_text(const plan::DriftReport& report, const Presentation& how) {
  return drift_to_text(report, how.text);
}
std::string diagnostics_as_text(const Presentation& how, const json::object&) {
  return diagnostics_to_text(how.json.diagnostics, how.json.sources);
}

std::string plan_as_json(const plan::Plan& plan, const Presentation& how) {
  return base::to_pretty_json(plan_to_json(plan, how.json));
}
std::string apply_as_json(const plan::Plan& plan, const apply::Outcome& outcome, const Presentation& how) {
  return base::to_pretty_json(apply_to_json(plan, outcome, how.json));
}
std::string drift_as_json(const plan::DriftReport& report, const Presentation& how) {
  return base::to_pretty_json(drift_to_json(report, how.json));
}
std::string diagnostics_as_json(const Presentation& how, const json::object& summary) {
  return base::to_pretty_json(diagnostics_to_json(how.json, summary));
}

constexpr std::array kFormats{
    FormatRow{"text", plan_as_text, apply_as_text, drift_as_text, diagnostics_as_text},
    FormatRow{"json", plan_as_json, apply_as_json, drift_as_json, diagnostics_as_json},
};

}  // namespace

std::span<const FormatRow> formats() {
  return kFormats;
}

const FormatRow* find_format(std::string_view name) {
  for (const FormatRow& row : kFormats)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace descopectl::render
