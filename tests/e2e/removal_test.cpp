// What goes: prune and destroy.
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

TEST(RemovalUnderLag, IsOverWhenTheListsSaySo) {
  const Project project({"--list-lag-ms", "700"});
  std::string all;
  for (const char* name : {"a", "b", "c", "d"})
    all += "---\n" + connection(name);
  project.declare(all);
  ASSERT_EQ(project.apply().status, 0);
  const Result destroyed = project.run({"destroy", "--auto-approve"});
  EXPECT_EQ(destroyed.status, 0) << destroyed.all();
  const Result again = project.apply();
  EXPECT_EQ(last_line(again.out), "Apply complete! Resources: 4 added, 0 changed, 0 destroyed.")
      << again.all();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST(RemovalUnderLag, OfWhatNobodyOwnsIsNotPlannedTwice) {
  const Project project({"--list-lag-ms", "700"});
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "prune: {all: [Connection]}\n");
  Api(project).post("/v1/mgmt/outbound/app/create", {{"id", "foreign"}, {"name", "Foreign"}});
  project.declare(connection("a"));
  Result result = project.apply();
  if (result.out.find("1 destroyed") == std::string::npos) result = project.apply();  // not listed at first
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
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

TEST_F(Removal, OfOneObjectByOthersIsHealed) {
  apply(connection("a") + "---\n" + connection("b"));
  api.delete_connection("b");
  EXPECT_EQ(project.drift().status, 2);
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
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
