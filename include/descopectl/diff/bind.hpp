// Which live object each manifest describes (contract section 3, "Identity").
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"

namespace descopectl::diff {

/// The live id of a declared object, where it is known.
using IdOf = std::function<std::optional<std::string>(const model::ObjectKey&)>;

/// How a manifest came to its live object.
enum class BoundBy : unsigned char { kNothing, kId, kState, kNaturalKey, kName };

struct Binding {
  const model::DesiredObject* desired = nullptr;
  const model::LiveObject* live = nullptr;          ///< null: to be created
  const model::RecordedObject* recorded = nullptr;  ///< what the state says of this object; null: not owned
  BoundBy by = BoundBy::kNothing;
  std::string_view natural_key;  ///< of kNaturalKey: the field; empty for a kind that is known by its key
  bool is_moved = false;  ///< `recorded` stands under another handle, which no manifest declares any more
  bool is_id_changed = false;  ///< owned under another id than metadata.id now says: `live` is the old object
  bool was_deleted = false;    ///< owned, and gone from live: somebody deleted it
  bool is_id_gone = false;     ///< as was_deleted, and metadata.id still names what is gone

  /// Of a kind that is known by its key: the live object under the key that the manifest had before; of a
  /// replacement that was not finished: the old object (RecordedObject::superseded_id). It has to go, and
  /// `live` is another object or none.
  const model::LiveObject* former = nullptr;
  const model::RecordedObject* former_record = nullptr;

  /// Our items on somebody else's object (RecordedObject::is_partial) stay, and stay ours, though no manifest
  /// declares them any more: nothing is pruned.
  bool keeps_items = false;

  /// The live id where it is known before the apply: of a bound object, or of a connection to be created.
  std::string known_id;
};

/// The body of a create that a replacement began and did not end: what its object was, to be created again.
/// Null where there is none.
[[nodiscard]] const json::object* find_pending_create(const Binding& binding);

/// The live id that the key in `spec` makes; empty where a part of it is not known yet, and for a kind
/// without a key.
[[nodiscard]] std::string find_key_id(const schema::Kind& kind, const json::object& spec, const IdOf& id_of);

/// The bindings, in the order of `desired.objects`. Codes: `unknown-live-id` (but for `is_id_gone`, which the
/// caller judges), `several-matches`, `possible-match`, `duplicate-binding`, `owned-id-changed`,
/// `system-object`.
[[nodiscard]] std::vector<Binding> bind_objects(const model::DesiredState& desired,
                                                const model::LiveState& live,
                                                const model::RecordedState& recorded, diag::Sink& sink);

/// Reports `unknown-live-id`: metadata.id, or the {live: ID} of an item's document, names nothing that is
/// live.
void report_missing_id(const Binding& binding, diag::Sink& sink);

}  // namespace descopectl::diff
