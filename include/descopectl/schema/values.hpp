// What a field table makes of wire values: equality, laying the managed over the live, cutting to a call,
// changes.
//
// All four walk a value beside its rows. A member without a row (the vendor's tomorrow, or extraFields) is
// carried and compared as it stands.
#pragma once

#include <string>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::schema {

using Fields = std::span<const Field>;

/// True where the two values mean the same (sheet 13.2): absent, null and zero alike, lists by their form,
/// 64-bit numbers as number or text, values that the row calls the same. `field` may be null: compared as
/// they stand.
[[nodiscard]] bool is_equal(const Field* field, const json::value& left, const json::value& right);

/// `live` with the managed fields of `desired` over it (contract section 3, "Managed fields", "Full
/// override"): nested objects field by field, lists and maps whole; a member left out of an item falls to its
/// default, one that no row names is carried; null takes a field out, so that a full override resets it. Zero
/// values of live that nobody manages are left out: absent says the same. Where a managed value means the
/// same as live's, live's own form is kept.
[[nodiscard]] json::object overlay(Fields fields, const json::object& live, const json::object& desired);

/// `body` cut to what a call takes: rows that are not in it, of the other generation, or read-only (except
/// the version that an update takes back) are left out; so are nulls. For an update, a row's `update_wire`
/// name is used. Members stand in the table's order, those without a row last.
[[nodiscard]] json::object cut_to_call(Fields fields, const json::object& body, Calls call,
                                       unsigned generation);

/// `object` without null, "", 0, false, [] and {} members, recursively.
[[nodiscard]] json::object without_zeros(const json::object& object);

/// The part of `live` that `desired` manages: same shape, live's values.
[[nodiscard]] json::object project(Fields fields, const json::object& live, const json::object& desired);

/// A value as it is shown and digested: members in table order, sets and keyed lists sorted, so that the
/// order in which a server answers changes nothing. Never sent.
[[nodiscard]] json::value canonical(const Field* field, const json::value& value);
[[nodiscard]] json::object canonical(Fields fields, const json::object& object);

/// One difference. In `path`, an item of a keyed list stands by its key (contract section 5).
struct FieldChange {
  std::string path;
  json::value before;
  json::value after;
  const Field* field = nullptr;  ///< the row of the path's last named field; null for one without a row
  bool is_sensitive = false;
};

/// The differences between two forms of one object, in table order, then rows-less members by name.
[[nodiscard]] std::vector<FieldChange> find_changes(Fields fields, const json::object& before,
                                                    const json::object& after);

/// Pointers (wire names; items of keyed lists by key) of members of `object`, at any depth, that no row names
/// and whose value is not zero.
[[nodiscard]] std::vector<std::string> find_unlisted(Fields fields, const json::object& object);

/// The row that a path leads to, walking through objects, and through list and map items by one token; null
/// where there is none.
[[nodiscard]] const Field* find_row(Fields fields, std::string_view path);

/// The value at a path whose tokens name items of keyed lists (marker::make_items too) by key; null for none.
[[nodiscard]] const json::value* find_at(Fields fields, const json::object& object, std::string_view path);

/// Removes what stands at the path (as find_at); nothing where there is none. Objects that become empty stay.
void erase_at(Fields fields, json::object& object, std::string_view path);

/// Sets the value at a path of plain object members, making objects on the way.
void set_at(json::object& object, std::string_view path, json::value value);

}  // namespace descopectl::schema
