// Text in columns for a terminal: help and explanations.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descopectl::base {

/// Two columns' rows.
using Rows = std::vector<std::pair<std::string, std::string>>;

/// Appends `text` and a newline, broken between words at 96 columns; lines after the first begin at column
/// `indent`, where the first is already.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent);

/// Appends the rows, `indent` columns in. A left part that is wider than `left_limit` has a line of its own.
void append_columns(std::string& out, const Rows& rows, std::size_t indent = 2, std::size_t left_limit = 30);

}  // namespace descopectl::base
