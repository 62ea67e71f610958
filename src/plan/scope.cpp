// Which of the declared objects a run is about, and what that means for those that are left out.
#include "descopectl/plan/scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "build.hpp"
#include "declared_references.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

using model::DesiredObject;
using model::ObjectKey;

class ScopeFinder {
 public:
  ScopeFinder(const Selection& selection, Direction direction, const model::DesiredState& desired,
              const model::RecordedState& recorded, diag::Sink& sink)
      : desired_(desired), recorded_(recorded), sink_(sink) {
    scope_.selection = selection;
    scope_.direction = direction;
  }

  Scope run() {
    if (!scope_.selection.targets.empty()) {
      for (const ObjectKey& target : scope_.selection.targets)
        add_target(target);
      pull_in();
    } else {
      select();
    }
    scope_.left_out = desired_.objects.size() - scope_.keys.size();
    return std::move(scope_);
  }

 private:
  bool is_destroy() const { return scope_.direction == Direction::kReferring; }

  void add_target(const ObjectKey& target) {
    if (desired_.find(target) != nullptr) {
      scope_.keys.insert(target);
      return;
    }
    if (const DesiredObject* whole = desired_.find_whole(target)) return add_owner(target, whole->key);
    report_unknown(target);
  }

  void add_owner(const ObjectKey& part, const ObjectKey& owner) {
    if (is_destroy()) {
      sink_.error(
          "part-as-target", {},
          fmt::format("{} is a part of {} and can't be destroyed by itself", shown(part), shown(owner)),
          fmt::format("remove its manifest and apply --target {}; or destroy that", shown(owner)));
      return;
    }
    scope_.owners.push_back({part, owner});
    scope_.keys.insert(owner);
  }

  void report_unknown(const ObjectKey& target) {
    std::string hint = "name it as KIND/NAME, with the handle in its manifest's metadata.name";
    if (recorded_.objects.contains(target)) {
      hint = "the state owns it; what is no longer declared is only deleted by an apply without --target";
    } else {
      std::vector<std::string> known;
      for (const DesiredObject& object : desired_.objects) {
        known.push_back(object.key.to_string());
        for (const model::Part& part : object.parts)
          known.push_back(part.key.to_string());
      }
      const auto nearest = base::find_nearest(target.to_string(), {known.begin(), known.end()});
      if (nearest) hint = fmt::format("did you mean '{}'?", *nearest);
    }
    sink_.error("unknown-target", {}, fmt::format("--target {}: no manifest declares it", shown(target)),
                hint);
  }

  static std::string shown(const ObjectKey& key) { return base::printable(key.to_string(), 200); }

  /// Draws in what hangs on the targets, nearest first.
  void pull_in() {
    const std::map<ObjectKey, std::set<ObjectKey>> next = neighbours();
    std::deque<ObjectKey> open(scope_.keys.begin(), scope_.keys.end());
    while (!open.empty()) {
      const ObjectKey from = std::move(open.front());
      open.pop_front();
      const auto found = next.find(from);
      if (found == next.end()) continue;
      for (const ObjectKey& key : found->second) {
        if (!scope_.keys.insert(key).second) continue;
        scope_.pulled.push_back({key, from});
        open.push_back(key);
      }
    }
    std::sort(scope_.pulled.begin(), scope_.pulled.end(),
              [](const Scope::Pulled& left, const Scope::Pulled& right) { return left.key < right.key; });
  }

  std::map<ObjectKey, std::set<ObjectKey>> neighbours() const {
    const DeclaredReferences references(desired_);
    std::map<ObjectKey, std::set<ObjectKey>> next;
    for (const DesiredObject& object : desired_.objects) {
      if (!is_destroy()) {
        for (const DeclaredReferences::Edge& edge : references.of(object))
          next[object.key].insert(edge.to->key);
        continue;
      }
      // What it referred to when it was last applied, and by names, of which the state keeps no track; what
      // its manifest says since is not live.
      const auto recorded = recorded_.objects.find(object.key);
      if (recorded == recorded_.objects.end()) continue;
      for (const ObjectKey& key : recorded->second.depends_on)
        next[key].insert(object.key);
      for (const DeclaredReferences::Edge& edge : references.of(object))
        if (edge.pointer.empty()) next[edge.to->key].insert(object.key);
    }
    return next;
  }

  void select() {
    for (const DesiredObject& object : desired_.objects)
      if (matches(object)) scope_.keys.insert(object.key);
    if (scope_.keys.empty()) report_nothing_selected();
  }

  bool matches(const DesiredObject& object) const {
    const auto holds = [&](const model::Labels& labels) {
      return std::all_of(scope_.selection.selector.begin(), scope_.selection.selector.end(),
                         [&](const model::LabelRule& rule) { return rule.holds(labels); });
    };
    const auto part_holds = [&](const model::Part& part) { return holds(part.labels); };
    // Where there is nothing but parts, there is no document whose labels could speak for the whole.
    if (!object.is_partial && holds(object.labels)) return true;
    if (!is_destroy()) return std::any_of(object.parts.begin(), object.parts.end(), part_holds);
    return object.is_partial && std::all_of(object.parts.begin(), object.parts.end(), part_holds);
  }

  void report_nothing_selected() {
    std::string text;
    for (const model::LabelRule& rule : scope_.selection.selector)
      text += (text.empty() ? "" : ",") + rule.to_string();
    sink_.error("nothing-selected", {},
                fmt::format("--selector {}: no manifest has such labels", base::printable(text, 200)),
                hint_for_labels());
  }

  /// The nearest label or value to the first rule that no label meets.
  std::string hint_for_labels() const {
    std::set<std::string> keys;
    std::set<std::string> pairs;
    const auto note = [&](const model::Labels& labels) {
      for (const auto& [key, value] : labels) {
        keys.insert(key);
        pairs.insert(fmt::format("{}={}", key, value));
      }
    };
    for (const DesiredObject& object : desired_.objects) {
      note(object.labels);
      for (const model::Part& part : object.parts)
        note(part.labels);
    }
    if (keys.empty()) return "no manifest has metadata.labels";
    for (const model::LabelRule& rule : scope_.selection.selector) {
      const bool is_pair = rule.form == model::LabelRule::Form::kEquals && keys.contains(rule.key);
      const std::set<std::string>& known = is_pair ? pairs : keys;
      const std::string wanted = is_pair ? rule.to_string() : rule.key;
      if (known.contains(wanted)) continue;
      if (const auto nearest = base::find_nearest(wanted, {known.begin(), known.end()}))
        return fmt::format("did you mean '{}'?", *nearest);
    }
    return "labels that there are: " + base::join_words({keys.begin(), keys.end()});
  }

  const model::DesiredState& desired_;
  const model::RecordedState& recorded_;
  diag::Sink& sink_;
  Scope scope_;
};

}  // namespace

Scope find_scope(const Selection& selection, Direction direction, const model::DesiredState& desired,
                 const model::RecordedState& recorded, diag::Sink& sink) {
  if (!selection.is_limited()) return {};
  return ScopeFinder(selection, direction, desired, recorded, sink).run();
}

void check_scope(Draft& draft) {
  const Scope& scope = draft.input.scope;
  if (!scope.is_limited() || draft.input.policy.is_drift) return;
  std::set<ObjectKey> missing;  // left out, and not in the project
  std::set<ObjectKey> renamed;  // left out, and in the project under another name
  for (const diff::Binding& binding : draft.bindings) {
    const DesiredObject& desired = *binding.desired;
    if (scope.contains(desired.key)) continue;
    if (binding.live == nullptr)
      missing.insert(desired.key);
    else if (schema::common_name_of(*desired.kind, desired.spec) !=
             schema::common_name_of(*desired.kind, binding.live->body))
      renamed.insert(desired.key);
  }
  const DeclaredReferences references(*draft.input.desired);
  for (const Action& action : draft.plan.actions) {
    const bool refers = writes(action) && action.kind != ActionKind::kDelete;
    const DesiredObject* object = refers ? draft.input.desired->find(action.key) : nullptr;
    if (object == nullptr) continue;
    std::set<ObjectKey> said;
    for (const DeclaredReferences::Edge& edge : references.of(*object)) {
      const ObjectKey& target = edge.to->key;
      const bool is_renamed = edge.pointer.empty() && renamed.contains(target);
      if (!(is_renamed || missing.contains(target)) || !said.insert(target).second) continue;
      draft.sink.error("unselected-reference", edge.span,
                       fmt::format("{} needs {}, which is {}", action.key.to_string(), target.to_string(),
                                   is_renamed ? "not selected and has another name in the project"
                                              : "neither selected nor in the project"),
                       fmt::format("widen --selector, or apply --target {} first", target.to_string()));
    }
  }
}

}  // namespace descopectl::plan
