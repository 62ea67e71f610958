// Values, paths and names as short printable text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/source.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::render {

inline constexpr std::string_view kSensitive = "(sensitive value)";
inline constexpr std::string_view kKnownLater = "(known after apply)";

/// The value on one line: texts quoted, escaped and, where long, shortened in the middle.
[[nodiscard]] std::string show_value(const json::value& value);

/// `text` quoted, whole.
[[nodiscard]] std::string quote_text(std::string_view text);

/// Two values, told apart even where shortening makes them look alike: `"a" -> "b"`.
[[nodiscard]] std::string show_step(const json::value& before, const json::value& after);

/// `/scopes/permissionsScopes/contacts.read/values` as `scopes.permissionsScopes["contacts.read"].values`:
/// members by dots, items of lists and maps, and names that hold dots or spaces, in brackets.
[[nodiscard]] std::string show_path(schema::Fields fields, std::string_view path);

/// True where one path is the other, or leads into it.
[[nodiscard]] bool do_overlap(std::string_view left, std::string_view right);

/// The objects whose ids `value` waits for, in order of appearance, each once.
[[nodiscard]] std::vector<model::ObjectKey> find_awaited(const json::value& value);

/// ` # id of Connection/x, Role/y`, or nothing where the value waits for nothing.
[[nodiscard]] std::string awaited_comment(const json::value& value);

/// The items of an array, or of a marker that stands for items; null for anything else.
[[nodiscard]] const json::array* items_of(const json::value& value);

/// `InboundApp` as "inbound app", for two and more "inbound apps".
[[nodiscard]] std::string counted_kind(std::size_t count, std::string_view kind);

/// `file.yaml:3:5`, or nothing.
[[nodiscard]] std::string show_place(const diag::Span& span, const diag::SourceTable* sources);

/// One line of prose, safe to show.
[[nodiscard]] std::string show_prose(std::string_view text);

}  // namespace descopectl::render
