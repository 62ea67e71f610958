// Diagnostics as a document, and refusals as diagnostics.
#include "descopectl/render/diagnostics.hpp"

#include <algorithm>

#include "document.hpp"

namespace descopectl::render {

std::size_t count_of(const JsonContext& context, diag::Severity severity) {
  return static_cast<std::size_t>(std::count_if(context.diagnostics.begin(), context.diagnostics.end(),
                                                [&](const auto& it) { return it.severity == severity; }));
}

json::array diagnostics_array(const JsonContext& context) {
  const diag::SourceTable none;
  json::array out;
  for (const diag::Diagnostic& diagnostic : context.diagnostics)
    out.emplace_back(diag::to_json(diagnostic, context.sources == nullptr ? none : *context.sources));
  return out;
}

void add_ending(json::object& document, const JsonContext& context) {
  document["diagnostics"] = diagnostics_array(context);
  document["exit_code"] = static_cast<int>(context.exit);
  document["exit_reason"] = diag::text_of(context.exit).reason;
}

json::array texts_to_json(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts)
    out.emplace_back(text);
  return out;
}

std::vector<diag::Diagnostic> refusals_to_diagnostics(const std::vector<plan::Refusal>& refusals) {
  std::vector<diag::Diagnostic> out;
  for (const plan::Refusal& refusal : refusals)
    out.push_back({.severity = diag::Severity::kError,
                   .code = refusal.code,
                   .summary = refusal.summary,
                   .detail = {},
                   .hint = refusal.hint,
                   .span = {},
                   .related = {}});
  return out;
}

json::object diagnostics_to_json(const JsonContext& context, json::object summary) {
  const std::size_t errors = count_of(context, diag::Severity::kError);
  json::object document{{"valid", errors == 0},
                        {"error_count", errors},
                        {"warning_count", count_of(context, diag::Severity::kWarning)}};
  add_ending(document, context);
  document["summary"] = std::move(summary);
  return document;
}

json::object with_ending(json::object document, const JsonContext& context) {
  add_ending(document, context);
  return document;
}

std::string diagnostics_to_text(const std::vector<diag::Diagnostic>& diagnostics,
                                const diag::SourceTable* sources) {
  const diag::SourceTable none;
  std::string out;
  for (const diag::Diagnostic& diagnostic : diagnostics)
    out += diag::to_text(diagnostic, sources == nullptr ? none : *sources);
  return out;
}

}  // namespace descopectl::render
