// Laws of planning, over generated projects: apply then plan is empty; input and server order change nothing;
// the order respects references; what nobody manages survives.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "descopectl/kinds/registry.hpp"
#include "descopectl/plan/adoption.hpp"
#include "descopectl/plan/saved.hpp"
#include "shuffle.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::actions_of;
using test::Manifests;
using test::Project;
using test::shuffle;
using test::shuffle_value;

/// A project's manifests as documents that refer to each other.
struct Documents {
  std::vector<std::string> texts;

  [[nodiscard]] std::string joined() const {
    std::string text;
    for (const std::string& document : texts)
      text += document;
    return text;
  }
};

std::string pick_word() {
  return *rc::gen::elementOf(std::vector<std::string>{"alpha", "Ünïcode", "with space", "no", "0o17", "a/b~c",
                                                      "x:y", "'quoted'", "1e3"});
}

std::string quoted(const std::string& text) {
  return json::serialize(json::value(text));
}

std::string head(const std::string& kind, const std::string& handle) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle + "}\nspec:\n";
}

std::string make_connection(int index) {
  std::string text = head("Connection", "c" + std::to_string(index)) +
                     "  name: " + quoted("Connection " + std::to_string(index)) + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  description: " + quoted(pick_word()) + "\n";
  if (*rc::gen::arbitrary<bool>())
    text += std::string("  pkce: ") + (*rc::gen::arbitrary<bool>() ? "true" : "false") + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  logo: null\n";
  if (*rc::gen::arbitrary<bool>()) text += "  prompt: [login, consent]\n";
  if (*rc::gen::arbitrary<bool>())
    text += "  authorizationUrlParams: [{key: a, value: " + quoted(pick_word()) + "}, {key: b, value: x}]\n";
  return text;
}

/// `names` learns the scopes, for those who name them.
std::string make_resource(int index, int connections, int templates, int roles,
                          std::vector<std::string>& names) {
  const std::string handle = "r" + std::to_string(index);
  std::string text = head("Resource", handle) + "  name: " + quoted(pick_word() + handle) +
                     "\n  type: mcp\n  uri: https://" + handle + ".example/mcp\n";
  const int scopes = *rc::gen::inRange(0, 4);
  const bool has_role = roles > 0 && *rc::gen::arbitrary<bool>();
  if (scopes > 0 || has_role) text += "  scopes:\n";
  if (has_role)
    text += "    permissionsScopes: [{name: gated, values: [Role " +
            std::to_string(*rc::gen::inRange(0, roles)) + "]}]\n";
  if (scopes > 0) text += "    connectionsScopes:\n";
  for (int i = 0; i < scopes; ++i) {
    const std::string name = pick_word() + std::to_string(i);
    names.push_back(name);
    text += "      - name: " + quoted(name) + "\n";
    if (connections > 0 && *rc::gen::arbitrary<bool>())
      text += "        connections: [{connection: c" + std::to_string(*rc::gen::inRange(0, connections)) +
              ", scopes: [s, t]}]\n";
    if (*rc::gen::arbitrary<bool>()) text += "        optional: true\n";
  }
  if (templates > 0 && *rc::gen::arbitrary<bool>())
    text += "  dynamicRegistrationSettings: {useTemplate: true, template: t" +
            std::to_string(*rc::gen::inRange(0, templates)) + "}\n";
  else if (*rc::gen::arbitrary<bool>())
    text +=
        "  dynamicRegistrationSettings: {tags: [b, a], sessionSettings: {enabled: true, "
        "refreshTokenExpiration: 3}}\n";
  return text;
}

std::string make_app(int index) {
  std::string text = head("InboundApp", "a" + std::to_string(index)) +
                     "  name: " + quoted("App " + std::to_string(index)) + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  customAttributes: {" + quoted(pick_word()) + ": v, w: z}\n";
  if (*rc::gen::arbitrary<bool>())
    text += "  jwtBearerSettings: {issuers: {\"https://i.example/\": {signAlgorithm: RS256}}}\n";
  if (*rc::gen::arbitrary<bool>()) text += "  permissionsScopes: [{name: p, values: [R, S]}]\n";
  return text;
}

std::string make_template(int index) {
  std::string text = head("DynamicRegistrationTemplate", "t" + std::to_string(index)) +
                     "  name: " + quoted("Template " + std::to_string(index)) + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  skipConsentScreen: true\n";
  if (*rc::gen::arbitrary<bool>()) text += "  tags: [x, " + quoted(pick_word()) + "]\n";
  return text;
}

std::string make_permission(int index) {
  std::string text = head("Permission", "perm" + std::to_string(index)) +
                     "  name: " + quoted("Perm " + std::to_string(index)) + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  description: " + quoted(pick_word()) + "\n";
  return text;
}

std::string make_role(int index, int permissions) {
  std::string text = head("Role", "role" + std::to_string(index)) +
                     "  name: " + quoted("Role " + std::to_string(index)) + "\n";
  if (permissions > 0 && *rc::gen::arbitrary<bool>())
    text += "  permissionNames: [Perm " + std::to_string(*rc::gen::inRange(0, permissions)) + "]\n";
  if (*rc::gen::arbitrary<bool>()) text += "  private: true\n";
  return text;
}

std::string make_policy(int app, int resource, const std::vector<std::string>& scopes) {
  const std::string handle = "p" + std::to_string(app) + "-" + std::to_string(resource);
  std::string text = head("ResourcePolicy", handle) + "  inboundApp: a" + std::to_string(app) +
                     "\n  resource: r" + std::to_string(resource) + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "  allClientScopes: true\n";
  if (*rc::gen::arbitrary<bool>()) {
    text += "  userAccessScopes: [";
    for (const std::string& scope : scopes)
      if (*rc::gen::arbitrary<bool>()) text += quoted(scope) + ", ";
    text += "]\n";
  }
  return text;
}

/// A scope of its own document, added to any resource.
std::string make_mcp_scope(int index, int resource) {
  return head("McpScope", "m" + std::to_string(index)) + "  resource: r" + std::to_string(resource) +
         "\n  name: own-" + std::to_string(index) + "\n";
}

/// Documents of every kind, each of which refers to some of those before it.
Documents make_documents() {
  Documents documents;
  const int connections = *rc::gen::inRange(0, 5);
  const int resources = *rc::gen::inRange(0, 5);
  const int apps = *rc::gen::inRange(1, 4);
  const int templates = *rc::gen::inRange(0, 3);
  const int permissions = *rc::gen::inRange(0, 3);
  const int roles = *rc::gen::inRange(0, 3);
  std::map<int, std::vector<std::string>> scopes;  // by resource
  for (int i = 0; i < connections; ++i)
    documents.texts.push_back(make_connection(i));
  for (int i = 0; i < templates; ++i)
    documents.texts.push_back(make_template(i));
  for (int i = 0; i < permissions; ++i)
    documents.texts.push_back(make_permission(i));
  for (int i = 0; i < roles; ++i)
    documents.texts.push_back(make_role(i, permissions));
  for (int i = 0; i < resources; ++i)
    documents.texts.push_back(make_resource(i, connections, templates, roles, scopes[i]));
  for (int i = 0; i < apps; ++i)
    documents.texts.push_back(make_app(i));
  const int own_scopes = resources > 0 ? *rc::gen::inRange(0, 3) : 0;
  for (int i = 0; i < own_scopes; ++i)
    documents.texts.push_back(make_mcp_scope(i, *rc::gen::inRange(0, resources)));
  for (int app = 0; app < apps; ++app)
    for (int resource = 0; resource < resources; ++resource)
      if (*rc::gen::inRange(0, 3) == 0)
        documents.texts.push_back(make_policy(app, resource, scopes[resource]));
  return documents;
}

void allow_empty_kinds(Project& project) {
  for (const std::string_view kind : kinds::names())
    project.policy.allow_empty_kinds.emplace(kind);
}

std::string document_of(const plan::Plan& plan) {
  json::array actions;
  for (const plan::Action& action : plan.actions) {
    json::array changes;
    for (const auto& change : action.changes)
      changes.push_back(json::array{change.path, change.before, change.after});
    actions.push_back(json::array{action.key.to_string(), static_cast<int>(action.kind), action.before,
                                  std::move(changes), action.wave});
  }
  return plan.sha256 + json::serialize(actions);
}

RC_GTEST_PROP(PlanLaws, AfterAnApplyThePlanIsEmpty, ()) {
  Project project;
  const Documents first = make_documents();
  project.apply_text(first.joined());
  RC_ASSERT(actions_of(project.plan_text(first.joined())) == "");
  RC_ASSERT(!project.plan_text(first.joined()).has_work());
}

RC_GTEST_PROP(PlanLaws, AnyProjectLeadsToAnyOther, ()) {
  Project project;
  allow_empty_kinds(project);
  project.policy.allow_recreate = 1000;
  project.apply_text(make_documents().joined());
  const Documents second = make_documents();
  project.apply_text(second.joined());
  RC_ASSERT(actions_of(project.plan_text(second.joined())) == "");
}

RC_GTEST_PROP(PlanLaws, TheOrderOfInputAndOfTheServerChangesNothing, ()) {
  Project project;
  allow_empty_kinds(project);
  project.apply_text(make_documents().joined());
  Documents second = make_documents();
  const std::string before = document_of(project.plan_text(second.joined()));
  shuffle(second.texts);
  shuffle_live(project);
  RC_ASSERT(before == document_of(project.plan_text(second.joined())));
}

RC_GTEST_PROP(PlanLaws, TargetingEverythingIsPlanningEverything, ()) {
  Project project;
  const Documents before = make_documents();
  if (*rc::gen::arbitrary<bool>()) project.apply_text(before.joined());
  const std::string text = before.joined() + head("Permission", "p") + "  name: fresh\n";
  const plan::Plan whole = project.plan_text(text);
  for (const plan::Action& action : whole.actions)
    project.selection.targets.push_back(action.key);
  shuffle(project.selection.targets);
  RC_ASSERT(document_of(project.plan_text(text)) == document_of(whole));
}

RC_GTEST_PROP(PlanLaws, ATargetIsPlannedAsInThePlanOfAll, ()) {
  Project project;
  const std::string text = make_documents().joined();
  const plan::Plan whole = project.plan_text(text);
  const auto& chosen = whole.actions[*rc::gen::inRange<std::size_t>(0, whole.actions.size())];
  project.selection.targets = {chosen.key};
  const plan::Plan limited = project.plan_text(text);
  std::set<model::ObjectKey> planned;
  for (const plan::Action& action : limited.actions) {
    planned.insert(action.key);
    RC_ASSERT(action.body == test::action_on(whole, action.key.to_string()).body);
  }
  for (const plan::Action& action : whole.actions)
    for (const std::size_t before : action.depends_on)
      if (planned.contains(action.key)) RC_ASSERT(planned.contains(whole.actions[before].key));
  project.apply(limited);
  RC_ASSERT(actions_of(project.plan_text(text)) == "");
  project.selection = {};
  project.apply_text(text);
  RC_ASSERT(actions_of(project.plan_text(text)) == "");
}

RC_GTEST_PROP(PlanLaws, WhatIsReferredToComesFirst, ()) {
  Project project;
  const plan::Plan plan = project.plan_text(make_documents().joined());
  for (const plan::Action& action : plan.actions)
    for (const std::size_t before : action.depends_on)
      RC_ASSERT(plan.actions[before].wave < action.wave);
}

plan::ObjectDigests digests_of(const Project& project, const std::string& text) {
  Manifests manifests(text);
  const plan::Plan plan = project.plan(manifests);
  return plan::digest_objects(plan, project.input(manifests));
}

RC_GTEST_PROP(PlanLaws, ASavedPlanHoldsWhateverTheOrderAndNamesWhatMoved, ()) {
  Project project;
  allow_empty_kinds(project);
  project.apply_text(make_documents().joined());
  Documents second = make_documents();
  const auto saved = plan::read_digests(plan::to_json(digests_of(project, second.joined())));
  RC_ASSERT(saved.has_value());
  shuffle(second.texts);
  shuffle_live(project);
  RC_ASSERT(plan::find_moved(*saved, digests_of(project, second.joined())).empty());

  Manifests manifests(second.joined());
  for (const plan::Action& action : project.plan(manifests).actions) {
    if (action.kind != plan::ActionKind::kUpdate) continue;
    project.live_body(action.key.kind, action.live_id)["description"] = "by hand";
    const auto moved = plan::find_moved(*saved, digests_of(project, second.joined()));
    RC_ASSERT(moved.size() == 1U);
    RC_ASSERT(moved.front().key == action.key);
    return;
  }
}

/// What a plan would send, whoever owns the objects.
std::string changes_of(const plan::Plan& plan) {
  std::string text;
  for (const plan::Action& action : plan.actions)
    for (const schema::FieldChange& change : action.changes)
      text += action.key.to_string() + change.path + json::serialize(change.before) + "->" +
              json::serialize(change.after) + "\n";
  return text;
}

RC_GTEST_PROP(PlanLaws, AnAdoptionChangesTheOwnerAndNothingElse, ()) {
  Project project;
  project.policy.adopt = plan::Adopt::kAlways;
  project.policy.prune.form = plan::Prune::Form::kNone;
  project.apply_text(make_documents().joined());
  project.recorded.objects.clear();
  const std::string text = make_documents().joined();
  const std::string before = changes_of(project.plan_text(text));
  Manifests manifests(text);
  for (const plan::AdoptionRow& row : plan::make_adoption(project.input(manifests), {}, manifests.sink).rows)
    if (row.match == plan::Match::kAdopt) project.recorded.objects[row.key] = row.record;
  RC_ASSERT(!manifests.sink.has_errors());
  RC_ASSERT(changes_of(project.plan_text(text)) == before);
  RC_ASSERT(project.drift(manifests).live == 0U);
}

RC_GTEST_PROP(PlanLaws, WhatNobodyManagesSurvivesAnUpdate, ()) {
  Project project;
  const Documents first = make_documents();
  project.apply_text(first.joined());
  for (auto& [name, kind] : project.live.kinds)
    for (model::LiveObject& object : kind.objects) {
      object.body["tomorrow"] = json::object{{"deep", 1}};
      if (!object.body.contains("description")) object.body["description"] = "by hand";
    }
  std::string changed = first.joined();
  const std::string addition = "forcePkce: true\n  ";
  for (std::size_t at = changed.find("name: \"App"); at != std::string::npos;
       at = changed.find("name: \"App", at + addition.size() + 1))
    changed.insert(at, addition);
  project.apply_text(changed);
  for (const model::LiveObject& object : project.live.kinds["InboundApp"].objects) {
    RC_ASSERT(object.body.at("tomorrow") == json::value(json::object{{"deep", 1}}));
    RC_ASSERT(object.body.at("description") == json::value("by hand"));
    RC_ASSERT(object.body.at("forcePkce") == json::value(true));
  }
}

}  // namespace
}  // namespace descopectl
