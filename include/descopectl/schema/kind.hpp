// The descriptor of a kind: its field table, its identity and its calls. A kind is one file in src/kinds/.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"

namespace descopectl::schema {

/// One endpoint: `in` is the member that wraps the request's object (empty: flat), `out` the one that wraps
/// the answer's (empty: flat). `path` may hold `{id}`.
struct Endpoint {
  std::string_view method = {};
  std::string_view path = {};
  std::string_view in = {};
  std::string_view out = {};

  [[nodiscard]] constexpr bool exists() const { return !path.empty(); }
};

/// How a list endpoint hands out its pages (sheet 1.12).
enum class Paging : unsigned char { kNone, kQuery, kBody };

/// The calls of a kind. `load` takes `?id=` unless its path holds `{id}`. Of a batch, `in` is the list of
/// objects to create, or of what the delete of one takes: ids, or objects with the key's members.
struct Endpoints {
  Endpoint list = {};
  Paging paging = Paging::kNone;
  /// A list that shows what belongs to one parent: the wire field (a reference) that names the parent and is
  /// the call's parameter (sheet 5). Empty: a list of all.
  std::string_view list_by = {};
  Endpoint load = {};
  Endpoint create = {};
  Endpoint create_batch = {};
  Endpoint update = {};
  Endpoint patch = {};
  Endpoint erase = {};
  Endpoint erase_batch = {};
  Endpoint secret = {};  ///< tells the secret of the service's making; `out` is the member that holds it
  Endpoint rotate = {};  ///< makes a new one and tells it; `out` likewise
};

/// What others keep on an object and lose with it, counted by a search (sheet 6.1).
struct CountedLoss {
  Endpoint search = {};        ///< `out` is the list of what was found; the count is its `total`
  std::string_view by = {};    ///< the filter that takes the object's id
  std::string_view noun = {};  ///< what is counted: "consent"
  std::string_view text = {};  ///< the loss in a sentence, while its count is not known
};

/// Something that a replacement breaks, in a sentence for the plan.
struct Breakage {
  std::string_view text;
  /// Whether it does where the live object `before` is made again as `after`; null: always.
  bool (*holds)(const json::object& before, const json::object& after) = nullptr;
};

/// Another create call, for objects in which `when` is set (schema/create_variant.hpp). What it does not take
/// is laid on by an update right after it.
struct CreateVariant {
  std::string_view when = {};  ///< wire field; no other call takes it
  Endpoint call = {};
  std::span<const std::string_view> fields = {};  ///< wire fields that it takes, `when` and any id among them
  std::string_view nested = {};                   ///< member under which it takes `nested_fields`
  std::span<const std::string_view> nested_fields = {};
};

/// A finding of a cross-field rule: the manifest field it is about (a JSON pointer into spec, wire names),
/// code, summary, hint.
struct RuleFinding {
  std::string pointer;
  std::string code;
  std::string summary;
  std::string hint;
};

/// Where objects of a kind have no life of their own but become items of a list of another kind's object.
struct ItemOf {
  std::string_view kind = {};       ///< "Resource"
  std::string_view reference = {};  ///< the field of this kind that names the owner: "resource"
  std::string_view list = {};       ///< JSON pointer of the keyed list: "/scopes/connectionsScopes"
  /// Pointers of sibling lists with the same items: an item that live keeps there stays there, and a key may
  /// stand only once in all of them.
  std::span<const std::string_view> siblings = {};
  /// The owners that such items are meant for have this value in this field; with another there is a warning.
  std::string_view owner_field = {};
  std::string_view owner_value = {};

  [[nodiscard]] constexpr bool exists() const { return !kind.empty(); }
};

struct Kind {
  std::string_view name;   ///< "Connection"
  std::string_view title;  ///< "outbound application (connection)", for prose
  std::string_view doc;
  std::string_view source;
  std::span<const Field> fields;

  ItemOf item_of = {};

  std::string_view id_field = "id";  ///< of the live object
  /// Wire fields (references) that identify an object to which the service gives no id (sheet 5): one object
  /// for each combination, and with other values it is another object. Its live id is made of their values
  /// (schema/identity.hpp).
  std::span<const std::string_view> key_fields = {};
  bool id_chosen_by_client = false;  ///< metadata.id, else the handle, is sent on create
  std::string_view id_prefix = {};   ///< the style of ids that the emulator makes: "RS"
  /// Wire fields whose value identifies a live object by itself, strongest first; tried after id and state.
  std::span<const std::string_view> natural_keys = {};
  /// The display name. `is_name_identity`: an equal name binds; otherwise it is only a `possible-match`.
  std::string_view name_field = "name";
  bool is_name_identity = false;
  /// Wire field within whose value a name and the `unique` fields tell an object: the tenant. Only objects
  /// with none are meant where others name one. Empty: within the project.
  std::string_view unique_within = {};
  /// Names that exist without being listed.
  std::span<const std::string_view> built_in_names = {};
  /// What it means for who names such an object that there is none; for the hint of a warning.
  std::string_view missing_name_means = {};
  /// Pairs that the emulator keeps unique on create (wire names).
  std::span<const std::string_view> unique = {};

  /// The code by which the service says that such an object is not there, also of one that another kind's
  /// call names; empty where it is not known, or only from the guide.
  std::string_view not_found_code = {};

  Endpoints calls = {};
  std::span<const CreateVariant> create_variants = {};
  /// The second generation, where the service has two; what it lacks is done through `calls`.
  Endpoints second_calls = {};
  /// Listed only where a manifest, the state or a name in a scope asks for it; the others are always listed,
  /// so that what is unmanaged is counted and what refers to an object is seen before that object is deleted.
  bool is_listed_on_demand = false;
  /// Wire fields that official clients send although the documentation lacks them (sheet 1.5); the emulator
  /// takes and ignores them.
  std::span<const std::string_view> tolerated = {};

  /// Rules over several fields of one object, on the wire form. May be null.
  void (*check)(const json::object& spec, std::vector<RuleFinding>& findings) = nullptr;
  /// Live objects that no rule may ever prune or call unmanaged trouble (tenant-scoped, self-registered,
  /// system).
  bool (*is_never_pruned)(const json::object& live) = nullptr;
  /// The system's own objects, which can't be redefined: a manifest on one is an error. May be null.
  bool (*is_system)(const json::object& live) = nullptr;
  /// What a write through the first generation loses of an object that the two generations show so; empty:
  /// nothing. May be null.
  std::string (*lost_by_first_generation)(const json::object& first, const json::object& second) = nullptr;
  /// What a replacement of this kind breaks, for the plan's text.
  std::span<const Breakage> replacement_breaks = {};
  /// What of that can be counted.
  CountedLoss counted_loss = {};
  /// What goes with an object that is deleted, for the plan's text; empty: nothing beside the object.
  std::string_view deletion_loss = {};
  /// A warning that an update of this live object deserves, or empty.
  std::string_view (*update_warning)(const json::object& live) = nullptr;
};

}  // namespace descopectl::schema
