// The examples of the repository on the sandbox, and what examples/quickstart.sh does with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "descopectl/kinds/registry.hpp"
#include "harness.hpp"

namespace descopectl::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = fs::path(DESCOPECTL_SOURCE_DIR) / "examples";

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Every example project; one with a folder env/ once for each environment in it: "environments:staging".
std::vector<std::string> example_names() {
  std::vector<std::string> names;
  for (const std::string& name : folders_in(kExamples)) {
    if (!fs::exists(kExamples / name / "descopectl.yaml")) continue;  // pipelines/
    const std::vector<std::string> environments = folders_in(kExamples / name / "env");
    if (environments.empty()) names.push_back(name);
    for (const std::string& environment : environments)
      names.push_back(name + ":" + environment);
  }
  return names;
}

class Example : public testing::TestWithParam<std::string>, public Workspace {
 protected:
  Example() {
    const auto colon = std::min(GetParam().find(':'), GetParam().size());
    fs::copy(kExamples / GetParam().substr(0, colon), folder.path(), fs::copy_options::recursive);
    give_secrets();
    if (colon < GetParam().size()) environment["DESCOPECTL_ENV"] = GetParam().substr(colon + 1);
  }
  void give_secrets() {
    environment["GOOGLE_CLIENT_SECRET"] = "not-a-real-secret-1234567890";
    environment["HUBSPOT_CLIENT_SECRET"] = "not-a-real-secret-0987654321";
  }
  void take_secrets() {
    environment.erase("GOOGLE_CLIENT_SECRET");
    environment.erase("HUBSPOT_CLIENT_SECRET");
  }
};

TEST_P(Example, RunsOnTheSandboxFromValidateToDestroy) {
  const Result validate = run({"validate"});
  EXPECT_EQ(validate.status, 0) << validate.all();
  EXPECT_EQ(validate.err, "");
  const Result plan = run({"plan", "--sandbox", "--detailed-exitcode"});
  EXPECT_EQ(plan.status, 2) << plan.all();
  const Result apply = run({"apply", "--sandbox", "--auto-approve"});
  EXPECT_EQ(apply.status, 0) << apply.all();
  const Result again = run({"plan", "--sandbox", "--detailed-exitcode"});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(last_line(again.out), "No changes. Live matches the manifests.");
  const Result drift = run({"drift", "--sandbox"});
  EXPECT_EQ(drift.status, 0);
  EXPECT_EQ(drift.out.rfind("No drift. ", 0), 0U) << drift.out;
  EXPECT_EQ((apply.all() + plan.all()).find("not-a-real-secret"), std::string::npos);
  const Result destroy = run({"destroy", "--sandbox", "--auto-approve", "--allow-deletes", "20",
                              "--allow-destroy", "Connection/google-contacts"});
  EXPECT_EQ(destroy.status, 0) << destroy.all();
  EXPECT_EQ(last_line(destroy.out).rfind("Destroy complete!", 0), 0U);
}

TEST_P(Example, NeedsItsSecretsOnlyToApply) {
  take_secrets();
  EXPECT_EQ(run({"validate"}).status, 0);
  const Result plan = run({"plan", "--sandbox"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  const Result apply = run({"apply", "--sandbox", "--auto-approve"});
  EXPECT_EQ(apply.status, 3);
  EXPECT_NE(apply.err.find(
                "needs the secret clientSecret: the environment variable GOOGLE_CLIENT_SECRET is not set "
                "[missing-secret]\n"),
            std::string::npos)
      << apply.err;
  EXPECT_EQ(run({"plan", "--sandbox", "--detailed-exitcode"}).status, 2) << "nothing was written";
}

INSTANTIATE_TEST_SUITE_P(All, Example, testing::ValuesIn(example_names()), [](const auto& named) {
  std::string name = named.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }, 'X');
  return name;
});

TEST(EnvironmentsExample, LaysWhatDiffersOverWhatIsShared) {
  Workspace shop;
  fs::copy(kExamples / "environments", shop.folder.path(), fs::copy_options::recursive);
  const Result staging = shop.run({"plan", "--sandbox", "--env", "staging"});
  EXPECT_EQ(last_line(staging.out), "Plan: 3 to add, 0 to change, 0 to destroy.") << staging.all();
  EXPECT_NE(staging.out.find("\"https://mcp.staging.example.com/calendar\""), std::string::npos);
  EXPECT_NE(staging.out.find("\"Read your calendar (staging)\""), std::string::npos);
  EXPECT_EQ(staging.out.find("prompt"), std::string::npos);
  const Result production = shop.run({"plan", "--sandbox", "--env", "production"});
  EXPECT_EQ(last_line(production.out), "Plan: 2 to add, 0 to change, 0 to destroy.") << production.all();
  EXPECT_NE(production.out.find("prompt = [\"consent\"]"), std::string::npos);
  EXPECT_EQ(production.out.find("inspector"), std::string::npos);
}

TEST(CrmExample, UsesEveryFieldOfAnOAuthConnection) {
  const schema::Kind* kind = kinds::find("Connection");
  ASSERT_NE(kind, nullptr);
  const Folder nothing;
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples / "crm-and-calendar"))
    if (entry.path().filename() == "google-contacts.yaml") {
      fs::copy(entry.path(), nothing.path("copy.yaml"));
      text = nothing.read("copy.yaml");
    }
  for (const schema::Field& field : kind->fields) {
    if (field.read_only || field.name == "useDcr" || field.name == "dcrUrl" || field.name == "tenantId")
      continue;
    if (field.write_only && !field.secret) continue;  // chooses another create call
    EXPECT_NE(text.find("\n  " + std::string(field.name) + ":"), std::string::npos) << field.name;
  }
}

TEST(Quickstart, TellsTheStoryThatItsScriptShows) {
  Workspace shop;
  fs::copy(kExamples / "crm-and-calendar", shop.folder.path(), fs::copy_options::recursive);
  shop.environment = {{"GOOGLE_CLIENT_SECRET", "not-a-real-secret-1234567890"},
                      {"HUBSPOT_CLIENT_SECRET", "not-a-real-secret-0987654321"}};
  EXPECT_EQ(shop.run({"validate"}).out, "Valid: 15 manifests in 9 files.\n");
  const Result plan = shop.run({"plan", "--sandbox", "--summary"});
  EXPECT_EQ(plan.status, 0);
  EXPECT_EQ(last_line(plan.out), "Plan: 11 to add, 0 to change, 0 to destroy.");
  const Result apply = shop.run({"apply", "--sandbox", "--auto-approve"});
  EXPECT_EQ(apply.status, 0) << apply.all();
  EXPECT_EQ(last_line(apply.out), "Apply complete! Resources: 11 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(shop.run({"plan", "--sandbox", "--detailed-exitcode"}).status, 0);

  std::string data = shop.folder.read(".descopectl/sandbox.json");
  const std::string before = "List and view contacts";
  ASSERT_NE(data.find(before), std::string::npos);
  for (auto at = data.find(before); at != std::string::npos; at = data.find(before, at + 1))
    data.replace(at, before.size(), "List, view and export contacts");
  shop.folder.write(".descopectl/sandbox.json", data);
  const Result drift = shop.run({"drift", "--sandbox"});
  EXPECT_EQ(drift.status, 2);
  EXPECT_NE(
      drift.out.find("scopes.permissionsScopes[\"contacts.read\"].description: \"List and view contacts\" -> "
                     "\"List, view and export contacts\" (live)\n"),
      std::string::npos)
      << drift.out;
  EXPECT_EQ(last_line(drift.out), "Drift: 2 changed live, 0 deleted, 0 changed in manifests, 0 unmanaged.");
  const Result heal = shop.run({"apply", "--sandbox", "--auto-approve"});
  EXPECT_EQ(last_line(heal.out), "Apply complete! Resources: 0 added, 2 changed, 0 destroyed.");
  EXPECT_EQ(shop.run({"drift", "--sandbox"}).status, 0);
}

}  // namespace
}  // namespace descopectl::e2e
