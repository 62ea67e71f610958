// Objects that several documents declare together: one, and overlays of the environment laid over it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "descopectl/document/tree.hpp"
#include "descopectl/manifest/load.hpp"
#include "files.hpp"
#include "references.hpp"

namespace descopectl::manifest {

/// One document of an object. Its nodes must outlive what is made of it.
struct Layer {
  document::Node root;
  std::size_t file = 0;  ///< an index into the files
};

/// The documents of each object, in the order of files.
using Layers = std::map<model::ObjectKey, std::vector<Layer>>;

struct LayeredObjects {
  std::vector<model::DesiredObject> objects;
  Dropped dropped;
  std::set<std::string> variables;  ///< as DesiredState::variables
};

/// Lays the documents of each object over each other and decodes what comes of it. The object belongs to the
/// root of its first document. Two documents of which the later is no overlay, or of one root, are the error
/// `duplicate-handle`. `others` are the objects that nothing is laid over: one of them may be what an overlay
/// with an error, and nothing below it, was meant for.
[[nodiscard]] LayeredObjects decode_layers(const Layers& layers,
                                           const std::vector<model::DesiredObject>& others,
                                           const std::vector<ManifestFile>& files, const LoadOptions& options,
                                           diag::SourceTable& sources, diag::Sink& sink);

}  // namespace descopectl::manifest
