// Comparing what was written with what live shows.
#include "agreement.hpp"

#include <utility>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"

namespace descopectl::apply {

using schema::FieldChange;

namespace {

/// Adds the fields that went back to their default: they were written, though the state no longer holds them.
void add_resets(json::object& declared, const json::object& managed) {
  for (const auto& [name, value] : managed) {
    json::value* known = declared.if_contains(name);
    if (value.is_null() && known == nullptr) declared[name] = nullptr;
    if (!value.is_object() || (known != nullptr && !known->is_object())) continue;
    json::object inner = known == nullptr ? json::object() : known->get_object();
    add_resets(inner, value.get_object());
    if (!inner.empty() || known != nullptr) declared[name] = std::move(inner);
  }
}

/// Does a manifest write the field at `path`? Lists and maps are managed whole, objects member by member.
bool is_declared(schema::Fields fields, const json::object& applied, std::string_view path) {
  const json::object* at = &applied;
  for (const std::string& token : base::split_pointer(path)) {
    const json::value* value = at->if_contains(token);
    if (value == nullptr) return false;
    const schema::Field* row = schema::find_wire_field(fields, token);
    if (row == nullptr || row->type != schema::Type::kObject || !value->is_object()) return true;
    at = &value->get_object();
    fields = row->fields;
  }
  return true;
}

}  // namespace

json::object find_declared(const plan::Action& action, const model::RecordedObject& record) {
  json::object declared = record.applied;
  add_resets(declared, action.managed);
  return declared;
}

json::object find_taken(const schema::Kind& kind, const json::object& body, json::object declared) {
  const schema::CreateVariant* variant = schema::find_variant(kind, body);
  if (variant == nullptr) return declared;
  json::object taken;
  for (const auto& [name, value] : declared)
    if (schema::takes(*variant, std::string_view(name.data(), name.size()))) taken[name] = value;
  return taken;
}

Agreement compare_written(const plan::Action& action, const model::RecordedObject& record,
                          const json::object& declared, const json::object& live) {
  Agreement agreement;
  const schema::Fields fields = action.descriptor->fields;
  const json::object wanted = schema::overlay(fields, live, declared);
  for (FieldChange& change : schema::find_changes(fields, live, wanted)) {
    if (!is_declared(fields, declared, change.path)) continue;
    const schema::Field* row = change.field;
    if (row != nullptr && (row->write_only || row->secret)) continue;
    // Reset to a default that only the service knows: whatever it is now is that default.
    const bool is_unknown_default = row != nullptr && row->has_unknown_default && change.after.is_null();
    if (!is_unknown_default &&
        (row == nullptr || !row->may_come_back_changed || base::is_zero(change.before))) {
      agreement.differences.push_back(std::move(change));
      continue;
    }
    const auto known = record.changed_by_server.find(change.path);
    if (known != record.changed_by_server.end() && known->second.got == change.before &&
        known->second.sent == change.after)
      continue;
    const json::value* before = action.kind == plan::ActionKind::kUpdate
                                    ? schema::find_at(fields, action.before, change.path)
                                    : nullptr;
    const bool is_unmoved = !is_unknown_default && before != nullptr && *before == change.before;
    (is_unmoved ? agreement.differences : agreement.changed_by_server).push_back(std::move(change));
  }
  return agreement;
}

}  // namespace descopectl::apply
