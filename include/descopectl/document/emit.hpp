// Values as YAML in block style, such that parse_documents reads the same values back.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/base/json.hpp"

namespace descopectl::document {

/// `object` as the text of one document, without `---`, ending in a newline. Members stand in their order.
/// Short lists of scalars, and maps with one scalar below the top, are written in one line, texts of several
/// lines as literal blocks. Whatever other tools could read as something else than a string (`no`, `012`, a
/// date) is quoted.
[[nodiscard]] std::string to_yaml(const json::object& object);

/// `text` as a scalar in one line: plain where it can be, else double-quoted.
[[nodiscard]] std::string to_yaml_scalar(std::string_view text);

}  // namespace descopectl::document
