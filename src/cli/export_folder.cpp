// Manifests that are there already where an export writes.
#include "export_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "descopectl/base/text.hpp"
#include "descopectl/diff/bind.hpp"
#include "descopectl/manifest/load.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace fs = std::filesystem;

namespace {

class Finder {
 public:
  Finder(const Context& context, const exporter::Export& made, const model::LiveState& live,
         const std::vector<ExportedFile>& files)
      : context_(context),
        live_(live),
        folder_(from_working_folder(context, context.options.out).lexically_normal()) {
    for (const ExportedFile& file : files)
      written_.insert(file.path.lexically_normal());
    for (const exporter::ExportedObject& object : made.objects) {
      keys_.insert(object.key);
      live_ids_.emplace(object.key.kind, object.live_id);
    }
  }

  OtherManifests run() {
    std::error_code error;
    if (!fs::is_directory(folder_, error)) return {};
    manifest::LoadOptions options;
    options.roots.push_back({folder_.string(), {}});
    options.variables.insert(context_.settings.variables.begin(), context_.settings.variables.end());
    options.environment = &context_.environment;
    options.inbound_generation = make_policy(context_).inbound_generation;
    diag::Sink unheard;
    const model::DesiredState desired = manifest::load_manifests(options, sources_, unheard);
    for (const diff::Binding& binding : diff::bind_objects(desired, live_, {}, unheard))
      look_at(binding);
    return std::move(others_);
  }

 private:
  void look_at(const diff::Binding& binding) {
    const model::DesiredObject& object = *binding.desired;
    const bool is_exported =
        keys_.contains(object.key) ||
        (binding.live != nullptr && live_ids_.contains({object.key.kind, binding.live->id}));
    if (is_exported)  // with all that is in it
      for (const model::Part& part : object.parts)
        others_.twice.push_back(base::printable(part.key.to_string(), 200));
    const fs::path place = fs::path(sources_.name(object.span.source)).lexically_normal();
    if (object.is_partial || written_.contains(place)) return;
    const std::string shown = base::printable(
        fmt::format("{} in {}", object.key.to_string(), place.lexically_relative(folder_).string()), 300);
    if (is_exported)
      others_.twice.push_back(shown);
    else if (binding.live == nullptr && is_asked_for(object.key.kind))
      others_.gone.push_back(shown);
  }

  bool is_asked_for(const std::string& kind) const {
    const auto& kinds = context_.options.export_flags.kinds;
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  const Context& context_;
  const model::LiveState& live_;
  fs::path folder_;
  std::set<fs::path> written_;
  std::set<model::ObjectKey> keys_;
  std::set<std::pair<std::string, std::string>> live_ids_;  ///< by kind
  diag::SourceTable sources_;
  OtherManifests others_;
};

}  // namespace

OtherManifests find_other_manifests(const Context& context, const exporter::Export& made,
                                    const model::LiveState& live, const std::vector<ExportedFile>& files) {
  return Finder(context, made, live, files).run();
}

}  // namespace descopectl::cli
