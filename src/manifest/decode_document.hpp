// One manifest document: apiVersion, kind, metadata, spec.
#pragma once

#include <optional>

#include "descopectl/document/node.hpp"
#include "descopectl/schema/decode.hpp"

namespace descopectl::manifest {

inline constexpr std::string_view kApiVersion = "descopectl/v1";

/// The object that a document declares; none, after diagnostics, where not even its kind and handle are
/// known. A `kind: Config` document is skipped where `is_config` says that the file is the configuration
/// itself.
[[nodiscard]] std::optional<model::DesiredObject> decode_document(const document::Node& root, bool is_config,
                                                                  schema::DecodeContext& context);

}  // namespace descopectl::manifest
