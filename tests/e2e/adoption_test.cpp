// Objects that were live before the manifests were: adoption, matches by name, moves of handles.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

class Adoption : public testing::Test {
 protected:
  Adoption() {
    api.post("/v1/mgmt/outbound/app/create", {{"id", "a"}, {"name", "A"}, {"description", "live"}});
    api.post("/v1/mgmt/outbound/app/create", {{"id", "b"}, {"name", "B"}});
  }

  Project project;
  Api api{project};
};

TEST_F(Adoption, IsFreeWhereNothingWouldChange) {
  project.declare(connection("a", "A"));
  const Result plan = project.plan({"--detailed-exitcode"});
  EXPECT_EQ(plan.status, 0) << "an adoption makes no difference";
  EXPECT_EQ(last_line(plan.out), "Plan: 0 to add, 0 to change, 0 to destroy, 1 to adopt.");
  const Result apply = project.apply();
  EXPECT_EQ(apply.status, 0) << apply.all();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Adoption, OfAnObjectThatWouldChangeIsRefusedAndAllowed) {
  project.declare(connection("a", "Other"));
  const Result refused = project.apply();
  EXPECT_EQ(refused.status, 8);
  EXPECT_EQ(
      refused.err,
      "error: Connection/a is bound to the live object 'a', which this state does not own and which would be "
      "changed; the state is empty: first run, or a lost state? [adoption-not-allowed]\n"
      "hint: look at the plan, then allow it with --adopt (or 'adopt: always')\n");
  EXPECT_EQ(api.connection("a").at("name").as_string(), "A");
  const Result allowed = project.apply({"--adopt"});
  EXPECT_EQ(last_line(allowed.out), "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.");
  EXPECT_EQ(api.connection("a").at("name").as_string(), "Other");
  EXPECT_EQ(api.connection("a").at("description").as_string(), "live") << "what is not declared is kept";
}

TEST_F(Adoption, OfAnObjectThatWouldChangeIsAllowedByTheConfiguration) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nadopt: always\n");
  project.declare(connection("a", "Other"));
  EXPECT_EQ(project.apply().status, 0);
}

TEST_F(Adoption, CanBeForbiddenAltogether) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nadopt: never\n");
  project.declare(connection("a", "A"));
  const Result refused = project.apply();
  EXPECT_EQ(refused.status, 8);
  EXPECT_NE(refused.err.find("hint: 'adopt: never' is configured; allow it with --adopt\n"),
            std::string::npos);
}

TEST_F(Adoption, WithoutAStateEveryMatchIsOurs) {
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: {backend: none}\n");
  project.declare(connection("a", "Other"));
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(api.connection("a").at("name").as_string(), "Other");
  EXPECT_FALSE(project.folder.has(".descopectl"));
  project.declare(connection("b", "B"));
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(api.connections().size(), 2U) << "nothing is pruned without a state";
}

TEST_F(Adoption, AMatchByNameOnlyIsAnErrorWithTheWayOut) {
  project.declare(connection("c", "B"));
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 3);
  EXPECT_NE(plan.err.find("descope/main.yaml:3:18: error: Connection/c is not in the project, but the live "),
            std::string::npos)
      << plan.err;
  EXPECT_NE(plan.err.find("[possible-match]\n"), std::string::npos);
  EXPECT_NE(
      plan.err.find("hint: write 'metadata.id: b' to bind it, or 'metadata.id: c' to create another one\n"),
      std::string::npos)
      << plan.err;
}

TEST_F(Adoption, ABoundIdBindsWhateverTheHandle) {
  project.declare(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: mine, id: b}\nspec: {name: B}\n");
  EXPECT_EQ(last_line(project.plan().out), "Plan: 0 to add, 0 to change, 0 to destroy, 1 to adopt.");
}

TEST_F(Adoption, AHandleThatMovesKeepsItsObject) {
  project.declare(connection("a", "A") + "---\n" + connection("b", "B"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: renamed, id: a}\nspec: {name: "
      "A}\n---\n" +
      connection("b", "B"));
  const Result plan = project.plan();
  EXPECT_NE(plan.out.find("# Connection/a has moved to Connection/renamed\n"), std::string::npos) << plan.out;
  EXPECT_EQ(last_line(plan.out), "No changes. Live matches the manifests; only the state will be updated.");
  EXPECT_EQ(project.run({"apply"}).status, 0) << "what only the state learns needs no approval";
  EXPECT_EQ(api.connections().size(), 2U);
  EXPECT_EQ(project.plan().out.find("has moved"), std::string::npos);
}

TEST_F(Adoption, AResourceIsFoundByItsUri) {
  api.post("/v1/mgmt/resource/create", {{"name", "R"}, {"uri", "https://r.example"}, {"type", "api"}});
  const std::string resource =
      "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
      "spec: {name: R, uri: \"https://r.example\", type: api}\n";
  project.declare(resource);
  EXPECT_EQ(last_line(project.apply().out),
            "Apply complete! Resources: 0 added, 0 changed, 0 destroyed, 1 adopted.");
  EXPECT_EQ(api.resources().size(), 1U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

}  // namespace
}  // namespace descopectl::e2e
