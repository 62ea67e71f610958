// A project in memory.
#include "support/project.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/load.hpp"
#include "descopectl/schema/identity.hpp"

namespace descopectl::test {

Manifests::Manifests(std::string text, std::map<std::string, std::string> variables,
                     std::map<std::string, std::string, std::less<>> environment, unsigned generation) {
  const base::Environment surroundings(std::move(environment));
  manifest::LoadOptions options;
  options.roots = {{"-", "root"}};
  options.standard_input = std::move(text);
  options.variables = std::move(variables);
  options.environment = &surroundings;
  options.inbound_generation = generation;
  options.threads = 1;
  desired = manifest::load_manifests(options, sources, sink);
}

std::string Manifests::messages() const {
  std::string text;
  for (const diag::Diagnostic& diagnostic : diag::sorted(sink.all()))
    text += diag::to_text(diagnostic, sources);
  return text;
}

Project::Project() {
  for (const schema::Kind* kind : kinds::all())
    if (kind->calls.list.exists()) live.kinds[std::string(kind->name)].is_loaded = true;
  recorded.fingerprint_key = std::string(64, 'a');
}

json::value parse(const std::string& text) {
  auto value = base::parse_json(text);
  if (!value) throw std::runtime_error(value.error().message());
  return std::move(*value);
}

void Project::add_live(const std::string& kind, const std::string& json_text) {
  json::object body = parse(json_text).as_object();
  auto& objects = live.kinds[kind].objects;
  std::string id = schema::live_id_of(*kinds::find_named(kind), body);
  if (id.empty()) throw std::runtime_error("a live " + kind + " without an id");
  objects.push_back({std::move(id), std::move(body)});
  std::sort(objects.begin(), objects.end(),
            [](const auto& left, const auto& right) { return left.id < right.id; });
}

json::object& Project::live_body(const std::string& kind, const std::string& id) {
  for (model::LiveObject& object : live.kinds[kind].objects)
    if (object.id == id) return object.body;
  throw std::runtime_error("no live " + kind + " " + id);
}

void Project::remove_live(const std::string& kind, const std::string& id) {
  std::erase_if(live.kinds[kind].objects, [&](const model::LiveObject& object) { return object.id == id; });
}

plan::PlanInput Project::input(Manifests& manifests) const {
  plan::PlanInput input;
  input.desired = &manifests.desired;
  input.live = &live;
  input.recorded = &recorded;
  input.is_state_kept = is_state_kept;
  input.policy = policy;
  input.secrets = secrets;
  input.scope = plan::find_scope(
      selection, policy.is_destroy ? plan::Direction::kReferring : plan::Direction::kReferredTo,
      manifests.desired, recorded, manifests.sink);
  input.project_id = project_id;
  input.base_url = "https://api.example";
  return input;
}

plan::Plan Project::plan(Manifests& manifests) const {
  return plan::make_plan(input(manifests), manifests.sink);
}

plan::DriftReport Project::drift(Manifests& manifests) const {
  const plan::PlanInput given = input(manifests);
  const plan::Plan made = plan::make_plan(given, manifests.sink);
  return plan::find_drift(given, made);
}

namespace {

std::string word_for(plan::Part part) {
  switch (part) {
    case plan::Part::kDelete:
      return "delete ";
    case plan::Part::kCreate:
      return "create ";
    case plan::Part::kAdd:
      return "add to ";
    case plan::Part::kRest:
    case plan::Part::kWhole:
      break;
  }
  return "";
}

}  // namespace

plan::Action Project::half_of(const plan::Action& action, plan::Part part) {
  if (part == plan::Part::kAdd) return plan::make_first_half(action);
  if (part == plan::Part::kRest)
    return plan::make_second_half(action, live_body(action.key.kind, action.live_id), policy);
  return action;
}

void Project::apply(const plan::Plan& plan) {
  recorded.project_id = project_id;
  std::map<model::ObjectKey, std::string> ids;
  for (const plan::Action& action : plan.actions)
    if (!action.live_id.empty() && action.kind != plan::ActionKind::kReplace &&
        action.kind != plan::ActionKind::kDelete)
      ids[action.key] = action.live_id;
  const diff::IdOf id_of = [&](const model::ObjectKey& key) -> std::optional<std::string> {
    const auto at = ids.find(key);
    return at == ids.end() ? std::nullopt : std::optional(at->second);
  };
  const std::vector<plan::Step> steps = plan::make_steps(plan.actions);
  std::set<std::size_t> done;
  while (done.size() < steps.size()) {
    const std::size_t before = done.size();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const plan::Action& action = plan.actions[steps[i].action];
      if (done.contains(i) || !std::all_of(steps[i].after.begin(), steps[i].after.end(),
                                           [&](std::size_t index) { return done.contains(index); }))
        continue;
      order.push_back(word_for(steps[i].part) + action.key.to_string());
      const bool creates =
          action.kind == plan::ActionKind::kCreate || action.kind == plan::ActionKind::kReplace;
      const bool erases =
          action.kind == plan::ActionKind::kDelete || action.kind == plan::ActionKind::kReplace;
      if (erases && steps[i].part != plan::Part::kCreate) remove_live(action.key.kind, action.live_id);
      if (steps[i].part == plan::Part::kDelete) {
        if (steps[i].is_begin)
          recorded.objects.erase(action.key);
        else
          recorded.objects[action.key].superseded_id.clear();
        done.insert(i);
        continue;
      }
      const plan::Action half = half_of(action, steps[i].part);
      json::object body = plan::resolve_ids(half.body, id_of).value();
      std::string id = action.live_id;
      if (creates) {
        id = schema::live_id_of(*action.descriptor, body);
        if (id.empty())
          id = (action.descriptor->id_prefix.empty() ? "id" : std::string(action.descriptor->id_prefix)) +
               std::to_string(next_id_++);
        schema::put_live_id(*action.descriptor, id, body);
        add_live(action.key.kind, json::serialize(body));
        ids[action.key] = id;
      } else if (action.kind == plan::ActionKind::kUpdate) {
        if (const json::value* renamed = body.if_contains("newName")) {
          json::value name = *renamed;  // a new member may move the others
          body.erase("newName");
          body["name"] = std::move(name);
        }
        live_body(action.key.kind, id) = body;
      }
      if (steps[i].part == plan::Part::kAdd) {
        done.insert(i);
        continue;
      }
      if (action.kind == plan::ActionKind::kDelete || action.kind == plan::ActionKind::kForget) {
        const auto owned = recorded.objects.find(action.key);
        if (owned != recorded.objects.end() && owned->second.live_id == action.live_id)
          recorded.objects.erase(owned);
        else if (owned != recorded.objects.end() && owned->second.superseded_id == action.live_id)
          owned->second.superseded_id.clear();
      } else if (is_state_kept) {
        if (action.is_moved) recorded.objects.erase(action.moved_from);
        model::RecordedObject record = action.record;
        record.live_id = id;
        if (record.object_id.empty()) record.object_id = "object-" + action.key.to_string();
        record.applied = plan::resolve_ids(action.record.applied, id_of).value();
        recorded.objects[action.key] = std::move(record);
      }
      done.insert(i);
    }
    if (done.size() == before) throw std::runtime_error("the plan's edges form a cycle");
  }
}

plan::Plan Project::apply_text(const std::string& text) {
  plan::Plan made = plan_text(text);
  if (!made.refusals.empty()) throw std::runtime_error(made.refusals.front().summary);
  apply(made);
  return made;
}

plan::Plan Project::plan_text(const std::string& text) {
  Manifests manifests(text);
  (void)plan::hand_records_on(manifests.desired, live, input(manifests).scope, recorded, manifests.sink);
  plan::Plan made = plan(manifests);
  if (manifests.sink.has_errors()) throw std::runtime_error(manifests.messages());
  return made;
}

std::string actions_of(const plan::Plan& plan) {
  std::string text;
  for (const plan::Action& action : plan.actions) {
    const char* word = nullptr;
    switch (action.kind) {
      case plan::ActionKind::kNoop:
        if (!action.is_adopted && !action.is_moved) continue;
        word = action.is_moved ? "move " : "adopt ";
        break;
      case plan::ActionKind::kCreate:
        word = "create ";
        break;
      case plan::ActionKind::kUpdate:
        word = "update ";
        break;
      case plan::ActionKind::kReplace:
        word = "replace ";
        break;
      case plan::ActionKind::kDelete:
        word = "delete ";
        break;
      case plan::ActionKind::kForget:
        word = "forget ";
        break;
    }
    if (!text.empty()) text += ", ";
    text += word + action.key.to_string();
  }
  return text;
}

const plan::Action& action_on(const plan::Plan& plan, const std::string& address) {
  for (const plan::Action& action : plan.actions)
    if (action.key.to_string() == address) return action;
  throw std::runtime_error("no action on " + address);
}

std::string paths_of(const plan::Action& action) {
  std::string text;
  for (const schema::FieldChange& change : action.changes)
    text += (text.empty() ? "" : ", ") + change.path;
  return text;
}

}  // namespace descopectl::test
