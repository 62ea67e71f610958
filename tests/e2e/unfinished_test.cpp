// What a write that failed halfway, or was never answered, leaves to the next run.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kState = ".descopectl/state.json";
constexpr std::string_view kNothing = "No changes. Live matches the manifests.";

/// A connection whose secret was to be changed by an apply that ends with exit status 9, and whose manifest
/// says the old one again.
void change_secret_in_vain(Project& project) {
  project.environment["SEC"] = "old-secret-of-more-than-twenty-characters";
  project.declare(connection("a", "A", "  clientSecret: {fromEnv: SEC}\n"));
  ASSERT_EQ(project.apply().status, 0);
  project.environment["SEC"] = "new-secret-of-more-than-twenty-characters";
  EXPECT_EQ(project.apply().status, 9);
  project.environment["SEC"] = "old-secret-of-more-than-twenty-characters";
}

TEST(UnfinishedWrites, OfASecretAreSentAgainWhateverTheManifestSaysByThen) {
  Project project({"--fault", "POST */outbound/app/update: status=503, effect=yes, times=3"});
  ASSERT_NO_FATAL_FAILURE(change_secret_in_vain(project));
  EXPECT_EQ(last_line(project.plan().out), "Plan: 0 to add, 1 to change, 0 to destroy.");
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(last_line(project.plan().out), kNothing);
}

TEST(UnfinishedWrites, OfASecretThatAreRefusedLeaveTheOldOneKnown) {
  Project project({"--fault", "POST */outbound/app/update: status=400, times=1"});
  ASSERT_NO_FATAL_FAILURE(change_secret_in_vain(project));
  EXPECT_EQ(last_line(project.plan().out), kNothing);
}

/// An inbound app with a field that only live has, whose replacement is cut short by a create that fails.
class UnfinishedReplacement : public testing::Test {
 protected:
  UnfinishedReplacement() {
    api.post("/v1/mgmt/thirdparty/app/create", {{"name", "a"}, {"description", "only live has it"}});
    declare("name: a");
    EXPECT_EQ(project.apply().status, 0);
    client_id = api.apps().at(0).at("clientId");
    declare("name: a, nonConfidentialClient: true");
    failed = project.apply({"--allow-replace", "--report", "json=report.json"});
  }
  void declare(const std::string& spec) const {
    project.declare("apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: a}\nspec: {" + spec +
                    "}\n");
  }

  Project project{Arguments{"--fault", "POST */thirdparty/app/create: status=400, after=1, times=1"}};
  Api api{project};
  json::value client_id;
  Result failed;
};

TEST_F(UnfinishedReplacement, CountsItsDeletion) {
  EXPECT_EQ(failed.status, 9) << failed.all();
  EXPECT_EQ(last_line(failed.out), "Apply incomplete: 0 added, 0 changed, 1 destroyed, 1 failed.");
  const json::value report = json::parse(project.folder.read("report.json"));
  EXPECT_EQ(report.at("descopectl").at("outcome").at("destroyed").as_int64(), 1);
  EXPECT_EQ(api.apps().size(), 0U);
}

TEST_F(UnfinishedReplacement, IsFinishedByTheNextRunWithWhatLiveHad) {
  const Result plan = project.plan();
  EXPECT_NE(plan.out.find("# InboundApp/a will be created (its replacement was not finished; live's former "
                          "fields are carried over)\n"),
            std::string::npos)
      << plan.out;
  EXPECT_NE(plan.out.find("only live has it"), std::string::npos) << plan.out;
  const Result finished = project.apply();
  EXPECT_EQ(finished.status, 0) << finished.all();
  ASSERT_EQ(api.apps().size(), 1U);
  EXPECT_EQ(api.apps().at(0).at("clientId"), client_id);
  EXPECT_EQ(api.apps().at(0).at("description"), "only live has it");
  EXPECT_EQ(api.apps().at(0).at("nonConfidentialClient"), true);
  EXPECT_EQ(last_line(project.plan().out), kNothing);
  EXPECT_EQ(project.folder.read(kState).find("pending_create"), std::string::npos);
}

TEST_F(UnfinishedReplacement, TakesWhatTheManifestSaysByThen) {
  declare("name: a, description: declared");
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(api.apps().at(0).at("clientId"), client_id);
  EXPECT_EQ(api.apps().at(0).at("description"), "declared");
  EXPECT_EQ(last_line(project.plan().out), kNothing);
}

TEST_F(UnfinishedReplacement, IsDriftAsTheObjectIsMissing) {
  const Result drift = project.drift({"--json"});
  EXPECT_EQ(drift.status, 2) << drift.all();
  const json::value report = json::parse(drift.out);
  EXPECT_EQ(report.at("summary").at("deleted"), 1) << drift.out;
}

TEST_F(UnfinishedReplacement, IsForgottenWithItsManifest) {
  project.declare(connection("b"));
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(project.folder.read(kState).find("pending_create"), std::string::npos);
  declare("name: a");
  EXPECT_EQ(project.plan().out.find("carried over"), std::string::npos);
}

}  // namespace
}  // namespace descopectl::e2e
