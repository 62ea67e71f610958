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

/// The calls of a kind. `load` takes `?id=` unless its path holds `{id}`.
struct Endpoints {
  Endpoint list = {};
  Paging paging = Paging::kNone;
  Endpoint load = {};
  Endpoint create = {};
  Endpoint update = {};
  Endpoint patch = {};
  Endpoint erase = {};
  Endpoint erase_batch = {};
  Endpoint secret = {};  ///< tells the secret of the service's making; `out` is the member that holds it
  Endpoint rotate = {};  ///< makes a new one and tells it; `out` likewise
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
  bool id_chosen_by_client = false;  ///< metadata.id, else the handle, is sent on create
  std::string_view id_prefix = {};   ///< the style of ids that the emulator makes: "RS"
  /// Wire fields whose value identifies a live object by itself, strongest first; tried after id and state.
  std::span<const std::string_view> natural_keys = {};
  /// The display name. `is_name_identity`: an equal name binds; otherwise it is only a `possible-match`.
  std::string_view name_field = "name";
  bool is_name_identity = false;
  /// Pairs that the emulator keeps unique on create (wire names).
  std::span<const std::string_view> unique = {};

  /// The code by which the service says that such an object is not there, also of one that another kind's
  /// call names; empty where it is not known, or only from the guide.
  std::string_view not_found_code = {};

  Endpoints calls = {};
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
  /// What a replacement of this kind breaks, for the plan's text.
  std::span<const std::string_view> replacement_breaks = {};
  /// A warning that an update of this live object deserves, or empty.
  std::string_view (*update_warning)(const json::object& live) = nullptr;
};

}  // namespace descopectl::schema
