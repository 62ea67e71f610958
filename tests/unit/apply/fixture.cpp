// Making actions by hand as the plan would make them.
#include "fixture.hpp"

#include <algorithm>

#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::test {

using plan::Action;
using plan::ActionKind;

Action ApplyTest::make_action(ActionKind what, std::string_view kind_name, std::string handle) {
  Action action;
  action.kind = what;
  action.key = {std::string(kind_name), std::move(handle)};
  action.descriptor = &kind(kind_name);
  action.record.key = action.key;
  action.record.root = "descope";
  return action;
}

Action ApplyTest::make_create(std::string_view kind_name, std::string handle, json::object managed) {
  Action action = make_action(ActionKind::kCreate, kind_name, handle);
  if (!managed.contains("name")) managed["name"] = handle;
  if (action.descriptor->id_chosen_by_client) {
    action.live_id = handle;
    action.body["id"] = handle;
  }
  for (const auto& [name, value] : managed)
    if (!value.is_null()) action.body[name] = value;
  action.managed = std::move(managed);
  action.record.applied = action.managed;
  return action;
}

void ApplyTest::own(std::string_view kind_name, const std::string& handle, const std::string& id,
                    json::object body) {
  schema::put_live_id(kind(kind_name), id, body);
  service.live[std::string(kind_name)][id] = std::move(body);
  model::RecordedObject record;
  record.key = {std::string(kind_name), handle};
  record.live_id = id;
  record.object_id = "object-of-" + handle;
  record.root = "descope";
  store.state.objects[record.key] = record;
}

Action ApplyTest::make_update(std::string_view kind_name, std::string handle, std::string id,
                              json::object before, json::object managed) {
  own(kind_name, handle, id, before);
  Action action = make_action(ActionKind::kUpdate, kind_name, handle);
  schema::put_live_id(*action.descriptor, id, before);
  action.live_id = std::move(id);
  action.is_owned = true;
  action.record = store.state.objects[action.key];
  action.changes = schema::find_changes(action.descriptor->fields, before,
                                        schema::overlay(action.descriptor->fields, before, managed));
  action.body = schema::overlay(action.descriptor->fields, before, managed);
  action.before = std::move(before);
  action.managed = std::move(managed);
  action.record.applied = action.managed;
  return action;
}

Action ApplyTest::make_delete(std::string_view kind_name, std::string handle, std::string id) {
  json::object body{{"name", handle}};
  own(kind_name, handle, id, std::move(body));
  Action action = make_action(ActionKind::kDelete, kind_name, handle);
  action.before = service.live[std::string(kind_name)][id];
  action.live_id = std::move(id);
  action.is_owned = true;
  action.record = store.state.objects[action.key];
  return action;
}

Action ApplyTest::make_replace(std::string_view kind_name, std::string handle, std::string id,
                               json::object before, json::object managed) {
  Action action =
      make_update(kind_name, std::move(handle), std::move(id), std::move(before), std::move(managed));
  action.kind = ActionKind::kReplace;
  if (!action.descriptor->id_chosen_by_client) action.body.erase("id");
  return action;
}

plan::SecretUse ApplyTest::make_secret(std::string pointer) {
  plan::SecretUse use;
  use.pointer = std::move(pointer);
  use.source.form = model::SecretSource::Form::kEnvironment;
  use.source.name = "SLACK_SECRET";
  use.is_sent = true;
  return use;
}

void ApplyTest::note(const apply::Event& event) {
  const std::string key = plan.actions[event.action].key.to_string();
  switch (event.kind) {
    case apply::EventKind::kStarted:
      events.push_back("started " + key);
      return;
    case apply::EventKind::kStillRunning:
      events.push_back("running " + key);
      return;
    case apply::EventKind::kFinished:
      events.push_back(std::string(apply::to_string(event.outcome->status)) + " " + key);
      return;
  }
}

std::size_t ApplyTest::place_of(std::string_view call) const {
  const auto found = std::find(service.log.begin(), service.log.end(), call);
  EXPECT_NE(found, service.log.end()) << call;
  return static_cast<std::size_t>(found - service.log.begin());
}

bool ApplyTest::was_called(std::string_view call) const {
  return std::find(service.log.begin(), service.log.end(), call) != service.log.end();
}

const model::RecordedObject& ApplyTest::recorded(std::string_view kind_name,
                                                 const std::string& handle) const {
  return store.state.objects.at({std::string(kind_name), handle});
}

}  // namespace descopectl::test
