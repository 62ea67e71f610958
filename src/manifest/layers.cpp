// Objects that several documents declare together.
#include "layers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "decode_document.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "overlay.hpp"
#include "substitute.hpp"

namespace descopectl::manifest {
namespace {

using document::Member;
using document::Node;

const Member* find_metadata(const Node& root, std::string_view name) {
  const Member* metadata = root.find("metadata");
  return metadata == nullptr ? nullptr : metadata->value.find(name);
}

class LayerDecoder {
 public:
  LayerDecoder(const Layers& layers, const std::vector<model::DesiredObject>& others,
               const std::vector<ManifestFile>& files, const LoadOptions& options, diag::SourceTable& sources,
               diag::Sink& sink)
      : layers_(layers), others_(others), files_(files), options_(options), sources_(sources), sink_(sink) {}

  LayeredObjects run() {
    for (const auto& [key, stack] : layers_) {
      const auto before = static_cast<std::ptrdiff_t>(sink_.all().size());
      decode(key, stack);
      const bool lacks_field =
          std::any_of(sink_.all().begin() + before, sink_.all().end(),
                      [](const diag::Diagnostic& one) { return one.code == "missing-field"; });
      if (lacks_field && root_of(stack.front()).is_overlay) tell_of_missing_base(key, stack);
    }
    return std::move(made_);
  }

 private:
  const Root& root_of(const Layer& layer) const { return options_.roots[files_[layer.file].root]; }

  void decode(const model::ObjectKey& key, const std::vector<Layer>& stack) {
    const Layer& first = stack.front();
    check_overlay_marks(first.root, Layering::kDeclares, hint_for_first(key, first), sink_);
    const std::vector<const Layer*> laid = choose_overlays(key, stack);
    const schema::Kind& kind = *kinds::find(key.kind);
    Substitution substitution(*options_.environment, options_.variables, files_[first.file].folder);
    Node merged = first.root;
    for (const Layer* layer : laid) {
      substitution.add_folder(files_[layer->file].source, files_[layer->file].folder);
      check_api_version(layer->root, sink_);
      check_overlay_marks(layer->root, Layering::kOverlays, "", sink_);
      check_not_dropped(key, merged, layer->root);
      merged = merge_documents(kind, merged, layer->root, tree_);
    }
    schema::DecodeContext context{sources_, sink_, substitution, options_.inbound_generation};
    if (!laid.empty() && is_dropped(key, merged, context)) return;
    auto object = decode_document(merged, false, context);
    made_.variables.insert(substitution.asked_for().begin(), substitution.asked_for().end());
    if (!object) return;
    object->root = root_of(first).recorded;
    made_.objects.push_back(std::move(*object));
  }

  /// What lacks a field by itself was perhaps meant for another handle.
  void tell_of_missing_base(const model::ObjectKey& key, const std::vector<Layer>& stack) {
    std::vector<std::string_view> known;
    for (const model::DesiredObject& other : others_)
      if (other.key.kind == key.kind) known.push_back(other.key.handle);
    for (const auto& [other, layers] : layers_)
      if (other.kind == key.kind && !root_of(layers.front()).is_overlay) known.push_back(other.handle);
    const auto nearest = base::find_nearest(key.handle, known);
    const Member* name = find_metadata(stack.front().root, "name");
    sink_.add({.severity = diag::Severity::kNote,
               .code = "overlay-of-nothing",
               .summary = fmt::format("no manifest before this one declares {}: it has to be whole by itself",
                                      base::printable(key.to_string(), 200)),
               .hint = nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string(),
               .span = name == nullptr ? stack.front().root.span : name->value.span});
  }

  /// The documents after the first that may be laid over it; the others are reported. Within one folder only
  /// an object of another folder may be declared several times.
  std::vector<const Layer*> choose_overlays(const model::ObjectKey& key, const std::vector<Layer>& stack) {
    std::vector<const Layer*> chosen;
    for (std::size_t i = 1; i < stack.size(); ++i) {
      const bool is_elsewhere = files_[stack[i].file].root != files_[stack.front().file].root;
      if (is_elsewhere && root_of(stack[i]).is_overlay)
        chosen.push_back(&stack[i]);
      else
        report_twice(key, stack[i], stack.front());
    }
    return chosen;
  }

  void report_twice(const model::ObjectKey& key, const Layer& again, const Layer& before) {
    const bool is_upside_down = root_of(before).is_overlay && !root_of(again).is_overlay;
    sink_.add({diag::Severity::kError,
               "duplicate-handle",
               fmt::format("{} is declared twice", key.to_string()),
               "",
               is_upside_down
                   ? fmt::format("'{}' is laid over what is listed before it: list '{}' first",
                                 base::printable(root_of(before).path), base::printable(root_of(again).path))
                   : std::string("rename or remove one of the two"),
               find_metadata(again.root, "name")->value.span,
               {{find_metadata(before.root, "name")->value.span, "first declared here"}}});
  }

  /// What to do about marks of an overlay in the first document of an object.
  std::string hint_for_first(const model::ObjectKey& key, const Layer& first) const {
    if (!root_of(first).is_overlay) return std::string(kNotAnOverlay);
    return fmt::format("no manifest before this one declares {}", base::printable(key.to_string(), 200));
  }

  /// A document that is laid over a dropped object would go without a word.
  void check_not_dropped(const model::ObjectKey& key, const Node& below, const Node& root) {
    if (!says_absent(below) || find_metadata(root, "absent") != nullptr) return;
    const Member* name = find_metadata(root, "name");
    sink_.add({diag::Severity::kError,
               "misplaced-overlay",
               fmt::format("{} is dropped before this document, which would change nothing",
                           base::printable(key.to_string(), 200)),
               "",
               "write 'metadata.absent: false' to have the object again, or remove one of the two",
               name == nullptr ? root.span : name->value.span,
               {{find_metadata(below, "absent")->key_span, "dropped here"}}});
  }

  bool is_dropped(const model::ObjectKey& key, const Node& merged, schema::DecodeContext& context) {
    const Member* absent = find_metadata(merged, "absent");
    if (absent == nullptr || absent->value.kind == document::NodeKind::kNull) return false;
    if (!schema::decode_boolean(absent->value, "metadata.absent", context).value_or(false)) return false;
    made_.dropped.emplace(key, absent->key_span);
    return true;
  }

  const Layers& layers_;
  const std::vector<model::DesiredObject>& others_;
  const std::vector<ManifestFile>& files_;
  const LoadOptions& options_;
  diag::SourceTable& sources_;
  diag::Sink& sink_;
  document::Tree tree_;
  LayeredObjects made_;
};

}  // namespace

LayeredObjects decode_layers(const Layers& layers, const std::vector<model::DesiredObject>& others,
                             const std::vector<ManifestFile>& files, const LoadOptions& options,
                             diag::SourceTable& sources, diag::Sink& sink) {
  return LayerDecoder(layers, others, files, options, sources, sink).run();
}

}  // namespace descopectl::manifest
