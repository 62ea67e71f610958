// Signals during an apply: what is under way is finished and recorded, the rest is left to the next run.
#include <gtest/gtest.h>
#include <signal.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

class Interrupt : public testing::Test {
 protected:
  Interrupt() : project({"--latency-ms", "250"}) {
    std::string text;
    for (const char* name : {"a", "b", "c", "d", "e", "f"})
      text += connection(name) + "---\n";
    project.declare(text);
  }

  /// Interrupts after the first action has begun, with two at once.
  Result interrupt(int number, bool as_json = false) {
    Arguments more{"--parallelism", "2"};
    if (as_json) more.emplace_back("--json");
    const auto apply = project.start_apply(more);
    apply->signal(number);
    return apply->finish();
  }

  Project project;
  Api api{project};
};

TEST_F(Interrupt, FinishesWhatIsUnderWayAndTheNextApplyCompletes) {
  const Result result = interrupt(SIGINT);
  EXPECT_EQ(result.status, 130) << result.all();
  EXPECT_NE(result.err.find("interrupted: finishing what is under way; a second signal ends at once\n"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.out.find("Not started:\n"), std::string::npos) << result.out;
  const auto made = api.connections().size();
  EXPECT_EQ(made, count(result.err, "Creation accepted"));
  EXPECT_LT(made, 6U);
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(last_line(next.out),
            "Apply complete! Resources: " + std::to_string(6 - made) + " added, 0 changed, 0 destroyed.")
      << "what was made is in the state: neither made again nor adopted";
  EXPECT_EQ(api.connections().size(), 6U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Interrupt, SaysSoInJson) {
  const Result result = interrupt(SIGINT, true);
  EXPECT_EQ(result.status, 130) << result.all();
  const json::value report = json::parse(result.out);
  EXPECT_EQ(report.at("descopectl").at("exit_code").as_int64(), 130);
  EXPECT_EQ(report.at("descopectl").at("exit_reason").as_string(), "interrupted");
}

TEST_F(Interrupt, ByTerminationHasItsOwnStatus) {
  const Result result = interrupt(SIGTERM);
  EXPECT_EQ(result.status, 143) << result.all();
  EXPECT_EQ(project.apply().status, 0);
}

TEST_F(Interrupt, ASecondTimeEndsAtOnceAndTheNextApplyCompletes) {
  const auto apply = project.start_apply();
  apply->signal(SIGINT);
  ASSERT_TRUE(apply->wait_for("interrupted: "));
  apply->signal(SIGINT);
  EXPECT_EQ(apply->finish().status, 130);
  // A write may have reached the service without a record of its outcome: the next run takes it over.
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(api.connections().size(), 6U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Interrupt, ASecondTimeLeavesNothingTwiceThatHasNoIdOfOurs) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d"})
    text += "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: " + std::string(name) +
            "}\nspec: {name: " + name + "}\n---\n";
  project.declare(text);
  const auto apply = project.start_apply({});
  apply->signal(SIGTERM);
  ASSERT_TRUE(apply->wait_for("interrupted: "));
  apply->signal(SIGTERM);
  EXPECT_EQ(apply->finish().status, 143);
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(api.roles().size(), 4U);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

}  // namespace
}  // namespace descopectl::e2e
