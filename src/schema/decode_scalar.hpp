// Decoding of single values: strings, numbers, booleans, URLs, and where a secret comes from.
#pragma once

#include <optional>
#include <string>

#include "descopectl/schema/decode.hpp"

namespace descopectl::schema {

/// A scalar field's value in its wire type, checked against the row; none after a diagnostic.
[[nodiscard]] std::optional<json::value> decode_scalar(const Field& row, const document::Node& node,
                                                       DecodeContext& context);

/// One string of a list field, checked against the row's enum and format.
[[nodiscard]] std::optional<std::string> decode_list_item(const Field& row, const document::Node& node,
                                                          DecodeContext& context);

/// `{fromEnv: ..}`, `{fromFile: ..}`, `{fromCommand: [..]}`, `{clear: true}` or a text.
[[nodiscard]] std::optional<model::SecretSource> decode_secret_source(const Field& row,
                                                                      const document::Node& node,
                                                                      DecodeContext& context);

}  // namespace descopectl::schema
