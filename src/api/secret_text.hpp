// Telling whether a text that a server sent repeats a secret, so that it is not shown.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/model/secret.hpp"

namespace descopectl::api {

/// True where `text` holds the secret, or eight bytes of it in a row: as it is, percent-encoded, escaped as
/// JSON, in base64 at any alignment or in hexadecimal, in any letter case. Errs towards true.
[[nodiscard]] bool repeats_secret(std::string_view text, const model::Secret& secret);

/// Appends `secret` as a JSON string with its quotes. `out` must have room (six bytes for each, and two), so
/// that no copy is left behind by a reallocation.
void append_json_string(std::string& out, std::string_view secret);

}  // namespace descopectl::api
