// The folder that an export writes into: its files, and the manifests that are there already.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "context.hpp"
#include "descopectl/exporter/export.hpp"

namespace descopectl::cli {

/// What is to stand in a file.
struct ExportedFile {
  std::filesystem::path path;  ///< to open
  std::string name;            ///< below --out
  std::string text;
};

/// Manifests below --out that stay beside the files that are written, each as "Role/admin in roles.yaml".
struct OtherManifests {
  std::vector<std::string> twice;  ///< they declare what is exported, or match it
  std::vector<std::string> gone;   ///< they declare what is not live, of the kinds that are exported
};

/// Reads what is below --out as `plan` would; what can't be read is left for that to tell.
[[nodiscard]] OtherManifests find_other_manifests(const Context& context, const exporter::Export& made,
                                                  const model::LiveState& live,
                                                  const std::vector<ExportedFile>& files);

}  // namespace descopectl::cli
