// Live objects as manifests that say the same: a plan right after shows no change.
//
// Nothing here is taken on trust. The manifests are written, read again as any manifests are, bound and
// planned against the live state that they came from, once without a state and once with it. What turns out
// not to be sayable in a manifest (a value that the checks refuse, a list with a key twice) is left out by
// name, and the round begins anew.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/recorded.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::exporter {

struct ExportInput {
  const model::LiveState* live = nullptr;          ///< with the lists of find_needed_kinds
  const model::RecordedState* recorded = nullptr;  ///< of the same project: owned objects keep their handles
  std::set<std::string> kinds;                     ///< empty: all
  plan::Policy policy;                             ///< inbound generation and connection scope format count
};

/// A secret that the manifests take from the environment.
struct SecretVariable {
  std::string name;     ///< "CONNECTION_GOOGLE_CLIENT_SECRET"
  std::string pointer;  ///< "/clientSecret"
};

/// One document.
struct ExportedObject {
  model::ObjectKey key;
  std::string live_id;
  std::string file;  ///< "connections/google.yaml"
  std::string text;  ///< the document without `---`
  std::vector<SecretVariable> variables;
};

struct Export {
  std::vector<ExportedObject> objects;      ///< kinds in the registry's order, then by handle
  std::map<std::string, std::size_t> left;  ///< by kind: tenants', self-registered and system objects
};

/// False for kinds whose objects are written as parts of others'.
[[nodiscard]] bool is_exportable(const schema::Kind& kind);

/// The kinds that can be exported and are asked for (`kinds` empty: all), and those that they refer to. What
/// was not asked for by name, and needs a right of its own, is optional.
[[nodiscard]] std::vector<plan::NeededKind> find_needed_kinds(const std::set<std::string>& kinds);

/// Of a kind that is listed by parent: every parent that there is.
[[nodiscard]] std::vector<std::string> find_list_parents(const schema::Kind& kind,
                                                         const model::LiveState& live);

/// Makes the manifests. Warnings `not-exported` name what had to be left out, `state-differs` what a plan
/// with the state would change all the same. Deterministic, whatever the order of the server's lists.
[[nodiscard]] Export make_export(const ExportInput& input, diag::Sink& sink);

/// All documents in one text, separated by `---`, after a comment that names the variables to set.
[[nodiscard]] std::string to_stream(const Export& made);

/// One document as a file of its own, with the comment where it needs variables.
[[nodiscard]] std::string to_file(const ExportedObject& object);

}  // namespace descopectl::exporter
