// JSON Schema 2020-12 of everything that is read and printed: made from the tables, for editors and
// pipelines.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"

namespace descopectl::reference {

/// One document. Its file in the repository is schemas/<name>.schema.json.
struct SchemaRow {
  std::string_view name;  ///< "manifest"
  std::string_view doc;
  json::object (*make)();
};

/// Every document, "manifest" first.
[[nodiscard]] std::span<const SchemaRow> schema_table();

/// The document of that name, or of manifests of the kind of that name. kInvalidInput, with the nearest name,
/// where there is none.
[[nodiscard]] Result<json::object> make_schema(std::string_view name);

}  // namespace descopectl::reference
