// Edges, cycles and waves.
//
// An edge points from an action to what must be done before it. Creating and updating wait for what they
// refer to; deleting waits for those who referred, by the state's record or by what live shows, to be deleted
// or updated; taking a name waits until it is free. Where that can't be had in one step, an action has two:
//
//   an object and what it refers to are replaced    delete the first, replace the second, create the first
//   an object gets another id that we choose        create the new one, update who refers to it, delete the
//   old items of an object arrive and leave, and one    add, update that one, take out update of another
//   object names both
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "build.hpp"
#include "declared_references.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"
#include "reach.hpp"

namespace descopectl::plan {
namespace {

using model::ObjectKey;

/// The deletion of what an unfinished replacement left: the state knows it beside the new object.
bool is_superseded(const Action& action) {
  return action.kind == ActionKind::kDelete && action.live_id == action.record.superseded_id;
}

/// The place among the actions on one handle: the deletion of the former object comes after the present
/// one's.
int rank_on_handle(const Action& action) {
  if (action.kind != ActionKind::kDelete) return 0;
  return is_superseded(action) ? 2 : 1;
}

class Grapher {
 public:
  explicit Grapher(Draft& draft)
      : draft_(draft), actions_(draft.plan.actions), references_(*draft.input.desired) {
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      by_key_.emplace(actions_[i].key, i);
      if (!actions_[i].live_id.empty())
        by_id_.emplace(std::pair(actions_[i].key.kind, actions_[i].live_id), i);
      const schema::Kind* kind = actions_[i].descriptor;
      if (kind == nullptr) continue;
      if (const auto name = schema::common_name_of(*kind, actions_[i].before); !name.empty())
        by_name_.emplace(std::pair(actions_[i].key.kind, std::string(name)), i);
    }
  }

  void draw() {
    edges_.resize(actions_.size());
    erase_edges_.resize(actions_.size());
    followers_.resize(actions_.size());
    for (std::size_t i = 0; i < actions_.size(); ++i)
      draw_forward(i);
    for (std::size_t i = 0; i < actions_.size(); ++i)
      draw_backward(i);
    for (std::size_t i = 0; i < actions_.size(); ++i)
      draw_items(i);
    for (std::size_t i = 1; i < actions_.size(); ++i)
      if (actions_[i].key == actions_[i - 1].key) draw_on_handle(i - 1, i);
    std::set<std::size_t> givers;
    const std::vector<Handover> handovers = find_handovers(draft_);
    for (const Handover& handover : handovers) {
      if (!handover.is_certain) continue;
      (void)clear_the_way(handover);
      wait_for(handover.taker, handover.giver);
      certain_.push_back(handover);
      givers.insert(handover.giver);
    }
    for (std::size_t i = 0; i < actions_.size(); ++i)
      if (!givers.contains(i)) create_first(i);
    split_replacements();
    for (std::size_t i = 0; i < actions_.size(); ++i)
      if (actions_[i].sequence == Sequence::kAddFirst)
        follow_renames(i);
      else if (looks_at_live(actions_[i]))
        note_renames(i);
    for (const Handover& handover : handovers)
      if (!handover.is_certain && clear_the_way(handover)) wait_for_name(handover);
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
      if (const auto at = by_key_.find(edge.to->key);
          at != by_key_.end() && !is_ordered_by_items(action, edge, actions_[at->second])) {
        // An object that keeps its id can be referred to before it is updated as well.
        const bool is_by_name = edge.pointer.empty();
        if (is_by_name || actions_[at->second].kind != ActionKind::kUpdate)
          wait_for(index, at->second);
        else if (edges_[index].insert(at->second).second)
          loose_.emplace(index, at->second);
      }
  }

  void wait_for(std::size_t index, std::size_t before) {
    edges_[index].insert(before);
    loose_.erase({index, before});
  }

  /// Where the giver is created again before it is deleted, its name is free once it is.
  void wait_for_name(const Handover& handover) {
    if (actions_[handover.giver].sequence == Sequence::kCreateFirst)
      erase_edges_[handover.taker].insert(handover.giver);
    else
      wait_for(handover.taker, handover.giver);
  }

  /// Can the taker wait for the giver, or does that wait for the taker? References that don't depend on the
  /// taker's update are let go before it where they stand in the way.
  bool clear_the_way(const Handover& handover) {
    if (!waits_for(handover.giver, handover.taker)) return true;
    std::vector<std::size_t> let_go;
    for (std::size_t i = 0; i < edges_.size(); ++i)
      if (loose_.contains({i, handover.taker}) && edges_[i].erase(handover.taker) > 0) let_go.push_back(i);
    if (!waits_for(handover.giver, handover.taker)) return true;
    for (const std::size_t index : let_go)
      edges_[index].insert(handover.taker);
    return false;
  }

  /// One handle, two objects: the former goes before the state learns of the new one, unless it knows of
  /// both.
  void draw_on_handle(std::size_t present, std::size_t former) {
    if (is_superseded(actions_[former]) && actions_[present].kind != ActionKind::kDelete)
      erase_edges_[former].insert(present);
    else
      wait_for(present, former);
  }

  /// `index` used to refer to something: if that is deleted, it is deleted after `index` was dealt with.
  void draw_backward(std::size_t index) {
    const Action& action = actions_[index];
    if (!writes(action) || action.kind == ActionKind::kCreate) return;
    const auto after = [&](std::size_t target) {
      const ActionKind kind = actions_[target].kind;
      // An update that goes on referring to what is replaced comes after it, by its forward edge.
      const bool goes_on = action.kind == ActionKind::kUpdate && edges_[index].contains(target);
      if (kind == ActionKind::kReplace && goes_on)
        followers_[target].insert(index);
      else if (kind == ActionKind::kReplace || kind == ActionKind::kDelete)
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
    for (const diff::LiveReference& reference :
         diff::find_live_references(*action.descriptor, body_after(action)))
      if (reference.is_name) names.insert(reference.value);
    return names;
  }

  /// Those who refer by an id that changes learn the new one while the old one is still there, where it is
  /// known which that will be.
  void create_first(std::size_t index) {
    Action& action = actions_[index];
    if (followers_[index].empty() || !loses_id(action) || has_late_id(action)) return;
    action.sequence = Sequence::kCreateFirst;
    if (action.reason.empty()) action.reason = "the old one is deleted when nothing refers to it any more";
    action.record.superseded_id = action.live_id;
    erase_edges_[index].merge(followers_[index]);
  }

  /// A replacement that has to be deleted before something else that is replaced is deleted.
  void split_replacements() {
    for (std::size_t target = 0; target < actions_.size(); ++target)
      for (const std::size_t index : erase_edges_[target])
        if (index != target && actions_[target].kind == ActionKind::kReplace &&
            actions_[target].sequence != Sequence::kCreateFirst &&
            actions_[index].kind == ActionKind::kReplace && actions_[index].sequence == Sequence::kOneStep)
          actions_[index].sequence = Sequence::kDeleteFirst;
  }

  void write_edges(std::size_t index) {
    Action& action = actions_[index];
    for (const std::size_t before : erase_edges_[index])
      if (action.sequence == Sequence::kOneStep && actions_[before].sequence == Sequence::kOneStep)
        edges_[index].insert(before);
      else if (before != index)
        action.erase_after.push_back(before);
    edges_[index].erase(index);
    action.depends_on.assign(edges_[index].begin(), edges_[index].end());
  }

  /// Between an object that names items of another and that other's update it depends on the items which of
  /// the two is first.
  static bool is_ordered_by_items(const Action& action, const DeclaredReferences::Edge& edge,
                                  const Action& target) {
    if (target.kind != ActionKind::kUpdate) return false;
    const schema::Fields fields = action.descriptor->fields;
    return std::any_of(fields.begin(), fields.end(), [&](const schema::Field& field) {
      return !field.items_of.empty() && edge.pointer == "/" + std::string(field.items_of);
    });
  }

  static bool names_items(const schema::Kind& kind) {
    return std::any_of(kind.fields.begin(), kind.fields.end(),
                       [](const schema::Field& field) { return !field.items_of.empty(); });
  }

  /// An item arrives before those that start to name it and leaves after those that stop. Where one of those
  /// does both, the update of the items' object has two steps.
  void draw_items(std::size_t index) {
    const Action& action = actions_[index];
    if (!writes(action) || action.descriptor == nullptr || !names_items(*action.descriptor)) return;
    const auto before = diff::find_item_uses(*action.descriptor, action.before);
    const auto after = diff::find_item_uses(*action.descriptor, body_after(action));
    std::set<std::size_t> owners_first;
    const auto each = [&](const std::vector<diff::ItemUse>& uses, const auto& visit_owner) {
      for (const diff::ItemUse& use : uses) {
        if (!use.owner.is_string()) continue;
        const auto owner = by_id_.find({use.kind, std::string(use.owner.get_string())});
        if (owner != by_id_.end()) visit_owner(owner->second, use.item);
      }
    };
    each(after, [&](std::size_t owner, const std::string& item) {
      if (item_change(owner).added.contains(item)) owners_first.insert(owner);
    });
    each(before, [&](std::size_t owner, const std::string& item) {
      if (!item_change(owner).removed.contains(item)) return;
      erase_edges_[owner].insert(index);
      if (owners_first.contains(owner)) add_first(actions_[owner]);
    });
    for (const std::size_t owner : owners_first)
      wait_for(index, owner);
  }

  static void add_first(Action& action) {
    action.sequence = Sequence::kAddFirst;
    if (action.reason.empty()) action.reason = "scopes leave when nothing names them any more";
  }

  /// The items that leave in the second step go out with the first one as well, and whom they name may be
  /// renamed in this run: the first step comes after that, with the new names. Names of nobody, such as an
  /// earlier run left that ended in between, stay out.
  void follow_renames(std::size_t index) {
    Action& action = actions_[index];
    const json::object left =
        diff::keep_items(*action.descriptor, action.before, {}, item_change(index).removed);
    for (diff::LiveReference& reference : diff::find_live_references(*action.descriptor, left)) {
      if (!reference.is_name) continue;
      std::string name;
      if (const auto at = by_name_.find({reference.kind, reference.value}); at != by_name_.end()) {
        name = name_after(at->second);
        if (name.empty() || name == reference.value || waits_for(at->second, index)) continue;
        wait_for(index, at->second);
      } else if (!is_dead(reference)) {
        continue;
      }
      action.renames.emplace(std::pair(std::move(reference.kind), std::move(reference.value)),
                             std::move(name));
    }
  }

  /// Is the object read again where its turn comes late?
  static bool looks_at_live(const Action& action) {
    return action.kind == ActionKind::kUpdate || action.kind == ActionKind::kReplace ||
           action.kind == ActionKind::kDelete;
  }

  /// By the action's turn, live may name what is renamed in this run by its new name.
  void note_renames(std::size_t index) {
    Action& action = actions_[index];
    for (diff::LiveReference& reference : diff::find_live_references(*action.descriptor, action.before)) {
      const auto at = reference.is_name ? by_name_.find({reference.kind, reference.value}) : by_name_.end();
      if (at == by_name_.end()) continue;
      std::string name = name_after(at->second);
      if (name.empty() || name == reference.value) continue;
      action.renames.emplace(std::pair(std::move(reference.kind), std::move(reference.value)),
                             std::move(name));
    }
  }

  /// What others call the action's object when it is done.
  std::string name_after(std::size_t index) const {
    const json::object after = body_after(actions_[index]);
    return std::string(schema::common_name_of(*actions_[index].descriptor, after));
  }

  /// A name that no live object bears.
  bool is_dead(const diff::LiveReference& reference) const {
    const model::LiveKind* live = draft_.input.live->find(reference.kind);
    const schema::Kind* kind = kinds::find_named(reference.kind);
    if (live == nullptr || !live->is_loaded || kind == nullptr) return false;
    model::NameUse use;
    use.kind = reference.kind;
    use.name = reference.value;
    return !is_built_in(use) &&
           std::none_of(live->objects.begin(), live->objects.end(), [&](const model::LiveObject& object) {
             return schema::common_name_of(*kind, object.body) == reference.value;
           });
  }

  /// Must `start` wait for `wanted`, be it through others?
  bool waits_for(std::size_t start, std::size_t wanted) const {
    return plan::waits_for(actions_.size(), start, wanted, [this](std::size_t at, auto& open) {
      open.insert(open.end(), edges_[at].begin(), edges_[at].end());
      open.insert(open.end(), erase_edges_[at].begin(), erase_edges_[at].end());
    });
  }

  const ItemChange& item_change(std::size_t index) {
    const auto [at, is_new] = item_changes_.try_emplace(index);
    if (is_new) at->second = find_item_change(actions_[index]);
    return at->second;
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
    if (draft_.input.policy.is_drift) return;  // it changes nothing, in whatever order
    std::string text;
    const auto from = std::find(path.begin(), path.end(), start);
    for (auto at = from; at != path.end(); ++at)
      text += actions_[steps_[*at].action].key.to_string() + " -> ";
    const Action& first = actions_[steps_[start].action];
    text += first.key.to_string();
    for (const Handover& handover : certain_)
      if (is_on(path, start, handover.taker) && is_on(path, start, handover.giver))
        return report_handover(handover, text);
    draft_.sink.error("dependency-cycle", first.source, "objects refer to each other in a circle: " + text,
                      "break the circle by removing one of these references");
  }

  bool is_on(const std::vector<std::size_t>& path, std::size_t start, std::size_t action) const {
    const auto from = std::find(path.begin(), path.end(), start);
    return std::any_of(from, path.end(), [&](std::size_t step) { return steps_[step].action == action; });
  }

  void report_handover(const Handover& handover, const std::string& circle) {
    const Action& taker = actions_[handover.taker];
    const std::string key = taker.key.to_string();
    const std::string field(taker.descriptor->name_field);
    draft_.sink.error(
        "rename-cycle", taker.source,
        fmt::format("{} takes over what {} gives up (a {}, or what else tells them apart), and that has "
                    "to wait for it: {}",
                    key, actions_[handover.giver].key.to_string(), field, circle),
        hint_for_third_value(taker.key, field));
  }

  Draft& draft_;
  std::vector<Action>& actions_;
  DeclaredReferences references_;
  std::map<ObjectKey, std::size_t> by_key_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_id_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_name_;
  std::vector<std::set<std::size_t>> edges_;
  std::set<std::pair<std::size_t, std::size_t>> loose_;  ///< edges that may go where they are in the way
  std::vector<std::set<std::size_t>> erase_edges_;       ///< before an action deletes or takes out
  std::vector<std::set<std::size_t>> followers_;         ///< updates that go on referring to what is replaced
  std::vector<Handover> certain_;
  std::vector<Step> steps_;
  std::vector<unsigned> waves_;  ///< of the steps
  std::vector<Mark> marks_;
  std::map<std::size_t, ItemChange> item_changes_;
};

}  // namespace

void order_actions(Draft& draft) {
  std::sort(draft.plan.actions.begin(), draft.plan.actions.end(),
            [](const Action& left, const Action& right) {
              if (left.key != right.key) return left.key < right.key;
              return rank_on_handle(left) < rank_on_handle(right);
            });
  std::sort(draft.plan.unmanaged.begin(), draft.plan.unmanaged.end(),
            [](const Unmanaged& left, const Unmanaged& right) {
              return std::tie(left.kind, left.live_id) < std::tie(right.kind, right.live_id);
            });
  Grapher grapher(draft);
  grapher.draw();
  grapher.number_waves();
}

}  // namespace descopectl::plan
