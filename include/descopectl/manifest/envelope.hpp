// What surrounds a manifest's spec: apiVersion and metadata. The rows drive the decoder's suggestions, the
// JSON Schema and `explain`.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "descopectl/schema/field.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::manifest {

inline constexpr std::string_view kApiVersion = "descopectl/v1";

inline constexpr std::array<std::string_view, 2> kOnRemoval{"delete", "keep"};

inline constexpr std::array kLifecycleFields{
    schema::Field{.name = "preventDestroy",
                  .type = schema::Type::kBoolean,
                  .doc = "No deletion and no replacement; remembered when the manifest is gone.",
                  .source = "contract 2"},
    schema::Field{
        .name = "onRemoval",
        .values = kOnRemoval,
        .doc = "What happens to the live object when the manifest goes: delete (the default), or keep, "
               "which lets go of it.",
        .source = "contract 2"},
    schema::Field{
        .name = "ignoreFields",
        .type = schema::Type::kStringList,
        .list = schema::ListForm::kSet,
        .doc = "JSON pointers into spec, in the API's names: sent on create, then live's value is kept.",
        .source = "contract 2"}};

inline constexpr std::array kMetadataFields{
    schema::Field{.name = "name",
                  .required = true,
                  .doc = "The handle, unique per kind; other manifests refer to the object by it. Up to 200 "
                         "characters without white space, '/', ',' and '='.",
                  .source = "contract 2"},
    schema::Field{.name = "id", .doc = "The live id that the manifest is bound to.", .source = "contract 2"},
    schema::Field{.name = "labels",
                  .type = schema::Type::kStringMap,
                  .doc = "For --selector; never sent.",
                  .source = "contract 2"},
    schema::Field{.name = "lifecycle",
                  .type = schema::Type::kObject,
                  .fields = kLifecycleFields,
                  .doc = "What may become of the live object.",
                  .source = "contract 2"},
    schema::Field{.name = "absent",
                  .type = schema::Type::kBoolean,
                  .doc = "Only in an environment's overlay: drops the object that is declared below it.",
                  .source = "contract 2"}};
static_assert(schema::is_valid_table(kMetadataFields));

/// False for what a manifest of that kind can't write: an item of another object has neither an id nor a
/// lifecycle of its own, and what is known by a key has no id.
[[nodiscard]] inline bool takes_metadata(const schema::Kind& kind, std::string_view member) {
  if (member == "id") return schema::has_id(kind);
  return member != "lifecycle" || !kind.item_of.exists();
}

/// The names of rows, for suggestions.
[[nodiscard]] inline std::vector<std::string_view> names_of(std::span<const schema::Field> fields) {
  std::vector<std::string_view> names;
  for (const schema::Field& field : fields)
    names.push_back(field.name);
  return names;
}

}  // namespace descopectl::manifest
