// What exported manifests look like, and that they mean what live is.
#include "descopectl/exporter/export.hpp"

#include <gmock/gmock.h>

#include "support/project.hpp"

namespace descopectl::exporter {
namespace {

using test::Manifests;
using test::Project;
using ::testing::HasSubstr;
using ::testing::Not;

struct Made {
  Export made;
  diag::Sink sink;
  std::string text;

  [[nodiscard]] std::string messages() const {
    std::string all;
    for (const diag::Diagnostic& diagnostic : sink.all())
      all += diagnostic.summary + "\n";
    return all;
  }
};

Made export_of(const Project& project, std::set<std::string> kinds = {}) {
  ExportInput input;
  input.live = &project.live;
  input.recorded = &project.recorded;
  input.kinds = std::move(kinds);
  input.policy = project.policy;
  Made result;
  result.made = make_export(input, result.sink);
  result.text = to_stream(result.made);
  return result;
}

TEST(Export, WritesOneDocumentAnObjectWithReferencesRestored) {
  Project project;
  project.add_live("Connection",
                   R"({"id":"google","name":"Google","clientId":"c","pkce":false,"prompt":[]})");
  project.add_live("Resource",
                   R"({"id":"RS1","name":"Calendar MCP","type":"mcp","uri":"https://c.example/mcp",
      "version":"3","createdTime":"5","scopes":{"permissionsScopes":[],"connectionsScopes":[
        {"name":"z:write","description":"","optional":true,"values":["google:s2","google:s1"]},
        {"name":"a:read","values":["https://raw"]}]}})");
  project.add_live("InboundApp",
                   R"({"id":"A1","name":"Portal","clientId":"UDJ","status":"active","dynamic":false,
      "connectionsScopes":[{"name":"x","values":["google"]}]})");
  const Made made = export_of(project);
  EXPECT_EQ(made.messages(),
            "live holds scopes of connections as ID:SCOPE; the manifests name connection and scope\n");
  EXPECT_EQ(made.text,
            "# Secrets are not exported. Set these variables before an apply that sends them:\n"
            "#   CONNECTION_GOOGLE_CLIENT_SECRET: Connection/google clientSecret\n"
            "---\n"
            "apiVersion: descopectl/v1\n"
            "kind: Connection\n"
            "metadata:\n  name: google\n"
            "spec:\n"
            "  name: Google\n"
            "  clientId: c\n"
            "  clientSecret: {fromEnv: CONNECTION_GOOGLE_CLIENT_SECRET}\n"
            "---\n"
            "apiVersion: descopectl/v1\n"
            "kind: Resource\n"
            "metadata:\n  name: calendar-mcp\n"
            "spec:\n"
            "  name: Calendar MCP\n"
            "  uri: https://c.example/mcp\n"
            "  type: mcp\n"
            "  scopes:\n"
            "    connectionsScopes:\n"
            "      - name: a:read\n"
            "        values: [https://raw]\n"
            "      - name: z:write\n"
            "        optional: true\n"
            "        connections:\n"
            "          - connection: google\n"
            "            scopes: [s1, s2]\n"
            "---\n"
            "apiVersion: descopectl/v1\n"
            "kind: InboundApp\n"
            "metadata:\n  name: portal\n"
            "spec:\n"
            "  name: Portal\n"
            "  connectionsScopes:\n"
            "    - name: x\n"
            "      connections:\n"
            "        - connection: google\n"
            "  clientId: UDJ\n");
  EXPECT_EQ(made.made.objects[1].file, "resources/calendar-mcp.yaml");
}

TEST(Export, OfSomeKindsRefersToTheOthersByLiveId) {
  Project project;
  project.add_live("Connection", R"({"id":"google","name":"Google"})");
  project.add_live("Resource", R"({"id":"RS1","name":"R","type":"mcp","uri":"https://r",
      "scopes":{"connectionsScopes":[{"name":"s","values":["google"]}]}})");
  const Made made = export_of(project, {"Resource"});
  EXPECT_THAT(made.text, HasSubstr("        connections:\n          - connection: {live: google}\n"));
  EXPECT_THAT(made.text, Not(HasSubstr("kind: Connection")));
}

TEST(Export, WritesTheLiveIdWhereNothingElseIsCertain) {
  Project project;
  project.add_live("Connection", R"({"id":"gcal","name":"Google Calendar"})");
  project.add_live("Resource", R"({"id":"RS1","name":"Same","type":"api","uri":"https://1"})");
  project.add_live("Resource", R"({"id":"RS2","name":"Same","type":"api","uri":"https://2"})");
  project.add_live("InboundApp", R"({"id":"A2","name":"Twin"})");
  project.add_live("InboundApp", R"({"id":"A1","name":"Twin"})");
  project.add_live("InboundApp", R"({"id":"A3","name":"Same"})");
  project.add_live("Resource", R"({"id":"RS3","name":"!!!","type":"mcp","uri":"https://3",
      "scopes":{"connectionsScopes":[{"name":"s","values":["gcal"]}]}})");
  const Made made = export_of(project);
  EXPECT_EQ(made.messages(), "");
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: google-calendar\n  id: gcal\n"));
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: same\nspec:\n  name: Same\n  uri: https://1\n"));
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: same-2\nspec:\n  name: Same\n  uri: https://2\n"));
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: rs3\nspec:\n  name: \"!!!\"\n"));
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: twin\n  id: A1\n"));
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: twin-2\n  id: A2\n"));
  EXPECT_THAT(made.text, HasSubstr("kind: InboundApp\nmetadata:\n  name: same\n"));
}

TEST(Export, KeepsTheHandlesAndProtectionsOfTheState) {
  Project project;
  project.apply_text(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: mine, id: x, lifecycle: "
      "{preventDestroy: "
      "true, onRemoval: keep}}\nspec: {name: Google}\n");
  project.add_live("Connection", R"({"id":"y","name":"Mine"})");
  const Made made = export_of(project);
  EXPECT_THAT(made.text,
              HasSubstr("metadata:\n  name: mine\n  id: x\n  lifecycle:\n    preventDestroy: true\n"
                        "    onRemoval: keep\n"));
  EXPECT_THAT(made.text, HasSubstr("  name: mine-2\n  id: \"y\"\n"));
  EXPECT_EQ(test::actions_of(project.plan_text(made.text)), "adopt Connection/mine-2");
}

TEST(Export, AsksForASecretThatTheStateKnowsAndNotForOneThatWasCleared) {
  Project project;
  project.apply_text(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a}\nspec: {name: A}\n---\n"
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: b}\nspec: {name: B, clientId: c}\n");
  project.recorded.objects.at({"Connection", "a"}).secrets["/clientSecret"] = {"hmac-sha256", "00"};
  project.recorded.objects.at({"Connection", "b"}).secrets["/clientSecret"] = {"cleared", ""};
  const Made made = export_of(project);
  EXPECT_THAT(made.text, HasSubstr("CONNECTION_A_CLIENT_SECRET"));
  EXPECT_THAT(made.text, Not(HasSubstr("CONNECTION_B_CLIENT_SECRET")));
}

TEST(Export, LeavesOutWhatBelongsToOthers) {
  Project project;
  project.add_live("Connection", R"({"id":"t","name":"T","tenantId":"T1"})");
  project.add_live("InboundApp", R"({"id":"A1","name":"Self","dynamic":true})");
  project.add_live("Permission", R"({"id":"P1","name":"Impersonate","systemDefault":true})");
  project.add_live("Role", R"({"id":"R1","name":"Tenant Admin","tenantId":"T1"})");
  const Made made = export_of(project);
  EXPECT_EQ(made.text, "");
  EXPECT_EQ(made.made.left, (std::map<std::string, std::size_t>{
                                {"Connection", 1}, {"InboundApp", 1}, {"Permission", 1}, {"Role", 1}}));
}

TEST(Export, LeavesOutByNameWhatAManifestCannotSay) {
  Project project;
  project.add_live("Connection",
                   R"({"id":"c","name":"C","prompt":["tomorrow"],"tokenUrl":"not a url","pkce":true,
                       "authorizationUrlParams":[{"key":"a","value":"1"},{"key":"a","value":"2"}]})");
  project.add_live("Connection", R"({"id":"blank","name":" "})");
  project.add_live("InboundApp",
                   R"({"id":"A","name":"A","sessionSettings":{"enabled":true,"sessionTokenExpiration":-5}})");
  const Made made = export_of(project);
  EXPECT_THAT(made.text, HasSubstr("metadata:\n  name: c\nspec:\n  name: C\n  pkce: true\n---\n"));
  EXPECT_THAT(made.text, HasSubstr("  sessionSettings: {enabled: true}\n"));
  EXPECT_THAT(made.text, Not(HasSubstr("blank")));
  EXPECT_THAT(made.messages(), HasSubstr("Connection/c: the field 'prompt' is left out: 'prompt' can't be "));
  EXPECT_THAT(made.messages(), HasSubstr("Connection/c: the field 'authorizationUrlParams' is left out: "));
  EXPECT_THAT(made.messages(), HasSubstr("the Connection 'blank' is left out: 'name' must not be empty\n"));
  EXPECT_THAT(made.messages(), HasSubstr("InboundApp/a: the field 'sessionSettings/sessionTokenExpiration'"));
}

TEST(Export, SaysWhatThePlanOfThisStateWouldStillChange) {
  Project project;
  project.apply_text(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata:\n  name: c\nspec: {name: C, prompt: "
      "[login]}\n");
  project.live_body("Connection", "c")["prompt"] = json::array{"tomorrow"};
  EXPECT_THAT(export_of(project).messages(), HasSubstr("Connection/c: /prompt: the state last applied"));
}

TEST(Export, KeepsScopesRawWhereTwoConnectionsFit) {
  Project project;
  project.add_live("Connection", R"({"id":"a","name":"a"})");
  project.add_live("Connection", R"({"id":"a:b","name":"a:b"})");
  project.add_live("Resource", R"({"id":"RS1","name":"R","type":"mcp","uri":"https://r",
      "scopes":{"connectionsScopes":[{"name":"s","values":["a:b:c"]},{"name":"t","values":["a:x", "a"]}]}})");
  const Made made = export_of(project);
  EXPECT_THAT(made.text, HasSubstr("      - name: s\n        values: [a:b:c]\n"));
  EXPECT_THAT(made.text, HasSubstr("      - name: t\n        connections:\n          - connection: a\n"
                                   "          - connection: a\n            scopes: [x]\n"));
}

TEST(Export, SpeaksTheGenerationThatIsConfigured) {
  Project project;
  project.policy.inbound_generation = 2;
  project.add_live("InboundApp",
                   R"({"id":"A1","name":"App","attributesScopes":[{"name":"s","values":["email"]}],
      "scopeClaimMapping":[{"scope":"s","claims":{"mail":"{{user.email}}"},"mandatory":true}]})");
  const Made made = export_of(project);
  EXPECT_EQ(made.messages(), "");
  EXPECT_THAT(made.text,
              HasSubstr("  scopeClaimMapping:\n    - scope: s\n      claims: {mail: \"{{user.email}}\"}\n"
                        "      mandatory: true\n"));
  EXPECT_THAT(made.text, Not(HasSubstr("attributesScopes")));
}

TEST(Export, EscapesWhatManifestsWouldReplace) {
  Project project;
  project.add_live("Connection", R"({"id":"a","name":"a","description":"${env:HOME} $${x} {{y}}"})");
  const Made made = export_of(project);
  EXPECT_THAT(made.text, HasSubstr(R"(description: "$${env:HOME} $$${x} {{y}}")"));
}

}  // namespace
}  // namespace descopectl::exporter
