// Refuses what is no YAML text at all before the parser sees it.
#pragma once

#include <cstdint>
#include <string_view>

#include "descopectl/diag/diagnostic.hpp"

namespace descopectl::document {

/// Whether `text` is UTF-8 without the control characters that YAML excludes (YAML 1.2.2 section 5.1). If
/// not, says so once in `sink` (`yaml-encoding`), at the first offending byte.
[[nodiscard]] bool check_encoding(std::string_view text, std::uint32_t source, diag::Sink& sink);

/// 3 where the text begins with UTF-8's byte order mark, else 0.
[[nodiscard]] std::size_t byte_order_mark(std::string_view text);

}  // namespace descopectl::document
