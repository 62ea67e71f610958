// Counts the managed fields of an action that stay as they are.
#pragma once

#include <algorithm>
#include <string>

#include "descopectl/plan/plan.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::render {

/// Managed fields without a change, members of nested objects counted each, lists as one; declared secrets that are
/// known to be unchanged as well.
[[nodiscard]] inline std::size_t count_unchanged(const plan::Action& action) {
  const auto has_change = [&](const std::string& path) {
    return std::any_of(action.changes.begin(), action.changes.end(), [&](const schema::FieldChange& change) {
      const std::string& longer = change.path.size() > path.size() ? change.path : path;
      const std::string& shorter = change.path.size() > path.size() ? path : change.path;
      return longer.starts_with(shorter) && (longer.size() == shorter.size() || longer[shorter.size()] == '/');
    });
  };
  const auto count = [&](const auto& self, schema::Fields fields, const json::object& object,
                         const std::string& prefix) -> std::size_t {
    std::size_t unchanged = 0;
    for (const auto& [name, value] : object) {
      const std::string path = prefix + "/" + base::escape_pointer_token(name);
      const schema::Field* row = schema::find_wire_field(fields, name);
      if (row != nullptr && row->type == schema::Type::kObject && value.is_object())
        unchanged += self(self, row->fields, value.get_object(), path);
      else if (!has_change(path))
        ++unchanged;
    }
    return unchanged;
  };
  const schema::Fields fields = action.descriptor == nullptr ? schema::Fields{} : action.descriptor->fields;
  std::size_t total = count(count, fields, action.managed, "");
  for (const plan::SecretUse& secret : action.secrets)
    if (!secret.is_sent && secret.status == diff::SecretStatus::Form::kUnchanged) ++total;
  return total;
}

}  // namespace descopectl::render
