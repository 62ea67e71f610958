// Adoption: manifests bound to live objects, without a change to either.
#include "descopectl/plan/adoption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {
namespace {

namespace marker = model::marker;
using diff::Binding;
using diff::BoundBy;

/// The fields of `managed` with live's values. Items on somebody else's object stay marked as items, so that
/// the rest of the list never counts as ours. What can't be read back is taken from the manifest: nobody
/// knows better.
json::object with_live_values(schema::Fields fields, const json::object& live, const json::object& managed) {
  json::object values = schema::project(fields, live, managed);
  for (const auto& [name, value] : managed) {
    const schema::Field* row = schema::find_wire_field(fields, name);
    if (row != nullptr && row->write_only) values[name] = value;
    json::value* taken = values.if_contains(name);
    if (value.is_null() && schema::is_equal(row, taken == nullptr ? json::value() : *taken, value)) {
      values[name] = nullptr;  // reset is what it is
    } else if (marker::find_items(value) != nullptr) {
      json::array items = taken != nullptr && taken->is_array() ? taken->get_array() : json::array();
      values[name] = marker::make_items(std::move(items), {});
    } else if (taken != nullptr && taken->is_object() && value.is_object() && row != nullptr &&
               row->type == schema::Type::kObject) {
      const json::value* old = live.if_contains(name);
      *taken = with_live_values(row->fields, old->get_object(), value.get_object());
    }
  }
  return values;
}

std::string matched_by(const Binding& binding) {
  switch (binding.by) {
    case BoundBy::kId:
      return "id";
    case BoundBy::kState:
      return "state";
    case BoundBy::kName:
      return std::string(binding.desired->kind->name_field);
    case BoundBy::kNaturalKey:
      return binding.natural_key.empty() ? schema::names_of_key(*binding.desired->kind)
                                         : std::string(binding.natural_key);
    case BoundBy::kNothing:
      break;
  }
  return {};
}

bool is_chosen(const PlanInput& input, const std::set<model::ObjectKey>& keys, const model::ObjectKey& key) {
  return (keys.empty() || keys.contains(key)) && input.scope.contains(key);
}

class Adopter {
 public:
  Adopter(Draft& draft, const std::set<model::ObjectKey>& keys) : draft_(draft), keys_(keys) {}

  Adoption run() {
    for (const Binding& binding : draft_.bindings)
      if (is_chosen(draft_.input, keys_, binding.desired->key)) add(binding);
    refuse_shared_objects();
    check_project(draft_);
    adoption_.refusals = std::move(draft_.plan.refusals);
    return std::move(adoption_);
  }

 private:
  void add(const Binding& binding) {
    AdoptionRow row;
    row.key = binding.desired->key;
    row.source = binding.desired->span;
    row.matched_by = matched_by(binding);
    if (binding.live != nullptr) row.live_id = binding.live->id;
    if (binding.live != nullptr) row.match = binding.recorded != nullptr ? Match::kOwned : Match::kAdopt;
    if (row.match == Match::kAdopt) record(binding, row);
    if (row.match == Match::kAdopt && binding.former != nullptr) refuse_letting_go(binding);
    adoption_.rows.push_back(std::move(row));
  }

  void record(const Binding& binding, AdoptionRow& row) {
    const schema::Kind& kind = *binding.desired->kind;
    const diff::Comparison comparison =
        diff::compare_object(kind, binding, draft_.id_of(), draft_.input.policy.connection_scope_format);
    row.changes = comparison.changes;
    row.record.applied = with_live_values(kind.fields, binding.live->body, comparison.applied);
    fill_record(row.record, binding);
  }

  /// The state knows one object by a handle: what it owned under another key would be let go of.
  void refuse_letting_go(const Binding& binding) {
    const std::string key = binding.desired->key.to_string();
    draft_.plan.refusals.push_back(
        {"owned-key-changed",
         fmt::format("{} owns the live object '{}', and its {} now name another, '{}'", key,
                     base::printable(binding.former->id, 100), schema::names_of_key(*binding.desired->kind),
                     base::printable(binding.live->id, 100)),
         "'apply --adopt' deletes the first and takes over the other; to keep both, declare the other under "
         "another metadata.name"});
  }

  /// Two handles would have one object, and what the one had would be nobody's.
  void refuse_shared_objects() {
    std::map<model::ObjectKey, const AdoptionRow*> adopted;
    for (const AdoptionRow& row : adoption_.rows)
      if (row.match == Match::kAdopt) adopted.emplace(row.key, &row);
    for (const auto& [key, row] : adopted) {
      const model::RecordedObject* owner = draft_.input.recorded->find_live(key.kind, row->live_id);
      if (owner == nullptr || owner->key == key || adopted.contains(owner->key)) continue;
      draft_.plan.refusals.push_back(
          {"unselected-handover",
           fmt::format("{} is to have the live object that {} has until now, which this leaves as it is",
                       key.to_string(), owner->key.to_string()),
           is_chosen(draft_.input, keys_, owner->key)
               ? std::string("'descopectl apply' hands them on, all at once")
               : fmt::format("select {} as well, or let 'descopectl apply' do it", owner->key.to_string())});
    }
  }

  Draft& draft_;
  const std::set<model::ObjectKey>& keys_;
  Adoption adoption_;
};

/// Problems of objects that were not asked for are no business of this run.
void take_chosen(const diag::Sink& found, const PlanInput& input, const std::set<model::ObjectKey>& keys,
                 diag::Sink& sink) {
  const auto& objects = input.desired->objects;
  for (const diag::Diagnostic& diagnostic : found.all()) {
    const bool is_foreign =
        std::any_of(objects.begin(), objects.end(), [&](const model::DesiredObject& object) {
          return object.is_at(diagnostic.span) && !is_chosen(input, keys, object.key);
        });
    if (!is_foreign) sink.add(diagnostic);
  }
}

}  // namespace

std::size_t Adoption::count(Match match) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const AdoptionRow& row) { return row.match == match; }));
}

Adoption make_adoption(const PlanInput& input, const std::set<model::ObjectKey>& keys, diag::Sink& sink) {
  diag::Sink found;
  Plan scratch;
  scratch.project_id = input.project_id;
  Draft draft{input, found, scratch, diff::bind_objects(*input.desired, *input.live, *input.recorded, found),
              {},    false};
  find_known_ids(draft);
  take_chosen(found, input, keys, sink);
  return Adopter(draft, keys).run();
}

}  // namespace descopectl::plan
