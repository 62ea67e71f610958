// A plan made by hand, applied to the scripted service.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/apply/apply.hpp"
#include "descopectl/kinds/registry.hpp"
#include "fake_service.hpp"
#include "support/run.hpp"

namespace descopectl::test {

class ApplyTest : public testing::Test {
 protected:
  ApplyTest() : timing(context.get_executor()), service(context.get_executor()) {
    options.timing = &timing;
    options.live_read_at = timing.now();
    options.on_event = [this](const apply::Event& event) { note(event); };
    options.warn = [this](std::string_view text) { warnings.emplace_back(text); };
    plan.project_id = "P2";
    plan.base_url = "https://api.descope.com";
  }

  static const schema::Kind& kind(std::string_view name) { return *kinds::find(name); }

  /// Adds an action; gives its index.
  std::size_t add(plan::Action action) {
    plan.actions.push_back(std::move(action));
    return plan.actions.size() - 1;
  }

  static plan::Action make_action(plan::ActionKind what, std::string_view kind_name, std::string handle);
  /// A connection's id is its handle; `managed` gets a name where it has none.
  static plan::Action make_create(std::string_view kind_name, std::string handle, json::object managed = {});
  /// The object stands in the service and in the state, with `before`; `managed` is laid over it.
  plan::Action make_update(std::string_view kind_name, std::string handle, std::string id,
                           json::object before, json::object managed);
  plan::Action make_delete(std::string_view kind_name, std::string handle, std::string id);
  plan::Action make_replace(std::string_view kind_name, std::string handle, std::string id,
                            json::object before, json::object managed);
  static plan::SecretUse make_secret(std::string pointer);

  void depend(std::size_t action, std::vector<std::size_t> on) {
    plan.actions[action].depends_on = std::move(on);
  }

  /// Puts an object into the service and the state.
  void own(std::string_view kind_name, const std::string& handle, const std::string& id, json::object body);

  apply::Outcome apply() { return run(context, apply::apply_plan(plan, service, store, secrets, options)); }

  /// Place of a call in the service's log; fails the test where it is not there.
  std::size_t place_of(std::string_view call) const;
  bool was_called(std::string_view call) const;
  const model::RecordedObject& recorded(std::string_view kind_name, const std::string& handle) const;

  boost::asio::io_context context;
  FakeTiming timing;
  FakeService service;
  MemoryStore store;
  plan::Plan plan;
  apply::SecretValues secrets;
  apply::ApplyOptions options;
  std::vector<std::string> events;
  std::vector<std::string> warnings;

 private:
  void note(const apply::Event& event);
};

}  // namespace descopectl::test
