// Saved plans: an apply that does what was looked at, or says by name what moved and does nothing.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kConfig = "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n";
constexpr std::string_view kSecret = "planted-client-secret-0123456789";
constexpr std::string_view kHint =
    "hint: plan again and look at it, or leave it out with --continue-on-stale\n";

std::string with_secret(std::string_view handle) {
  return connection(handle, {}, "  clientSecret: {fromEnv: CLIENT_SECRET}\n");
}

class SavedPlan : public testing::Test, public Workspace {
 protected:
  SavedPlan() {
    aim(*this, hosted);
    folder.write("descopectl.yaml", kConfig);
  }

  void declare(std::string_view manifests) { folder.write("descope/main.yaml", manifests); }
  void apply(std::string_view manifests) {
    declare(manifests);
    const Result result = run({"apply", "--auto-approve"});
    ASSERT_EQ(result.status, 0) << result.all();
  }
  void save_with(Arguments more) {
    more.insert(more.begin(), {"plan", "--out", "change.plan"});
    const Result result = run(more);
    ASSERT_EQ(result.status, 0) << result.all();
    ASSERT_TRUE(folder.has("change.plan"));
  }
  void save(std::string_view manifests) {
    declare(manifests);
    save_with({});
  }
  Result apply_saved(Arguments more = {}) {
    hosted.forget_requests();
    more.insert(more.begin(), {"apply", "change.plan"});
    return run(more);
  }
  [[nodiscard]] bool has_written() const {
    const auto lines = hosted.requests();
    return std::any_of(lines.begin(), lines.end(),
                       [](const std::string& line) { return !line.starts_with("GET "); });
  }
  void expect_refused(const Result& result, int status, const std::string& message) {
    EXPECT_EQ(result.status, status) << result.all();
    EXPECT_EQ(result.err, message);
    EXPECT_FALSE(has_written());
  }
  void expect_stale(const Result& result, std::string_view what) {
    expect_refused(result, 7, "error: " + std::string(what) + " [stale-plan]\n" + std::string(kHint));
  }

  Hosted hosted;
  Api api{hosted.port()};
};

TEST_F(SavedPlan, IsCarriedOutWithoutAQuestion) {
  declare(connection("a") + "---\n" + connection("b"));
  const Result plan = run({"plan", "--out", "change.plan"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  EXPECT_EQ(plan.err, "The plan is saved. To carry it out: descopectl apply change.plan\n");
  struct stat status{};
  ASSERT_EQ(::stat(folder.path("change.plan").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const Result result = apply_saved();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(last_line(result.out), "Apply complete! Resources: 2 added, 0 changed, 0 destroyed.");
}

TEST_F(SavedPlan, IsStaleOnceItWasCarriedOut) {
  environment["CLIENT_SECRET"] = kSecret;
  save(with_secret("a"));
  ASSERT_EQ(apply_saved().status, 0);
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: live and the state changed");
}

TEST_F(SavedPlan, HasToBeGivenWhereItsFlagIs) {
  const Result result = run({"apply", "--continue-on-stale", "--auto-approve"});
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_EQ(result.err,
            "error: --continue-on-stale goes with a saved plan, and none is given [missing-argument]\n"
            "hint: give the plan's file: 'descopectl apply FILE --continue-on-stale'\n");
}

TEST_F(SavedPlan, WithoutAChangeDoesNothing) {
  apply(connection("a"));
  save_with({});
  const Result result = apply_saved();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_FALSE(has_written());
}

TEST_F(SavedPlan, IsRefusedWhereLiveMoved) {
  apply(connection("a"));
  save(connection("a", "A"));
  api.change_connection("a", {{"description", "by hand"}});
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: live changed");
}

TEST_F(SavedPlan, IsRefusedWhereAnObjectAppearedInTheMeantime) {
  save(connection("a"));
  api.post("/v1/mgmt/outbound/app/create", {{"id", "a"}, {"name", "theirs"}});
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: live changed");
}

TEST_F(SavedPlan, IsRefusedWhereWhatWasAsItShouldBeMoved) {
  apply(connection("a", {}, "  description: ours\n") + "---\n" + connection("b"));
  save(connection("a", {}, "  description: ours\n") + "---\n" + connection("b", "B"));
  api.change_connection("a", {{"description", "by hand"}});
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: live changed");
}

TEST_F(SavedPlan, IsRefusedWhereAManifestMoved) {
  apply(connection("a"));
  save(connection("a", "A"));
  declare(connection("a", "B"));
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: the manifest changed");
}

TEST_F(SavedPlan, IsRefusedWhereAManifestWentOrCame) {
  apply(connection("a") + "---\n" + connection("b"));
  save(connection("a"));
  declare(connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
  expect_refused(apply_saved(), 7,
                 "error: Connection/b is not as the plan saw it: the manifest changed [stale-plan]\n" +
                     std::string(kHint) +
                     "error: Connection/c is not as the plan saw it: the manifest changed [stale-plan]\n" +
                     std::string(kHint));
  EXPECT_FALSE(api.connection("b").is_null());
}

TEST_F(SavedPlan, IsRefusedWhereASecretMoved) {
  environment["CLIENT_SECRET"] = kSecret;
  save(with_secret("a"));
  const std::string text = folder.read("change.plan");
  EXPECT_THAT(text, Not(HasSubstr(kSecret)));
  environment["CLIENT_SECRET"] = "another-client-secret-0123456789";
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: the secret /clientSecret changed");
  environment["CLIENT_SECRET"] = kSecret;
  EXPECT_EQ(apply_saved().status, 0);
}

TEST_F(SavedPlan, IsRefusedWhereAShortSecretMovedOfAnObjectThatIsThere) {
  environment["CLIENT_SECRET"] = "short-1";
  apply(with_secret("a"));
  environment["CLIENT_SECRET"] = "short-2";
  save_with({});
  environment["CLIENT_SECRET"] = "short-3";
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: the secret /clientSecret changed");
}

TEST_F(SavedPlan, TakesASecretThatWasNotAtHandWhenItWasMade) {
  save(with_secret("a"));
  const Result without = apply_saved();
  EXPECT_EQ(without.status, 3) << without.all();
  EXPECT_FALSE(has_written());
  environment["CLIENT_SECRET"] = kSecret;
  const Result with = apply_saved();
  EXPECT_EQ(with.status, 0) << with.all();
}

TEST_F(SavedPlan, NeedsTheSecretThatItSendsBeforeItIsCalledStale) {
  environment["CLIENT_SECRET"] = "a-client-secret-of-the-first-day";
  apply(with_secret("a"));
  environment["CLIENT_SECRET"] = kSecret;
  save_with({});
  const std::string beginning =
      "descope/main.yaml:6:17: error: Connection/a needs the secret clientSecret: the environment variable "
      "CLIENT_SECRET is ";
  for (const Arguments& more : {Arguments{}, Arguments{"--continue-on-stale"}})
    for (const bool is_empty : {false, true}) {
      environment.erase("CLIENT_SECRET");
      if (is_empty) environment["CLIENT_SECRET"] = "";
      const Result result = apply_saved(more);
      EXPECT_EQ(result.status, 3) << result.all();
      EXPECT_THAT(result.err,
                  testing::StartsWith(beginning + (is_empty ? "empty" : "not set") + " [missing-secret]\n"));
      EXPECT_THAT(result.err, Not(HasSubstr("stale-plan")));
      EXPECT_FALSE(has_written());
    }
  environment["CLIENT_SECRET"] = kSecret;
  ASSERT_EQ(apply_saved().status, 0);
  environment.erase("CLIENT_SECRET");  // it has been sent: what moved is the state
  expect_stale(apply_saved(), "Connection/a is not as the plan saw it: the state changed");
}

TEST_F(SavedPlan, GoesOnWithoutWhatMovedAndWhatDependsOnItWhereThatIsAskedFor) {
  apply(connection("a") + "---\n" + connection("b"));
  save(connection("a", "A") + "---\n" + connection("b", "B") +
       "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
       "spec: {name: R, uri: \"https://r.example\", type: mcp}\n---\napiVersion: descopectl/v1\nkind: "
       "McpScope\n"
       "metadata: {name: s}\nspec: {resource: r, name: s, connections: [{connection: a}]}\n");
  api.change_connection("a", {{"description", "by hand"}});
  const Result result = apply_saved({"--continue-on-stale"});
  EXPECT_EQ(result.status, 7) << result.all();
  EXPECT_THAT(result.err,
              HasSubstr("warning: Connection/a is not as the plan saw it: live changed [stale-plan]\n"));
  EXPECT_THAT(result.out, HasSubstr("Resource/r: skipped: Connection/a failed"));
  EXPECT_EQ(last_line(result.out), "Apply incomplete: 0 added, 1 changed, 0 destroyed, 1 failed, 1 skipped.");
  EXPECT_EQ(api.connection("a").at("name").as_string(), "a");
  EXPECT_EQ(api.connection("b").at("name").as_string(), "B");
  EXPECT_TRUE(api.resources().empty());
}

TEST_F(SavedPlan, LeavesOutOfABatchWhatMoved) {
  const auto apps = [](const std::string& handles) {
    std::string text;
    for (const char handle : handles)
      text += fmt::format(
          "---\napiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {{name: {0}}}\nspec: {{name: App "
          "{0}}}\n",
          handle);
    return text;
  };
  apply(apps("abckm"));
  save(apps("ckm"));
  declare(apps("km"));
  const Result result = apply_saved({"--continue-on-stale"});
  EXPECT_EQ(result.status, 7) << result.all();
  EXPECT_THAT(result.out, HasSubstr("InboundApp/c"));
  EXPECT_EQ(last_line(result.out), "Apply incomplete: 0 added, 0 changed, 2 destroyed, 1 failed.");
  std::vector<std::string> left;
  for (const json::value& app : api.apps())
    left.emplace_back(app.at("name").as_string());
  EXPECT_THAT(left, testing::UnorderedElementsAre("App c", "App k", "App m"));
}

TEST_F(SavedPlan, LeavesOutThePoliciesOfAReplacementWithIt) {
  const auto text = [](const std::string& uri) {
    return "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: a}\nspec: {name: A}\n---\n"
           "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec: {name: R, type: api, uri: "
           "\"" +
           uri +
           "\"}\n---\napiVersion: descopectl/v1\nkind: ResourcePolicy\nmetadata: {name: p}\n"
           "spec: {inboundApp: a, resource: r, allUserScopes: true}\n";
  };
  apply(text("https://r.example"));
  declare(text("https://other.example"));
  save_with({"--allow-replace"});
  json::object body = api.resources().at(0).as_object();
  body["description"] = "by hand";
  ASSERT_EQ(api.post("/v1/mgmt/resource/update", {{"resource", body}}).status, 200);
  const Result result = apply_saved({"--continue-on-stale"});
  EXPECT_EQ(result.status, 7) << result.all();
  EXPECT_THAT(result.out, HasSubstr("the other half of the change of ResourcePolicy/p is left out"));
  EXPECT_FALSE(has_written());
}

TEST_F(SavedPlan, RenamesNothingThatWhatIsLeftOutStillNames) {
  const auto text = [](const std::string& role) {
    return "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: role}\nspec: {name: " + role +
           "}\n---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
           "spec: {name: R, type: api, uri: \"https://r.example\", scopes: {permissionsScopes: [{name: s, "
           "values: [" +
           role + "]}]}}\n";
  };
  apply(text("Old"));
  save(text("New"));
  json::object body = api.resources().at(0).as_object();
  body["description"] = "by hand";
  ASSERT_EQ(api.post("/v1/mgmt/resource/update", {{"resource", body}}).status, 200);
  EXPECT_EQ(apply_saved({"--continue-on-stale"}).status, 7);
  EXPECT_FALSE(has_written());
}

TEST_F(SavedPlan, GoesOnWithoutAnObjectThatAppearedAndWouldHaveToBeAdopted) {
  save(connection("a") + "---\n" + connection("b"));
  api.post("/v1/mgmt/outbound/app/create", {{"id", "a"}, {"name", "theirs"}});
  const Result result = apply_saved({"--continue-on-stale"});
  EXPECT_EQ(result.status, 7) << result.all();
  EXPECT_EQ(api.connection("a").at("name").as_string(), "theirs");
  EXPECT_FALSE(api.connection("b").is_null());
}

TEST_F(SavedPlan, IsAppliedWithTheFlagsThatItWasMadeWith) {
  declare(connection("a") + "---\n" + connection("b"));
  save_with({"--target", "Connection/a"});
  expect_refused(apply_saved({"--target", "Connection/b"}), 3,
                 "error: '--target' is not what the plan in 'change.plan' was made with [conflicting-flags]\n"
                 "hint: a saved plan is applied with the flags that it was made with: leave this one out, or "
                 "plan again\n");
  EXPECT_EQ(apply_saved({"--allow-replace"}).status, 3);
  EXPECT_EQ(apply_saved({"--target", "Connection/a"}).status, 0);
  EXPECT_FALSE(api.connection("a").is_null());
  EXPECT_TRUE(api.connection("b").is_null());
}

TEST_F(SavedPlan, KeepsWhatItWasAllowedAndItsEnvironment) {
  folder.write("descopectl.yaml",
               std::string(kConfig) + "environments: {staging: {variables: {title: Staging}}}\n");
  declare(connection("a", "${var:title}"));
  ASSERT_EQ(run({"apply", "--auto-approve", "--env", "staging"}).status, 0);
  declare(connection("a", "${var:title}", "  appType: apikey\n"));
  save_with({"--env", "staging", "--allow-replace"});
  const Result result = apply_saved();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(last_line(result.out), "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.");
}

TEST_F(SavedPlan, IsHeldToItsVariables) {
  declare(connection("a", "${var:title}"));
  save_with({"--var", "title=One"});
  expect_refused(apply_saved({"--var", "title=Two"}), 7,
                 "error: the variable 'title' has another value than when the plan in 'change.plan' was made "
                 "[stale-plan]\n"
                 "hint: give the same value with --var, or plan again\n");
  EXPECT_EQ(apply_saved({"--var", "title=One"}).status, 0);
}

TEST_F(SavedPlan, IsForItsProjectAlone) {
  save(connection("a"));
  environment["DESCOPE_PROJECT_ID"] = "P2other";
  expect_refused(apply_saved(), 8,
                 "error: the plan in 'change.plan' was made for the project P2e2e at " + hosted.url() +
                     ", and this run is aimed at the project P2other at " + hosted.url() +
                     " [wrong-target]\nhint: aim at the same project, or plan again\n");
  EXPECT_EQ(hosted.request_count(), 0U);
}

TEST_F(SavedPlan, IsHeldByTheRailsOfTheTimeOfItsApply) {
  apply(connection("a") + "---\n" + connection("b"));
  save(connection("a"));
  folder.write("descopectl.yaml", std::string(kConfig) + "limits: {maxDeletes: 0}\n");
  const Result result = apply_saved();
  EXPECT_EQ(result.status, 8) << result.all();
  EXPECT_THAT(result.err, HasSubstr("[too-many-deletes]"));
  EXPECT_FALSE(has_written());
}

TEST_F(SavedPlan, ThatIsRefusedIsNotSaved) {
  apply(connection("a"));
  declare(connection("a", {}, "  appType: apikey\n"));
  const Result result = run({"plan", "--out", "change.plan"});
  EXPECT_EQ(result.status, 8);
  EXPECT_THAT(result.err, HasSubstr("The plan is not saved to 'change.plan', since it is refused.\n"));
  EXPECT_FALSE(folder.has("change.plan"));
}

TEST_F(SavedPlan, NeedsAFolderThatIsThere) {
  declare(connection("a"));
  const Result result = run({"plan", "--out", "no/such/change.plan"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err,
              HasSubstr("error: '--out': there is no folder 'no/such' to write 'change.plan' to"));
  EXPECT_EQ(hosted.request_count(), 0U);
}

TEST_F(SavedPlan, ThatIsDamagedForeignOrNewerIsRefused) {
  save(connection("a"));
  const std::string good = folder.read("change.plan");
  const auto expect_wrong = [&](const std::string& text, std::string_view message) {
    folder.write("change.plan", text);
    const Result result = apply_saved();
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(hosted.request_count(), 0U);
  };
  std::string changed = good;
  changed.replace(changed.find("\"name\": \"a\""), 11, "\"name\": \"b\"");
  expect_wrong(changed, "error: 'change.plan' was changed since it was written [damaged-plan]\n");
  expect_wrong(good.substr(0, good.size() / 2), "error: 'change.plan' is damaged, or no plan: ");
  expect_wrong("", "error: 'change.plan' is damaged, or no plan: ");
  expect_wrong("[]", "error: 'change.plan' is not a saved plan [not-a-plan]\n");
  expect_wrong(run({"plan", "-o", "json"}).out,
               "hint: a plan that can be applied is written by 'descopectl plan "
               "--out FILE' alone\n");
  std::string newer = good;
  newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 2");
  expect_wrong(newer, "error: 'change.plan' was written by a newer descopectl (");
  std::filesystem::remove(folder.path("change.plan"));
  const Result missing = apply_saved();
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(missing.err, HasSubstr("[unreadable-file]"));
}

std::string sha256_of(const Result& plan) {
  constexpr std::string_view kLabel = "Plan SHA-256: ";
  const auto at = plan.out.find(kLabel);
  return at == std::string::npos ? "" : "sha256:" + plan.out.substr(at + kLabel.size(), 64);
}

class ExpectedPlan : public SavedPlan {};

TEST_F(ExpectedPlan, IsAppliedAndAnotherIsNot) {
  declare(connection("a"));
  const std::string approved = sha256_of(run({"plan"}));
  declare(connection("a", "B"));
  const std::string other = sha256_of(run({"plan"}));
  hosted.forget_requests();
  expect_refused(run({"apply", "--auto-approve", "--expect-plan", approved}), 7,
                 "error: the plan has the SHA-256 " + other.substr(7) + ", and " + approved.substr(7) +
                     " was expected [stale-plan]\n"
                     "hint: something moved since: look at the plan as it is now\n");
  declare(connection("a"));
  EXPECT_EQ(run({"apply", "--auto-approve", "--expect-plan", approved}).status, 0);
}

TEST_F(ExpectedPlan, IsAnotherWithAnotherSecretOfANewObject) {
  declare(with_secret("a"));
  environment["CLIENT_SECRET"] = kSecret;
  const std::string approved = sha256_of(run({"plan"}));
  EXPECT_EQ(sha256_of(run({"plan"})), approved);
  environment["CLIENT_SECRET"] = "another-client-secret-0123456789";
  EXPECT_EQ(run({"apply", "--auto-approve", "--expect-plan", approved}).status, 7);
  environment["CLIENT_SECRET"] = kSecret;
  const Result result = run({"apply", "--auto-approve", "--expect-plan", approved});
  EXPECT_EQ(result.status, 0) << result.all();
}

TEST_F(ExpectedPlan, IsWrittenAsPlanPrintsIt) {
  declare(connection("a"));
  expect_refused(run({"apply", "--auto-approve", "--expect-plan", "sha256:12"}), 3,
                 "error: invalid value 'sha256:12' for '--expect-plan': must be 64 hexadecimal digits in "
                 "lower case, with "
                 "or without 'sha256:' before them [invalid-value]\n"
                 "hint: 'plan' prints them after 'Plan SHA-256'\n");
  const json::value plan = json::parse(run({"plan", "-o", "json"}).out);
  const std::string digest(plan.at("descopectl").at("plan_sha256").as_string());
  EXPECT_EQ(run({"apply", "--auto-approve", "--expect-plan", digest}).status, 0);
}

}  // namespace
}  // namespace descopectl::e2e
