// Building blocks of JSON Schema documents.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"

namespace descopectl::reference {

inline constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

/// {"$schema", "$id", "title", "description"}: how a document begins. The id is a name, not a place.
[[nodiscard]] json::object begin_document(std::string_view name, std::string_view title,
                                          std::string_view description);

/// A map with these members and no others.
[[nodiscard]] json::object closed_object(json::object properties, json::array required = {});

/// A map with at least these members, all of them required.
[[nodiscard]] json::object open_object(json::object properties);

/// The names of all members but `optional`.
[[nodiscard]] json::array names_but(const json::object& properties,
                                    std::initializer_list<std::string_view> optional);

[[nodiscard]] json::array texts(std::span<const std::string_view> words);

/// {"$ref": "#/$defs/<name>"}.
[[nodiscard]] json::object refer_to(std::string_view name);

/// {"type": name}.
[[nodiscard]] json::object typed(std::string_view name);

/// {"type": "array", "items": item}.
[[nodiscard]] json::object list_of(json::value item);

/// One schema as it is, several as anyOf.
[[nodiscard]] json::object any_of(json::array alternatives);

}  // namespace descopectl::reference
