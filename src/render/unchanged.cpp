// Counts the managed fields of an action that stay as they are.
#include "unchanged.hpp"

#include <algorithm>
#include <string>

#include "descopectl/schema/values.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

std::size_t count_fields(const plan::Action& action, schema::Fields fields, const json::object& object,
                         const std::string& prefix) {
  std::size_t unchanged = 0;
  for (const auto& [name, value] : object) {
    const std::string path = prefix + "/" + base::escape_pointer_token(name);
    const schema::Field* row = schema::find_wire_field(fields, name);
    if (row != nullptr && row->type == schema::Type::kObject && value.is_object()) {
      unchanged += count_fields(action, row->fields, value.get_object(), path);
    } else if (std::none_of(
                   action.changes.begin(), action.changes.end(),
                   [&](const schema::FieldChange& change) { return do_overlap(change.path, path); })) {
      ++unchanged;
    }
  }
  return unchanged;
}

}  // namespace

std::size_t count_unchanged(const plan::Action& action) {
  const schema::Fields fields = action.descriptor == nullptr ? schema::Fields{} : action.descriptor->fields;
  std::size_t total = count_fields(action, fields, action.managed, "");
  for (const plan::SecretUse& secret : action.secrets)
    if (!secret.is_sent && secret.status == diff::SecretStatus::Form::kUnchanged) ++total;
  return total;
}

}  // namespace descopectl::render
