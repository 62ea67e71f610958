// From manifest files to desired state. Files are parsed and decoded side by side, each on its own, and
// merged in the order of files, so that timing changes nothing.
#include "descopectl/manifest/load.hpp"

#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

#include "decode_document.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "files.hpp"
#include "layers.hpp"
#include "overlay.hpp"
#include "references.hpp"
#include "substitute.hpp"

namespace descopectl::manifest {
namespace {

/// A document whose object has further documents, or may have.
struct KeptDocument {
  model::ObjectKey key;
  document::Node root;  ///< in the file's tree
};

struct ParsedFile {
  std::vector<model::DesiredObject> objects;
  std::vector<KeptDocument> kept;
  document::Tree tree;
  diag::Sink sink;
  std::set<std::string> variables;
  std::size_t documents = 0;
  bool is_whole = true;  ///< all its documents could be read
};

/// Reads files side by side: first those of overlays, whose documents are put aside, then the others, whose
/// documents are decoded on the spot unless an overlay is laid over them.
class Parser {
 public:
  Parser(const std::vector<ManifestFile>& files, const LoadOptions& options, diag::SourceTable& sources)
      : files_(files), options_(options), sources_(sources), parsed_(files.size()) {}

  std::vector<ParsedFile> run() {
    parse_side_by_side(true);
    for (const ParsedFile& file : parsed_)
      for (const KeptDocument& document : file.kept)
        overlaid_.insert(document.key);
    parse_side_by_side(false);
    return std::move(parsed_);
  }

 private:
  bool is_overlay(const ManifestFile& file) const { return options_.roots[file.root].is_overlay; }

  void parse_side_by_side(bool are_overlays) {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (is_overlay(files_[i]) == are_overlays) wanted.push_back(i);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < wanted.size(); i = next++)
        parse(files_[wanted[i]], parsed_[wanted[i]]);
    };
    const unsigned cores =
        options_.threads != 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
    const std::size_t helpers = std::min<std::size_t>(cores, wanted.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < helpers; ++i)
      threads.emplace_back(work);
    work();
  }

  void parse(const ManifestFile& file, ParsedFile& parsed) {
    const Substitution substitution(*options_.environment, options_.variables, file.folder);
    schema::DecodeContext context{sources_, parsed.sink, substitution, options_.inbound_generation};
    parsed.is_whole = document::parse_documents(sources_, file.source, options_.limits, parsed.sink,
                                                [&](const document::Node& root) {
                                                  ++parsed.documents;
                                                  take(root, file, context, parsed);
                                                });
    parsed.variables = substitution.asked_for();
  }

  void take(const document::Node& root, const ManifestFile& file, schema::DecodeContext& context,
            ParsedFile& parsed) {
    if (is_overlay(file) || !overlaid_.empty()) {
      auto key = find_key(root, context);
      if (key && (is_overlay(file) || overlaid_.contains(*key))) {
        parsed.kept.push_back({std::move(*key), parsed.tree.copy(root)});
        return;
      }
    }
    check_overlay_marks(root, Layering::kDeclares, kNotAnOverlay, parsed.sink);
    auto object = decode_document(root, file.is_config, context);
    if (!object) return;
    object->root = options_.roots[file.root].recorded;
    parsed.objects.push_back(std::move(*object));
  }

  const std::vector<ManifestFile>& files_;
  const LoadOptions& options_;
  diag::SourceTable& sources_;
  std::vector<ParsedFile> parsed_;
  std::set<model::ObjectKey> overlaid_;  ///< what overlays speak of
};

Layers collect_layers(const std::vector<ParsedFile>& parsed) {
  Layers layers;
  for (std::size_t i = 0; i < parsed.size(); ++i)
    for (const KeptDocument& document : parsed[i].kept)
      layers[document.key].push_back({document.root, i});
  return layers;
}

/// A root that yields nothing is an error: an empty set of manifests would mean "delete everything".
void check_roots(const LoadOptions& options, const std::vector<ManifestFile>& files,
                 const std::vector<ParsedFile>& parsed, diag::Sink& sink) {
  for (std::size_t root = 0; root < options.roots.size(); ++root) {
    std::size_t documents = 0;
    bool has_file = false;
    bool has_errors = false;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].root != root) continue;
      has_file = true;
      documents += parsed[i].documents;
      has_errors = has_errors || parsed[i].sink.has_errors();
    }
    if (!has_file || documents > 0 || has_errors) continue;
    const std::string shown = options.roots[root].path == "-"
                                  ? "standard input"
                                  : fmt::format("'{}'", base::printable(options.roots[root].path));
    sink.error("no-manifest", {}, fmt::format("{} holds no manifest", shown),
               "a set without manifests never counts as an empty one");
  }
}

}  // namespace

model::DesiredState load_manifests(const LoadOptions& options, diag::SourceTable& sources, diag::Sink& sink) {
  model::DesiredState state;
  const std::size_t before = sink.error_count();
  const std::vector<ManifestFile> files = read_files(options, sources, sink);
  bool is_whole = sink.error_count() == before;
  std::vector<ParsedFile> parsed = Parser(files, options, sources).run();
  check_roots(options, files, parsed, sink);
  std::size_t count = 0;
  for (const ParsedFile& file : parsed)
    count += file.objects.size();
  state.objects.reserve(count);
  for (ParsedFile& file : parsed) {
    state.documents += file.documents;
    state.variables.merge(file.variables);
    is_whole = is_whole && file.is_whole;
    sink.merge(std::move(file.sink));
    std::move(file.objects.begin(), file.objects.end(), std::back_inserter(state.objects));
  }
  state.files = files.size();
  Layers layers = collect_layers(parsed);
  // What an unread document declares is not known: what lies over it, or refers to it, is checked once it can
  // be read.
  if (!is_whole)
    std::erase_if(layers, [&](const auto& entry) {
      return options.roots[files[entry.second.front().file].root].is_overlay;
    });
  LayeredObjects layered = decode_layers(layers, state.objects, files, options, sources, sink);
  state.variables.merge(layered.variables);
  std::move(layered.objects.begin(), layered.objects.end(), std::back_inserter(state.objects));
  check_duplicates(state.objects, sink);
  if (is_whole) check_references(state.objects, layered.dropped, sink);
  merge_items(state.objects, sink);
  for (model::DesiredObject& object : state.objects)
    if (object.kind == nullptr) object.kind = kinds::find(object.key.kind);
  for (const Root& root : options.roots)
    state.roots.push_back(root.recorded);
  return state;
}

}  // namespace descopectl::manifest
