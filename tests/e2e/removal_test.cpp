// What goes: prune and its rails, replacement, destroy, the wrong project.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

std::string with_metadata(std::string_view handle, std::string_view more) {
  std::string text = connection(handle);
  return text.insert(text.find("}\nspec"), ", " + std::string(more));
}

constexpr std::string_view kRole =
    "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: r}\nspec: {name: R}\n";

class Removal : public testing::Test {
 protected:
  void apply(std::string_view manifests) {
    project.declare(manifests);
    const Result result = project.apply();
    ASSERT_EQ(result.status, 0) << result.all();
  }
  void expect_refused(const Arguments& more, const std::string& message) {
    const Result result = project.apply(more);
    EXPECT_EQ(result.status, 8) << result.all();
    EXPECT_EQ(result.err, message);
  }

  Project project;
  Api api{project};
};

TEST_F(Removal, OfAManifestDeletesWhatItOwned) {
  apply(connection("a") + "---\n" + connection("b"));
  api.post("/v1/mgmt/outbound/app/create", {{"id", "foreign"}, {"name", "Foreign"}});
  project.declare(connection("a"));
  const Result plan = project.plan();
  EXPECT_NE(plan.out.find("# Connection/b will be destroyed (no longer declared)\n- Connection/b [id=b]\n"
                          "  - name = \"b\"\n"),
            std::string::npos)
      << plan.out;
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.");
  EXPECT_TRUE(api.connection("b").is_null());
  EXPECT_FALSE(api.connection("foreign").is_null()) << "what nobody declared stays";
}

TEST_F(Removal, CanBeSwitchedOff) {
  apply(connection("a") + "---\n" + connection("b"));
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nprune: none\n");
  apply(connection("a"));
  EXPECT_FALSE(api.connection("b").is_null());
}

TEST_F(Removal, OfAFileThatDoesNotParseIsNoRemoval) {
  apply(connection("a") + "---\n" + connection("b"));
  project.declare(connection("a") + "---\nkind: [\n");
  EXPECT_EQ(project.apply().status, 3);
  EXPECT_EQ(api.connections().size(), 2U);
}

TEST_F(Removal, OfAnotherRootTouchesNothingHere) {
  apply(connection("a") + "---\n" + connection("b"));
  project.folder.write("other.yaml", connection("c"));
  const Result result = project.apply({"-f", "other.yaml"});
  EXPECT_EQ(last_line(result.out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(api.connections().size(), 3U);
}

TEST_F(Removal, OfTheLastOfAKindNeedsAWord) {
  apply(connection("a") + "---\n" + std::string(kRole));
  project.declare(kRole);
  expect_refused({},
                 "error: the last object of kind Connection would be deleted [last-of-kind]\n"
                 "hint: if that is meant: --allow-empty-kind Connection\n");
  EXPECT_FALSE(api.connection("a").is_null());
  EXPECT_EQ(project.apply({"--allow-empty-kind", "Connection"}).status, 0);
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Removal, OfAProtectedObjectIsRefusedEvenWithoutItsManifest) {
  apply(with_metadata("a", "lifecycle: {preventDestroy: true}") + "---\n" + connection("b"));
  project.declare(connection("b"));
  const std::string message =
      "error: Connection/a is protected by lifecycle.preventDestroy and would be deleted [prevent-destroy]\n"
      "hint: apply it with 'preventDestroy: false' first, or allow it with --allow-destroy Connection/a\n";
  expect_refused({}, message);
  const Result destroy = project.run({"destroy", "--auto-approve"});
  EXPECT_EQ(destroy.status, 0) << "what is no longer declared is not destroy's: " << destroy.all();
  EXPECT_FALSE(api.connection("a").is_null());
}

TEST_F(Removal, OfAProtectedObjectIsAllowedByName) {
  apply(with_metadata("a", "lifecycle: {preventDestroy: true}") + "---\n" + connection("b"));
  project.declare(connection("b"));
  EXPECT_EQ(project.apply({"--allow-destroy", "Connection/a"}).status, 0);
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Removal, OfAProtectionThatWasAppliedFreesTheObject) {
  apply(with_metadata("a", "lifecycle: {preventDestroy: true}") + "---\n" + connection("b"));
  apply(with_metadata("a", "lifecycle: {preventDestroy: false}") + "---\n" + connection("b"));
  apply(connection("b"));
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Removal, OfAKeptObjectOnlyForgetsIt) {
  apply(with_metadata("a", "lifecycle: {onRemoval: keep}") + "---\n" + connection("b"));
  project.declare(connection("b"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(
      result.out.find("# Connection/a will be forgotten, nothing changes in the project (no longer declared; "
                      "lifecycle.onRemoval keeps it in the project)\n"),
      std::string::npos)
      << result.out;
  EXPECT_FALSE(api.connection("a").is_null());
  EXPECT_NE(project.plan().out.find("Unmanaged: 1 connection\n"), std::string::npos);
}

TEST_F(Removal, IsRefusedWhileSomebodyElseRefersToTheObject) {
  apply(std::string(kRole) +
        "---\napiVersion: descopectl/v1\nkind: Role\nmetadata: {name: s}\nspec: {name: S}\n");
  const Answer made = api.post("/v1/mgmt/resource/create",
                               json::parse(R"({"name":"Theirs","uri":"https://t.example","type":"api",
      "scopes":{"permissionsScopes":[{"name":"x","values":["R"]}]}})"));
  ASSERT_EQ(made.status, 200) << made.body;
  project.declare("apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: s}\nspec: {name: S}\n---\n" +
                  connection("a"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 8) << result.all();
  EXPECT_NE(result.err.find("error: Role/r would be deleted, but the unmanaged Resource '"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("[still-referenced]\n"), std::string::npos);
}

TEST_F(Removal, OfMostOwnedObjectsByOthersStopsTheRun) {
  apply(connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
  for (const std::string_view id : {"a", "b"})
    api.delete_connection(id);
  expect_refused({},
                 "error: 2 of 3 owned objects of kind Connection are gone from the project [objects-gone]\n"
                 "hint: check that this is the right project; to create them again: --allow-recreate 2\n");
  EXPECT_EQ(project.apply({"--allow-recreate", "2"}).status, 0);
  EXPECT_EQ(api.connections().size(), 3U);
}

TEST_F(Removal, OfOneObjectByOthersIsHealed) {
  apply(connection("a") + "---\n" + connection("b"));
  api.delete_connection("b");
  EXPECT_EQ(project.drift().status, 2);
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
}

TEST_F(Removal, InTheWrongProjectIsRefused) {
  apply(connection("a"));
  project.environment["DESCOPE_PROJECT_ID"] = "P2other";
  expect_refused(
      {},
      "error: the state belongs to the project P2e2e, and this run is aimed at P2other [wrong-project]\n"
      "hint: check the project id, or name another state with --state\n");
  EXPECT_EQ(project.plan().status, 8);
  EXPECT_EQ(project.drift().status, 8);
  EXPECT_EQ(project.run({"destroy", "--auto-approve"}).status, 8);
  EXPECT_FALSE(api.connection("a").is_null());
}

TEST_F(Removal, AVariableThatContradictsTheConfigurationIsRefusedAndAFlagIsNot) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "projectId: P2configured\n");
  project.declare(connection("a"));
  const Result refused = project.apply();
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("P2configured"), std::string::npos) << refused.err;
  EXPECT_EQ(api.connections().size(), 0U);
  EXPECT_EQ(project.apply({"--project-id", "P2flag"}).status, 0);
}

TEST_F(Removal, ByReplacementNeedsAWord) {
  const std::string resource =
      "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
      "spec: {name: R, uri: \"https://one.example\", type: api}\n";
  apply(resource);
  const std::string old_id = json::serialize(api.resources().at(0).at("id"));
  project.declare(std::string(resource).replace(resource.find("one"), 3, "two"));
  expect_refused(
      {},
      "error: Resource/r must be replaced (deleted and created again): /uri can't be changed in place "
      "[replacement-not-allowed]\n"
      "hint: take the change back, or allow it with --allow-replace\n");
  EXPECT_EQ(json::serialize(api.resources().at(0).at("id")), old_id);
  const Result replaced = project.apply({"--allow-replace"});
  EXPECT_EQ(replaced.status, 0) << replaced.all();
  EXPECT_NE(replaced.out.find("-/+ Resource/r"), std::string::npos) << replaced.out;
  EXPECT_EQ(last_line(replaced.out), "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.");
  ASSERT_EQ(api.resources().size(), 1U);
  EXPECT_NE(json::serialize(api.resources().at(0).at("id")), old_id);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Removal, ByReplacementOfAProtectedObjectIsRefused) {
  apply(with_metadata("a", "lifecycle: {preventDestroy: true}"));
  project.declare(with_metadata("a", "lifecycle: {preventDestroy: true}") + "  appType: apikey\n");
  const Result result = project.apply({"--allow-replace"});
  EXPECT_EQ(result.status, 8);
  EXPECT_EQ(
      result.err,
      "error: Connection/a is protected by lifecycle.preventDestroy and would be replaced [prevent-destroy]\n"
      "hint: apply it with 'preventDestroy: false' first, or allow it with --allow-destroy Connection/a\n");
}

TEST_F(Removal, ByDestroyTakesWhatIsOwnedAndDeclaredOnly) {
  api.post("/v1/mgmt/outbound/app/create", {{"id", "foreign"}, {"name", "Foreign"}});
  apply(connection("a"));
  project.declare(connection("a") + "---\n" + connection("foreign", "Foreign"));
  const Result result = project.run({"destroy", "--auto-approve"});
  EXPECT_EQ(last_line(result.out), "Destroy complete! Resources: 1 destroyed.");
  EXPECT_EQ(api.connections().size(), 1U);
  EXPECT_FALSE(api.connection("foreign").is_null());
}

TEST_F(Removal, DeletesWhatRefersBeforeWhatItRefersTo) {
  apply(connection("a") + "---\n" + connection("b") +
        "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
        "spec: {name: R, uri: \"https://r.example\", type: mcp}\n---\napiVersion: descopectl/v1\nkind: "
        "McpScope\n"
        "metadata: {name: s}\nspec: {resource: r, name: s, connections: [{connection: a}]}\n---\n" +
        std::string(kRole));
  project.declare(connection("b") + "---\n" + std::string(kRole));
  const Result result = project.apply({"--allow-empty-kind", "Resource"});
  EXPECT_EQ(result.status, 0) << result.all();
  const auto resource_gone = result.err.find("Resource/r: Destruction complete");
  const auto connection_goes = result.err.find("Connection/a: Destroying...");
  EXPECT_NE(resource_gone, std::string::npos);
  EXPECT_LT(resource_gone, connection_goes);
}

}  // namespace
}  // namespace descopectl::e2e
