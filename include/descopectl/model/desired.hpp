// Desired state: what the manifests declare, decoded by field table into the wire's names.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/source.hpp"
#include "descopectl/model/labels.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::schema {
struct Kind;
}

namespace descopectl::model {

/// Where the value of a secret comes from. It is looked up when it is needed, not when the manifest is read.
struct SecretSource {
  enum class Form : unsigned char { kText, kEnvironment, kFile, kCommand, kClear };
  Form form = Form::kText;
  Secret text;                    ///< kText: as written, `${..}` not yet replaced
  std::string name;               ///< kEnvironment: the variable; kFile: the path, relative to `folder`
  std::vector<std::string> argv;  ///< kCommand
  std::string folder;             ///< the manifest's folder
};

struct SecretField {
  std::string pointer;  ///< of the wire body: "/clientSecret"
  SecretSource source;
  diag::Span span;
};

/// A field that names another object by handle. In `spec` a reference marker stands in its place.
struct Reference {
  std::string pointer;
  ObjectKey target;
  diag::Span span;
};

/// A field that names an object outside the repository ({live: ID}). In `spec` the id stands in its place.
struct LiveUse {
  std::string pointer;
  std::string kind;
  std::string id;
  diag::Span span;
};

/// A field that holds the name of a project-level object, such as a role.
struct NameUse {
  std::string kind;
  std::string name;
  diag::Span span;
};

/// Where an item of a keyed list was written, or named as one of another object's:
/// "/scopes/connectionsScopes/mcp:read".
struct ItemPlace {
  std::string pointer;
  diag::Span span;
};

/// Where a value by which an object is told from others was written: its id, its name.
struct FieldPlace {
  std::string_view field;  ///< by wire name, in the kind's table
  diag::Span span;
};

struct Lifecycle {
  std::optional<bool> prevent_destroy;  ///< none: as the state has it
  bool keep_on_removal = false;
  std::vector<std::string> ignore_fields;  ///< JSON pointers in wire names
};

/// A document of its own that became an item of an object (McpScope).
struct Part {
  ObjectKey key;
  Labels labels;
};

struct DesiredObject {
  const schema::Kind* kind = nullptr;
  ObjectKey key;
  std::optional<std::string> id;  ///< metadata.id
  Labels labels;
  Lifecycle lifecycle;
  std::string root;   ///< the manifests entry that it came from
  json::object spec;  ///< managed fields by wire name, with markers; null means: reset
  std::vector<SecretField> secrets;
  std::vector<Reference> references;
  std::vector<LiveUse> live_uses;
  std::vector<NameUse> names;
  std::vector<ItemPlace> items;
  /// Keys of items that came from documents of their own (McpScope), by the list's pointer.
  std::map<std::string, std::set<std::string>> own_items;
  std::vector<Part> parts;  ///< those documents
  bool is_partial = false;  ///< declares items of an object that others declare; `id` is that object's
  diag::Span span;          ///< of the handle
  /// Of metadata.id (by the kind's id_field) and of what identifies it in the spec, as far as written. An
  /// overlay may have written them, in another file than the handle.
  std::vector<FieldPlace> identity;

  /// Where to point for something about that field: the handle where it is not written.
  [[nodiscard]] diag::Span place_of(std::string_view field) const;
  /// Where to point for something about the item of that pointer (ItemPlace): the handle where it was not
  /// written as one.
  [[nodiscard]] diag::Span place_of_item(std::string_view pointer) const;
  /// Is that the place of the handle or of a value that identifies the object?
  [[nodiscard]] bool is_at(const diag::Span& place) const;
};

/// The root of what came from standard input. A pipe has no identity: what an earlier one declared is not
/// known to be missing from a later one.
inline constexpr std::string_view kStandardInputRoot{"-"};

/// All declared objects, sorted by key.
struct DesiredState {
  std::vector<DesiredObject> objects;
  std::vector<std::string> roots;  ///< loaded whole in this run, as they are recorded
  std::size_t documents = 0;
  std::size_t files = 0;
  std::set<std::string> variables;  ///< names in ${var:NAME}, but for those in secrets

  [[nodiscard]] const DesiredObject* find(const ObjectKey& key) const;
  /// The object that a document of that key is a part of (DesiredObject::parts); null where it is none.
  [[nodiscard]] const DesiredObject* find_whole(const ObjectKey& part) const;
  /// True where `root` is one of `roots` or lies in one of them.
  [[nodiscard]] bool is_root_loaded(std::string_view root) const;
};

/// Markers: what stands in a body for a value that is known only later. Each is an object with one member
/// whose name no manifest and no API can produce (it begins with a control character).
namespace marker {

/// A reference to a declared object whose live id may not be known yet. `suffix` is what follows the id in
/// the text that takes the marker's place (":scope").
[[nodiscard]] json::value make_reference(const ObjectKey& target, std::string_view suffix = {});
[[nodiscard]] std::optional<ObjectKey> find_reference(const json::value& value);
/// The text that takes the reference marker's place, now that its target's id is known.
[[nodiscard]] std::string fill_reference(const json::value& value, std::string_view id);

/// A typed connection scope list: each item is {"connection": <string or reference marker>, "scopes": [..]}.
[[nodiscard]] json::value make_connections(json::array items);
[[nodiscard]] const json::array* find_connections(const json::value& value);

/// Items of a keyed list of which the rest belongs to somebody else: upserted; `removed` keys are taken out.
[[nodiscard]] json::value make_items(json::array items, json::array removed);
[[nodiscard]] const json::array* find_items(const json::value& value);
[[nodiscard]] const json::array* find_removed_items(const json::value& value);

/// True where a reference marker stands anywhere in `value`.
[[nodiscard]] bool has_reference(const json::value& value);

}  // namespace marker
}  // namespace descopectl::model
