// Values as they may leave the program: without secrets, without markers.
#pragma once

#include <optional>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/source.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::render {

/// `value` of `field` (null: one without a row) without members that are secret and without what is known
/// only later: such a member is left out, such an item of a list is null. A list that others own items of
/// shows ours.
[[nodiscard]] json::value to_public(const schema::Field* field, const json::value& value);

/// The same for an object with these rows.
[[nodiscard]] json::object to_public(schema::Fields fields, const json::object& object);

/// The mirror of what to_public left out as known only later: `true` in its place, objects and lists on the
/// way; none where all is known. A known item of such a list is {} where it is an object, else false.
[[nodiscard]] std::optional<json::value> find_unknown(const json::value& value);

/// {"file", "line", "column"}, or null.
[[nodiscard]] json::value place_to_json(const diag::Span& span, const diag::SourceTable* sources);

/// null for an empty text.
[[nodiscard]] json::value text_or_null(std::string_view text);

}  // namespace descopectl::render
