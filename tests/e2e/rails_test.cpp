// The rails: each refuses the run before the first write, with exit status 8 and the flag that lifts it.
#include <gmock/gmock.h>

#include <algorithm>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kConfig = "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n";
constexpr std::string_view kConsents = "/v1/mgmt/thirdparty/consents/search";

std::string protect(std::string_view handle, std::string_view more = {}, bool is_protected = true) {
  std::string text = connection(handle, {}, more);
  return text.insert(text.find("}\nspec"),
                     std::string(", lifecycle: {preventDestroy: ") + (is_protected ? "true" : "false") + "}");
}

std::string role(std::string_view name) {
  return "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: " + std::string(name) +
         "}\nspec: {name: " + std::string(name) + "}\n";
}

std::string resource(std::string_view uri) {
  return "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec: {name: R, uri: \"" +
         std::string(uri) + "\", type: api}\n";
}

std::string app(std::string_view more = {}) {
  return "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: portal}\nspec:\n  name: Portal\n" +
         std::string(more);
}

/// Several manifests as one file.
std::string join(const std::vector<std::string>& documents) {
  std::string text;
  for (const std::string& document : documents)
    text += "---\n" + document;
  return text;
}

/// Connections c0, c1, ...
std::string connections(int count) {
  std::vector<std::string> documents;
  for (int i = 0; i < count; ++i)
    documents.push_back(connection("c" + std::to_string(i)));
  return join(documents);
}

class Rails : public testing::Test, public Workspace {
 protected:
  Rails() {
    aim(*this, hosted);
    configure("");
  }

  void configure(std::string_view more) {
    folder.write("descopectl.yaml", std::string(kConfig) + std::string(more));
  }
  void declare(std::string_view manifests) { folder.write("descope/main.yaml", manifests); }
  void apply(std::string_view manifests, const Arguments& more = {}) {
    declare(manifests);
    const Result result = run_with({"apply", "--auto-approve"}, more);
    ASSERT_EQ(result.status, 0) << result.all();
  }

  Result run_with(Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  /// All but the lock, which counts its holders.
  std::map<std::string, std::string> files() const {
    auto files = folder.files();
    files.erase(".descopectl/state.json.lock");
    return files;
  }

  /// The command writes neither to the service nor to a file, and says `message` and nothing else.
  void expect_refused(const Arguments& command, const Arguments& more, const std::string& message) {
    const auto before = files();
    hosted.forget_requests();
    const Result result = run_with(command, more);
    EXPECT_EQ(result.status, 8) << result.all();
    EXPECT_EQ(result.err, message);
    for (const std::string& line : hosted.requests())
      EXPECT_TRUE(line.starts_with("GET ") || line == "POST " + std::string(kConsents)) << line;
    EXPECT_EQ(files(), before);
  }
  /// `plan` says the same as `apply`.
  void expect_refused(const Arguments& more, const std::string& message) {
    expect_refused({"plan"}, more, message);
    expect_refused({"apply", "--auto-approve"}, more, message);
  }
  void expect_destroy_refused(const std::string& message) {
    expect_refused({"destroy", "--auto-approve"}, {}, message);
  }

  /// What the search for consents answers; the emulator's own answer where this is empty.
  std::string consents;
  Hosted hosted{{}, [this](const http::Request& request, const http::Server::Handler& service) {
                  if (request.target != kConsents || consents.empty()) return service(request);
                  return http::Reply(http::Response(consents == "fail" ? 400 : 200, consents));
                }};
  Api api{hosted.port()};
};

TEST_F(Rails, HoldBackMoreDeletionsThanTheLimit) {
  configure("limits: {maxDeletes: 2, maxDeletePercent: 100}\n");
  apply(connections(4));
  declare(connections(1));
  const std::string message =
      "error: 3 objects would be deleted or replaced, and limits.maxDeletes is 2 [too-many-deletes]\n"
      "hint: look at the plan; if that is meant: --allow-deletes 3\n";
  expect_refused({}, message);
  expect_refused({"--allow-deletes", "2"}, message);
  apply(connections(1), {"--allow-deletes", "3"});
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(Rails, HoldBackElevenDeletionsWithoutAnyConfiguration) {
  apply(connections(40));
  declare(connections(29));
  expect_refused(
      {},
      "error: 11 objects would be deleted or replaced, and limits.maxDeletes is 10 [too-many-deletes]\n"
      "hint: look at the plan; if that is meant: --allow-deletes 11\n");
  apply(connections(30));
  EXPECT_EQ(api.connections().size(), 30U) << "ten are allowed";
}

TEST_F(Rails, HoldBackAShareOfAKindFromTenObjectsOn) {
  apply(connections(10));
  declare(connections(6));
  expect_refused({},
                 "error: 4 of 10 owned objects of kind Connection would be deleted or replaced, and "
                 "limits.maxDeletePercent is 30 [too-many-deletes]\n"
                 "hint: look at the plan; if that is meant: --allow-deletes 4\n");
  apply(connections(7));
  apply(connections(1));
  EXPECT_EQ(api.connections().size(), 1U) << "of seven objects no share is counted";
}

TEST_F(Rails, CountReplacementsAsDeletions) {
  configure("limits: {maxDeletes: 0}\n");
  apply(resource("https://one.example"));
  declare(resource("https://two.example"));
  expect_refused(
      {"--allow-replace"},
      "error: 1 object would be deleted or replaced, and limits.maxDeletes is 0 [too-many-deletes]\n"
      "hint: look at the plan; if that is meant: --allow-deletes 1\n");
  apply(resource("https://two.example"), {"--allow-replace", "--allow-deletes", "1"});
}

TEST_F(Rails, OfNumbersHoldForDestroy) {
  configure("limits: {maxDeletes: 2}\n");
  apply(connections(3));
  expect_destroy_refused(
      "error: 3 objects would be deleted or replaced, and limits.maxDeletes is 2 [too-many-deletes]\n"
      "hint: look at the plan; if that is meant: --allow-deletes 3\n");
  const Result allowed = run({"destroy", "--auto-approve", "--allow-deletes", "3"});
  EXPECT_EQ(allowed.status, 0) << "the last of a kind needs no word of its own: " << allowed.all();
  EXPECT_TRUE(api.connections().empty());
}

TEST_F(Rails, ProtectAnObjectThatNoManifestDeclaresAnyMore) {
  apply(join({protect("a"), connection("b")}));
  apply(join({connection("a"), connection("b")}));  // a manifest that falls silent lifts nothing
  declare(connection("b"));
  expect_refused({},
                 "error: Connection/a is protected by lifecycle.preventDestroy and would be deleted "
                 "[prevent-destroy]\n"
                 "hint: apply it with 'preventDestroy: false' first, or allow it with --allow-destroy "
                 "Connection/a\n");
  const Result destroy = run({"destroy", "--auto-approve"});
  EXPECT_EQ(destroy.status, 0) << "what is no longer declared is not destroy's: " << destroy.all();
  EXPECT_FALSE(api.connection("a").is_null());
  apply(role("r"), {"--allow-destroy", "Connection/a", "--allow-empty-kind", "Connection"});
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Rails, FreeAnObjectOnceTheEndOfItsProtectionWasApplied) {
  apply(join({protect("a"), connection("b")}));
  apply(join({protect("a", {}, false), connection("b")}));
  apply(connection("b"));
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Rails, ProtectAnObjectAgainstDestroy) {
  apply(protect("a"));
  const std::string message =
      "error: Connection/a is protected by lifecycle.preventDestroy and would be deleted [prevent-destroy]\n"
      "hint: apply it with 'preventDestroy: false' first, or allow it with --allow-destroy Connection/a\n";
  expect_destroy_refused(message);
  declare(protect("a", {}, false));
  expect_destroy_refused(message);
  EXPECT_EQ(run({"destroy", "--auto-approve", "--allow-destroy", "Connection/a"}).status, 0);
}

TEST_F(Rails, ProtectAnObjectAgainstItsReplacement) {
  apply(protect("a"));
  declare(protect("a", "  appType: apikey\n"));
  expect_refused({"--allow-replace"},
                 "error: Connection/a is protected by lifecycle.preventDestroy and would be replaced "
                 "[prevent-destroy]\n"
                 "hint: apply it with 'preventDestroy: false' first, or allow it with --allow-destroy "
                 "Connection/a\n");
}

TEST_F(Rails, AskForAWordBeforeAReplacement) {
  apply(resource("https://one.example"));
  const std::string old_id = json::serialize(api.resources().at(0).at("id"));
  declare(resource("https://two.example"));
  expect_refused(
      {},
      "error: Resource/r must be replaced (deleted and created again): /uri can't be changed in place "
      "[replacement-not-allowed]\n"
      "hint: take the change back, or allow it with --allow-replace\n");
  const Result replaced = run({"apply", "--auto-approve", "--allow-replace"});
  EXPECT_EQ(replaced.status, 0) << replaced.all();
  EXPECT_THAT(replaced.out, HasSubstr("-/+ Resource/r"));
  EXPECT_EQ(last_line(replaced.out), "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.");
  ASSERT_EQ(api.resources().size(), 1U);
  EXPECT_NE(json::serialize(api.resources().at(0).at("id")), old_id);
  EXPECT_EQ(last_line(run({"plan"}).out), "No changes. Live matches the manifests.");
}

TEST_F(Rails, SayWhatAReplacedAppLosesAndCountItsConsents) {
  apply(app());
  declare(app("  nonConfidentialClient: true\n"));
  consents = R"({"consents":[{"id":"1"}],"total":3})";
  const Result plan = run({"plan"});
  EXPECT_EQ(plan.status, 8) << plan.all();
  EXPECT_THAT(plan.out, HasSubstr("! it gets a new id\n"));
  EXPECT_THAT(plan.out, HasSubstr("! its client id stays only because it is sent again\n"));
  EXPECT_THAT(plan.out, Not(HasSubstr("generated anew"))) << "a public client has no secret";
  EXPECT_THAT(plan.out, HasSubstr("! resource policies on the old id are lost and made again only where they "
                                  "are declared\n"));
  EXPECT_THAT(plan.out, HasSubstr("! 3 consents are lost\n"));
  EXPECT_THAT(plan.out, Not(HasSubstr("consents that users"))) << "said by the number";
  const std::string id(api.apps().at(0).at("id").as_string());
  EXPECT_EQ(hosted.bodies(kConsents).back(), R"({"appId":")" + id + R"(","page":0,"limit":1})");
}

TEST_F(Rails, SayWhatAnAppWithAnotherClientIdLoses) {
  apply(app("  clientId: one\n"));
  declare(app("  clientId: two\n"));
  consents = R"({"consents":[],"total":0})";
  const Result plan = run({"plan", "--allow-replace"});
  EXPECT_THAT(plan.out, HasSubstr("! whoever uses its old client id must be given the new one\n"));
  EXPECT_THAT(plan.out, HasSubstr("! its client secret is generated anew unless clientSecret is given\n"));
  EXPECT_THAT(plan.out, HasSubstr("! 0 consents are lost\n"));
  EXPECT_THAT(plan.out, Not(HasSubstr("sent again")));
  EXPECT_THAT(plan.out, Not(HasSubstr("consents that users")));
}

TEST_F(Rails, DoNotDependOnTheCountOfConsents) {
  apply(app());
  declare(app("  nonConfidentialClient: true\n"));
  consents = "fail";
  const Result plan = run({"plan", "--allow-replace"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  EXPECT_THAT(plan.out, HasSubstr("! how many consents are lost could not be found out: POST "));
  EXPECT_EQ(run({"apply", "--auto-approve", "--allow-replace"}).status, 0);
}

TEST_F(Rails, CountConsentsOnlyWhereAnAppIsReplaced) {
  apply(app());
  declare(app("  description: another\n"));
  EXPECT_EQ(run({"plan"}).status, 0);
  EXPECT_TRUE(hosted.bodies(kConsents).empty());
}

TEST_F(Rails, SayThatAReplacedConnectionLosesTheUsersTokens) {
  apply(connection("a"));
  declare(connection("a", {}, "  appType: apikey\n"));
  EXPECT_THAT(
      run({"plan"}).out,
      HasSubstr("! tokens and API keys that users and tenants stored through it are deleted with it\n"));
}

TEST_F(Rails, AskForAWordBeforeTheLastOfAKindGoes) {
  apply(join({connection("a"), role("r")}));
  declare(role("r"));
  expect_refused({},
                 "error: the last object of kind Connection would be deleted [last-of-kind]\n"
                 "hint: if that is meant: --allow-empty-kind Connection\n");
  apply(role("r"), {"--allow-empty-kind", "Connection"});
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Rails, KeepWhatSomebodyElseRefersTo) {
  apply(join({role("R"), role("S")}));
  const Answer made = api.post("/v1/mgmt/resource/create",
                               json::parse(R"({"name":"Theirs","uri":"https://t.example","type":"api",
      "scopes":{"permissionsScopes":[{"name":"x","values":["R"]}]}})"));
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string id(made.value().at("resource").at("id").as_string());
  declare(role("S"));
  expect_refused(
      {}, "error: Role/R would be deleted, but the unmanaged Resource '" + id +
              "' \"Theirs\" still refers to it (/scopes/permissionsScopes/x/values) [still-referenced]\n"
              "hint: change or delete the referrer first\n");
}

TEST_F(Rails, StopWhereMostOwnedObjectsAreGone) {
  const std::string three = connections(3);
  apply(three);
  for (const std::string_view id : {"c0", "c1"})
    api.delete_connection(id);
  const std::string fact =
      "error: 2 of 3 owned objects of kind Connection are gone from the project [objects-gone]\n";
  const std::string message =
      fact + "hint: check that this is the right project; to create them again: --allow-recreate 2\n";
  expect_refused({}, message);
  expect_refused({"--allow-recreate", "1"}, message);
  expect_destroy_refused(
      fact + "hint: check that this is the right project; to go on without them: --allow-recreate 2\n");
  apply(three, {"--allow-recreate", "2"});
  EXPECT_EQ(api.connections().size(), 3U);
}

TEST_F(Rails, StopInAnotherProjectThanTheStates) {
  apply(connection("a"));
  environment["DESCOPE_PROJECT_ID"] = "P2other";
  const std::string message =
      "error: the state belongs to the project P2e2e, and this run is aimed at P2other [wrong-project]\n"
      "hint: check the project id, or name another state with --state\n";
  expect_refused({}, message);
  expect_refused({"drift"}, {}, message);
  expect_destroy_refused(message);
  EXPECT_TRUE(hosted.requests().empty()) << "the other project is not even asked";
  EXPECT_FALSE(api.connection("a").is_null());
}

TEST_F(Rails, StopWhereAVariableContradictsTheConfigurationAndAFlagMay) {
  configure("projectId: P2configured\n");
  declare(connection("a"));
  hosted.forget_requests();
  const Result refused = run({"apply", "--auto-approve"});
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_THAT(refused.err, HasSubstr("P2configured"));
  EXPECT_EQ(hosted.request_count(), 0U);
  EXPECT_EQ(run({"apply", "--auto-approve", "--project-id", "P2flag"}).status, 0);
}

}  // namespace
}  // namespace descopectl::e2e
