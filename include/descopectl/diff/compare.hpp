// One object's three-way comparison: desired, live, last applied (contract section 3, "Managed fields").
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/diff/bind.hpp"
#include "descopectl/schema/kind.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::diff {

/// How typed connection scopes become strings on the wire; no public source settles it (sheet 3.1).
enum class ConnectionScopeFormat : unsigned char { kUnset, kScope, kId, kIdAndScope };

/// What is known of a secret before it is sent.
struct SecretStatus {
  enum class Form : unsigned char {
    kUnavailable,  ///< unset, missing: can't be compared; fine unless an action sends it
    kUnchanged,
    kChanged,
    kNotRecorded,  ///< there is a value, but no fingerprint to compare it with
  };
  std::string pointer;
  Form form = Form::kUnavailable;
  std::string problem;      ///< of kUnavailable: what is missing
  std::string fingerprint;  ///< keyed, of the value at hand; goes into digests
};

/// An item with a document of its own that names connections, while live keeps it in a list whose values are
/// names of another kind.
struct MisplacedItem {
  std::string list;   ///< live's: "permissionsScopes"
  std::string name;   ///< the item's key
  std::string names;  ///< the kind that the list's values name: "Role"
  std::string place;  ///< model::ItemPlace::pointer of the item
};

struct Comparison {
  /// The managed fields in wire form; references are live ids, or markers where the id is known only later;
  /// null resets.
  json::object managed;
  /// What the state is to remember: `managed` as the manifest says it, where live's own form stands in
  /// `managed`.
  json::object applied;
  /// Live with the managed fields over it; for a create, `managed` without nulls, over what a replacement
  /// that did not end had carried over.
  json::object target;
  std::vector<schema::FieldChange> changes;    ///< without secrets
  std::vector<std::string> replaced_by;        ///< paths of changed immutable fields
  std::vector<std::string> no_longer_managed;  ///< paths that stay as they are
  std::vector<MisplacedItem> misplaced;
  bool uses_unverified_encoding = false;
  bool is_of_other_origin =
      false;  ///< made of something else than live was (Field::is_origin): nothing is carried over
};

/// Desired fields with references resolved and connection scopes encoded; `live` (may be null) keeps its own
/// form of connection scopes where it means the same.
[[nodiscard]] json::object resolve_fields(const schema::Kind& kind, const json::object& spec,
                                          const json::object* live, const IdOf& id_of,
                                          ConnectionScopeFormat format, bool& uses_unverified_encoding);

/// Compares a bound object. `live` null: everything is to be created.
[[nodiscard]] Comparison compare_object(const schema::Kind& kind, const Binding& binding, const IdOf& id_of,
                                        ConnectionScopeFormat format);

/// Live ids and names that a live object refers to, by kind: reads the rows that are references.
struct LiveReference {
  std::string kind;
  std::string value;  ///< an id, or, where `is_name`, a name
  bool is_name = false;
  std::string pointer;
};
[[nodiscard]] std::vector<LiveReference> find_live_references(const schema::Kind& kind,
                                                              const json::object& body);

/// New names of objects by kind and old name; empty: nobody bears the old one any more.
using Renames = std::map<std::pair<std::string, std::string>, std::string>;

/// `body` with the new names where lists of names (Field::names) hold old ones; without those of nobody.
[[nodiscard]] json::object rename_references(const schema::Kind& kind, json::object body,
                                             const Renames& renames);

/// An item (a scope) of another object that an object names by its key (Field::items_of).
struct ItemUse {
  std::string kind;   ///< of the object that has the item
  json::value owner;  ///< its live id, or a reference marker where that is known only later
  std::string item;
  std::string pointer;  ///< of the list that names it
};
[[nodiscard]] std::vector<ItemUse> find_item_uses(const schema::Kind& kind, const json::object& body);

/// The keys of the items that others may name: of all keyed lists in the body's `has_unique_keys` objects.
[[nodiscard]] std::set<std::string> find_item_keys(const schema::Kind& kind, const json::object& body);

/// `body` (an update's, or its managed fields) with the items of those keys that `before` has left in it.
[[nodiscard]] json::object keep_items(const schema::Kind& kind, const json::object& before, json::object body,
                                      const std::set<std::string>& keys);

}  // namespace descopectl::diff
