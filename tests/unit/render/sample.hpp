// Plans made by hand, as the planner would make them.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/apply/apply.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/plan/plan.hpp"
#include "descopectl/render/options.hpp"

namespace descopectl::test {

/// JSON text as an object.
inline json::object parse(std::string_view text) {
  return base::parse_json(text).value().get_object();
}

inline plan::Action make_action(plan::ActionKind kind, std::string_view kind_name, std::string handle) {
  plan::Action action;
  action.kind = kind;
  action.key = {std::string(kind_name), std::move(handle)};
  action.descriptor = kinds::find(kind_name);
  return action;
}

/// Fills in the changes from `before` to `managed`, as a comparison would.
inline void compare(plan::Action& action) {
  const schema::Fields fields = action.descriptor->fields;
  const json::object old = action.kind == plan::ActionKind::kCreate
                               ? json::object()
                               : schema::project(fields, action.before, action.managed);
  action.changes = schema::find_changes(fields, old, action.managed);
}

/// A connection to be created, with a secret.
inline plan::Action new_connection() {
  plan::Action action = make_action(plan::ActionKind::kCreate, "Connection", "google-calendar");
  action.live_id = "google-calendar";
  action.reason = "not in the project yet";
  action.managed =
      parse(R"({"name": "Google Calendar", "pkce": true, "defaultScopes": ["openid", "email"]})");
  action.secrets.push_back({.pointer = "/clientSecret",
                            .source = {},
                            .span = {},
                            .status = diff::SecretStatus::Form::kChanged,
                            .problem = {},
                            .is_sent = true});
  compare(action);
  return action;
}

/// A plan of `actions` with its summary counted.
inline plan::Plan make_plan(std::vector<plan::Action> actions) {
  plan::Plan plan;
  plan.project_id = "P2abc";
  plan.base_url = "https://api.descope.com";
  plan.sha256 = "c0ffee";
  for (const plan::Action& action : actions) {
    using plan::ActionKind;
    plan::Summary& counts = plan.summary;
    if (action.kind == ActionKind::kCreate) ++counts.create;
    if (action.kind == ActionKind::kUpdate) ++counts.update;
    if (action.kind == ActionKind::kReplace) ++counts.replace;
    if (action.kind == ActionKind::kDelete) ++counts.erase;
    if (action.kind == ActionKind::kForget) ++counts.forget;
    if (action.kind == ActionKind::kNoop && action.is_adopted) ++counts.adopt;
    if (action.kind == ActionKind::kNoop) ++counts.noop;
  }
  plan.actions = std::move(actions);
  return plan;
}

}  // namespace descopectl::test
