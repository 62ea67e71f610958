// Names, ids and roots that move: what a run makes of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

std::string role(std::string_view handle, std::string_view name) {
  return "---\napiVersion: descopectl/v1\nkind: Role\nmetadata: {name: " + std::string(handle) +
         "}\nspec: {name: " + std::string(name) + "}\n";
}

std::string resource(std::string_view metadata, std::string_view uri, std::string_view type = "mcp") {
  return "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {" + std::string(metadata) +
         "}\nspec:\n  name: R\n  uri: " + std::string(uri) + "\n  type: " + std::string(type) + "\n";
}

class Identity : public testing::Test {
 protected:
  void apply(std::string_view manifests, const Arguments& more = {}) {
    project.declare(manifests);
    const Result result = project.apply(more);
    ASSERT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
  }
  std::string resource_id() const { return std::string(api.resources().at(0).at("id").as_string()); }

  Project project;
  Api api{project};
};

class Renames : public Identity {};
class Pipes : public Identity {};
class DriftsLastLine : public Identity {};

TEST_F(Renames, OfAChainAreDoneInOneApply) {
  apply(role("a", "A") + role("b", "B") + role("c", "C"));
  apply(role("a", "B") + role("b", "C") + role("c", "D"), {"--parallelism", "10"});
}

TEST_F(Renames, InACircleAreRefusedBeforeAnythingIsWritten) {
  apply(role("a", "A") + role("b", "B"));
  project.declare(role("a", "B") + role("b", "A"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(result.err.find("error: Role/a ('A') and Role/b ('B') take over the name of each other, which no "
                            "order of single changes can do [rename-cycle]\n"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("hint: give Role/a a third name and apply, then give it the one that it is to "
                            "have\n"),
            std::string::npos)
      << result.err;
}

TEST_F(Renames, LeaveTheOldNameToANewManifest) {
  apply(role("z", "A"));
  apply(role("a", "A") + role("z", "B"));
  EXPECT_EQ(api.roles().size(), 2U);
}

TEST_F(Renames, OfAUriLeaveItToANewManifest) {
  apply(resource("name: z", "https://u.example"));
  apply(resource("name: a", "https://u.example") + resource("name: z", "https://v.example"),
        {"--allow-replace"});
  EXPECT_EQ(api.resources().size(), 2U);
}

TEST_F(Renames, OfAConnectionsIdTogetherWithAReplacedResource) {
  const std::string scope =
      "---\napiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\n"
      "spec: {resource: r, name: s, connections: [{connection: c}]}\n";
  const auto bound = [](const std::string& id) {
    return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: c, id: " + id +
           "}\nspec: {name: C}\n";
  };
  apply(bound("old") + resource("name: r", "https://r.example") + scope);
  apply(bound("new") + resource("name: r", "https://other.example") + scope, {"--allow-replace"});
  EXPECT_TRUE(api.connection("old").is_null());
  EXPECT_EQ(api.resources().size(), 1U);
}

TEST_F(Identity, ThatIsGoneIsDriftAndStopsAnApply) {
  apply(resource("name: r", "https://r.example"));
  const std::string id = resource_id();
  apply(resource("name: r, id: " + id, "https://r.example"));
  api.post("/v1/mgmt/resource/delete", {{"id", id}});
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 2) << drift.all();
  EXPECT_NE(drift.out.find("Deleted live:\n- Resource/r [id=" + id + "]"), std::string::npos) << drift.out;
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 3);
  EXPECT_NE(plan.err.find("hint: remove metadata.id to have the object created again"), std::string::npos)
      << plan.err;
  apply(resource("name: r", "https://r.example"));
}

TEST_F(Identity, OfAScopesResourceThatIsGoneNamesTheScopesField) {
  const Answer made = api.post("/v1/mgmt/resource/create",
                               {{"name", "Theirs"}, {"uri", "https://t.example"}, {"type", "mcp"}});
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string id = resource_id();
  apply("apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\nspec: {resource: {live: " + id +
        "}, name: s}\n");
  api.post("/v1/mgmt/resource/delete", {{"id", id}});
  const Result plan = project.plan();
  EXPECT_EQ(plan.status, 3);
  EXPECT_NE(plan.err.find("hint: check 'spec.resource: {live: " + id + "}'"), std::string::npos) << plan.err;
  EXPECT_EQ(project.drift().status, 2);
}

TEST_F(Identity, OfAnotherObjectIsRefusedSinceTheFirstWouldBeLost) {
  apply(resource("name: r", "https://r.example"));
  const std::string first = resource_id();
  const Answer made = api.post("/v1/mgmt/resource/create",
                               {{"name", "Theirs"}, {"uri", "https://t.example"}, {"type", "mcp"}});
  ASSERT_EQ(made.status, 200) << made.body;
  std::string second;
  for (const json::value& live : api.resources())
    if (live.at("uri").as_string() == "https://t.example") second = live.at("id").as_string();
  project.declare(resource("name: r, id: " + second, "https://t.example"));
  const Result refused = project.apply({"--adopt"});
  EXPECT_EQ(refused.status, 3) << refused.all();
  EXPECT_NE(refused.err.find("[owned-id-changed]\n"), std::string::npos) << refused.err;
  apply(resource("name: s, id: " + second, "https://t.example"), {"--adopt"});
  ASSERT_EQ(api.resources().size(), 1U) << "the first is no longer declared";
  EXPECT_EQ(resource_id(), second);
}

TEST_F(Pipes, PruneNothing) {
  EXPECT_EQ(project.run({"apply", "-f", "-", "--auto-approve"}, connection("a")).status, 0);
  const Result second = project.run({"apply", "-f", "-", "--auto-approve"}, connection("b"));
  EXPECT_EQ(last_line(second.out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
  EXPECT_NE(second.err.find("warning: 1 object from an earlier run's standard input is not declared now and "
                            "stays: Connection/a [stdin-not-pruned]\n"),
            std::string::npos)
      << second.err;
  EXPECT_EQ(api.connections().size(), 2U);
  EXPECT_EQ(project.run({"destroy", "-f", "-", "--auto-approve"}, connection("a")).status, 0);
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(Pipes, TakeNothingFromTheFolderThatOwnsIt) {
  project.declare(connection("a") + "---\n" + connection("b"));
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(project.run({"apply", "-f", "-", "--auto-approve"}, connection("a")).status, 0);
  project.declare(connection("b"));
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.");
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(Pipes, TakeNoScopeOfAResourceThatAFolderOwns) {
  project.declare(resource("name: m, lifecycle: {preventDestroy: true}", "https://m.example"));
  EXPECT_EQ(project.apply().status, 0);
  const std::string scope =
      "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\nspec: {name: s, resource: {live: " +
      std::string(api.resources().at(0).at("id").as_string()) + "}}\n";
  const Result refused = project.run({"apply", "-f", "-", "--auto-approve"}, scope);
  EXPECT_EQ(refused.status, 3) << refused.all();
  EXPECT_NE(refused.err.find("is owned as Resource/m, which 'descope' declares [duplicate-binding]"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(project.run({"destroy", "-f", "-", "--auto-approve"}, scope).status, 3);
}

TEST_F(DriftsLastLine, AgreesWithTheExitStatus) {
  apply(connection("a"));
  api.post("/v1/mgmt/outbound/app/create", {{"id", "foreign"}, {"name", "Foreign"}});
  const Result ignored = project.drift();
  EXPECT_EQ(ignored.status, 0);
  EXPECT_EQ(last_line(ignored.out), "No drift. 1 object is as last applied, 1 unmanaged.");
  const Result counted = project.drift({"--count", "unmanaged"});
  EXPECT_EQ(counted.status, 2);
  EXPECT_EQ(last_line(counted.out), "Drift: 0 changed live, 0 deleted, 0 changed in manifests, 1 unmanaged.");
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: {backend: "
                       "none}\n");
  EXPECT_EQ(last_line(project.drift().out),
            "Without a state, drift can't be told: 1 object is as the manifests say, 1 unmanaged.");
}

/// An owned role that its list does not show at first.
class LaggingRole : public testing::Test, public Workspace {
 protected:
  LaggingRole()
      : hosted({}, [this](const http::Request& request, const http::Server::Handler& service) {
          if (request.target != "/v1/mgmt/role/all" || misses == 0) return service(request);
          --misses;
          return http::Reply(http::Response(200, R"({"roles":[]})"));
        }) {
    aim(*this, hosted);
    folder.write(
        "descopectl.yaml",
        "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nhttp: {settleSeconds: 1}\n");
    folder.write("descope/main.yaml", role("r", "R"));
    EXPECT_EQ(run({"apply", "--auto-approve"}).status, 0);
    hosted.forget_requests();
  }

  int misses = 0;
  Hosted hosted;
};

TEST_F(LaggingRole, IsNotTakenForDeleted) {
  misses = 2;
  const Result plan = run({"plan"});
  EXPECT_EQ(last_line(plan.out), "No changes. Live matches the manifests.") << plan.all();
  const std::vector<std::string> requests = hosted.requests();
  EXPECT_EQ(std::count(requests.begin(), requests.end(), "GET /v1/mgmt/role/all"), 3);
}

TEST_F(LaggingRole, IsDeletedWhereItStaysAway) {
  misses = 1000;
  const Result drift = run({"drift"});
  EXPECT_EQ(drift.status, 2) << drift.all();
  EXPECT_NE(drift.out.find("Deleted live:\n- Role/r"), std::string::npos) << drift.out;
}

}  // namespace
}  // namespace descopectl::e2e
