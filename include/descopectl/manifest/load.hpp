// From manifest files to desired state: find, read, parse, decode, substitute, merge, resolve references.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/document/parse.hpp"
#include "descopectl/model/desired.hpp"

namespace descopectl::manifest {

/// One entry of `manifests` or one `-f`.
struct Root {
  std::string path;      ///< to open: a file, a folder, or "-" for standard input
  std::string recorded;  ///< how the state remembers it; empty: base's rule of recorded_root
  /// Listed under the environment alone: its documents are laid over those of the roots before it.
  bool is_overlay = false;
};

struct LoadOptions {
  std::vector<Root> roots;
  std::map<std::string, std::string> variables;
  const base::Environment* environment = nullptr;
  unsigned inbound_generation = 1;
  document::Limits limits;
  std::string standard_input;  ///< what "-" reads
  std::string config_file;     ///< skipped where a folder holds it
  unsigned threads = 0;        ///< 0: one a core
};

/// Loads everything; all problems of all files are in `sink`, in the order of files. The result is only
/// meaningful where the sink has no error. Codes beside those of document and schema: `unreadable-file`,
/// `no-manifest`, `unknown-kind`, `unknown-api-version`, `duplicate-handle`, `duplicate-id`, `duplicate-key`,
/// `invalid-handle`, `misplaced-overlay`, `unknown-reference`, `unset-variable`, `bad-substitution`.
[[nodiscard]] model::DesiredState load_manifests(const LoadOptions& options, diag::SourceTable& sources,
                                                 diag::Sink& sink);

/// The form in which the state remembers a root: relative to `base_folder`, normal, without a slash at the
/// end.
[[nodiscard]] std::string recorded_root(const std::filesystem::path& path,
                                        const std::filesystem::path& base_folder);

}  // namespace descopectl::manifest
