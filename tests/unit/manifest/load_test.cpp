// From manifests to desired state: what is accepted, and what users are told about the rest.
#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "descopectl/manifest/load.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::Manifests;

std::string connection(const std::string& handle, const std::string& spec) {
  return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: " + handle + "}\nspec:\n" + spec;
}

TEST(Manifest, DecodesFieldsByTheirTypes) {
  Manifests manifests(connection("a", R"(  name: A
  pkce: true
  prompt: [login]
  authorizationUrlParams: [{key: hd, value: "on"}]
  description: no
  callbackDomain: null
  clientSecret: {fromEnv: S}
)"));
  EXPECT_EQ(manifests.messages(), "");
  const model::DesiredObject& object = manifests.desired.objects.at(0);
  EXPECT_EQ(
      json::serialize(object.spec),
      R"({"name":"A","pkce":true,"prompt":["login"],"authorizationUrlParams":[{"key":"hd","value":"on"}],)"
      R"("description":"no","callbackDomain":null})");
  ASSERT_EQ(object.secrets.size(), 1U);
  EXPECT_EQ(object.secrets[0].pointer, "/clientSecret");
}

TEST(Manifest, ReportsAllProblemsOfADocumentTogetherAtTheirPlaces) {
  Manifests manifests(
      connection("a",
                 "  nmae: A\n  pkce: yes\n  tokenURL: https://t\n  accessType: offlien\n  prompt: consent\n"
                 "  authorizationUrl: htp://x\n"));
  EXPECT_EQ(
      manifests.messages(),
      "<stdin>:5:3: error: Connection needs the field 'name' [missing-field]\n"
      "    nmae: A\n"
      "    ^~~~\n"
      "hint: add 'name: ...': Display name.\n"
      "<stdin>:5:3: error: unknown field 'nmae' in Connection [unknown-field]\n"
      "    nmae: A\n"
      "    ^~~~\n"
      "hint: did you mean 'name'?\n"
      "<stdin>:6:9: error: 'pkce' must be a boolean, not a string [wrong-type]\n"
      "    pkce: yes\n"
      "          ^~~\n"
      "hint: YAML 1.2 reads yes as a string: write true or false\n"
      "<stdin>:7:3: error: unknown field 'tokenURL' in Connection [unknown-field]\n"
      "    tokenURL: https://t\n"
      "    ^~~~~~~~\n"
      "hint: did you mean 'tokenUrl'?\n"
      "<stdin>:8:15: error: 'accessType' can't be 'offlien': it is one of offline or online [invalid-value]\n"
      "    accessType: offlien\n"
      "                ^~~~~~~\n"
      "hint: did you mean 'offline'?\n"
      "<stdin>:9:11: error: 'prompt' must be a list, not a string [wrong-type]\n"
      "    prompt: consent\n"
      "            ^~~~~~~\n"
      "hint: write it as a list: prompt: [...]\n"
      "<stdin>:10:21: error: 'htp://x' is not a valid URL: its scheme must be https or http [invalid-url]\n"
      "    authorizationUrl: htp://x\n"
      "                      ^~~~~~~\n");
}

TEST(Manifest, NamesTheNearestKindAndApiVersion) {
  Manifests manifests("apiVersion: descopectl/v2\nkind: Conection\nmetadata: {name: a}\nspec: {name: A}\n");
  EXPECT_EQ(manifests.messages(),
            "<stdin>:1:13: error: unknown apiVersion 'descopectl/v2' [unknown-api-version]\n"
            "  apiVersion: descopectl/v2\n"
            "              ^~~~~~~~~~~~~\n"
            "hint: this program knows 'descopectl/v1'\n"
            "<stdin>:2:7: error: unknown kind 'Conection' [unknown-kind]\n"
            "  kind: Conection\n"
            "        ^~~~~~~~~\n"
            "hint: did you mean 'Connection'?\n");
}

TEST(Manifest, ShowsBothPlacesOfADuplicateHandle) {
  Manifests manifests(connection("a", "  name: A\n") + "---\n" + connection("a", "  name: B\n"));
  EXPECT_EQ(manifests.messages(),
            "<stdin>:9:18: error: Connection/a is declared twice [duplicate-handle]\n"
            "  metadata: {name: a}\n"
            "                   ^\n"
            "<stdin>:3:18: note: first declared here\n"
            "hint: rename or remove one of the two\n");
}

TEST(Manifest, ReportsADanglingReferenceWithTheNearestHandle) {
  Manifests manifests(connection("hubspot", "  name: H\n") + R"(---
apiVersion: descopectl/v1
kind: Resource
metadata: {name: r}
spec:
  name: R
  type: mcp
  uri: https://mcp.example/mcp
  scopes:
    connectionsScopes:
      - name: mcp:x
        connections: [{connection: hubpsot}]
)");
  EXPECT_EQ(manifests.messages(),
            "<stdin>:17:36: error: no manifest declares the Connection 'hubpsot' [unknown-reference]\n"
            "          connections: [{connection: hubpsot}]\n"
            "                                     ^~~~~~~\n"
            "hint: did you mean 'hubspot'?\n");
}

TEST(Manifest, ScopesOfTheirOwnBecomeItemsInTheOrderOfTheirHandles) {
  const std::string text = R"(apiVersion: descopectl/v1
kind: McpScope
metadata: {name: b}
spec: {resource: r, name: "mcp:b", optional: true}
---
apiVersion: descopectl/v1
kind: Resource
metadata: {name: r}
spec: {name: R, type: mcp, uri: "https://m/mcp", scopes: {connectionsScopes: [{name: "mcp:z"}]}}
---
apiVersion: descopectl/v1
kind: McpScope
metadata: {name: a}
spec: {resource: r, name: "mcp:a", values: [x]}
)";
  Manifests manifests(text);
  EXPECT_EQ(manifests.messages(), "");
  ASSERT_EQ(manifests.desired.objects.size(), 1U);
  EXPECT_EQ(
      json::serialize(manifests.desired.objects[0].spec.at("scopes")),
      R"({"connectionsScopes":[{"name":"mcp:z"},{"name":"mcp:a","values":["x"]},{"name":"mcp:b","optional":true}]})");
}

TEST(Manifest, AScopeOfAnMcpServerOnAnApiIsAWarning) {
  const std::string head = "apiVersion: descopectl/v1\n";
  const test::Manifests manifests(head +
                                  "kind: Resource\nmetadata: {name: r}\nspec: {name: r, type: api, uri: "
                                  "'https://r'}\n---\n" +
                                  head +
                                  "kind: McpScope\nmetadata: {name: s}\nspec: {resource: r, name: s}\n");
  EXPECT_EQ(
      manifests.messages(),
      "<stdin>:8:18: warning: McpScope/s belongs on a Resource with 'type: mcp', and Resource/r has "
      "'type: api' [misplaced-scope]\n"
      "  metadata: {name: s}\n"
      "                   ^\n"
      "hint: write the scope into /scopes/permissionsScopes or /scopes/attributesScopes of Resource/r\n");
}

TEST(Manifest, TheSameScopeTwiceOnOneResourceShowsBothPlaces) {
  Manifests manifests(R"(apiVersion: descopectl/v1
kind: Resource
metadata: {name: r}
spec: {name: R, type: mcp, uri: "https://m/mcp", scopes: {permissionsScopes: [{name: "s"}]}}
---
apiVersion: descopectl/v1
kind: McpScope
metadata: {name: a}
spec: {resource: r, name: s}
)");
  EXPECT_EQ(manifests.messages(),
            "<stdin>:9:27: error: the scope 's' stands twice on Resource/r [duplicate-item]\n"
            "  spec: {resource: r, name: s}\n"
            "                            ^\n"
            "<stdin>:4:86: note: first written here\n"
            "hint: remove one of the two\n");
}

TEST(Manifest, SubstitutesVariablesAndTypesThemByTheField) {
  Manifests manifests(connection("a", "  name: ${var:n} of ${env:WHO} $${x}\n  pkce: ${var:p}\n"),
                      {{"n", "Name"}, {"p", "true"}}, {{"WHO", "me"}});
  EXPECT_EQ(manifests.messages(), "");
  EXPECT_EQ(json::serialize(manifests.desired.objects.at(0).spec),
            R"({"name":"Name of me ${x}","pkce":true})");
}

TEST(Manifest, NamesWhatCanNotBeSubstituted) {
  Manifests manifests(connection("a", "  name: ${env:NOPE}\n  description: ${var:domian}\n  logo: ${x}\n"),
                      {{"domain", "d"}});
  EXPECT_EQ(
      manifests.messages(),
      "<stdin>:5:9: error: the environment variable 'NOPE' is not set [unset-variable]\n"
      "    name: ${env:NOPE}\n"
      "          ^~~~~~~~~~~\n"
      "hint: export NOPE=..., or write $${ for a literal ${\n"
      "<stdin>:6:16: error: the variable 'domian' is not set [unset-variable]\n"
      "    description: ${var:domian}\n"
      "                 ^~~~~~~~~~~~~\n"
      "hint: did you mean 'domain'?\n"
      "<stdin>:7:9: error: '${x}' is none of ${env:NAME}, ${var:NAME} and ${file:PATH} [bad-substitution]\n"
      "    logo: ${x}\n"
      "          ^~~~\n"
      "hint: write $${ for a literal ${\n");
}

TEST(Manifest, PointsAtWhatCanNotBeSubstitutedWithinItsText) {
  Manifests manifests(connection("a",
                                 "  name: x ${var:one} y ${var:two}\n  description: 'z ${var:three}'\n"
                                 "  logo: \"\\x41${var:four}\"\n"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("<stdin>:5:11: error: the variable 'one' is not set"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("<stdin>:5:24: error: the variable 'two' is not set [unset-variable]\n"
                                   "    name: x ${var:one} y ${var:two}\n"
                                   "                         ^~~~~~~~~~\n"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("<stdin>:6:19: error: the variable 'three' is not set"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("<stdin>:7:9: error: the variable 'four' is not set"));
}

TEST(Manifest, ALiteralSecretIsAWarningThatDoesNotShowIt) {
  Manifests manifests(connection("a", "  name: A\n  clientSecret: planted-secret-value\n"));
  EXPECT_FALSE(manifests.sink.has_errors());
  EXPECT_THAT(manifests.messages(), ::testing::HasSubstr("[literal-secret]"));
  EXPECT_THAT(manifests.messages(), ::testing::Not(::testing::HasSubstr("planted")));
}

TEST(Manifest, NoExcerptOfABrokenSecretShowsIt) {
  for (const char* spec : {"  name: A\n  clientsecret: SEC1\n", "  name: A\n  clientSecret: \"SEC1\n",
                           "  name: A\n  extraFields: {clientSecret: SEC1}\n",
                           "  name: A\n  clientSecret: {fromEnv: A, value: SEC1}\n",
                           "  name: A\n  clientSecret: x\n  clientSecret: SEC1\n"}) {
    Manifests manifests(connection("a", spec));
    EXPECT_TRUE(manifests.sink.has_errors()) << spec;
    EXPECT_THAT(manifests.messages(), ::testing::Not(::testing::HasSubstr("SEC1")));
  }
}

TEST(Manifest, ASecretTakesNoNullAndNoNumber) {
  Manifests manifests(connection("a", "  name: A\n  clientSecret: null\n") + "---\n" +
                      connection("b", "  name: B\n  clientSecret: 12345\n"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("the secret 'clientSecret' takes no null [wrong-type]"));
  EXPECT_THAT(manifests.messages(), ::testing::Not(::testing::HasSubstr("12345")));
}

TEST(Manifest, AnApiKeyConnectionHasNoOAuthField) {
  Manifests manifests(connection("a", "  name: A\n  appType: apikey\n  tokenUrl: https://t.example\n"));
  EXPECT_EQ(manifests.messages(),
            "<stdin>:7:3: error: an API-key connection (appType: apikey) has no field 'tokenUrl' "
            "[invalid-combination]\n"
            "    tokenUrl: https://t.example\n"
            "    ^~~~~~~~\n"
            "hint: remove the field, or write 'appType: oauth', which replaces a connection that is live\n");
}

TEST(Manifest, UseTemplateNeedsATemplate) {
  Manifests manifests(R"(apiVersion: descopectl/v1
kind: Resource
metadata: {name: r}
spec: {name: R, type: mcp, uri: "https://m/mcp", dynamicRegistrationSettings: {useTemplate: true}}
)");
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("useTemplate is true, but no template is named [invalid-combination]"));
}

TEST(Manifest, ExtraFieldsPassAsTheyStandButNotForKnownOnes) {
  Manifests good(connection("a", "  name: A\n  extraFields: {tomorrow: {deep: [1, true, null, x]}}\n"));
  EXPECT_EQ(json::serialize(good.desired.objects.at(0).spec),
            R"({"name":"A","tomorrow":{"deep":[1,true,null,"x"]}})");
  Manifests bad(connection("a", "  name: A\n  extraFields: {pkce: true}\n"));
  EXPECT_THAT(bad.messages(),
              ::testing::HasSubstr("'pkce' is a known field of Connection and can't be an extra field"));
}

TEST(Manifest, DurationsHaveRangesAndUnits) {
  Manifests manifests(R"(apiVersion: descopectl/v1
kind: InboundApp
metadata: {name: a}
spec:
  name: A
  sessionSettings:
    refreshTokenExpiration: -5
    refreshTokenExpirationUnit: fortnights
    sessionTokenExpiration: ten
    keySessionTokenExpiration: 1e3
)");
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr(
                  "'refreshTokenExpiration' must lie between 1 and 2147483647, not -5 [out-of-range]"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("'refreshTokenExpirationUnit' can't be 'fortnights'"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("'sessionTokenExpiration' must be an integer, not a string"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("'keySessionTokenExpiration' must be an integer, not a number"));
}

TEST(Manifest, TwoManifestsOfOneLiveObjectAreAnError) {
  Manifests manifests(R"(apiVersion: descopectl/v1
kind: Resource
metadata: {name: a}
spec: {name: A, type: api, uri: "https://x"}
---
apiVersion: descopectl/v1
kind: Resource
metadata: {name: b}
spec: {name: B, type: api, uri: "https://x"}
)");
  EXPECT_THAT(
      manifests.messages(),
      ::testing::HasSubstr("Resource/a and Resource/b have the same uri 'https://x' [duplicate-key]"));
}

TEST(Manifest, ReadOnlyFieldsAreRefused) {
  Manifests manifests(
      "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: a}\n"
      "spec: {name: A, type: api, uri: \"https://x\", id: RS1, version: 3}\n");
  EXPECT_THAT(
      manifests.messages(),
      ::testing::HasSubstr("'id' of Resource is set by the service and can't be written [read-only-field]"));
  EXPECT_THAT(manifests.messages(),
              ::testing::HasSubstr("hint: bind a manifest to a live object with metadata.id"));
}

class Folder : public ::testing::Test {
 protected:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("descopectl-load-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() override { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  std::string load(const std::vector<std::string>& roots) {
    const base::Environment environment;
    manifest::LoadOptions options;
    for (const std::string& root : roots)
      options.roots.push_back({(path_ / root).string(), root});
    options.environment = &environment;
    diag::SourceTable sources;
    diag::Sink sink;
    const model::DesiredState state = manifest::load_manifests(options, sources, sink);
    std::string text;
    for (const diag::Diagnostic& diagnostic : diag::sorted(sink.all()))
      text += diagnostic.code + " ";
    for (const model::DesiredObject& object : state.objects)
      text += object.key.to_string() + "@" + object.root + " ";
    return text;
  }
  std::filesystem::path path_;
};

TEST_F(Folder, IsReadRecursivelyWithoutHiddenAndOtherFiles) {
  write("d/a.yaml", connection("a", "  name: A\n"));
  write("d/deep/b.yml", connection("b", "  name: B\n"));
  write("d/.git/c.yaml", "broken: [");
  write("d/readme.md", "broken: [");
  EXPECT_EQ(load({"d"}), "Connection/a@d Connection/b@d ");
}

TEST_F(Folder, AFileThatTwoRootsReachIsReadOnce) {
  write("d/a.yaml", connection("a", "  name: A\n"));
  EXPECT_EQ(load({"d", "d/a.yaml"}), "Connection/a@d ");
}

TEST_F(Folder, APathWithoutAManifestIsAnErrorAndNeverAnEmptySet) {
  write("empty/readme.md", "");
  write("comments/a.yaml", "# nothing here\n---\n");
  EXPECT_EQ(load({"missing"}), "unreadable-file ");
  EXPECT_EQ(load({"empty"}), "no-manifest ");
  EXPECT_EQ(load({"comments"}), "no-manifest ");
}

TEST_F(Folder, ProblemsOfSeveralFilesComeInOneRun) {
  write("d/1.yaml", connection("a", "  name: 5\n"));
  write("d/2.yaml", connection("b", "  name: B\n  nope: 1\n"));
  write("d/3.yaml", connection("c", "  name: [\n"));
  EXPECT_THAT(load({"d"}), ::testing::StartsWith("wrong-type unknown-field yaml-syntax "));
}

TEST(RecordedRoot, IsRelativeToItsBaseAndNormal) {
  EXPECT_EQ(manifest::recorded_root("/a/b/descope/", "/a/b"), "descope");
  EXPECT_EQ(manifest::recorded_root("/a/b", "/a/b"), ".");
  EXPECT_EQ(manifest::recorded_root("/a/c", "/a/b"), "../c");
  EXPECT_EQ(manifest::recorded_root("-", "/a/b"), "-");
}

}  // namespace
}  // namespace descopectl
