// What an interrupted run left open: what the next commands say and do about it.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>

#include "api.hpp"
#include "killer.hpp"

namespace descopectl::e2e {
namespace {

constexpr const char* kState = ".descopectl/state.json";
constexpr std::string_view kRole =
    "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: editor, lifecycle: {preventDestroy: true}}\n"
    "spec: {name: Editor, description: d}\n";
constexpr std::string_view kApp =
    "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: portal}\nspec: {name: Portal";

/// The first run is killed at a write request.
class Killed : public Workspace {
 public:
  Killed(std::string_view manifests, Moment moment) : killer(moment), hosted({}, std::ref(killer)) {
    aim(*this, hosted);
    folder.write(
        "descopectl.yaml",
        "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nhttp: {settleSeconds: 0}\n");
    declare(manifests);
  }
  void declare(std::string_view manifests) const { folder.write("descope/main.yaml", manifests); }
  void run_to_its_death() {
    const auto process = start({"apply", "--auto-approve"});
    killer.aim_at(*process);
    EXPECT_EQ(process->finish().status, 128 + SIGKILL);
    EXPECT_NE(folder.read(kState).find("\"record\":\"intent\""), std::string::npos);
  }

  Killer killer;
  Hosted hosted;
};

TEST(InterruptedRun, OfACreateIsTakenOverWithItsProtection) {
  Killed killed(kRole, {.write = 1, .is_after_effect = true});
  killed.run_to_its_death();
  const Result next = killed.run({"apply", "--auto-approve"});
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_NE(next.err.find("warning: an interrupted run had created Role/editor (live id 'ROL"),
            std::string::npos)
      << next.err;
  EXPECT_EQ(last_line(next.out), "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(killed.folder.read(kState).find("intent"), std::string::npos);
  killed.declare(connection("other"));
  const Result removed = killed.run({"plan", "--allow-empty-kind", "Role"});
  EXPECT_EQ(removed.status, 8);
  EXPECT_NE(removed.err.find("[prevent-destroy]"), std::string::npos) << removed.err;
}

TEST(InterruptedRun, ThatWasToldNoIdsYetLosesNothing) {
  std::string manifests;
  for (const std::string name : {"p0", "p1", "p2"}) {
    const std::string metadata = "\nmetadata: {name: " + name + "}\nspec: {name: " + name;
    manifests += "---\napiVersion: descopectl/v1\nkind: Permission" + metadata + "}\n";
    manifests +=
        "---\napiVersion: descopectl/v1\nkind: Role" + metadata + ", permissionNames: [" + name + "]}\n";
  }
  Killed killed(manifests, {.write = 2, .is_after_effect = false});
  killed.run_to_its_death();
  const Result next = killed.run({"apply", "--auto-approve"});
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(last_line(next.out), "Apply complete! Resources: 3 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(last_line(killed.run({"plan"}).out), "No changes. Live matches the manifests.");
  killed.declare(connection("other"));
  const Result removed =
      killed.run({"plan", "--summary", "--allow-empty-kind", "Role", "--allow-empty-kind", "Permission"});
  EXPECT_EQ(last_line(removed.out), "Plan: 1 to add, 0 to change, 6 to destroy.") << "all six are owned";
}

TEST(InterruptedRun, OfAPresetsCreateThatWasNotSentIsNoReasonToAskAboutOthers) {
  Killed killed(
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: notes}\n"
      "spec: {name: Notes, dcrPresetId: notion}\n",
      {.write = 2, .is_after_effect = false});
  const Api api(killed.hosted.port());
  api.post("/v1/mgmt/outbound/app/create", {{"id", "theirs"}, {"name", "Theirs"}});
  killed.run_to_its_death();
  const Result next = killed.run({"apply", "--auto-approve"});
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(api.connections().size(), 2U);
}

TEST(InterruptedRun, IsSeenByAPlanThatWritesNothing) {
  Killed killed(kRole, {.write = 1, .is_after_effect = true});
  killed.run_to_its_death();
  const std::string state = killed.folder.read(kState);
  for (const char* command : {"plan", "drift"}) {
    const Result result = killed.run({command});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_NE(result.err.find("an interrupted run had created Role/editor"), std::string::npos) << result.err;
  }
  EXPECT_EQ(killed.folder.read(kState), state);
}

TEST(InterruptedRun, IsLeftAloneByARunThatIsAimedAtAnotherProject) {
  Killed killed(kRole, {.write = 1, .is_after_effect = true});
  killed.run_to_its_death();
  const std::string state = killed.folder.read(kState);
  killed.environment["DESCOPE_PROJECT_ID"] = "P2other";
  const Result refused = killed.run({"apply", "--auto-approve"});
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("[wrong-project]"), std::string::npos) << refused.err;
  EXPECT_EQ(killed.folder.read(kState), state);
}

TEST(InterruptedRun, OfADeleteIsForgottenOnlyWhereItHappened) {
  for (const bool has_happened : {false, true}) {
    Killed killed(connection("a") + "---\n" + connection("b"), {.write = 3, .is_after_effect = has_happened});
    ASSERT_EQ(killed.run({"apply", "--auto-approve"}).status, 0);
    killed.declare(connection("a"));
    killed.run_to_its_death();
    const Result next = killed.run({"apply", "--auto-approve"});
    EXPECT_EQ(next.status, 0) << next.all();
    EXPECT_EQ(next.err.find("an interrupted run had deleted Connection/b") != std::string::npos, has_happened)
        << next.err;
    EXPECT_EQ(next.out.find("Connection/b will be destroyed") != std::string::npos, !has_happened)
        << next.out;
    EXPECT_EQ(Api(killed.hosted.port()).connections().size(), 1U);
  }
}

TEST(DeletionThatNobodyCouldReadBack, IsMadeUpForWhereItWasNotCarriedOut) {
  // A gateway in between answers in the service's stead; the lists before and after each apply are four.
  const Project project({"--fault", "POST */delete: status=404, times=1", "--fault",
                         "GET /v1/mgmt/outbound/apps: status=503, after=3, times=1"});
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nhttp: {retries: 0}\n");
  project.declare(connection("a") + "---\n" + connection("b"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(connection("a"));
  const Result unseen = project.apply();
  EXPECT_EQ(unseen.status, 5) << unseen.all();
  EXPECT_EQ(last_line(unseen.out), "Apply incomplete: 0 added, 0 changed, 1 destroyed, 1 not read back.");
  EXPECT_NE(
      unseen.err.find("error: 1 object was written or deleted and could not be read back [not-verified]"),
      std::string::npos)
      << unseen.err;
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_NE(next.err.find("an interrupted run was to delete Connection/b, and it is still there"),
            std::string::npos)
      << next.err;
  EXPECT_EQ(last_line(next.out), "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.");
  EXPECT_EQ(Api(project).connections().size(), 1U);
}

TEST(InterruptedRun, IsFinishedByApplyBeforeASecretIsRotated) {
  Killed killed(std::string(kApp) + "}\n", {.write = 2, .is_after_effect = true});
  ASSERT_EQ(killed.run({"apply", "--auto-approve"}).status, 0);
  killed.declare(std::string(kApp) + ", description: new}\n");
  killed.run_to_its_death();
  const Arguments rotate{"rotate", "InboundApp/portal", "--secret-file", "secret", "--auto-approve"};
  const Result refused = killed.run(rotate);
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("error: an interrupted run did not finish what it did to InboundApp/portal "
                             "[unfinished]\nhint: run 'descopectl apply' first"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(killed.run({"apply", "--auto-approve"}).status, 0);
  EXPECT_EQ(killed.run(rotate).status, 0);
}

TEST(InterruptedRun, ThatMadeAnAppIsFinishedBeforeItsSecretIsRotated) {
  Killed killed(std::string(kApp) + ", clientId: pinned}\n", {.write = 1, .is_after_effect = true});
  killed.run_to_its_death();
  const Arguments rotate{"rotate", "InboundApp/portal", "--secret-file", "secret", "--auto-approve"};
  const Result refused = killed.run(rotate);
  EXPECT_EQ(refused.status, 8) << refused.all();
  EXPECT_NE(refused.err.find("[unfinished]"), std::string::npos) << refused.err;
  EXPECT_EQ(killed.run({"apply", "--auto-approve"}).status, 0);
  EXPECT_EQ(killed.run(rotate).status, 0);
}

TEST(InterruptedRun, IsTakenOverByAdopt) {
  Killed killed(kRole, {.write = 1, .is_after_effect = true});
  killed.run_to_its_death();
  const Result adopted = killed.run({"adopt", "--all", "--auto-approve"});
  EXPECT_EQ(adopted.status, 0) << adopted.all();
  EXPECT_NE(adopted.err.find("an interrupted run had created Role/editor"), std::string::npos) << adopted.err;
  EXPECT_EQ(last_line(killed.run({"plan"}).out), "No changes. Live matches the manifests.");
}

}  // namespace
}  // namespace descopectl::e2e
