// One row of a kind's field table: all that the program knows about a field, in one place.
//
// Decoding, validation, bodies, normal form, diff, JSON Schema, export, `explain` and the emulator's checks
// iterate over these rows. Rows are constexpr, so that a table costs
// nothing at start-up and `static_assert(is_valid_table(...))` under each one finds contradictions at build
// time.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace descopectl::schema {

enum class Type : std::uint8_t {
  kString,
  kBoolean,
  kInteger,    ///< 32 bits, a number on the wire
  kInteger64,  ///< 64 bits, a decimal string on the wire (sheet 1.4)
  kStringList,
  kStringMap,         ///< the user's own keys, string values
  kObject,            ///< members are `fields`
  kObjectList,        ///< items' members are `fields`
  kObjectMap,         ///< the user's own keys; values' members are `fields`
  kReference,         ///< a handle, or {live: ID}; on the wire the live id
  kConnectionScopes,  ///< [{connection: HANDLE, scopes: [..]}]; on the wire strings, under `wire`
};

/// How two lists are compared, and what a manifest's list means to live's (sheet 13.1).
enum class ListForm : std::uint8_t {
  kNone,     ///< not a list
  kSet,      ///< order and repetition mean nothing
  kKeyed,    ///< items are told apart by the member `key`; order means nothing, but is kept on writing
  kOrdered,  ///< the order is part of the value
};

enum class Format : std::uint8_t {
  kNone,
  kWebUrl,  ///< http or https with a host; empty is allowed
  kUrl,     ///< any absolute URL: scheme, colon, something without white space; web schemes need a host
  kUri,     ///< absolute URI without a fragment (RFC 8707 section 2)
};

/// The calls a field takes part in.
enum Calls : std::uint8_t {
  kNowhere = 0,
  kInCreate = 1,
  kInUpdate = 2,
  kInLoad = 4,
  kInWrites = 3,
  kEverywhere = 7
};

struct Field {
  std::string_view name;  ///< in manifests and, unless `wire` is given, on the wire
  std::string_view wire = {};
  Type type = Type::kString;
  std::uint8_t calls = kEverywhere;
  bool required = false;
  bool read_only = false;  ///< the server's; no manifest may write it
  bool immutable = false;  ///< a change of it is a replacement (sheet 13.3)
  bool is_origin = false;  ///< what the object is made of: with another one, nothing of live is carried over
  bool outlives_origin = false;  ///< but for this
  bool secret = false;           ///< a typed secret; write-only, compared by fingerprint
  bool write_only = false;       ///< never read back; compared with what was last applied
  bool has_unknown_default =
      false;  ///< what the server takes when it is absent is not known: it can't be reset
  bool may_come_back_changed =
      false;                  ///< the server may store a hosted copy (sheet 13.2): (sent, got) is remembered
  bool echo_version = false;  ///< read-only, yet sent back on update as loaded (sheet 2.5)
  bool dropped_on_update = false;  ///< the update call loses it (sheet 7.3)
  bool has_unique_keys =
      false;               ///< of a kObject: an item's key may stand once in all its keyed lists together
  bool is_output = false;  ///< shown by the command `output`: an id that others need
  std::uint8_t generation =
      0;  ///< 1 or 2: only in that generation of the kind's endpoints (sheet 0.3, trap 10)
  std::string_view counterpart = {};  ///< the field that says the same in the other generation
  std::string_view update_wire = {};  ///< the update call names it so ("newName", sheet 9)
  ListForm list = ListForm::kNone;
  std::string_view key = {};                           ///< of kKeyed
  std::span<const Field> fields = {};                  ///< of kObject, kObjectList, kObjectMap
  std::span<const Field> items = {};                   ///< of kConnectionScopes: an item in manifests
  std::span<const std::string_view> values = {};       ///< the only values there are
  std::span<const std::string_view> same_values = {};  ///< of a string: values that mean the same (sheet 7.4)
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  Format format = Format::kNone;    ///< of a string, or of each item of a kStringList
  std::string_view reference = {};  ///< the kind that a kReference or kConnectionScopes names
  std::string_view names = {};      ///< values are names of live objects of this kind ("Role")
  bool follows_renames = false;     ///< of `names`: live shows the new name of what is renamed, by itself
  std::string_view set_with = {};   ///< of a secret: the field beside it that says that one is set
  /// Values are keys of items (scopes) of the object that this wire field of the same object refers to; its
  /// items stand in the keyed lists of its `has_unique_keys` object.
  std::string_view items_of = {};
  std::string_view doc;     ///< one sentence
  std::string_view source;  ///< "sheet 7.2"

  [[nodiscard]] constexpr std::string_view wire_name() const { return wire.empty() ? name : wire; }
  /// The rows of what a manifest writes within it.
  [[nodiscard]] constexpr std::span<const Field> written_fields() const {
    return items.empty() ? fields : items;
  }
  [[nodiscard]] constexpr bool in(Calls call) const { return (calls & call) != 0; }
  [[nodiscard]] constexpr bool is_list() const {
    return type == Type::kStringList || type == Type::kObjectList || type == Type::kConnectionScopes;
  }
  /// May a manifest set it?
  [[nodiscard]] constexpr bool is_settable() const { return !read_only; }
  /// Does it go back to its default where a manifest that wrote it leaves it out? Else it stays as it is.
  /// (contract section 3, "Managed fields")
  [[nodiscard]] constexpr bool resets_when_left_out() const {
    return !has_unknown_default && !required && !immutable && !write_only && in(kInUpdate);
  }
};

/// True where the rows contradict neither themselves nor each other: documented, named once, lists with a
/// form, keyed lists with a key that is a row, references with a kind. For static_assert.
[[nodiscard]] constexpr bool is_valid_table(std::span<const Field> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (field.name.empty() || field.doc.empty() || field.source.empty()) return false;
    if (field.is_list() != (field.list != ListForm::kNone)) return false;
    const bool has_members =
        field.type == Type::kObject || field.type == Type::kObjectList || field.type == Type::kObjectMap;
    if (has_members == field.fields.empty()) return false;
    if ((field.list == ListForm::kKeyed) == field.key.empty()) return false;
    if (field.list == ListForm::kKeyed) {
      bool found = false;
      for (const Field& member : field.fields)
        found = found || member.name == field.key;
      if (!found) return false;
    }
    const bool refers = field.type == Type::kReference || field.type == Type::kConnectionScopes;
    if (refers == field.reference.empty()) return false;
    if ((field.type == Type::kConnectionScopes) == field.items.empty()) return false;
    if (field.read_only && (field.required || field.immutable || field.secret)) return false;
    if (field.echo_version && !field.read_only) return false;
    if (field.secret && field.type != Type::kString) return false;
    if (field.secret && !field.write_only) return false;
    if (!field.set_with.empty() && !field.secret) return false;
    if (field.is_output && !field.in(kInLoad)) return false;
    if (field.dropped_on_update && !field.immutable) return false;
    if (field.minimum > field.maximum) return false;
    for (std::size_t j = i + 1; j < fields.size(); ++j)
      if (fields[j].name == field.name) return false;
    if (!is_valid_table(field.fields) || !is_valid_table(field.items)) return false;
  }
  return true;
}

/// The row with that manifest name, or null.
[[nodiscard]] constexpr const Field* find_field(std::span<const Field> fields, std::string_view name) {
  for (const Field& field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

/// The row that the wire member `name` belongs to, or null. Where a raw form and a typed form share a wire
/// name, the raw form's row.
[[nodiscard]] constexpr const Field* find_wire_field(std::span<const Field> fields, std::string_view name) {
  const Field* found = nullptr;
  for (const Field& field : fields)
    if (field.wire_name() == name && (found == nullptr || field.wire.empty())) found = &field;
  return found;
}

}  // namespace descopectl::schema
