// What becomes of a field: ignored, null, no longer declared, unknown to the program, changed by others.
#include <gtest/gtest.h>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

class Fields : public testing::Test {
 protected:
  explicit Fields(Arguments flags = {}) : project(std::move(flags)) {}

  void apply(std::string_view manifests) {
    project.declare(manifests);
    const Result result = project.apply();
    ASSERT_EQ(result.status, 0) << result.all();
    ASSERT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
  }

  Project project;
  Api api{project};
};

TEST_F(Fields, ThatAreNotDeclaredSurviveAnUpdate) {
  apply(connection("a", "A"));
  api.change_connection("a", {{"description", "theirs"}, {"pkce", true}});
  EXPECT_EQ(project.drift().status, 0) << "nobody here declared them";
  apply(connection("a", "B"));
  EXPECT_EQ(api.connection("a").at("name").as_string(), "B");
  EXPECT_EQ(api.connection("a").at("description").as_string(), "theirs");
  EXPECT_TRUE(api.connection("a").at("pkce").as_bool());
}

TEST_F(Fields, ThatAreIgnoredAreSentOnceAndLeftAloneThen) {
  std::string text = connection("a", "A", "  logo: https://ours.example/l.png\n");
  text.insert(text.find("}\nspec"), ", lifecycle: {ignoreFields: [/logo]}");
  apply(text);
  EXPECT_EQ(api.connection("a").at("logo").as_string(), "https://ours.example/l.png");
  api.change_connection("a", {{"logo", "https://theirs.example/l.png"}});
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
  EXPECT_EQ(project.drift().status, 0);
  text.replace(text.find("name: A\n"), 8, "name: B\n");
  apply(text);
  EXPECT_EQ(api.connection("a").at("name").as_string(), "B");
  EXPECT_EQ(api.connection("a").at("logo").as_string(), "https://theirs.example/l.png");
}

TEST_F(Fields, ThatAreNullGoBackToTheirDefault) {
  apply(connection("a", "A", "  pkce: true\n  description: text\n  defaultScopes: [x, y]\n"));
  apply(connection("a", "A", "  pkce: null\n  description: null\n  defaultScopes: null\n"));
  EXPECT_FALSE(api.connection("a").at("pkce").as_bool());
  EXPECT_EQ(api.connection("a").at("description").as_string(), "");
  EXPECT_TRUE(api.connection("a").at("defaultScopes").as_array().empty());
}

TEST_F(Fields, ThatAreNoLongerDeclaredGoBackToTheirDefault) {
  apply(connection("a", "A", "  pkce: true\n  description: text\n"));
  project.declare(connection("a", "A"));
  const Result plan = project.plan();
  EXPECT_NE(plan.out.find("  - description = \"text\""), std::string::npos) << plan.out;
  EXPECT_NE(plan.out.find("  - pkce = true"), std::string::npos) << plan.out;
  apply(connection("a", "A"));
  EXPECT_FALSE(api.connection("a").at("pkce").as_bool());
  EXPECT_EQ(api.connection("a").at("description").as_string(), "");
}

TEST_F(Fields, OfAListAreManagedWhole) {
  apply(connection("a", "A", "  defaultScopes: [x, y]\n"));
  api.change_connection("a", {{"defaultScopes", json::array{"y", "x"}}});
  EXPECT_EQ(project.drift().status, 0) << "a set has no order";
  api.change_connection("a", {{"defaultScopes", json::array{"y", "x", "z"}}});
  EXPECT_EQ(project.drift().status, 2);
  apply(connection("a", "A", "  defaultScopes: [x, y]\n"));
  EXPECT_EQ(api.connection("a").at("defaultScopes").as_array().size(), 2U);
}

TEST_F(Fields, ThatOthersChangedAreShownByDriftAndHealed) {
  apply(connection("a", "A", "  tokenUrl: https://t.example/token\n"));
  api.change_connection("a", {{"tokenUrl", "https://evil.example/token"}});
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 2);
  EXPECT_EQ(drift.out,
            "Changed live:\n"
            "~ Connection/a [id=a] (descope/main.yaml:3:18)\n"
            "    tokenUrl: \"https://t.example/token\" -> \"https://evil.example/token\" (live)\n"
            "\n"
            "Drift: 1 changed live, 0 deleted, 0 changed in manifests, 0 unmanaged.\n");
  const Result heal = project.apply();
  EXPECT_NE(heal.out.find("  ~ tokenUrl = \"https://evil.example/token\" -> \"https://t.example/token\"\n"),
            std::string::npos)
      << heal.out;
  EXPECT_EQ(project.drift().status, 0);
}

TEST_F(Fields, ThatTheServiceRefusesAreReportedAtTheirObject) {
  project.declare(connection("a", "A", "  extraFields: {tomorrow: soon}\n"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 9);
  EXPECT_NE(result.out.find("Failed:\n  Connection/a: "), std::string::npos) << result.out;
  EXPECT_NE(result.all().find("tomorrow"), std::string::npos) << result.all();
  EXPECT_TRUE(api.connection("a").is_null());
}

/// A service that is newer than this program.
class NewerFields : public Fields {
 protected:
  NewerFields() : Fields({"--ignore-unknown-fields"}) {}
};

TEST_F(NewerFields, AreSentAsTheyStandAndReadBack) {
  project.declare(connection("a", "A", "  extraFields: {tomorrow: soon}\n"));
  const Result result = project.apply();
  // The service takes the body and does not keep the field: that must not pass for success.
  EXPECT_EQ(result.status, 9) << result.all();
  EXPECT_NE(result.out.find("tomorrow"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("[not-applied]"), std::string::npos) << result.out;
}

/// A service that shows a field of tomorrow, and refuses it in updates.
TEST(UnknownLiveFields, AreNotDroppedUnlessAllowed) {
  Workspace workspace;
  const Hosted hosted({}, [](const http::Request& request, const http::Server::Handler& service) {
    http::Reply reply = service(request);
    if (request.target != "/v1/mgmt/outbound/apps") return reply;
    json::value list = json::parse(reply.response.body);
    for (json::value& app : list.at("apps").as_array())
      app.as_object()["tomorrow"] = "kept";
    reply.response.body = json::serialize(list);
    return reply;
  });
  aim(workspace, hosted);
  const Api api(hosted.port());
  workspace.folder.write("descopectl.yaml",
                         "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
  workspace.folder.write("descope/main.yaml", connection("a", "A"));
  ASSERT_EQ(workspace.run({"apply", "--auto-approve"}).status, 0);
  workspace.folder.write("descope/main.yaml", connection("a", "B"));
  const Result refused = workspace.run({"apply", "--auto-approve"});
  EXPECT_EQ(refused.status, 9) << refused.all();
  EXPECT_NE(refused.out.find("[would-drop-field]\n"), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find("--allow-drop Connection/a:tomorrow"), std::string::npos) << refused.out;
  EXPECT_EQ(api.connection("a").at("name").as_string(), "A");
  const Result allowed = workspace.run({"apply", "--auto-approve", "--allow-drop", "Connection/a:tomorrow"});
  EXPECT_EQ(allowed.status, 0) << allowed.all();
  EXPECT_EQ(api.connection("a").at("name").as_string(), "B");
}

TEST_F(Fields, OfScopeDocumentsBelongToTheirResource) {
  apply(connection("a") +
        "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
        "spec: {name: R, uri: \"https://r.example\", type: mcp}\n---\n"
        "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\n"
        "spec: {resource: r, name: \"tool:read\", description: Reads, "
        "connections: [{connection: a, scopes: [x]}]}\n");
  const json::value scope = api.resources().at(0).at("scopes").at("connectionsScopes").at(0);
  EXPECT_EQ(scope.at("name").as_string(), "tool:read");
  EXPECT_EQ(scope.at("values"), json::array({"x"}));
}

}  // namespace
}  // namespace descopectl::e2e
