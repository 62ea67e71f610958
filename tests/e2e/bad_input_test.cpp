// Manifests that are wrong: exit 3, the right place, nothing called, nothing written.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "refused.hpp"

namespace descopectl::e2e {
namespace {

using WrongManifest = WrongInput;

constexpr std::string_view kResource =
    "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec:\n  name: R\n  uri: "
    "https://r.example\n"
    "  type: mcp\n";

TEST_F(WrongManifest, SyntaxErrorIsShownWhereItBegins) {
  expect_refused("apiVersion: descopectl/v1\nkind: [\n",
                 R"(descope/main.yaml:2:7: error: this '[' is never closed [yaml-syntax]
  kind: [
        ^
hint: add the missing ']'
)");
}

TEST_F(WrongManifest, UnknownKindIsRefusedWithTheNearest) {
  expect_refused("apiVersion: descopectl/v1\nkind: Conection\nmetadata: {name: a}\nspec: {name: A}\n",
                 R"(descope/main.yaml:2:7: error: unknown kind 'Conection' [unknown-kind]
  kind: Conection
        ^~~~~~~~~
hint: did you mean 'Connection'?
)");
}

TEST_F(WrongManifest, UnknownFieldIsRefusedWithTheNearest) {
  expect_refused(connection("a", "A", "  tokenURL: https://x.example/t\n"),
                 R"(descope/main.yaml:6:3: error: unknown field 'tokenURL' in Connection [unknown-field]
    tokenURL: https://x.example/t
    ^~~~~~~~
hint: did you mean 'tokenUrl'?
)");
}

TEST_F(WrongManifest, UnknownApiVersionIsRefused) {
  expect_refused("apiVersion: descopectl/v9\nkind: Connection\nmetadata: {name: a}\nspec: {name: A}\n",
                 R"(descope/main.yaml:1:13: error: unknown apiVersion 'descopectl/v9' [unknown-api-version]
  apiVersion: descopectl/v9
              ^~~~~~~~~~~~~
hint: this program knows 'descopectl/v1'
)");
}

TEST_F(WrongManifest, WrongTypeIsRefused) {
  expect_refused(connection("a", "A", "  pkce: maybe\n"),
                 R"(descope/main.yaml:6:9: error: 'pkce' must be a boolean, not a string [wrong-type]
    pkce: maybe
          ^~~~~
hint: write true or false
)");
}

TEST_F(WrongManifest, WordsThatOldYamlTookForBooleansAreStrings) {
  expect_refused(connection("a", "A", "  pkce: on\n"),
                 R"(descope/main.yaml:6:9: error: 'pkce' must be a boolean, not a string [wrong-type]
    pkce: on
          ^~
hint: YAML 1.2 reads on as a string: write true or false
)");
}

TEST_F(WrongManifest, MissingRequiredFieldIsNamed) {
  expect_refused(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a}\nspec:\n  description: A\n",
      R"(descope/main.yaml:5:3: error: Connection needs the field 'name' [missing-field]
    description: A
    ^~~~~~~~~~~
hint: add 'name: ...': Display name.
)");
}

TEST_F(WrongManifest, UnknownEnumValueIsRefusedWithTheKnownOnes) {
  expect_refused(
      connection("a", "A", "  accessType: offlin\n"),
      R"(descope/main.yaml:6:15: error: 'accessType' can't be 'offlin': it is one of offline or online [invalid-value]
    accessType: offlin
                ^~~~~~
hint: did you mean 'offline'?
)");
}

TEST_F(WrongManifest, BadUrlIsRefused) {
  expect_refused(
      connection("a", "A", "  tokenUrl: not a url\n"),
      R"(descope/main.yaml:6:13: error: 'not a url' is not a valid URL: it holds white space [invalid-url]
    tokenUrl: not a url
              ^~~~~~~~~
)");
}

TEST_F(WrongManifest, BadDurationAndUnitAreBothRefused) {
  expect_refused(
      "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: p}\nspec:\n  name: P\n  "
      "sessionSettings:\n"
      "    refreshTokenExpiration: 4x\n    refreshTokenExpirationUnit: fortnights\n",
      R"(descope/main.yaml:7:29: error: 'refreshTokenExpiration' must be an integer, not a string [wrong-type]
      refreshTokenExpiration: 4x
                              ^~
descope/main.yaml:8:33: error: 'refreshTokenExpirationUnit' can't be 'fortnights': it is one of seconds, minutes, hours, days or weeks [invalid-value]
      refreshTokenExpirationUnit: fortnights
                                  ^~~~~~~~~~
)");
}

TEST_F(WrongManifest, DuplicateKeyShowsBothPlaces) {
  expect_refused(connection("a", "A", "  name: B\n"),
                 R"(descope/main.yaml:6:3: error: duplicate key 'name' [yaml-duplicate-key]
    name: B
    ^~~~
descope/main.yaml:5:3: note: first declared here
)");
}

TEST_F(WrongManifest, DuplicateHandleInAnotherFileShowsBothPlaces) {
  folder.write("descope/a.yaml", connection("a"));
  folder.write("descope/b.yaml", connection("a"));
  expect_refused(R"(descope/b.yaml:3:18: error: Connection/a is declared twice [duplicate-handle]
  metadata: {name: a}
                   ^
descope/a.yaml:3:18: note: first declared here
hint: rename or remove one of the two
)");
}

TEST_F(WrongManifest, DuplicateScopeShowsBothPlaces) {
  const std::string scope =
      "---\napiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: HANDLE}\n"
      "spec: {resource: r, name: \"s:read\"}\n";
  std::string text(kResource);
  for (const std::string handle : {"s1", "s2"})
    text += std::string(scope).replace(scope.find("HANDLE"), 6, handle);
  expect_refused(
      text, R"(descope/main.yaml:17:27: error: the scope 's:read' stands twice on Resource/r [duplicate-item]
  spec: {resource: r, name: "s:read"}
                            ^~~~~~~~
descope/main.yaml:12:27: note: first written here
hint: remove one of the two
)");
}

TEST_F(WrongManifest, DanglingReferencesAreAllFound) {
  expect_refused(
      "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s1}\nspec:\n  resource: nope\n"
      "  name: s:read\n  connections:\n    - connection: alsonope\n      scopes: [x]\n",
      R"(descope/main.yaml:5:13: error: no manifest declares the Resource 'nope' [unknown-reference]
    resource: nope
              ^~~~
hint: refer to an object outside the repository with {live: ID}
descope/main.yaml:8:19: error: no manifest declares the Connection 'alsonope' [unknown-reference]
      - connection: alsonope
                    ^~~~~~~~
hint: refer to an object outside the repository with {live: ID}
)");
}

TEST_F(WrongManifest, AnAnchorThatHoldsItselfIsRefused) {
  expect_refused(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a}\nspec: &s\n  name: A\n  prompt: "
      "[*s]\n",
      R"(descope/main.yaml:6:12: error: the alias '*s' stands within the value that it refers to [yaml-unknown-anchor]
    prompt: [*s]
             ^~
)");
}

TEST_F(WrongManifest, UnsetVariablesAreShownAtTheirPlace) {
  expect_refused(connection("a", "A", "  description: ${var:nope}\n  logo: x${env:NOPE}\n"),
                 R"(descope/main.yaml:6:16: error: the variable 'nope' is not set [unset-variable]
    description: ${var:nope}
                 ^~~~~~~~~~~
hint: give it with --var nope=..., or under 'variables' in descopectl.yaml
descope/main.yaml:7:10: error: the environment variable 'NOPE' is not set [unset-variable]
    logo: x${env:NOPE}
           ^~~~~~~~~~~
hint: export NOPE=..., or write $${ for a literal ${
)");
}

TEST_F(WrongManifest, AMissingIncludedFileIsShownAtItsPlace) {
  expect_refused(
      connection("a", "A", "  description: ${file:nope.txt}\n"),
      R"(descope/main.yaml:6:16: error: can't read 'descope/nope.txt': No such file or directory [unreadable-file]
    description: ${file:nope.txt}
                 ^~~~~~~~~~~~~~~~
)");
}

TEST_F(WrongManifest, AnUnreadableFileIsNamed) {
  folder.write("descope/good.yaml", connection("a"));
  // A file mode would not stop root.
  std::filesystem::create_symlink("nowhere", folder.path("descope/gone.yaml"));
  expect_refused("error: can't read 'descope/gone.yaml': No such file or directory [unreadable-file]\n");
}

TEST_F(WrongManifest, AFolderWithoutManifestIsNoEmptySet) {
  std::filesystem::create_directories(folder.path("descope"));
  expect_refused(
      "error: the folder 'descope' holds no manifest (*.yaml, *.yml) [no-manifest]\n"
      "hint: a set without manifests never counts as an empty one; name the folder that holds them\n");
}

TEST_F(WrongManifest, AMissingPathIsRefused) {
  expect_refused(
      "error: no such file or folder: 'descope' [unreadable-file]\n"
      "hint: check -f, or 'manifests' in descopectl.yaml\n");
}

TEST_F(WrongManifest, AnEmptyFileIsNoEmptySet) {
  folder.write("descope/main.yaml", "# nothing yet\n");
  expect_refused(
      "error: 'descope' holds no manifest [no-manifest]\n"
      "hint: a set without manifests never counts as an empty one\n");
}

TEST_F(WrongManifest, ABinaryFileIsRefused) {
  folder.write("descope/main.yaml", std::string("apiVersion: \0\1\2binary", 21));
  expect_refused(
      "descope/main.yaml:1:13: error: a NUL byte: this is no text file [yaml-encoding]\n"
      "  apiVersion: \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
      "binary\n"
      "              ^\n"
      "hint: is this the right file?\n");
}

TEST_F(WrongManifest, EveryProblemOfThreeFilesIsReportedInOneRun) {
  folder.write("descope/a.yaml", connection("a", "A", "  pkce: 7\n"));
  folder.write("descope/b.yaml", connection("b", "B", "  colour: red\n"));
  folder.write("descope/c.yaml",
               "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\n"
               "spec: {resource: nowhere, name: s}\n");
  expect_refused(R"(descope/a.yaml:6:9: error: 'pkce' must be a boolean, not an integer [wrong-type]
    pkce: 7
          ^
hint: write true or false
descope/b.yaml:6:3: error: unknown field 'colour' in Connection [unknown-field]
    colour: red
    ^~~~~~
descope/c.yaml:4:18: error: no manifest declares the Resource 'nowhere' [unknown-reference]
  spec: {resource: nowhere, name: s}
                   ^~~~~~~
hint: refer to an object outside the repository with {live: ID}
)");
}

TEST_F(WrongManifest, AnUnknownKeyOfTheConfigurationIsRefused) {
  folder.write("descopectl.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifestss: [descope/]\n");
  folder.write("descope/main.yaml", connection("a"));
  expect_command_refused(
      {"apply", "--auto-approve"},
      R"(descopectl.yaml:3:1: error: unknown key 'manifestss' in descopectl.yaml [unknown-key]
  manifestss: [descope/]
  ^~~~~~~~~~
hint: did you mean 'manifests'?
)");
}

}  // namespace
}  // namespace descopectl::e2e
