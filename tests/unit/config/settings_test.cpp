// Precedence, environments, roots, state paths and the rule of the wrong target.
#include "descopectl/config/settings.hpp"

#include <gmock/gmock.h>

#include <array>

#include "config_folder.hpp"

namespace descopectl::config {
namespace {

using diag::ExitStatus;
using testing::ElementsAre;
using testing::Field;

constexpr Needs kValidate{.manifests = true};
constexpr Needs kPlan{.manifests = true, .target = true};
constexpr Needs kApply{.manifests = true, .target = true, .writes = true};

constexpr std::string_view kFile =
    "apiVersion: descopectl/v1\n"
    "kind: Config\n"
    "manifests: [descope/, ./shared]\n"
    "projectId: Pbase\n"
    "variables: {domain: example.com, level: base}\n"
    "limits: {maxDeletes: 5, maxDeletePercent: 50}\n"
    "environments:\n"
    "  staging:\n"
    "    projectId: Pstaging\n"
    "    manifests: [descope, env/staging/]\n"
    "    variables: {level: staging}\n"
    "    limits: {maxDeletes: 1}\n"
    "  production: {state: {path: prod.json}}\n";

class SettingsTest : public testing::Test {
 protected:
  void resolve(const Needs& needs) {
    diag::Sink sink;
    diag::SourceTable sources;
    const base::Environment environment(variables_);
    const auto resolution =
        resolve_settings(flags_, needs, {environment, folder_.path() / from_, kinds_}, sources, sink);
    settings_ = resolution.settings;
    status_ = resolution.status;
    messages_ = all_text(sink, sources, folder_.path().string() + "/");
  }

  std::vector<std::string> root_names() const {
    std::vector<std::string> names;
    for (const auto& root : settings_.roots)
      names.push_back(root.name + (root.is_overlay ? " (overlay)" : ""));
    return names;
  }
  std::vector<std::string> root_paths() const {
    std::vector<std::string> paths;
    for (const auto& root : settings_.roots)
      paths.push_back(root.path.string());
    return paths;
  }

  /// The tests stand in a folder below, so that nothing is read from the process's own current folder: paths
  /// that lead up are opened from there only in the tests that change it.
  void write(std::string_view text) { folder_.write("descopectl.yaml", text); }

  void SetUp() override {
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_.path());
  }
  void TearDown() override { std::filesystem::current_path(before_); }
  void stand_in(const std::string& folder) {
    from_ = folder;
    std::filesystem::create_directories(folder_.path() / folder);
    std::filesystem::current_path(folder_.path() / folder);
  }

  TestFolder folder_;
  std::filesystem::path before_;
  std::filesystem::path from_;
  Overrides flags_;
  std::map<std::string, std::string, std::less<>> variables_;
  std::vector<std::string_view> kinds_;
  Settings settings_;
  ExitStatus status_ = ExitStatus::kDone;
  std::string messages_;
};

TEST_F(SettingsTest, WithoutAnythingAreTheDefaults) {
  flags_.filenames = {"a.yaml"};
  resolve(kValidate);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(status_, ExitStatus::kDone);
  EXPECT_FALSE(settings_.config_file);
  EXPECT_THAT(root_paths(), ElementsAre("a.yaml"));
  EXPECT_EQ(settings_.state.path, ".descopectl/state.json");
  EXPECT_EQ(settings_.state.backend, StateBackend::kLocal);
  EXPECT_EQ(settings_.prune.mode, PruneMode::kOwned);
  EXPECT_EQ(settings_.adopt, AdoptMode::kUnchanged);
  EXPECT_EQ(settings_.inbound_api, InboundApi::kV1);
  EXPECT_FALSE(settings_.connection_scope_format);
  EXPECT_EQ(settings_.limits.max_deletes, 10);
  EXPECT_EQ(settings_.limits.max_delete_percent, 30);
  EXPECT_EQ(settings_.http.parallelism, 10);
  EXPECT_EQ(settings_.http.timeout, std::chrono::seconds(30));
  EXPECT_EQ(settings_.http.retry_base, std::chrono::milliseconds(500));
  EXPECT_EQ(settings_.base_url.value, "https://api.descope.com");
  EXPECT_EQ(settings_.base_url.origin, Origin::kDefault);
}

TEST_F(SettingsTest, OfAnEnvironmentOverrideThoseOfTheFileKeyByKey) {
  write(kFile);
  flags_.environment = "staging";
  resolve(kApply);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.project_id.value, "Pstaging");
  EXPECT_EQ(settings_.project_id.where, "descopectl.yaml:9:16");
  EXPECT_EQ(settings_.limits.max_deletes, 1);
  EXPECT_EQ(settings_.limits.max_delete_percent, 50);
  EXPECT_EQ(settings_.variables.at("domain"), "example.com");
  EXPECT_EQ(settings_.variables.at("level"), "staging");
  EXPECT_EQ(settings_.state.path, ".descopectl/staging/state.json");
  EXPECT_THAT(root_names(), ElementsAre("descope", "env/staging (overlay)"));
}

TEST_F(SettingsTest, TakeTheStatesPathFromTheFile) {
  write(kFile);
  flags_.environment = "production";
  resolve(kApply);
  EXPECT_EQ(settings_.state.path, "prod.json");
  flags_.state = "elsewhere/s.json";
  resolve(kApply);
  EXPECT_EQ(settings_.state.path, "elsewhere/s.json");
}

TEST_F(SettingsTest, ShowPathsFromWhereTheUserStandsAndNameRootsFromTheFile) {
  write(kFile);
  stand_in("a/b");
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.config_file, "../../descopectl.yaml");
  EXPECT_THAT(root_paths(), ElementsAre("../../descope", "../../shared"));
  EXPECT_THAT(root_names(), ElementsAre("descope", "shared"));
  EXPECT_EQ(settings_.state.path, "../../.descopectl/state.json");
  flags_.filenames = {"x/", "../../descope", "x", "-"};
  resolve(kPlan);
  EXPECT_THAT(root_paths(), ElementsAre("x", "../../descope", "-"));
  EXPECT_THAT(root_names(), ElementsAre("a/b/x", "descope", "-"));
}

TEST_F(SettingsTest, WithoutAFileNameRootsFromTheState) {
  const auto names_in = [&](const std::string& folder, const std::string& root, const std::string& state) {
    stand_in(folder);
    flags_.filenames = {root};
    flags_.state = state;
    resolve(kPlan);
    return root_names();
  };
  EXPECT_THAT(names_in("a", "m", "../s.json"), ElementsAre("a/m"));
  EXPECT_THAT(names_in("b", "m", "../s.json"), ElementsAre("b/m"));
  EXPECT_THAT(names_in("b", "../a/m", "../s.json"), ElementsAre("a/m"));
  EXPECT_THAT(names_in("a", "m", ".descopectl/state.json"), ElementsAre("m"));
  EXPECT_THAT(names_in("a/sub", "../m", "../.descopectl/state.json"), ElementsAre("m"));
  EXPECT_THAT(names_in("a", "m", ".descopectl/prod/state.json"), ElementsAre("m"));
  EXPECT_THAT(names_in("a", "m", ""), ElementsAre("m"));
  std::filesystem::create_directory(folder_.path() / "a/m");
  std::filesystem::create_directory_symlink("a", folder_.path() / "link");
  EXPECT_THAT(names_in("b", "../link/m", "../link/s.json"), ElementsAre("m"));
  EXPECT_THAT(names_in("b", "../link/m", "../a/s.json"), ElementsAre("m"));
}

TEST_F(SettingsTest, WorkInTheFolderOfChdir) {
  write("not read");
  folder_.write("repo/descopectl.yaml", kFile);
  flags_.chdir = "repo";
  flags_.ca_file = "ca.pem";
  flags_.management_key_file = "-";
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.config_file, "repo/descopectl.yaml");
  EXPECT_THAT(root_paths(), ElementsAre("repo/descope", "repo/shared"));
  EXPECT_THAT(root_names(), ElementsAre("descope", "shared"));
  EXPECT_EQ(settings_.state.path, "repo/.descopectl/state.json");
  EXPECT_EQ(settings_.network.ca_file, "repo/ca.pem");
  EXPECT_EQ(settings_.management_key_file, "-");
  flags_.chdir = "missing";
  resolve(kPlan);
  EXPECT_EQ(messages_, "error: --chdir: 'missing' is no folder [invalid-value]\n");
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
}

TEST_F(SettingsTest, UseTheFileThatIsNamed) {
  folder_.write("conf/other.yaml", kFile);
  flags_.config = "conf/other.yaml";
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  EXPECT_THAT(root_paths(), ElementsAre("conf/descope", "conf/shared"));
  EXPECT_EQ(settings_.state.path, "conf/.descopectl/state.json");
  flags_.config = "missing.yaml";
  resolve(kPlan);
  EXPECT_EQ(messages_, "error: can't read 'missing.yaml': No such file or directory [config-unreadable]\n");
}

TEST_F(SettingsTest, OfFlagsBeatVariablesBeatTheFile) {
  write(kFile);
  flags_.variables = {"level=flag", "new=a=b", "new=c=d"};
  flags_.parallelism = 2;
  flags_.project_id = Given{"Pflag", false};
  variables_ = {{"DESCOPE_PROJECT_ID", "Pvariable"}, {"DESCOPE_BASE_URI", "http://127.0.0.1:9/"}};
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.variables.at("level"), "flag");
  EXPECT_EQ(settings_.variables.at("new"), "c=d");
  EXPECT_EQ(settings_.http.parallelism, 2);
  EXPECT_EQ(settings_.project_id.value, "Pflag");
  EXPECT_EQ(settings_.project_id.where, "--project-id");
  EXPECT_EQ(settings_.base_url.value, "http://127.0.0.1:9");
  EXPECT_EQ(settings_.base_url.where, "DESCOPE_BASE_URI");
}

TEST_F(SettingsTest, ThatContradictEachOtherAboutTheTargetAreRefused) {
  write(kFile);
  variables_ = {{"DESCOPE_PROJECT_ID", "Pother"}};
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kRefused);
  EXPECT_EQ(
      messages_,
      "descopectl.yaml:4:12: error: DESCOPE_PROJECT_ID is 'Pother', but 'projectId' in descopectl.yaml is "
      "'Pbase' [wrong-target]\n"
      "  projectId: Pbase\n"
      "             ^~~~~\n"
      "hint: unset DESCOPE_PROJECT_ID, or say which is meant with --project-id\n");
  resolve(kValidate);  // talks to nobody
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(status_, ExitStatus::kDone);
  variables_ = {{"DESCOPE_PROJECT_ID", "Pbase"}};
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  flags_.environment = "staging";
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kRefused);
  flags_.project_id = Given{"Pany", true};  // by DESCOPECTL_PROJECT_ID
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kRefused);
  flags_.sandbox = true;
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
}

TEST_F(SettingsTest, OfTwoVariablesThatNameTwoServersAreRefused) {
  write(
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [a]\nbaseUrl: https://a.example.com\nprojectId: "
      "P1\n");
  variables_ = {{"DESCOPE_BASE_URL", "https://A.example.com/"}};
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
  variables_ = {{"DESCOPE_BASE_URL", "https://a.example.com"}, {"DESCOPE_BASE_URI", "https://b.example.com"}};
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kRefused);
  EXPECT_EQ(
      messages_,
      "error: DESCOPE_BASE_URL is 'https://a.example.com', but DESCOPE_BASE_URI is 'https://b.example.com' "
      "[wrong-target]\n"
      "hint: unset DESCOPE_BASE_URL, or say which is meant with --base-url\n");
}

TEST_F(SettingsTest, NeedAProjectAndAnEncryptedWayToIt) {
  flags_.filenames = {"a"};
  variables_ = {{"DESCOPE_BASE_URL", "http://api.example.com"}};
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
  EXPECT_EQ(messages_,
            "error: DESCOPE_BASE_URL 'http://api.example.com' would send the management key unencrypted "
            "[insecure-url]\n"
            "hint: use https://, or allow it with --allow-insecure\n"
            "error: no project to talk to [no-project]\n"
            "hint: set DESCOPE_PROJECT_ID, give --project-id ID, or write projectId into descopectl.yaml\n");
  flags_.allow_insecure = true;
  variables_["DESCOPE_PROJECT_ID"] = "P1";
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
}

TEST_F(SettingsTest, CheckWhatFlagsAndVariablesSayAboutTheTarget) {
  flags_.filenames = {"a"};
  flags_.base_url = Given{"nonsense", false};
  variables_ = {{"DESCOPE_PROJECT_ID", "P:1"}};
  resolve(kPlan);
  EXPECT_EQ(messages_,
            "error: --base-url is not a URL of the form https://host[:port] [invalid-value]\n"
            "error: DESCOPE_PROJECT_ID must not hold ':' or '/' [invalid-value]\n");
}

TEST_F(SettingsTest, NeedManifestsWhereTheCommandDoes) {
  resolve(kValidate);
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
  EXPECT_EQ(messages_,
            "error: no manifests to work on: there is no descopectl.yaml here or above [no-manifests]\n"
            "hint: name files or folders with -f PATH, or list them under 'manifests' in descopectl.yaml\n");
  write("apiVersion: descopectl/v1\nkind: Config\n");
  resolve(kValidate);
  EXPECT_EQ(messages_,
            "error: no manifests to work on: descopectl.yaml names no 'manifests' [no-manifests]\n"
            "hint: name files or folders with -f PATH, or list them under 'manifests' in descopectl.yaml\n");
  resolve({});
  EXPECT_EQ(messages_, "");
}

TEST_F(SettingsTest, NeedAnEnvironmentForWritingWhereThereAreAny) {
  write(kFile);
  resolve(kApply);
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
  EXPECT_EQ(
      messages_,
      "error: descopectl.yaml has environments, and a command that writes needs one of them: staging or "
      "production [environment-needed]\n"
      "hint: add --env staging\n");
  resolve(kPlan);
  EXPECT_EQ(messages_, "");
}

TEST_F(SettingsTest, TakeAFileBelowAnEnvironmentsOwnFolderForAnOverlay) {
  write(kFile);
  flags_.environment = "staging";
  flags_.filenames = {"descope/a.yaml", "env/staging/a.yaml", "env/staging-2/a.yaml"};
  resolve(kPlan);
  EXPECT_THAT(root_names(),
              ElementsAre("descope/a.yaml", "env/staging/a.yaml (overlay)", "env/staging-2/a.yaml"));
  flags_.environment = "production";
  resolve(kPlan);
  EXPECT_THAT(root_names(), ElementsAre("descope/a.yaml", "env/staging/a.yaml", "env/staging-2/a.yaml"));
}

TEST_F(SettingsTest, TakeEveryKeyFromTheEnvironmentWhereItIsWrittenThere) {
  write(
      "apiVersion: descopectl/v1\n"
      "kind: Config\n"
      "adopt: never\n"
      "inboundApi: v1\n"
      "prune: none\n"
      "http: {parallelism: 2, retries: 3}\n"
      "environments:\n"
      "  staging:\n"
      "    adopt: always\n"
      "    inboundApi: v2\n"
      "    prune: owned\n"
      "    connectionScopeFormat: id\n"
      "    http: {parallelism: 4, settleSeconds: 1}\n"
      "    baseUrl: https://api.example\n"
      "    projectId: Pstaging\n"
      "    state: {backend: none}\n");
  flags_.environment = "staging";
  flags_.filenames = {"a"};
  resolve(kApply);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.adopt, AdoptMode::kAlways);
  EXPECT_EQ(settings_.inbound_api, InboundApi::kV2);
  EXPECT_EQ(settings_.prune.mode, PruneMode::kOwned);
  EXPECT_EQ(settings_.connection_scope_format, ConnectionScopeFormat::kId);
  EXPECT_EQ(settings_.http.parallelism, 4);
  EXPECT_EQ(settings_.http.retries, 3) << "what the environment leaves out is the file's";
  EXPECT_EQ(settings_.http.settle, std::chrono::seconds(1));
  EXPECT_EQ(settings_.base_url.value, "https://api.example");
  EXPECT_EQ(settings_.project_id.value, "Pstaging");
  EXPECT_EQ(settings_.state.backend, StateBackend::kNone);
}

TEST_F(SettingsTest, NameTheKnownEnvironmentsForAnUnknownOne) {
  flags_.environment = "stagin";
  flags_.filenames = {"a"};
  resolve(kPlan);
  EXPECT_EQ(messages_,
            "error: --env stagin: there is no descopectl.yaml here or above, so no environments "
            "[unknown-environment]\n");
  write(kFile);
  resolve(kPlan);
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
  EXPECT_EQ(messages_,
            "error: unknown environment 'stagin': descopectl.yaml has staging and production "
            "[unknown-environment]\n"
            "hint: did you mean 'staging'?\n");
}

TEST_F(SettingsTest, OfTheSandboxNeedNoAccountAndTouchNoRealState) {
  write("apiVersion: descopectl/v1\nkind: Config\nmanifests: [a]\nstate: {path: real.json}\n");
  flags_.sandbox = true;
  resolve(kApply);
  EXPECT_EQ(messages_, "");
  EXPECT_TRUE(settings_.is_sandbox);
  EXPECT_EQ(settings_.sandbox_file, ".descopectl/sandbox.json");
  EXPECT_EQ(settings_.state.path, ".descopectl/sandbox-state.json");
  EXPECT_EQ(settings_.project_id.value, "Psandbox");
  EXPECT_EQ(settings_.base_url.value, "");
}

TEST_F(SettingsTest, CheckKindsWhereTheyAreKnown) {
  write("apiVersion: descopectl/v1\nkind: Config\nmanifests: [a]\nprune: {all: [Conection]}\n");
  resolve(kValidate);
  EXPECT_EQ(messages_, "");
  kinds_ = {"Connection", "Role"};
  resolve(kValidate);
  EXPECT_EQ(messages_,
            "descopectl.yaml:4:15: error: unknown kind 'Conection' [unknown-kind]\n"
            "  prune: {all: [Conection]}\n"
            "                ^~~~~~~~~\n"
            "hint: did you mean 'Connection'?\n");
}

TEST_F(SettingsTest, TakeTheNetworkFromVariables) {
  variables_ = {
      {"SSL_CERT_FILE", "/a"}, {"SSL_CERT_DIR", "/b"}, {"https_proxy", "http://p"}, {"NO_PROXY", "x"}};
  resolve({});
  EXPECT_EQ(settings_.network.ssl_cert_file, "/a");
  EXPECT_EQ(settings_.network.ssl_cert_dir, "/b");
  EXPECT_EQ(settings_.network.https_proxy.reveal(), "http://p");
  EXPECT_EQ(settings_.network.no_proxy, "x");
}

constexpr std::string_view kRemoteState =
    "apiVersion: descopectl/v1\n"
    "kind: Config\n"
    "manifests: [descope/]\n"
    "state: {backend: http, address: 'https://state.example.com/s?ref=1', lockAddress: "
    "'https://lock.example.com', "
    "lockMethod: POST}\n";

TEST_F(SettingsTest, NameAStateOnAServerAndTakeItsCredentialsFromVariables) {
  write(kRemoteState);
  variables_ = {{"DESCOPECTL_STATE_USERNAME", "ann"}, {"DESCOPECTL_STATE_PASSWORD", "s3cret"}};
  resolve(kValidate);
  EXPECT_EQ(messages_, "");
  EXPECT_EQ(settings_.state.backend, StateBackend::kHttp);
  EXPECT_EQ(settings_.state.address, "https://state.example.com/s?ref=1");
  EXPECT_EQ(settings_.state.lock_address, "https://lock.example.com");
  EXPECT_EQ(settings_.state.unlock_address, "");
  EXPECT_EQ(settings_.state.lock_method, "POST");
  EXPECT_EQ(settings_.state.unlock_method, "UNLOCK");
  EXPECT_EQ(settings_.state.username, "ann");
  EXPECT_EQ(settings_.state.password.reveal(), "s3cret");
}

TEST_F(SettingsTest, TakeNoAddressWithoutTheBackendThatItIsFor) {
  write(
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
      "state: {address: 'https://state.example.com/s'}\n"
      "environments: {here: {state: {backend: local}}}\n");
  resolve(kValidate);
  EXPECT_EQ(status_, ExitStatus::kInvalidInput);
  EXPECT_THAT(messages_, testing::HasSubstr("'state.address' has no effect without 'state.backend: http'"));
  flags_.environment = "here";
  resolve(kValidate);
  EXPECT_EQ(status_, ExitStatus::kDone) << messages_;
}

TEST_F(SettingsTest, PreferTheFlagAndTheSandboxToAStateOnAServer) {
  write(kRemoteState);
  flags_.state = "my.json";
  resolve(kValidate);
  EXPECT_EQ(settings_.state.backend, StateBackend::kLocal);
  EXPECT_EQ(settings_.state.path, "my.json");
  flags_.state.clear();
  flags_.sandbox = true;
  resolve(kValidate);
  EXPECT_EQ(settings_.state.backend, StateBackend::kLocal);
  EXPECT_EQ(settings_.state.path, ".descopectl/sandbox-state.json");
}

TEST_F(SettingsTest, LetAStateGoInTheClearOnlyOnThisMachineOrWhereAllowed) {
  const auto resolve_with = [this](const std::string& address) {
    write(
        "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: {backend: http, address: '" +
        address + "'}\n");
    resolve(kValidate);
    return status_;
  };
  EXPECT_EQ(resolve_with("http://127.0.0.1:8080/s"), ExitStatus::kDone);
  EXPECT_EQ(resolve_with("http://state.example.com/s"), ExitStatus::kInvalidInput);
  EXPECT_EQ(resolve_with("http://127.0.0.1.example.com/s"), ExitStatus::kInvalidInput);
  flags_.allow_insecure = true;
  EXPECT_EQ(resolve_with("http://state.example.com/s"), ExitStatus::kDone);
}

TEST(KeyTable, NamesTheDefaultsThatCount) {
  const Settings settings;
  const std::map<std::string_view, std::int64_t> numbers{
      {"limits.maxDeletes", settings.limits.max_deletes},
      {"limits.maxDeletePercent", settings.limits.max_delete_percent},
      {"http.parallelism", settings.http.parallelism},
      {"http.timeoutSeconds", settings.http.timeout.count()},
      {"http.retries", settings.http.retries},
      {"http.retryBaseMilliseconds", settings.http.retry_base.count()},
      {"http.retrySeconds", settings.http.retry_budget.count()},
      {"http.settleSeconds", settings.http.settle.count()},
      {"http.requestsPerMinute", settings.http.requests_per_minute}};
  const std::map<std::string_view, std::size_t> words{
      {"state.backend", static_cast<std::size_t>(settings.state.backend)},
      {"adopt", static_cast<std::size_t>(settings.adopt)},
      {"inboundApi", static_cast<std::size_t>(settings.inbound_api)}};
  const std::map<std::string_view, std::string> texts{{"state.lockMethod", settings.state.lock_method},
                                                      {"state.unlockMethod", settings.state.unlock_method}};
  for (const KeyRow& row : key_table()) {
    if (const auto text = texts.find(row.path); text != texts.end()) {
      EXPECT_EQ(row.fallback, text->second) << row.path;
    } else if (const auto number = numbers.find(row.path); number != numbers.end()) {
      EXPECT_EQ(row.fallback, std::to_string(number->second)) << row.path;
    } else if (const auto word = words.find(row.path); word != words.end()) {
      EXPECT_EQ(row.fallback, row.words[word->second]) << row.path;
    } else if (row.path == "prune") {
      EXPECT_EQ(settings.prune.mode, PruneMode::kOwned);
      EXPECT_EQ(row.fallback, "owned");
    } else {
      EXPECT_EQ(row.fallback, "") << row.path;
    }
  }
}

}  // namespace
}  // namespace descopectl::config
