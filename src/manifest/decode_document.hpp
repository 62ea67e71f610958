// One manifest document: apiVersion, kind, metadata, spec.
#pragma once

#include <optional>

#include "descopectl/document/node.hpp"
#include "descopectl/schema/decode.hpp"

namespace descopectl::manifest {

/// The kind and handle that a document declares; none where either is missing or wrong. Reports nothing.
[[nodiscard]] std::optional<model::ObjectKey> find_key(const document::Node& root,
                                                       const schema::DecodeContext& context);

/// Reports a document whose `apiVersion` is missing or unknown; false where it is.
bool check_api_version(const document::Node& root, diag::Sink& sink);

/// The object that a document declares; none, after diagnostics, where not even its kind and handle are
/// known. A `kind: Config` document is skipped where `is_config` says that the file is the configuration
/// itself.
[[nodiscard]] std::optional<model::DesiredObject> decode_document(const document::Node& root, bool is_config,
                                                                  schema::DecodeContext& context);

}  // namespace descopectl::manifest
