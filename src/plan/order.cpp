// Edges, cycles and waves.
//
// An edge points from an action to what must be done before it. Creating and updating wait for what they
// refer to; deleting waits for those who referred, by the state's record or by what live shows, to be deleted
// or updated; taking a name waits until it is free. A replacement deletes and creates: where both the object
// and what it refers to are replaced, the four go "delete the first, replace the second, create the first".
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "build.hpp"
#include "declared_references.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

class Grapher {
 public:
  explicit Grapher(Draft& draft)
      : draft_(draft), actions_(draft.plan.actions), references_(*draft.input.desired) {
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      by_key_.emplace(actions_[i].key, i);
      if (!actions_[i].live_id.empty())
        by_id_.emplace(std::pair(actions_[i].key.kind, actions_[i].live_id), i);
      const schema::Kind* kind = actions_[i].descriptor;
      const json::value* name = kind == nullptr ? nullptr : actions_[i].before.if_contains(kind->name_field);
      if (name != nullptr && name->is_string())
        by_name_.emplace(std::pair(actions_[i].key.kind, std::string(name->get_string())), i);
    }
  }

  void draw() {
    edges_.resize(actions_.size());
    erase_edges_.resize(actions_.size());
    for (std::size_t i = 0; i < actions_.size(); ++i)
      draw_forward(i);
    for (std::size_t i = 0; i < actions_.size(); ++i)
      draw_backward(i);
    for (const Handover& handover : find_handovers(draft_))
      edges_[handover.taker].insert(handover.giver);
    split_replacements();
    for (std::size_t i = 0; i < actions_.size(); ++i)
      write_edges(i);
  }

  /// Numbers the waves; on a cycle, reports it and leaves them.
  void number_waves() {
    steps_ = make_steps(actions_);
    waves_.assign(steps_.size(), 0);
    marks_.assign(steps_.size(), Mark::kNew);
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (marks_[i] == Mark::kNew && !visit(i)) return;
    for (std::size_t i = 0; i < actions_.size(); ++i)
      actions_[i].wave = waves_[i];
  }

 private:
  enum class Mark : unsigned char { kNew, kOpen, kDone };

  void draw_forward(std::size_t index) {
    const Action& action = actions_[index];
    if (action.kind == ActionKind::kDelete || action.kind == ActionKind::kForget) return;
    const model::DesiredObject* desired = draft_.input.desired->find(action.key);
    if (desired == nullptr) return;
    for (const DeclaredReferences::Edge& edge : references_.of(*desired))
      if (const auto at = by_key_.find(edge.to->key); at != by_key_.end()) edges_[index].insert(at->second);
  }

  /// `index` used to refer to something: if that is deleted, it is deleted after `index` was dealt with.
  void draw_backward(std::size_t index) {
    const Action& action = actions_[index];
    if (!writes(action) || action.kind == ActionKind::kCreate) return;
    const auto after = [&](std::size_t target) {
      const ActionKind kind = actions_[target].kind;
      // An update that goes on referring to what is replaced comes after it, by its forward edge.
      const bool is_replaced_first = action.kind == ActionKind::kUpdate && edges_[index].contains(target);
      if (kind == ActionKind::kDelete || (kind == ActionKind::kReplace && !is_replaced_first))
        erase_edges_[target].insert(index);
    };
    const auto recorded =
        draft_.input.recorded->objects.find(action.is_moved ? action.moved_from : action.key);
    if (recorded != draft_.input.recorded->objects.end())
      for (const ObjectKey& key : recorded->second.depends_on)
        if (const auto at = by_key_.find(key); at != by_key_.end()) after(at->second);
    if (action.descriptor == nullptr) return;
    const std::set<std::string> kept = find_kept_names(action);
    for (const diff::LiveReference& reference :
         diff::find_live_references(*action.descriptor, action.before)) {
      if (reference.is_name && kept.contains(reference.value)) continue;
      const auto& index_of = reference.is_name ? by_name_ : by_id_;
      if (const auto at = index_of.find({reference.kind, reference.value}); at != index_of.end())
        after(at->second);
    }
  }

  /// Names that an updated object goes on referring to, whoever bears them by then.
  static std::set<std::string> find_kept_names(const Action& action) {
    std::set<std::string> names;
    if (action.kind != ActionKind::kUpdate) return names;
    const json::object after = schema::overlay(action.descriptor->fields, action.before, action.managed);
    for (const diff::LiveReference& reference : diff::find_live_references(*action.descriptor, after))
      if (reference.is_name) names.insert(reference.value);
    return names;
  }

  /// A replacement that has to be deleted before something else that is replaced is deleted.
  void split_replacements() {
    for (std::size_t target = 0; target < actions_.size(); ++target)
      for (const std::size_t index : erase_edges_[target])
        if (index != target && actions_[target].kind == ActionKind::kReplace &&
            actions_[index].kind == ActionKind::kReplace)
          actions_[index].is_in_two_steps = true;
  }

  void write_edges(std::size_t index) {
    Action& action = actions_[index];
    for (const std::size_t before : erase_edges_[index])
      if (!action.is_in_two_steps && !actions_[before].is_in_two_steps)
        edges_[index].insert(before);
      else if (before != index)
        action.erase_after.push_back(before);
    edges_[index].erase(index);
    action.depends_on.assign(edges_[index].begin(), edges_[index].end());
  }

  bool visit(std::size_t start) {
    struct Frame {
      std::size_t index;
      std::size_t next;
    };
    std::vector<Frame> stack{{start, 0}};
    marks_[start] = Mark::kOpen;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const std::vector<std::size_t>& after = steps_[frame.index].after;
      if (frame.next == after.size()) {
        unsigned& wave = waves_[frame.index];
        for (const std::size_t before : after)
          wave = std::max(wave, waves_[before] + (writes(actions_[steps_[before].action]) ? 1U : 0U));
        marks_[frame.index] = Mark::kDone;
        stack.pop_back();
        continue;
      }
      const std::size_t next = after[frame.next++];
      if (marks_[next] == Mark::kDone) continue;
      if (marks_[next] == Mark::kOpen) {
        std::vector<std::size_t> path;
        for (const Frame& open : stack)
          path.push_back(open.index);
        report_cycle(path, next);
        return false;
      }
      marks_[next] = Mark::kOpen;
      stack.push_back({next, 0});
    }
    return true;
  }

  void report_cycle(const std::vector<std::size_t>& path, std::size_t start) {
    std::string text;
    const auto from = std::find(path.begin(), path.end(), start);
    for (auto at = from; at != path.end(); ++at)
      text += actions_[steps_[*at].action].key.to_string() + " -> ";
    const Action& first = actions_[steps_[start].action];
    text += first.key.to_string();
    draft_.sink.error("dependency-cycle", first.source, "objects refer to each other in a circle: " + text,
                      "break the circle by removing one of these references");
  }

  Draft& draft_;
  std::vector<Action>& actions_;
  DeclaredReferences references_;
  std::map<ObjectKey, std::size_t> by_key_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_id_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_name_;
  std::vector<std::set<std::size_t>> edges_;
  std::vector<std::set<std::size_t>> erase_edges_;  ///< before the delete of an action
  std::vector<Step> steps_;
  std::vector<unsigned> waves_;  ///< of the steps
  std::vector<Mark> marks_;
};

}  // namespace

void order_actions(Draft& draft) {
  std::sort(draft.plan.actions.begin(), draft.plan.actions.end(),
            [](const Action& left, const Action& right) { return left.key < right.key; });
  std::sort(draft.plan.unmanaged.begin(), draft.plan.unmanaged.end(),
            [](const Unmanaged& left, const Unmanaged& right) {
              return std::tie(left.kind, left.live_id) < std::tie(right.kind, right.live_id);
            });
  Grapher grapher(draft);
  grapher.draw();
  grapher.number_waves();
}

}  // namespace descopectl::plan
