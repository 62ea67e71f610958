// Finding and reading the files behind the roots.
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::manifest {
namespace {

namespace fs = std::filesystem;

bool is_manifest_name(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".yaml" || extension == ".yml";
}

/// All manifests below a folder, sorted; hidden files and folders are passed over.
std::vector<fs::path> find_in_folder(const fs::path& folder, diag::Sink& sink) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  const fs::recursive_directory_iterator end;
  while (!error && at != end) {
    const fs::path& path = at->path();
    std::error_code ignored;
    const bool is_hidden = path.filename().string().starts_with('.');
    if (at->is_directory(ignored)) {
      if (is_hidden) at.disable_recursion_pending();
    } else if (!is_hidden && is_manifest_name(path)) {
      found.push_back(path);
    }
    at.increment(error);
  }
  if (error)
    sink.error(
        "unreadable-file", {},
        fmt::format("the folder '{}' can't be read: {}", base::printable(folder.string()), error.message()));
  std::sort(found.begin(), found.end());
  return found;
}

class Reader {
 public:
  Reader(const LoadOptions& options, diag::SourceTable& sources, diag::Sink& sink)
      : options_(options), sources_(sources), sink_(sink) {}

  std::vector<ManifestFile> read_all() {
    for (std::size_t i = 0; i < options_.roots.size(); ++i)
      read_root(i);
    return std::move(files_);
  }

 private:
  void read_root(std::size_t index) {
    const std::string& path = options_.roots[index].path;
    if (path == "-") {
      files_.push_back({sources_.add("<stdin>", options_.standard_input), index, ".", false});
      return;
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
      sink_.error("unreadable-file", {}, fmt::format("no such file or folder: '{}'", base::printable(path)),
                  "check -f, or 'manifests' in descopectl.yaml");
      return;
    }
    if (status.type() != fs::file_type::directory) return read_file(path, index);
    const std::size_t before = sink_.error_count();
    const std::vector<fs::path> found = find_in_folder(path, sink_);
    for (const fs::path& file : found)
      read_file(file, index);
    if (found.empty() && sink_.error_count() == before)
      sink_.error("no-manifest", {},
                  fmt::format("the folder '{}' holds no manifest (*.yaml, *.yml)", base::printable(path)),
                  "a set without manifests never counts as an empty one; name the folder that holds them");
  }

  void read_file(const fs::path& path, std::size_t root) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    if (!error && !seen_.insert(canonical).second) return;
    auto text = base::read_file(path, options_.limits.bytes);
    if (!text) {
      sink_.error("unreadable-file", {}, text.error().message(), text.error().hint());
      return;
    }
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const bool is_config = !options_.config_file.empty() && fs::equivalent(path, options_.config_file, error);
    files_.push_back(
        {sources_.add(path.lexically_normal().string(), std::move(*text)), root, folder.string(), is_config});
  }

  const LoadOptions& options_;
  diag::SourceTable& sources_;
  diag::Sink& sink_;
  std::set<fs::path> seen_;
  std::vector<ManifestFile> files_;
};

}  // namespace

std::vector<ManifestFile> read_files(const LoadOptions& options, diag::SourceTable& sources,
                                     diag::Sink& sink) {
  return Reader(options, sources, sink).read_all();
}

std::string recorded_root(const fs::path& path, const fs::path& base_folder) {
  if (path == "-") return "-";
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(path, error);
  const fs::path base = fs::weakly_canonical(base_folder, error);
  fs::path relative = absolute.lexically_relative(base);
  if (relative.empty()) relative = absolute;
  std::string text = relative.generic_string();
  while (text.size() > 1 && text.ends_with('/'))
    text.pop_back();
  return text;
}

}  // namespace descopectl::manifest
