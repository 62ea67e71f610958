// What tells one live object of a kind from another: its id, or, where the service gives it none, its key.
//
// The live id of an object without an id is made of the values of the kind's key fields, joined by `/` and
// escaped as the tokens of a JSON pointer, so that it can be taken apart again: "TPA1/RS2".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::schema {

/// True where objects of the kind are known by their key fields alone.
[[nodiscard]] constexpr bool has_key(const Kind& kind) {
  return !kind.key_fields.empty();
}

/// True where a manifest may name its live object by an id: neither an item of another nor known by a key.
[[nodiscard]] constexpr bool has_id(const Kind& kind) {
  return !kind.item_of.exists() && !has_key(kind);
}

/// True where the wire field is part of the key.
[[nodiscard]] constexpr bool is_key_field(const Kind& kind, std::string_view wire) {
  for (const std::string_view field : kind.key_fields)
    if (field == wire) return true;
  return false;
}

/// The live id of an object as the API shows it; empty where it has none, or a part of its key is not a text.
[[nodiscard]] inline std::string live_id_of(const Kind& kind, const json::object& body) {
  if (!has_key(kind)) return std::string(base::text_member(body, kind.id_field));
  std::string id;
  for (const std::string_view field : kind.key_fields) {
    const std::string_view part = base::text_member(body, field);
    if (part.empty()) return {};
    if (!id.empty()) id += '/';
    id += base::escape_pointer_token(part);
  }
  return id;
}

/// Within what the value of `field` tells an object (Kind::unique_within): its tenant; empty: the project.
[[nodiscard]] inline std::string_view scope_of(const Kind& kind, std::string_view field,
                                               const json::object& body) {
  if (kind.unique_within.empty() || field == kind.id_field) return {};
  return base::text_member(body, kind.unique_within);
}

/// The name by which objects of other kinds name this one; empty for a tenant's object.
[[nodiscard]] inline std::string_view common_name_of(const Kind& kind, const json::object& body) {
  return scope_of(kind, kind.name_field, body).empty() ? base::text_member(body, kind.name_field)
                                                       : std::string_view();
}

/// Puts what tells the object with that live id into `body`: its id, or the members of its key.
inline void put_live_id(const Kind& kind, std::string_view live_id, json::object& body) {
  if (!has_key(kind)) {
    body[kind.id_field] = live_id;
    return;
  }
  const std::vector<std::string> parts = base::split_pointer("/" + std::string(live_id));
  for (std::size_t i = 0; i < kind.key_fields.size() && i < parts.size(); ++i)
    body[kind.key_fields[i]] = parts[i];
}

/// The id of the parent whose list shows the object with that live id (Endpoints::list_by); empty where the
/// kind has a list of all.
[[nodiscard]] inline std::string parent_of(const Kind& kind, std::string_view live_id) {
  if (kind.calls.list_by.empty()) return {};
  json::object key;
  put_live_id(kind, live_id, key);
  const json::value* parent = base::find_member(key, kind.calls.list_by);
  return parent == nullptr ? std::string() : std::string(parent->get_string());
}

/// Adds the parent of the object with that live id, where it has one.
inline void add_parent(const Kind& kind, std::string_view live_id, std::set<std::string>& parents) {
  if (std::string parent = parent_of(kind, live_id); !parent.empty()) parents.insert(std::move(parent));
}

/// The fields of the key as manifests call them: "inboundApp and resource".
[[nodiscard]] inline std::string names_of_key(const Kind& kind) {
  std::vector<std::string_view> names;
  for (const std::string_view field : kind.key_fields)
    if (const Field* row = find_wire_field(kind.fields, field)) names.push_back(row->name);
  return base::join_words(names);
}

}  // namespace descopectl::schema
