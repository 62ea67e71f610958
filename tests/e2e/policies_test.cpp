// Resource policies from manifest to service: the pair, the order, what a plan costs.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

std::string app(std::string_view handle) {
  return "---\napiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: " + std::string(handle) +
         "}\nspec: {name: " + std::string(handle) + "}\n";
}
std::string resource(std::string_view handle, std::string_view uri,
                     std::string_view scopes = "{name: read}") {
  return "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: " + std::string(handle) +
         "}\nspec: {name: " + std::string(handle) + ", type: api, uri: \"" + std::string(uri) +
         "\", scopes: {permissionsScopes: [" + std::string(scopes) + "]}}\n";
}
std::string policy(std::string_view handle, std::string_view app, std::string_view resource,
                   std::string_view scopes = "read") {
  return "---\napiVersion: descopectl/v1\nkind: ResourcePolicy\nmetadata: {name: " + std::string(handle) +
         "}\nspec: {inboundApp: " + std::string(app) + ", resource: " + std::string(resource) +
         ", userAccessScopes: [" + std::string(scopes) + "]}\n";
}

class Policies : public testing::Test {
 protected:
  void apply(const std::string& manifests, const Arguments& more = {}) {
    project.declare(manifests);
    const Result result = project.apply(more);
    ASSERT_EQ(result.status, 0) << result.all();
    expect_clean();
  }
  void expect_clean() {
    const Result again = project.plan({"--detailed-exitcode"});
    EXPECT_EQ(again.status, 0) << again.all();
  }
  json::array policies_of(std::string_view app_name) const {
    for (const json::value& shown : api.apps())
      if (shown.at("name").as_string() == app_name)
        return api
            .get("/v1/mgmt/resourcepolicy/app/load?thirdPartyApplicationId=" +
                 std::string(shown.at("id").as_string()))
            .value()
            .at("resourcePolicies")
            .as_array();
    return {};
  }
  std::string requests_of(const Arguments& arguments) {
    const Result result = project.plan(arguments);
    const auto at = result.err.find("debug: ");
    return at == std::string::npos ? result.err : result.err.substr(at);
  }

  Project project;
  Api api{project};
};

TEST_F(Policies, MoveToAnotherHandleWhileTheirResourceIsReplaced) {
  apply(app("a") + resource("r", "https://r.example") + policy("p", "a", "r"));
  apply(app("a") + resource("r", "https://other.example") + policy("q", "a", "r"),
        {"--allow-replace", "--allow-empty-kind", "ResourcePolicy"});
  EXPECT_EQ(policies_of("a").size(), 1U);
  const std::string owned = project.run({"state", "list"}).out;
  EXPECT_NE(owned.find("ResourcePolicy/q"), std::string::npos) << owned;
  EXPECT_EQ(owned.find("ResourcePolicy/p"), std::string::npos) << owned;
}

TEST_F(Policies, AreMadeChangedAndDeleted) {
  const std::string ends = app("a") + resource("r", "https://r.example", "{name: read}, {name: write}");
  apply(ends + policy("p", "a", "r"));
  ASSERT_EQ(policies_of("a").size(), 1U);
  EXPECT_EQ(policies_of("a").front().at("userAccessScopes"), json::value(json::array{"read"}));
  apply(ends + policy("p", "a", "r", "read, write"));
  EXPECT_EQ(policies_of("a").front().at("userAccessScopes"), json::value(json::array{"read", "write"}));
  apply(ends, {"--allow-empty-kind", "ResourcePolicy"});
  EXPECT_EQ(policies_of("a").size(), 0U);
}

TEST_F(Policies, WithAnotherPairAreMadeAnewWithoutAWord) {
  const std::string ends =
      app("a") + app("b") + resource("r", "https://r.example") + resource("q", "https://q.example");
  apply(ends + policy("p", "a", "r"));
  project.declare(ends + policy("p", "b", "q"));
  const Result plan = project.plan();
  EXPECT_EQ(last_line(plan.out), "Plan: 1 to add, 0 to change, 1 to destroy.") << plan.out;
  apply(ends + policy("p", "b", "q"));
  EXPECT_EQ(policies_of("a").size(), 0U);
  EXPECT_EQ(policies_of("b").size(), 1U);
}

TEST_F(Policies, TakeEachOthersPairsWithoutAWord) {
  const std::string ends = app("a") + app("b") + resource("r", "https://r.example", "{name: read}") +
                           resource("q", "https://q.example", "{name: read}");
  apply(ends + policy("one", "a", "r", "read") + policy("two", "b", "q", ""));
  const std::string swapped = ends + policy("one", "b", "q", "read") + policy("two", "a", "r", "read");
  project.declare(swapped);
  const Result plan = project.plan();
  EXPECT_EQ(last_line(plan.out), "Plan: 0 to add, 1 to change, 0 to destroy.") << plan.all();
  EXPECT_EQ(project.run({"drift"}).status, 0);
  apply(swapped);
  const Result shown = project.run({"state", "show", "ResourcePolicy/one"});
  EXPECT_NE(shown.out.find(std::string(policies_of("b").front().at("resourceId").get_string())),
            std::string::npos)
      << shown.all();
  apply(ends, {"--allow-empty-kind", "ResourcePolicy"});
  EXPECT_EQ(policies_of("a").size() + policies_of("b").size(), 0U);
}

TEST_F(Policies, ExchangedOnPaperAloneAreToldApartInTheState) {
  const std::string ends =
      app("a") + app("b") + resource("r", "https://r.example") + resource("q", "https://q.example");
  apply(ends + policy("one", "a", "r") + policy("two", "b", "q"));
  apply(ends + policy("one", "b", "q") + policy("two", "a", "r"));
  const std::string pair(policies_of("b").front().at("thirdPartyApplicationId").get_string());
  const Result shown = project.run({"state", "show", "ResourcePolicy/one"});
  EXPECT_NE(shown.out.find(pair), std::string::npos) << shown.all();
}

TEST_F(Policies, AreUpdatedBetweenTheArrivalAndTheLeavingOfARenamedScope) {
  apply(app("a") + resource("r", "https://r.example", "{name: old}") + policy("p", "a", "r", "old"));
  project.declare(app("a") + resource("r", "https://r.example", "{name: new}") +
                  policy("p", "a", "r", "new"));
  const Result result = project.apply({"--log-level", "trace"});
  ASSERT_EQ(result.status, 0) << result.all();
  const auto added = result.err.find("POST /v1/mgmt/resource/update");
  const auto named = result.err.find("POST /v1/mgmt/resourcepolicy/update");
  const auto taken = result.err.rfind("POST /v1/mgmt/resource/update");
  EXPECT_LT(added, named) << result.err;
  EXPECT_LT(named, taken) << result.err;
  expect_clean();
}

TEST_F(Policies, OnAReplacedResourceAreMadeAgain) {
  apply(app("a") + resource("r", "https://one.example") + policy("p", "a", "r"));
  apply(app("a") + resource("r", "https://two.example") + policy("p", "a", "r"), {"--allow-replace"});
  ASSERT_EQ(policies_of("a").size(), 1U);
  EXPECT_EQ(policies_of("a").front().at("resourceId"), api.resources().front().at("id"));
}

TEST_F(Policies, OnAReplacedAppAreMadeAgain) {
  apply(app("a") + resource("r", "https://one.example") + policy("p", "a", "r"));
  const std::string pinned =
      "---\napiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: a}\nspec: {name: a, clientId: "
      "mine}\n";
  apply(pinned + resource("r", "https://one.example") + policy("p", "a", "r"), {"--allow-replace"});
  EXPECT_EQ(policies_of("a").size(), 1U);
}

TEST_F(Policies, ThatSomebodyDeletedAreHealed) {
  apply(app("a") + resource("r", "https://r.example") + policy("p", "a", "r"));
  const json::value made = policies_of("a").front();
  api.post("/v1/mgmt/resourcepolicy/delete",
           {{"resourceId", made.at("resourceId")},
            {"thirdPartyApplicationId", made.at("thirdPartyApplicationId")}});
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "http: {settleSeconds: 0}\n");
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 2);
  EXPECT_NE(drift.out.find("ResourcePolicy/p"), std::string::npos) << drift.out;
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(policies_of("a").size(), 1U);
}

TEST_F(Policies, ThatSomebodyElseMadeAreCountedAndStay) {
  apply(app("a") + resource("r", "https://r.example") + policy("p", "a", "r"));
  api.post("/v1/mgmt/resourcepolicy/create",
           {{"resourceId", "RSelsewhere"},
            {"thirdPartyApplicationId", policies_of("a").front().at("thirdPartyApplicationId")}});
  EXPECT_NE(project.plan().out.find("Unmanaged: 1 resource policy\n"), std::string::npos)
      << project.plan().out;
  EXPECT_EQ(project.run({"destroy", "--auto-approve"}).status, 8) << "the app has a policy that is not ours";
}

TEST_F(Policies, CostOneRequestForEachAppThatIsNamedAndThere) {
  const std::string ends = app("a") + app("b") + resource("r", "https://r.example") +
                           resource("q", "https://q.example") + resource("s", "https://s.example");
  project.declare(ends + policy("p", "a", "r"));
  EXPECT_EQ(requests_of({"--log-level", "debug"}), "debug: 3 requests\n") << "no app is there yet";
  apply(ends + policy("p", "a", "r") + policy("o", "a", "q"));
  EXPECT_EQ(requests_of({"--log-level", "debug"}), "debug: 4 requests\n");
  apply(ends + policy("p", "a", "r") + policy("o", "a", "q") + policy("n", "b", "s"));
  EXPECT_EQ(requests_of({"--log-level", "debug"}), "debug: 5 requests\n");
}

TEST_F(Policies, AreDestroyedBeforeTheirEnds) {
  apply(app("a") + resource("r", "https://r.example") + policy("p", "a", "r"));
  const Result result = project.run({"destroy", "--auto-approve"});
  EXPECT_EQ(result.status, 0) << result.all();
  const auto gone = result.err.find("ResourcePolicy/p: Destruction complete");
  EXPECT_LT(gone, result.err.find("InboundApp/a: Destroying")) << result.err;
  EXPECT_LT(gone, result.err.find("Resource/r: Destroying")) << result.err;
  EXPECT_TRUE(api.apps().empty());
}

std::string role(std::string_view name) {
  return "---\napiVersion: descopectl/v1\nkind: Role\nmetadata: {name: r}\nspec: {name: " +
         std::string(name) + "}\n";
}

/// A policy on a scope that a role grants.
std::string granted_by(const std::string& name, const std::string& scope) {
  return role(name) + app("a") +
         resource("api", "https://r.example", "{name: " + scope + ", values: [" + name + "]}") +
         policy("p", "a", "api", scope);
}

TEST(PoliciesUnderCheckedReferences, FollowAScopeAndTheRoleItNamesThroughOneRename) {
  const Project project({"--check-references"});
  project.declare(granted_by("Sales", "write"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(granted_by("Sellers", "edit"));
  const Result renamed = project.apply();
  EXPECT_EQ(renamed.status, 0) << renamed.all();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST(PoliciesUnderCheckedReferences, GoOnWhereARunEndedAfterTheRolesRename) {
  const Project project({"--check-references"});
  const Api api(project);
  project.declare(granted_by("Sales", "write"));
  ASSERT_EQ(project.apply().status, 0);
  const json::value id = api.roles().at(0).at("id");
  ASSERT_EQ(api.post("/v1/mgmt/role/update", {{"id", id}, {"newName", "Sellers"}}).status, 200);
  project.declare(granted_by("Sellers", "edit"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST(PoliciesOfNobody, StandInTheWayOfWhatTheyReferTo) {
  const std::string keep = app("keep") + resource("keep", "https://k.example", "{name: read}");
  const std::string all = keep + app("a") + resource("r", "https://r.example", "{name: read}");
  const Project project;
  const Api api(project);
  project.declare(all + policy("p", "a", "r", "read"));
  ASSERT_EQ(project.apply().status, 0);
  ASSERT_EQ(project.run({"state", "rm", "ResourcePolicy/p"}).status, 0);
  const std::string bare = keep + app("a") + resource("r", "https://r.example", "{name: other}");
  for (const std::string& left :
       {keep + app("a"), keep + resource("r", "https://r.example", "{name: read}"), bare}) {
    project.declare(left);
    const Result result = project.apply();
    EXPECT_EQ(result.status, 8) << result.all();
    EXPECT_NE(result.err.find("but the unmanaged ResourcePolicy '"), std::string::npos) << result.err;
    EXPECT_EQ(api.apps().size(), 2U);
    EXPECT_EQ(api.resources().size(), 2U);
  }
  project.declare(all);
  EXPECT_EQ(project.apply().status, 0);
}

}  // namespace
}  // namespace descopectl::e2e
