// Connections of every sort: OAuth with and without discovery, API keys, from a template, from a registration
// preset, of a tenant; and what updates lose of dynamic registration.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

class ConnectionSorts : public testing::Test {
 protected:
  explicit ConnectionSorts(Arguments flags = {}) : project(std::move(flags)) {
    project.environment["PROVIDER_SECRET"] = "not-a-real-secret-1234567890";
  }
  void apply(std::string_view manifests, const Arguments& more = {}) {
    project.declare(manifests);
    const Result result = project.apply(more);
    ASSERT_EQ(result.status, 0) << result.all();
    const Result again = project.plan({"--detailed-exitcode"});
    EXPECT_EQ(again.status, 0) << again.all();
  }
  void expect_invalid(std::string_view manifests, const std::string& message) {
    project.declare(manifests);
    const Result result = project.run({"validate"});
    EXPECT_EQ(result.status, 3);
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  }
  json::value named(std::string_view name) const {
    for (const json::value& shown : api.connections())
      if (shown.at("name").as_string() == name) return shown;
    return nullptr;
  }

  Project project;
  Api api{project};
};

constexpr std::string_view kTemplate =
    "  templateId: slack\n  description: Ours\n  pkce: false\n  clientId: c\n"
    "  clientSecret: {fromEnv: PROVIDER_SECRET}\n";
constexpr std::string_view kPreset = "  dcrPresetId: notion\n  description: Ours\n  defaultScopes: [read]\n";

TEST_F(ConnectionSorts, OAuthDiscoveryApiKeyAndTenantAreMadeByThePlainCall) {
  apply(
      connection("oauth", "O", "  authorizationUrl: https://p.example/a\n  tokenUrl: https://p.example/t\n") +
      "---\n" + connection("discovery", "D", "  discoveryUrl: https://p.example/.well-known/openid\n") +
      "---\n" + connection("key", "K", "  appType: apikey\n") + "---\n" +
      connection("tenant", "T", "  tenantId: T1\n"));
  EXPECT_EQ(api.connection("key").at("appType").as_string(), "apikey");
  EXPECT_EQ(api.connection("tenant").at("tenantId").as_string(), "T1");
}

TEST_F(ConnectionSorts, FromATemplateKeepWhatTheManifestDoesNotOverrule) {
  apply(connection("chat", "Chat", kTemplate));
  const json::value made = api.connection("chat");
  EXPECT_EQ(made.at("description").as_string(), "Ours");
  EXPECT_FALSE(made.at("pkce").as_bool()) << "false overrules the template";
  EXPECT_EQ(made.at("tokenUrl").as_string(), "https://slack.example/token");
  apply(connection("chat", "Chat 2", kTemplate));
  EXPECT_EQ(api.connection("chat").at("tokenUrl").as_string(), "https://slack.example/token");
}

TEST_F(ConnectionSorts, FromAPresetGetTheirIdFromTheServiceAndTheRestByAnUpdate) {
  apply(connection("notes", "Notes", kPreset));
  const json::value made = named("Notes");
  ASSERT_FALSE(made.is_null());
  EXPECT_NE(made.at("id").as_string(), "notes");
  EXPECT_EQ(made.at("description").as_string(), "Ours");
  EXPECT_TRUE(made.at("useDcr").as_bool()) << "the preset's registration stays";
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(ConnectionSorts, FromAPresetAreReferredToByTheIdThatTheyGet) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "connectionScopeFormat: \"id:scope\"\n");
  apply(connection("notes", "Notes", kPreset) +
        "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec: {name: R, type: mcp, "
        "uri: \"https://r.example/mcp\", scopes: {connectionsScopes: [{name: s, connections: "
        "[{connection: notes, scopes: [read]}]}]}}\n");
  const std::string id(named("Notes").at("id").as_string());
  EXPECT_EQ(api.resources().front().at("scopes").at("connectionsScopes").at(0).at("values"),
            json::value(json::array{id + ":read"}));
}

TEST_F(ConnectionSorts, AnotherTemplateIsAReplacement) {
  apply(connection("chat", "Chat", kTemplate));
  std::string other(kTemplate);
  other.replace(other.find("slack"), 5, "teams");
  project.declare(connection("chat", "Chat", other));
  const Result refused = project.apply();
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("[replacement-not-allowed]"), std::string::npos) << refused.err;
}

TEST_F(ConnectionSorts, OfAnotherOriginTakeNothingOfTheFormerOneOver) {
  const Arguments allowed{"--allow-replace"};
  apply(connection("chat", "Chat", "  templateId: slack\n"));
  apply(connection("chat", "Chat", "  templateId: teams\n"), allowed);
  EXPECT_EQ(api.connection("chat").at("tokenUrl").as_string(), "https://teams.example/token");
  apply(connection("chat", "Chat", "  appType: apikey\n"), allowed);
  EXPECT_EQ(api.connection("chat").at("tokenUrl").as_string(), "");
  apply(connection("chat", "Chat", "  templateId: slack\n"), allowed);
  EXPECT_EQ(api.connection("chat").at("tokenUrl").as_string(), "https://slack.example/token");
}

TEST_F(ConnectionSorts, OfAnotherOriginAreSentWhatTheirManifestIgnoresFromThenOn) {
  const auto manifest = [](const std::string& name) {
    std::string text = connection("chat", "Chat", "  templateId: " + name + "\n  pkce: false\n");
    return text.replace(text.find("name: chat"), 10, "name: chat, lifecycle: {ignoreFields: [/pkce]}");
  };
  apply(manifest("slack"));
  apply(manifest("teams"), {"--allow-replace"});
  EXPECT_FALSE(api.connection("chat").at("pkce").as_bool());
}

TEST_F(ConnectionSorts, FromAPresetAreResetByTheUpdateAfterIt) {
  apply(connection("notes", "Notes", "  dcrPresetId: notion\n  pkce: null\n"));
  EXPECT_FALSE(named("Notes").at("pkce").as_bool());
}

TEST_F(ConnectionSorts, FromATemplateStayInTheirTenantWithAnother) {
  apply(connection("chat", "Chat", "  templateId: slack\n  tenantId: T1\n"));
  apply(connection("chat", "Chat", "  templateId: teams\n"), {"--allow-replace"});
  EXPECT_EQ(api.connection("chat").at("tenantId").as_string(), "T1");
}

TEST_F(ConnectionSorts, FromATemplateKeepWhatLiveHasSwitchedOff) {
  apply(connection("chat", "Chat", "  templateId: slack\n"));
  api.change_connection("chat", {{"pkce", false}});
  apply(connection("chat", "Chat", "  templateId: slack\n  tenantId: T1\n"), {"--allow-replace"});
  EXPECT_FALSE(api.connection("chat").at("pkce").as_bool());
}

TEST_F(ConnectionSorts, FromATemplateTakeAResetForItsValue) {
  apply(connection("chat", "Chat", "  templateId: slack\n  pkce: null\n  tokenUrl: null\n"));
  EXPECT_FALSE(api.connection("chat").at("pkce").as_bool());
  EXPECT_EQ(api.connection("chat").at("tokenUrl").as_string(), "");
}

TEST_F(ConnectionSorts, AreNotReplacedUnderAnIdThatTheirManifestNames) {
  apply(connection("notes", "Notes", "  dcrPresetId: notion\n"));
  std::string manifest = connection("notes", "Notes", "  dcrPresetId: linear\n");
  const std::string id(named("Notes").at("id").as_string());
  manifest.replace(manifest.find("name: notes"), 11, "name: notes, id: " + id);
  project.declare(manifest);
  const Result refused = project.apply({"--allow-replace"});
  EXPECT_EQ(refused.status, 3) << refused.all();
  EXPECT_NE(refused.err.find("[id-of-replaced]\n"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("hint: remove metadata.id: the state knows the object\n"), std::string::npos)
      << refused.err;
  apply(connection("notes", "Notes", "  dcrPresetId: linear\n"), {"--allow-replace"});
}

TEST_F(ConnectionSorts, ThatContradictThemselvesAreInvalid) {
  expect_invalid(connection("a", "A", "  templateId: t\n  dcrPresetId: p\n"),
                 "'dcrPresetId' can't be given with 'templateId'");
  expect_invalid(connection("a", "A", "  dcrPresetId: p\n  useDcr: true\n"),
                 "'useDcr' can't be given with 'dcrPresetId'");
  expect_invalid(connection("a", "A", "  templateId: t\n  appType: apikey\n"),
                 "'appType' can't be given with 'templateId'");
  expect_invalid(connection("a", "A", "  appType: apikey\n  clientId: c\n"),
                 "an API-key connection (appType: apikey) has no field 'clientId'");
}

TEST_F(ConnectionSorts, ChangedRegistrationIsAReplacement) {
  const std::string one = "  useDcr: true\n  dcrUrl: https://p.example/register\n";
  apply(connection("a", "A", one));
  project.declare(connection("a", "A", "  useDcr: true\n  dcrUrl: https://q.example/register\n"));
  EXPECT_EQ(project.apply().status, 8);
  apply(connection("a", "A", "  useDcr: true\n  dcrUrl: https://q.example/register\n"), {"--allow-replace"});
  EXPECT_EQ(api.connection("a").at("dcrUrl").as_string(), "https://q.example/register");
}

class LostRegistration : public ConnectionSorts {
 protected:
  LostRegistration() : ConnectionSorts({"--dcr-update", "reset"}) {
    project.folder.write("descopectl.yaml",
                         "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                         "http: {settleSeconds: 0}\n");
  }
};

TEST_F(LostRegistration, IsAFailureWhereItIsDeclaredAndAWarningWhereItIsNot) {
  const std::string registered = "  useDcr: true\n  dcrUrl: https://p.example/register\n";
  apply(connection("a", "A", registered));
  project.declare(connection("a", "B", registered));
  const Result declared = project.apply();
  EXPECT_EQ(declared.status, 9) << declared.all();
  EXPECT_NE(declared.all().find("/useDcr is false instead of true"), std::string::npos) << declared.all();

  api.post("/v1/mgmt/outbound/app/create",
           {{"id", "b"}, {"name", "B2"}, {"useDcr", true}, {"dcrUrl", "https://p.example/register"}});
  project.declare(connection("b", "B3"));
  const Result other = project.apply({"--adopt", "--allow-empty-kind", "Connection"});
  EXPECT_NE(other.err.find("Connection/b: the update lost useDcr, which was true"), std::string::npos)
      << other.all();
}

TEST_F(LostRegistration, IsToldWhereAPresetsConnectionIsUpdatedAtOnce) {
  project.declare(connection("notes", "Notes", kPreset));
  const Result plan = project.plan();
  EXPECT_NE(plan.out.find("the update call is known to lose useDcr and dcrUrl"), std::string::npos)
      << plan.all();
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(result.err.find("Connection/notes: the update lost useDcr, which was true"), std::string::npos)
      << result.all();
}

}  // namespace
}  // namespace descopectl::e2e
