// From manifest files to desired state. Files are parsed and decoded side by side, each on its own, and
// merged in the order of files, so that timing changes nothing.
#include "descopectl/manifest/load.hpp"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "decode_document.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "files.hpp"
#include "references.hpp"
#include "substitute.hpp"

namespace descopectl::manifest {
namespace {

struct ParsedFile {
  std::vector<model::DesiredObject> objects;
  diag::Sink sink;
  std::size_t documents = 0;
};

ParsedFile parse_file(const ManifestFile& file, const LoadOptions& options, diag::SourceTable& sources) {
  ParsedFile parsed;
  const Substitution substitution(*options.environment, options.variables, file.folder);
  schema::DecodeContext context{sources, parsed.sink, substitution, file.folder, options.inbound_generation};
  document::parse_documents(sources, file.source, options.limits, parsed.sink,
                            [&](const document::Node& root) {
                              ++parsed.documents;
                              auto object = decode_document(root, file.is_config, context);
                              if (!object) return;
                              object->root = options.roots[file.root].recorded;
                              parsed.objects.push_back(std::move(*object));
                            });
  return parsed;
}

std::vector<ParsedFile> parse_all(const std::vector<ManifestFile>& files, const LoadOptions& options,
                                  diag::SourceTable& sources) {
  std::vector<ParsedFile> parsed(files.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++)
      parsed[i] = parse_file(files[i], options, sources);
  };
  const unsigned cores =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t helpers = std::min<std::size_t>(cores, files.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < helpers; ++i)
    threads.emplace_back(work);
  work();
  threads.clear();
  return parsed;
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
  const std::vector<ManifestFile> files = read_files(options, sources, sink);
  std::vector<ParsedFile> parsed = parse_all(files, options, sources);
  check_roots(options, files, parsed, sink);
  for (ParsedFile& file : parsed) {
    state.documents += file.documents;
    sink.merge(std::move(file.sink));
    std::move(file.objects.begin(), file.objects.end(), std::back_inserter(state.objects));
  }
  state.files = files.size();
  check_duplicates(state.objects, sink);
  check_references(state.objects, sink);
  merge_items(state.objects, sink);
  for (model::DesiredObject& object : state.objects)
    if (object.kind == nullptr) object.kind = kinds::find(object.key.kind);
  for (const Root& root : options.roots)
    state.roots.push_back(root.recorded);
  return state;
}

}  // namespace descopectl::manifest
