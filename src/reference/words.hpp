// What a row says, in words: shared by explanations and by the descriptions in the JSON Schema.
#pragma once

#include <string>
#include <vector>

#include "descopectl/schema/field.hpp"

namespace descopectl::reference {

/// "secret", "list of objects by 'name'", "integer".
[[nodiscard]] std::string type_of(const schema::Field& field);

/// "required", "replaces", "create only", "no reset", "inboundApi v1 only", as in the README's tables.
[[nodiscard]] std::vector<std::string> flags_of(const schema::Field& field);

/// Sentences on what a change does, what the field refers to and how a list is compared.
[[nodiscard]] std::vector<std::string> remarks_of(const schema::Field& field);

}  // namespace descopectl::reference
