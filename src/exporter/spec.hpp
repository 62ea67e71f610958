// What a manifest's `spec` says of one live object, field by field.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::exporter {

/// Live objects that others may refer to, by kind and id: the handle, or empty where the object is live and
/// not exported.
using Handles = std::map<std::pair<std::string, std::string>, std::string>;

struct SpecContext {
  const Handles& handles;
  unsigned generation = 1;
  const model::RecordedObject* owned = nullptr;  ///< what the state says of the object; may be null
  const std::set<std::string>& left_out;         ///< pointers, in manifests' names, of what can't be said
  /// The variable for the secret at that pointer.
  std::function<std::string(std::string_view field, const std::string& pointer)> variable;
  std::function<void()> note_pair;  ///< live holds a connection's scope as ID:SCOPE
};

/// `text` as a manifest's string says it: `${`, which begins a substitution, is written `$${`.
[[nodiscard]] std::string escape_text(std::string_view text);

/// The fields that differ from their defaults, in the table's order, in manifests' names. Sets and keyed
/// lists are sorted, `${` is escaped, references are handles or {live: ID}.
[[nodiscard]] json::object write_spec(const schema::Kind& kind, const json::object& live,
                                      const SpecContext& context);

}  // namespace descopectl::exporter
