// Says in our words what yaml-cpp stumbled over.
#pragma once

#include <string_view>

#include "builder.hpp"

namespace descopectl::document {

/// Reports the syntax error that yaml-cpp named `message` at byte `at`: code, words, place and hint come from
/// the text around it and from the collections that `builder` has open. May throw Stop.
void report_syntax_error(std::string_view text, std::size_t at, std::string_view message, Builder& builder);

}  // namespace descopectl::document
