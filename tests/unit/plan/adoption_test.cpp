// Adoption: what the state would hold, and that the next plan shows the differences as the manifest's.
#include "descopectl/plan/adoption.hpp"

#include <gmock/gmock.h>

#include "support/project.hpp"

namespace descopectl {
namespace {

using plan::Match;
using test::actions_of;
using test::Manifests;
using test::Project;

plan::Adoption adopt(Project& project, Manifests& manifests, const std::set<model::ObjectKey>& keys = {}) {
  plan::Adoption made = plan::make_adoption(project.input(manifests), keys, manifests.sink);
  for (const plan::AdoptionRow& row : made.rows)
    if (row.match == Match::kAdopt) project.recorded.objects[row.key] = row.record;
  return made;
}

std::string doc(const std::string& kind, const std::string& metadata, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {" + metadata + "}\nspec: {" + spec +
         "}\n";
}

TEST(Adoption, RecordsLivesValuesOfTheManifestsFields) {
  Project project;
  project.add_live("Connection", R"({"id":"a","name":"Live","pkce":true,"description":"theirs",
      "authorizationUrlParams":[{"key":"k","value":"live"},{"key":"other","value":"1"}]})");
  Manifests manifests(
      doc("Connection", "name: a, lifecycle: {preventDestroy: true}",
          "name: Ours, pkce: false, clientId: c, authorizationUrlParams: [{key: k, value: ours}]"));
  const plan::Adoption made = adopt(project, manifests);
  ASSERT_EQ(made.count(Match::kAdopt), 1U);
  EXPECT_EQ(made.rows[0].matched_by, "id");
  EXPECT_EQ(made.rows[0].changes.size(), 5U);
  const model::RecordedObject& record = made.rows[0].record;
  EXPECT_EQ(json::serialize(record.applied),
            R"({"name":"Live","pkce":true,"authorizationUrlParams":[{"key":"k","value":"live"},)"
            R"({"key":"other","value":"1"}]})");
  EXPECT_TRUE(record.prevent_destroy);
  EXPECT_EQ(record.live_id, "a");
  EXPECT_EQ(project.drift(manifests).manifest, 1U) << "the manifest differs, live did not move";
  EXPECT_EQ(actions_of(project.plan(manifests)), "update Connection/a");
}

TEST(Adoption, TellsWhatMatchedByWhat) {
  Project project;
  project.apply_text(doc("Connection", "name: owned", "name: Owned"));
  project.add_live("Resource", R"({"id":"RS1","name":"R","type":"api","uri":"https://r"})");
  project.add_live("InboundApp", R"({"id":"A1","name":"App"})");
  Manifests manifests(doc("Connection", "name: owned", "name: Owned") +
                      doc("Resource", "name: r", "name: R, type: api, uri: 'https://r'") +
                      doc("InboundApp", "name: app", "name: App") + doc("Role", "name: x", "name: X"));
  std::string rows;
  for (const plan::AdoptionRow& row : adopt(project, manifests).rows)
    rows +=
        row.key.to_string() + " " + row.matched_by + " " + std::to_string(static_cast<int>(row.match)) + "\n";
  EXPECT_EQ(rows, "Connection/owned state 1\nInboundApp/app name 0\nResource/r uri 0\nRole/x  2\n");
  EXPECT_EQ(actions_of(project.plan(manifests)), "create Role/x");
}

TEST(Adoption, OfSomeLeavesTheOthersProblemsAlone) {
  Project project;
  project.add_live("Connection", R"({"id":"a","name":"A"})");
  project.add_live("Connection", R"({"id":"b","name":"B"})");
  Manifests manifests(doc("Connection", "name: a", "name: A") + doc("Connection", "name: c", "name: B"));
  EXPECT_EQ(adopt(project, manifests, {{"Connection", "a"}}).rows.size(), 1U);
  EXPECT_FALSE(manifests.sink.has_errors()) << manifests.messages();
  adopt(project, manifests, {{"Connection", "c"}});
  EXPECT_THAT(manifests.messages(), testing::HasSubstr("[possible-match]"));
}

TEST(Adoption, TakesWhatCannotBeReadBackFromTheManifest) {
  Project project;
  project.add_live("InboundApp", R"({"id":"A1","name":"App"})");
  Manifests manifests(doc("InboundApp", "name: app", "name: App, consentFlowId: f"));
  adopt(project, manifests);
  EXPECT_EQ(actions_of(project.plan(manifests)), "") << "no replacement for the sake of what nobody can see";
}

TEST(Adoption, RecordsAResetFieldAsReset) {
  Project project;
  project.add_live("Role", R"({"id":"ROL1","name":"R","description":""})");
  Manifests manifests(doc("Role", "name: r", "name: R, description: null"));
  adopt(project, manifests);
  EXPECT_FALSE(project.plan(manifests).has_work());
}

struct ProjectWithTwoPolicies : Project {
  ProjectWithTwoPolicies() {
    add_live("InboundApp", R"({"id":"A1","name":"App"})");
    for (const char* id : {"RS1", "RS2"})
      add_live("ResourcePolicy",
               R"({"thirdPartyApplicationId":"A1","resourceId":")" + std::string(id) + "\"}");
  }
  void add_resources() {
    for (const std::string id : {"RS1", "RS2"})
      add_live("Resource", R"({"id":")" + id + R"(","name":")" + id + R"(","uri":"https://)" + id + R"("})");
  }
};

TEST(Adoption, OfAPolicyMatchesByItsPair) {
  ProjectWithTwoPolicies project;
  Manifests manifests(doc("InboundApp", "name: app", "name: App") +
                      doc("ResourcePolicy", "name: p", "inboundApp: app, resource: {live: RS1}"));
  const plan::Adoption made = adopt(project, manifests);
  ASSERT_EQ(made.rows.size(), 2U);
  EXPECT_EQ(made.rows[1].matched_by, "inboundApp and resource");
  EXPECT_EQ(made.rows[1].live_id, "A1/RS1");
  EXPECT_FALSE(project.plan(manifests).has_work());
}

TEST(Adoption, OfAPolicyWithAnotherPairDoesNotLetGoOfTheFirst) {
  ProjectWithTwoPolicies project;
  project.add_resources();
  project.policy.adopt = plan::Adopt::kAlways;
  const std::string app = doc("InboundApp", "name: app", "name: App");
  project.apply_text(app + doc("ResourcePolicy", "name: p", "inboundApp: app, resource: {live: RS1}"));
  Manifests manifests(app + doc("ResourcePolicy", "name: p", "inboundApp: app, resource: {live: RS2}"));
  const plan::Adoption made = plan::make_adoption(project.input(manifests), {}, manifests.sink);
  ASSERT_EQ(made.refusals.size(), 1U);
  EXPECT_EQ(made.refusals[0].code, "owned-key-changed");
  EXPECT_THAT(made.refusals[0].summary, testing::HasSubstr("'A1/RS1'"));
}

TEST(Adoption, OfOneHalfOfAnExchangeIsRefused) {
  ProjectWithTwoPolicies project;
  project.add_resources();
  project.policy.adopt = plan::Adopt::kAlways;
  const auto pairs = [](const std::string& one, const std::string& other) {
    return doc("InboundApp", "name: app", "name: App") +
           doc("ResourcePolicy", "name: p", "inboundApp: app, resource: {live: " + one + "}") +
           doc("ResourcePolicy", "name: q", "inboundApp: app, resource: {live: " + other + "}");
  };
  project.apply_text(pairs("RS1", "RS2"));
  Manifests manifests(pairs("RS2", "RS1"));
  const plan::PlanInput input = project.input(manifests);
  const plan::Adoption half = plan::make_adoption(input, {{"ResourcePolicy", "p"}}, manifests.sink);
  ASSERT_EQ(half.refusals.size(), 1U);
  EXPECT_EQ(half.refusals[0].code, "unselected-handover");
  EXPECT_TRUE(plan::make_adoption(input, {}, manifests.sink).refusals.empty());
}

TEST(Adoption, OfAChainWhoseEndHasMovedIsLeftToApply) {
  Project project;
  const auto role = [](const std::string& handle, const std::string& name, const std::string& id = {}) {
    return doc("Role", "name: " + handle + (id.empty() ? "" : ", id: " + id), "name: " + name);
  };
  project.apply_text(role("a", "RA") + role("b", "RB") + role("c", "RC"));
  const auto id_of = [&](const std::string& handle) {
    return project.recorded.objects.at({"Role", handle}).live_id;
  };
  Manifests manifests(role("a", "RB", id_of("b")) + role("b", "RC", id_of("c")) + role("n", "RA"));
  const plan::Adoption made = plan::make_adoption(project.input(manifests), {}, manifests.sink);
  ASSERT_EQ(made.refusals.size(), 1U);
  EXPECT_EQ(made.refusals[0].code, "unselected-handover");
  EXPECT_THAT(made.refusals[0].hint, testing::HasSubstr("'descopectl apply' hands them on"));
}

TEST(Adoption, RefusesAStateOfAnotherProject) {
  Project project;
  project.recorded.project_id = "P2";
  Manifests manifests(doc("Role", "name: x", "name: X"));
  ASSERT_EQ(adopt(project, manifests).refusals.size(), 1U);
}

}  // namespace
}  // namespace descopectl
