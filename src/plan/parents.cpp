// Under which parents to look for objects of a kind that has no list of its own.
#include <algorithm>
#include <set>

#include "build.hpp"
#include "descopectl/diff/bind.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

/// Is the parent gone for certain? What is owned and not in its list was asked for by itself as well; of
/// others the list alone is no proof. What went with its parent needs no request to be found gone.
bool is_gone(const model::LiveState& live, const model::RecordedState& recorded, std::string_view kind,
             const std::string& id) {
  const model::LiveKind* parents = live.find(kind);
  if (parents == nullptr || !parents->is_loaded || parents->find(id) != nullptr) return false;
  return std::any_of(recorded.objects.begin(), recorded.objects.end(), [&](const auto& entry) {
    return entry.first.kind == kind && entry.second.live_id == id;
  });
}

}  // namespace

std::vector<std::string> find_list_parents(const schema::Kind& kind, const model::DesiredState& desired,
                                           const model::LiveState& live,
                                           const model::RecordedState& recorded) {
  const schema::Field* row = schema::find_wire_field(kind.fields, kind.calls.list_by);
  if (row == nullptr) return {};
  diag::Sink scratch;  // what is wrong with identities is told by the plan
  std::map<model::ObjectKey, std::string> ids;
  for (const diff::Binding& binding : diff::bind_objects(desired, live, recorded, scratch))
    if (binding.live != nullptr) ids.emplace(binding.desired->key, binding.live->id);
  std::set<std::string> parents;
  for (const model::DesiredObject& object : desired.objects) {
    const json::value* parent = object.kind == &kind ? object.spec.if_contains(row->wire_name()) : nullptr;
    if (parent == nullptr) continue;
    if (const auto target = model::marker::find_reference(*parent)) {
      if (const auto at = ids.find(*target); at != ids.end()) parents.insert(at->second);
    } else if (parent->is_string()) {
      parents.emplace(parent->get_string());
    }
  }
  const auto add_parent = [&](const model::ObjectKey& key, const std::string& live_id) {
    if (key.kind != kind.name) return;
    std::string parent = schema::parent_of(kind, live_id);
    if (!parent.empty() && !is_gone(live, recorded, row->reference, parent))
      parents.insert(std::move(parent));
  };
  for (const auto& [key, object] : recorded.objects)
    add_parent(key, object.live_id);
  // What an interrupted run may have made or deleted is looked for before anything is planned.
  for (const auto& [key, intent] : recorded.intents) {
    add_parent(key, schema::live_id_of(kind, intent.identity));
    add_parent(key, intent.live_id);
  }
  return {parents.begin(), parents.end()};
}

std::vector<std::string> find_unseen_parents(const schema::Kind& kind, const Plan& plan,
                                             const PlanInput& input, std::size_t& left_out) {
  const schema::Field* row = schema::find_wire_field(kind.fields, kind.calls.list_by);
  const model::LiveKind* parents = row == nullptr ? nullptr : input.live->find(row->reference);
  if (parents == nullptr || !parents->is_loaded) return {};
  const auto is_referred_to = [&](const Action& action) {
    return std::any_of(kind.fields.begin(), kind.fields.end(), [&](const schema::Field& field) {
      return &field != row && field.reference == action.key.kind;
    });
  };
  std::set<std::string> wanted;
  bool is_any_concerned = false;
  for (const Action& action : plan.actions) {
    const bool goes = action.kind == ActionKind::kDelete || action.kind == ActionKind::kReplace;
    if (goes && action.key.kind == row->reference) wanted.insert(action.live_id);
    is_any_concerned =
        is_any_concerned || (is_referred_to(action) && (goes || !find_item_change(action).removed.empty()));
  }
  const std::vector<std::string> seen = find_list_parents(kind, *input.desired, *input.live, *input.recorded);
  std::size_t asked = 0;
  for (const model::LiveObject& parent : parents->objects) {
    if (!is_any_concerned || wanted.contains(parent.id) ||
        std::binary_search(seen.begin(), seen.end(), parent.id))
      continue;
    if (++asked > kMostParentsAsked)
      ++left_out;
    else
      wanted.insert(parent.id);
  }
  for (const std::string& id : seen)
    wanted.erase(id);
  return {wanted.begin(), wanted.end()};
}

}  // namespace descopectl::plan
