// descopectl.yaml: decoding, and every message about what is wrong in it.
#include "descopectl/config/config_file.hpp"

#include <gmock/gmock.h>

#include <set>

#include "config_folder.hpp"

namespace descopectl::config {
namespace {

constexpr std::string_view kHead = "apiVersion: descopectl/v1\nkind: Config\n";

/// Loads a descopectl.yaml of the usual head and `body`.
struct Loaded {
  explicit Loaded(std::string_view body, std::string_view head = kHead) {
    const auto path = folder.write("descopectl.yaml", std::string(head) + std::string(body));
    diag::Sink sink;
    file = load_config(path, sources, sink);
    messages = all_text(sink, sources, folder.path().string() + "/");
  }

  TestFolder folder;
  diag::SourceTable sources;
  std::optional<ConfigFile> file;
  std::string messages;
};

TEST(ConfigFile, HoldsWhatIsWrittenAndNothingElse) {
  const Loaded loaded(
      "manifests: [descope/, more]\n"
      "projectId: P2abc\n"
      "baseUrl: https://auth.example.com\n"
      "variables: {domain: example.com, port: 0080, on: true}\n"
      "state: {backend: none, path: a/state.json}\n"
      "prune: {all: [Connection, Role]}\n"
      "adopt: always\n"
      "inboundApi: v2\n"
      "connectionScopeFormat: id:scope\n"
      "limits: {maxDeletes: 0, maxDeletePercent: 100}\n"
      "http: {parallelism: 3, timeoutSeconds: 4, retries: 5, retryBaseMilliseconds: 6, settleSeconds: 7,\n"
      "       requestsPerMinute: 8, retrySeconds: 9}\n"
      "environments:\n"
      "  staging: {projectId: P3, limits: {maxDeletes: 1}}\n"
      "  empty:\n");
  EXPECT_EQ(loaded.messages, "");
  ASSERT_TRUE(loaded.file);
  const auto& base = loaded.file->base;
  ASSERT_EQ(base.manifests->size(), 2U);
  EXPECT_EQ(base.manifests->at(1).value, "more");
  EXPECT_EQ(base.project_id->value, "P2abc");
  EXPECT_EQ(base.base_url->value, "https://auth.example.com");
  EXPECT_EQ(base.variables.at("port").value, "0080");
  EXPECT_EQ(base.variables.at("on").value, "true");
  EXPECT_EQ(base.state_backend->value, 2U);
  EXPECT_EQ(base.state_path->value, "a/state.json");
  EXPECT_EQ(base.prune->value.mode, PruneMode::kAll);
  EXPECT_EQ(base.prune->value.kinds.at(1).value, "Role");
  EXPECT_EQ(base.adopt->value, 2U);
  EXPECT_EQ(base.inbound_api->value, 1U);
  EXPECT_EQ(base.connection_scope_format->value, 2U);
  EXPECT_EQ(base.max_deletes->value, 0);
  EXPECT_EQ(base.requests_per_minute->value, 8);
  EXPECT_EQ(base.retry_seconds->value, 9);
  const auto* staging = loaded.file->find_environment("staging");
  ASSERT_NE(staging, nullptr);
  EXPECT_EQ(staging->project_id->value, "P3");
  EXPECT_EQ(staging->max_deletes->value, 1);
  EXPECT_FALSE(staging->max_delete_percent);
  EXPECT_NE(loaded.file->find_environment("empty"), nullptr);
  EXPECT_EQ(loaded.file->find_environment("other"), nullptr);
}

TEST(ConfigFile, ReportsAllProblemsTogetherAtTheirPlaces) {
  const Loaded loaded(
      "manifest: [a]\n"
      "projectId: 17\n"
      "adopt: sometimes\n"
      "limits: {maxDeletePercent: 130, maxDelete: 1}\n"
      "http: []\n"
      "state: {backend: disk, address: 'https://ann:pw@x', lockMethod: lock}\n");
  EXPECT_FALSE(loaded.file);
  EXPECT_EQ(
      loaded.messages,
      "descopectl.yaml:3:1: error: unknown key 'manifest' in descopectl.yaml [unknown-key]\n"
      "  manifest: [a]\n"
      "  ^~~~~~~~\n"
      "hint: did you mean 'manifests'?\n"
      "descopectl.yaml:4:12: error: 'projectId' must be a string, not an integer [wrong-type]\n"
      "  projectId: 17\n"
      "             ^~\n"
      "descopectl.yaml:5:8: error: 'adopt' must be never, unchanged or always, not 'sometimes' "
      "[invalid-value]\n"
      "  adopt: sometimes\n"
      "         ^~~~~~~~~\n"
      "descopectl.yaml:6:28: error: 'limits.maxDeletePercent' must be from 0 to 100, not 130 [out-of-range]\n"
      "  limits: {maxDeletePercent: 130, maxDelete: 1}\n"
      "                             ^~~\n"
      "descopectl.yaml:6:33: error: unknown key 'maxDelete' in 'limits' [unknown-key]\n"
      "  limits: {maxDeletePercent: 130, maxDelete: 1}\n"
      "                                  ^~~~~~~~~\n"
      "hint: did you mean 'maxDeletes'?\n"
      "descopectl.yaml:7:7: error: 'http' must be a map, not a list [wrong-type]\n"
      "  http: []\n"
      "        ^~\n"
      "descopectl.yaml:8:18: error: 'state.backend' must be local, http or none, not 'disk' [invalid-value]\n"
      "  state: {backend: disk, address: ***, lockMethod: lock}\n"
      "                   ^~~~\n"
      "descopectl.yaml:8:33: error: 'state.address' must not hold a user name or password [invalid-value]\n"
      "  state: {backend: disk, address: ***, lockMethod: lock}\n"
      "                                  ^~~\n"
      "descopectl.yaml:8:65: error: 'state.lockMethod' must be a method of HTTP in capitals [invalid-value]\n"
      "  state: {backend: disk, address: ***, lockMethod: lock}\n"
      "                                                   ^~~~\n");
}

TEST(ConfigFile, IsNotQuotedWhereASecretMayStand) {
  const Loaded loaded(
      "managementKey: planted\n"
      "baseUrl: https://ann:planted@x.example\n"
      "state: {backend: http, address: 'https://x.example/s', password: planted}\n"
      "environments: {staging: {token: [planted]}}\n");
  EXPECT_FALSE(loaded.file);
  EXPECT_NE(loaded.messages, "");
  EXPECT_EQ(loaded.messages.find("planted"), std::string::npos) << loaded.messages;
}

TEST(ConfigFile, ReportsProblemsInsideEnvironments) {
  const Loaded loaded(
      "environments:\n"
      "  ../up: {}\n"
      "  staging: {environments: {}, adopt: allways}\n"
      "  production: P1\n");
  EXPECT_EQ(
      loaded.messages,
      "descopectl.yaml:4:3: error: '../up' is no name for an environment [invalid-value]\n"
      "    ../up: {}\n"
      "    ^~~~~\n"
      "hint: use letters, digits, '-', '_' and '.', beginning with a letter or digit\n"
      "descopectl.yaml:5:13: error: unknown key 'environments' in environment 'staging' [unknown-key]\n"
      "    staging: {environments: {}, adopt: allways}\n"
      "              ^~~~~~~~~~~~\n"
      "hint: known keys: manifests, projectId, baseUrl, variables, state, prune, adopt, inboundApi, "
      "connectionScopeFormat, limits and http\n"
      "descopectl.yaml:5:38: error: 'adopt' must be never, unchanged or always, not 'allways' "
      "[invalid-value]\n"
      "    staging: {environments: {}, adopt: allways}\n"
      "                                       ^~~~~~~\n"
      "hint: did you mean 'always'?\n"
      "descopectl.yaml:6:15: error: 'environments.production' must be a map, not a string [wrong-type]\n"
      "    production: P1\n"
      "                ^~\n");
}

struct Wrong {
  std::string_view body;
  std::string_view message;  ///< the first line, from the place on
};

class ConfigMistake : public testing::TestWithParam<Wrong> {};

TEST_P(ConfigMistake, IsToldInOneLine) {
  const Loaded loaded(GetParam().body);
  EXPECT_FALSE(loaded.file);
  EXPECT_EQ(loaded.messages.substr(0, loaded.messages.find('\n')), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigMistake,
    testing::Values(
        Wrong{
            "manifests: descope/\n",
            "descopectl.yaml:3:12: error: 'manifests' must be a list of strings, not a string [wrong-type]"},
        Wrong{"manifests: []\n",
              "descopectl.yaml:3:12: error: 'manifests' must not be empty [invalid-value]"},
        Wrong{"manifests: [a, 1]\n",
              "descopectl.yaml:3:16: error: 'manifests' must hold strings only, not an integer [wrong-type]"},
        Wrong{"manifests: [a, a]\n",
              "descopectl.yaml:3:16: error: 'a' stands twice in 'manifests' [duplicate-value]"},
        Wrong{"manifests: ['']\n",
              "descopectl.yaml:3:13: error: 'manifests' must not be empty [invalid-value]"},
        Wrong{"projectId:\nadopt: never\n",
              "descopectl.yaml:3:1: error: 'projectId' must be a string, not null [wrong-type]"},
        Wrong{"projectId: 'P:x'\n",
              "descopectl.yaml:3:12: error: 'projectId' must not hold ':' or '/' [invalid-value]"},
        Wrong{"baseUrl: ftp://x\n",
              "descopectl.yaml:3:10: error: 'baseUrl' must begin with https:// or http:// [invalid-value]"},
        Wrong{"variables: {a: [1]}\n",
              "descopectl.yaml:3:16: error: 'variables.a' must be a string, not a list [wrong-type]"},
        Wrong{"variables: {'a b': c}\n",
              "descopectl.yaml:3:13: error: 'a b' is no name for a variable [invalid-value]"},
        Wrong{"prune: all\n",
              "descopectl.yaml:3:8: error: 'prune: all' must list the kinds that are pruned [invalid-value]"},
        Wrong{"prune: {all: []}\n",
              "descopectl.yaml:3:14: error: 'prune.all' must not be empty [invalid-value]"},
        Wrong{"prune: own\n",
              "descopectl.yaml:3:8: error: 'prune' must be none, owned or {all: [Kind, ...]}, not 'own' "
              "[invalid-value]"},
        Wrong{"http: {parallelism: 0}\n",
              "descopectl.yaml:3:21: error: 'http.parallelism' must be from 1 to 100, not 0 [out-of-range]"},
        Wrong{"http: {retries: 99999999999999999999}\n",
              "descopectl.yaml:3:17: error: 'http.retries' must be from 0 to 100, not 99999999999999999999 "
              "[out-of-range]"},
        Wrong{
            "http: {retries: \"3\"}\n",
            "descopectl.yaml:3:17: error: 'http.retries' must be a whole number from 0 to 100, not a string "
            "[wrong-type]"},
        Wrong{"adopt: [never]\n",
              "descopectl.yaml:3:8: error: 'adopt' must be never, unchanged or always, not a list "
              "[wrong-type]"},
        Wrong{"adopt: never\nadopt: never\n",
              "descopectl.yaml:4:1: error: duplicate key 'adopt' [yaml-duplicate-key]"},
        Wrong{"environments: [a]\n",
              "descopectl.yaml:3:15: error: 'environments' must be a map of names to settings, not a list "
              "[wrong-type]"},
        Wrong{"---\nkind: Config\n",
              "descopectl.yaml:4:1: error: descopectl.yaml must hold one document [config-documents]"}));

TEST(ConfigFile, MustSayThatItIsAConfig) {
  EXPECT_EQ(Loaded("kind: Connection\n", "").messages,
            "descopectl.yaml:1:1: error: descopectl.yaml lacks 'apiVersion' [missing-key]\n"
            "  kind: Connection\n"
            "  ^\n"
            "hint: add apiVersion: descopectl/v1\n"
            "descopectl.yaml:1:7: error: 'kind' must be Config, not 'Connection' [api-version]\n"
            "  kind: Connection\n"
            "        ^~~~~~~~~~\n");
  EXPECT_EQ(Loaded("# nothing\n", "").messages,
            "descopectl.yaml:1:1: error: descopectl.yaml is empty [config-empty]\n"
            "  # nothing\n"
            "  ^\n"
            "hint: it begins with apiVersion: descopectl/v1 and kind: Config\n");
}

TEST(ConfigFile, ThatCanNotBeReadIsAnError) {
  diag::SourceTable sources;
  diag::Sink sink;
  EXPECT_FALSE(load_config("/nonexistent/descopectl.yaml", sources, sink));
  EXPECT_EQ(
      all_text(sink, sources, "#"),
      "error: can't read '/nonexistent/descopectl.yaml': No such file or directory [config-unreadable]\n");
}

TEST(ConfigFile, IsFoundInTheNearestFolderAbove) {
  const TestFolder folder;
  const auto outer = folder.write("descopectl.yaml", "");
  const auto inner = folder.write("a/b/descopectl.yaml", "");
  std::filesystem::create_directories(folder.path() / "a/b/c");
  std::filesystem::create_directories(folder.path() / "a/x/descopectl.yaml");  // a folder is no file
  EXPECT_EQ(find_config(folder.path() / "a/b/c"), inner);
  EXPECT_EQ(find_config(folder.path() / "a/x"), outer);
}

TEST(ConfigFile, TableNamesEachKeyOnceWithAWordOnIt) {
  std::set<std::string_view> names;
  for (const auto& row : key_table()) {
    EXPECT_TRUE(names.insert(row.path).second) << row.path;
    EXPECT_TRUE(row.doc.ends_with('.')) << row.path;
    EXPECT_FALSE(describe_value(row).empty()) << row.path;
  }
}

}  // namespace
}  // namespace descopectl::config
