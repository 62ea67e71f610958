// Any bytes as manifests: loading ends, says where what is wrong, and what is right can be planned.
#include <cstddef>
#include <cstdint>
#include <string>

#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/load.hpp"
#include "descopectl/plan/plan.hpp"
#include "require.hpp"

namespace {

using namespace descopectl;
using fuzz::require;

void check_diagnostics(const diag::Sink& sink, const diag::SourceTable& sources) {
  for (const diag::Diagnostic& diagnostic : sink.all()) {
    require(!diagnostic.code.empty() && !diagnostic.summary.empty(), "a diagnostic says something");
    if (diagnostic.span.source == 0) continue;
    const std::size_t size = sources.text(diagnostic.span.source).size();
    require(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size,
            "a diagnostic lies in its file");
    require(!diag::to_text(diagnostic, sources).empty(), "a diagnostic can be shown");
  }
}

/// Against a project that is empty.
void check_plan(const model::DesiredState& desired, diag::Sink& sink) {
  model::LiveState live;
  for (const schema::Kind* kind : kinds::all())
    if (kind->calls.list.exists()) live.kinds[std::string(kind->name)].is_loaded = true;
  model::RecordedState recorded;
  recorded.fingerprint_key = std::string(64, 'a');
  plan::PlanInput input;
  input.desired = &desired;
  input.live = &live;
  input.recorded = &recorded;
  input.project_id = "P1";
  input.base_url = "https://api.descope.com";
  const plan::Plan plan = plan::make_plan(input, sink);
  for (const plan::Action& action : plan.actions)
    require(action.kind != plan::ActionKind::kUpdate && action.kind != plan::ActionKind::kDelete,
            "an empty project has nothing to change");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Environment surroundings({{"NAME", "value"}});
  manifest::LoadOptions options;
  options.roots = {{"-", "root"}};
  options.standard_input.assign(reinterpret_cast<const char*>(data), size);
  options.variables = {{"name", "value"}};
  options.environment = &surroundings;
  options.threads = 1;
  diag::SourceTable sources;
  diag::Sink sink;
  const model::DesiredState desired = manifest::load_manifests(options, sources, sink);
  check_diagnostics(sink, sources);
  if (sink.has_errors()) return 0;
  check_plan(desired, sink);
  check_diagnostics(sink, sources);
  return 0;
}
