// What this build is: its version, how it was compiled, and the libraries it stands on.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/base/json.hpp"

namespace descopectl::cli {

/// "0.1.0".
[[nodiscard]] std::string_view version();

/// What `descopectl version` prints; ends in a newline.
[[nodiscard]] std::string version_text();

/// What `descopectl version -o json` prints: version, build_type, compiler, libraries.
[[nodiscard]] json::object version_json();

}  // namespace descopectl::cli
