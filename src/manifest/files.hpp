// Finding and reading the files behind the roots.
#pragma once

#include <string>
#include <vector>

#include "descopectl/manifest/load.hpp"

namespace descopectl::manifest {

/// A file to parse: its number in the source table, and which root brought it.
struct ManifestFile {
  std::uint32_t source = 0;
  std::size_t root = 0;
  std::string folder;      ///< for relative paths in it
  bool is_config = false;  ///< descopectl.yaml itself, found in a folder
};

/// Every file of every root, in the order of roots, then of paths; a file that two roots reach is read once.
[[nodiscard]] std::vector<ManifestFile> read_files(const LoadOptions& options, diag::SourceTable& sources,
                                                   diag::Sink& sink);

}  // namespace descopectl::manifest
