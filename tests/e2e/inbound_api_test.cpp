// The two generations of the inbound-app API, and names of user attributes.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

std::string app(std::string_view handle, std::string_view more) {
  return "---\napiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: " + std::string(handle) +
         "}\nspec: {name: " + std::string(handle) + ", " + std::string(more) + "}\n";
}

class InboundApi : public testing::Test {
 protected:
  void apply(const std::string& manifests) {
    project.declare(manifests);
    const Result result = project.apply();
    ASSERT_EQ(result.status, 0) << result.all();
    const Result again = project.plan({"--detailed-exitcode"});
    EXPECT_EQ(again.status, 0) << again.all();
  }
  void give_mapping(std::string_view name) const {
    for (const json::value& shown : api.apps()) {
      if (shown.at("name").as_string() != name) continue;
      const Answer answer = api.post(
          "/v2/mgmt/thirdparty/app/patch",
          {{"id", shown.at("id")},
           {"scopeClaimMapping",
            json::array{{{"scope", "e"}, {"claims", {{"email", "{{user.email}}"}, {"vip", "yes"}}}}}}});
      ASSERT_EQ(answer.status, 200) << answer.body;
    }
  }
  std::string requests() {
    const std::string err = project.plan({"--log-level", "debug"}).err;
    const auto at = err.find("debug: ");
    return at == std::string::npos ? err : err.substr(at, err.find('\n', at) + 1 - at);
  }

  Project project;
  Api api{project};
};

const std::string kScopes = "attributesScopes: [{name: e, values: [email]}]";

TEST_F(InboundApi, AMappingThatTheFirstGenerationWouldLoseIsRefusedByName) {
  apply(app("a", kScopes) + app("b", kScopes));
  give_mapping("a");
  project.declare(app("a", "description: x, forcePkce: true") + app("b", kScopes + ", description: x"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 8) << result.all();
  EXPECT_EQ(
      result.err,
      "error: InboundApp/a holds the claim mapping of the scope 'e', which can't be written through "
      "inboundApi v1 and would be lost [would-lose-mapping]\n"
      "hint: set 'inboundApi: v2' in descopectl.yaml and declare scopeClaimMapping, or remove the mapping "
      "in the console\n");
}

TEST_F(InboundApi, AFieldOfTheOtherGenerationIsNotLetGoOfWithoutAWord) {
  apply(app("a", kScopes));
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\ninboundApi: v2\n");
  project.declare(app("a", "description: ''"));
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 0) << plan.all();
  EXPECT_NE(plan.out.find("no longer managed, stays as it is: attributesScopes"), std::string::npos)
      << plan.all();
}

TEST_F(InboundApi, ExportNamesWhatTheFirstGenerationDoesNotShow) {
  apply(app("a", kScopes) + app("b", kScopes));
  give_mapping("a");
  const Result result = project.run({"export"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(
      result.err,
      "warning: InboundApp/a: the claim mapping of the scope 'e' is not in its manifest as it is "
      "[not-exported]\n"
      "hint: set 'inboundApi: v2' in descopectl.yaml and export again; made elsewhere of this manifest, the "
      "app would get other claims\n");
}

TEST_F(InboundApi, TheOtherGenerationIsAskedOnlyBeforeAWrite) {
  apply(app("a", kScopes));
  EXPECT_EQ(requests(), "debug: 3 requests\n");
  project.declare(app("a", kScopes + ", description: x"));
  EXPECT_EQ(requests(), "debug: 4 requests\n");
}

TEST_F(InboundApi, TheSecondGenerationWritesMappings) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\ninboundApi: v2\n");
  apply(app("a", "scopeClaimMapping: [{scope: e, claims: {email: \"{{user.email}}\", vip: \"yes\"}}]"));
  apply(app("a", "scopeClaimMapping: [{scope: e, claims: {email: \"{{user.email}}\", vip: \"no\"}}]"));
}

TEST_F(InboundApi, AnAttributeThatIsNeitherBuiltInNorTheProjectsOwnIsAWarning) {
  project.declare(app("a", "attributesScopes: [{name: e, values: [email, nickname]}]"));
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 0);
  EXPECT_NE(
      plan.err.find("warning: no user attribute is called 'nickname', neither built in nor in the project "
                    "[unknown-attribute]"),
      std::string::npos)
      << plan.err;
  EXPECT_EQ(project.plan({"--strict-references"}).status, 3);
  const Answer made = api.post("/v1/mgmt/user/customattribute/create",
                               {{"attributes", json::array{{{"name", "nickname"}, {"type", 1}}}}});
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(project.plan({"--strict-references"}).err, "");
}

TEST_F(InboundApi, AttributesAreListedOnlyForANameThatIsNotBuiltIn) {
  project.declare(app("a", kScopes));
  EXPECT_EQ(requests(), "debug: 3 requests\n");
  project.declare(app("a", "attributesScopes: [{name: e, values: [nickname]}]"));
  EXPECT_EQ(requests(), "debug: 4 requests\n");
}

}  // namespace
}  // namespace descopectl::e2e
