// Whether a live object shows what was written to it, field by field.
#pragma once

#include <vector>

#include "descopectl/plan/plan.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::apply {

/// What live made of the fields that were written. In each change, `before` is live's value and `after` the
/// one that was written.
struct Agreement {
  std::vector<schema::FieldChange> differences;        ///< did not stick
  std::vector<schema::FieldChange> changed_by_server;  ///< came back changed, as such a field may

  [[nodiscard]] bool is_complete() const { return differences.empty(); }
};

/// What a write of `action` makes of the fields that the manifest writes, those that go back to their default
/// among them: what live must show afterwards.
[[nodiscard]] json::object find_declared(const plan::Action& action, const model::RecordedObject& record);

/// Those members of `declared` that the create call takes which makes an object from `body`: the rest follows
/// in an update, and is not to be seen before.
[[nodiscard]] json::object find_taken(const schema::Kind& kind, const json::object& body,
                                      json::object declared);

/// Compares `live` with `declared`, by the rows' own equality. Fields that are never read back are not
/// compared.
[[nodiscard]] Agreement compare_written(const plan::Action& action, const model::RecordedObject& record,
                                        const json::object& declared, const json::object& live);

}  // namespace descopectl::apply
