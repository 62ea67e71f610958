// Names of live objects that scopes and roles use: those that exist nowhere, and those that this run takes
// away.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "build.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {

using model::DesiredObject;
using model::NameUse;
using model::ObjectKey;

std::string_view common_name_of(const diff::Binding& binding) {
  const schema::Kind& kind = *binding.desired->kind;
  const json::object& spec = binding.desired->spec;
  // A tenant that the manifest does not tell stays.
  if (binding.live != nullptr && !spec.contains(kind.unique_within) &&
      !schema::scope_of(kind, kind.name_field, binding.live->body).empty())
    return {};
  return schema::common_name_of(kind, spec);
}

bool is_built_in(const NameUse& use) {
  const schema::Kind* kind = kinds::find_named(use.kind);
  return kind != nullptr && std::find(kind->built_in_names.begin(), kind->built_in_names.end(), use.name) !=
                                kind->built_in_names.end();
}

namespace {

class NameChecker {
 public:
  explicit NameChecker(Draft& draft) : draft_(draft) {
    for (const Action& action : draft.plan.actions) {
      note_rename(action);
      note_deletion(action);
    }
    for (const diff::Binding& binding : draft.bindings)
      declared_.emplace(binding.desired->key.kind, common_name_of(binding));
  }

  void run() {
    for (const DesiredObject& object : draft_.input.desired->objects) {
      if (!draft_.input.scope.contains(object.key)) continue;
      for (const NameUse& use : object.names)
        check(object, use);
    }
  }

 private:
  void note_rename(const Action& action) {
    if (action.kind != ActionKind::kUpdate) return;
    if (schema::common_name_of(*action.descriptor, action.before).empty()) return;
    const std::string path = "/" + std::string(action.descriptor->name_field);
    for (const schema::FieldChange& change : action.changes)
      if (change.path == path && change.before.is_string())
        renamed_.emplace(std::pair(action.key.kind, std::string(change.before.get_string())), action.key);
  }

  void note_deletion(const Action& action) {
    if (action.kind != ActionKind::kDelete) return;
    const std::string_view name = schema::common_name_of(*action.descriptor, action.before);
    if (!name.empty()) deleted_.emplace(std::pair(action.key.kind, std::string(name)), action.key);
  }

  void check(const DesiredObject& object, const NameUse& use) {
    const schema::Kind* kind = kinds::find_named(use.kind);
    if (kind == nullptr || is_built_in(use)) return;
    const bool is_declared = declared_.contains({use.kind, use.name});
    const auto old = renamed_.find({std::string(use.kind), use.name});
    if (old != renamed_.end()) {
      if (draft_.input.policy.is_drift) return;  // in the way of an apply alone
      if (is_declared && follows_rename(object.key, use)) return report_passed_on(*kind, use, old->second);
      if (!is_declared) return report_renamed(use, old->second);
    }
    const auto gone = deleted_.find({std::string(use.kind), use.name});
    if (is_declared && gone != deleted_.end() && !draft_.input.policy.is_drift &&
        follows_rename(object.key, use))
      return report_freed(*kind, use, gone->second);
    if (!is_declared && is_unknown(*kind, use)) report_unknown(*kind, use);
  }

  /// Does the object's live form name that, in a field that will show the new name?
  [[nodiscard]] bool follows_rename(const ObjectKey& key, const NameUse& use) const {
    const auto at = std::find_if(draft_.bindings.begin(), draft_.bindings.end(),
                                 [&](const diff::Binding& binding) { return binding.desired->key == key; });
    if (at == draft_.bindings.end() || at->live == nullptr) return false;
    const auto references = diff::find_live_references(*at->desired->kind, at->live->body);
    return std::any_of(references.begin(), references.end(), [&](const diff::LiveReference& reference) {
      const schema::Field* row = schema::find_row(at->desired->kind->fields, reference.pointer);
      return row != nullptr && row->follows_renames && reference.kind == use.kind &&
             reference.value == use.name;
    });
  }

  void report_passed_on(const schema::Kind& kind, const NameUse& use, const ObjectKey& from) {
    draft_.sink.error("renamed-" + base::to_lower(use.kind), use.span,
                      fmt::format("'{}' passes from {} to another {} in this run, and the live object names "
                                  "the first, whose new name it will show",
                                  base::printable(use.name, 100), from.to_string(), kind.title),
                      fmt::format("apply the new name of {} first, with it written here; then let the other "
                                  "have the old one",
                                  from.to_string()));
  }

  void report_freed(const schema::Kind& kind, const NameUse& use, const ObjectKey& from) {
    draft_.sink.error("renamed-" + base::to_lower(use.kind), use.span,
                      fmt::format("'{}' passes from {}, which is deleted in this run, to another {}, and the "
                                  "live object names the first: it would lose it",
                                  base::printable(use.name, 100), from.to_string(), kind.title),
                      fmt::format("have {} deleted first, without the name here; then write it again for the "
                                  "other",
                                  from.to_string()));
  }

  void report_renamed(const NameUse& use, const ObjectKey& who) {
    draft_.sink.error("renamed-" + base::to_lower(use.kind), use.span,
                      fmt::format("'{}' is the old name of {}, which is renamed in this run",
                                  base::printable(use.name, 100), who.to_string()),
                      "write the new name");
  }

  /// Does nothing live bear the name, either? Where live can't be read, that is said once.
  bool is_unknown(const schema::Kind& kind, const NameUse& use) {
    const model::LiveKind* live = draft_.input.live->find(use.kind);
    if (live == nullptr || !live->is_loaded) {
      if (live != nullptr && !live->unavailable.empty() && unavailable_.insert(use.kind).second)
        draft_.sink.warning(
            "names-not-checked", {},
            fmt::format("the names of {}s could not be checked: {}", kind.title, live->unavailable));
      return false;
    }
    return std::none_of(live->objects.begin(), live->objects.end(), [&](const model::LiveObject& other) {
      return schema::common_name_of(kind, other.body) == use.name;
    });
  }

  void report_unknown(const schema::Kind& kind, const NameUse& use) {
    if (!said_.insert({use.kind, use.name}).second) return;
    const std::string code = "unknown-" + base::to_lower(use.kind);
    const std::string summary = fmt::format(
        "no {} is called '{}', neither {} in the project", kind.title, base::printable(use.name, 100),
        kind.built_in_names.empty() ? "in the manifests nor" : "built in nor");
    if (draft_.input.policy.strict_references)
      draft_.sink.error(code, use.span, summary, make_hint(kind, use));
    else
      draft_.sink.warning(code, use.span, summary, make_hint(kind, use));
  }

  [[nodiscard]] std::string make_hint(const schema::Kind& kind, const NameUse& use) const {
    const DesiredObject* meant = draft_.input.desired->find({use.kind, use.name});
    const std::string_view name =
        meant == nullptr ? std::string_view() : base::text_member(meant->spec, kind.name_field);
    if (name.empty()) return std::string(kind.missing_name_means);
    return fmt::format("did you mean '{}'? '{}' is the handle of that {}", base::printable(name, 100),
                       base::printable(use.name, 100), kind.title);
  }

  Draft& draft_;
  std::map<std::pair<std::string, std::string>, ObjectKey> renamed_;  ///< (kind, old name): who bore it
  std::map<std::pair<std::string, std::string>, ObjectKey> deleted_;  ///< (kind, name): who bore it
  std::set<std::pair<std::string_view, std::string_view>> declared_;  ///< (kind, name)
  std::set<std::pair<std::string, std::string>> said_;
  std::set<std::string> unavailable_;  ///< kinds
};

}  // namespace

void check_names(Draft& draft) {
  NameChecker(draft).run();
}

}  // namespace descopectl::plan
