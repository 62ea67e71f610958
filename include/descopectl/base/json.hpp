// The one place that names the JSON library, with the few helpers that everything above it shares.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/result.hpp"

namespace descopectl {

namespace json = boost::json;

namespace base {

/// Parses one JSON document. Depth is limited to 100. The error says what is wrong and at which byte.
[[nodiscard]] Result<json::value> parse_json(std::string_view text);

/// `value` with two-space indentation and a newline at the end; member order is kept as it is.
[[nodiscard]] std::string to_pretty_json(const json::value& value);

/// One line without spaces in which object members are sorted by name: equal values give equal bytes.
[[nodiscard]] std::string to_canonical_json(const json::value& value);

/// True for null, "", 0, false, [] and {}: what the API does not tell apart from an absent field
/// (sheet 13.2).
[[nodiscard]] bool is_zero(const json::value& value);

/// The member `name` of `object`, or null where it is absent.
[[nodiscard]] const json::value* find_member(const json::object& object, std::string_view name);

/// The text of the member `name` of `object`; empty where it is absent or no string. Lives as long as it.
[[nodiscard]] std::string_view text_member(const json::object& object, std::string_view name);

/// `~` and `/` of one reference token of a JSON pointer written as `~0` and `~1` (RFC 6901 section 3).
[[nodiscard]] std::string escape_pointer_token(std::string_view token);

/// The inverse of escape_pointer_token.
[[nodiscard]] std::string unescape_pointer_token(std::string_view token);

/// The tokens of a JSON pointer, unescaped: "/a/b~1c" gives {"a", "b/c"}; "" gives none.
[[nodiscard]] std::vector<std::string> split_pointer(std::string_view pointer);

}  // namespace base
}  // namespace descopectl
