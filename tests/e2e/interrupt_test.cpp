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

/// A run that waits for the rate limit, for five minutes.
class InterruptedWait : public testing::Test {
 protected:
  static Result interrupt(const Project& project, Arguments arguments, int number) {
    const auto run = project.start(arguments);
    EXPECT_TRUE(run->wait_for("rate limited at "));
    run->signal(number);
    return run->finish();
  }
  static constexpr const char* kAllRefused = "GET *: status=429, retry-after=300";
};

TEST_F(InterruptedWait, OfAReadEndsAtOnce) {
  const Project project({"--fault", kAllRefused});
  project.declare(connection("a"));
  const Result plan = interrupt(project, {"plan"}, SIGINT);
  EXPECT_EQ(plan.status, 130) << plan.all();
  EXPECT_EQ(plan.out, "");
  EXPECT_NE(plan.err.find("error: interrupted while waiting to send a request [interrupted]\n"),
            std::string::npos)
      << plan.err;
  EXPECT_EQ(interrupt(project, {"drift"}, SIGTERM).status, 143);
  EXPECT_EQ(interrupt(project, {"apply", "--auto-approve"}, SIGTERM).status, 143);
  for (const char* command : {"plan", "drift", "apply"}) {
    const Result result = interrupt(project, {command, "--json"}, SIGTERM);
    EXPECT_EQ(result.status, 143) << result.all();
    EXPECT_NE(result.out.find("\"exit_code\": 143,"), std::string::npos) << result.all();
  }
}

TEST_F(InterruptedWait, OfAWriteLeavesItNotStarted) {
  const Project project({"--fault", "POST */create: status=429, retry-after=300, after=1, times=1"});
  project.declare(connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
  const Result result = interrupt(project, {"apply", "--auto-approve", "--parallelism", "1"}, SIGTERM);
  EXPECT_EQ(result.status, 143) << result.all();
  EXPECT_NE(result.out.find("Not started:\n  Connection/b: interrupted [not-started]\n"
                            "  Connection/c: interrupted [not-started]\n"),
            std::string::npos)
      << result.out;
  EXPECT_EQ(last_line(result.out),
            "Apply incomplete: 1 added, 0 changed, 0 destroyed, 2 not started, 1 not read back.");
  const Result next = project.apply();
  EXPECT_EQ(last_line(next.out), "Apply complete! Resources: 2 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(next.err.find("interrupted run"), std::string::npos) << "nothing was left open: " << next.err;
}

TEST_F(InterruptedWait, InTheMiddleOfAReplacementSaysWhatWasDeletedAndTheNextApplyCreatesIt) {
  const Project project({"--fault", "POST */create: status=429, retry-after=300, after=1, times=1"});
  const auto declare = [&project](const std::string& uri) {
    project.declare(
        "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\nspec: {name: R, uri: \"" + uri +
        "\", type: mcp}\n");
  };
  declare("https://one.example");
  ASSERT_EQ(project.apply().status, 0);
  declare("https://two.example");
  const Result result = interrupt(project, {"apply", "--auto-approve", "--allow-replace"}, SIGINT);
  EXPECT_EQ(result.status, 130) << result.all();
  EXPECT_NE(result.out.find("Failed:\n  Resource/r: Resource/r was deleted (live id '"), std::string::npos)
      << result.out;
  EXPECT_NE(
      result.out.find("and not created again: interrupted while waiting to send a request [interrupted]\n"),
      std::string::npos)
      << result.out;
  EXPECT_EQ(last_line(result.out), "Apply incomplete: 0 added, 0 changed, 1 destroyed, 1 failed.");
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_EQ(last_line(next.out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
}

TEST_F(InterruptedWait, OfAWriteIsSkippedInJson) {
  const Project project({"--fault", "POST */create: status=429, retry-after=300, times=1"});
  project.declare(connection("a"));
  const Result result = interrupt(project, {"apply", "--auto-approve", "--json"}, SIGINT);
  EXPECT_EQ(result.status, 130) << result.all();
  const json::value report = json::parse(result.out);
  EXPECT_EQ(report.at("descopectl").at("exit_code").as_int64(), 130);
  const json::value& ending = report.at("resource_changes").at(0).at("result");
  EXPECT_EQ(ending.at("status").as_string(), "skipped");
  EXPECT_EQ(ending.at("attempts").as_int64(), 1);
}

TEST(InterruptAfterTheEnd, KeepsNothingWaiting) {
  for (int i = 0; i < 5; ++i) {
    const Project project;
    project.declare(connection("a"));
    const auto process = project.start({"apply", "--auto-approve"});
    ASSERT_TRUE(process->wait_for("Apply complete!"));
    process->signal(SIGTERM);
    const Result result = process->finish();
    EXPECT_TRUE(result.status == 0 || result.status == 128 + SIGTERM) << result.all();
  }
}

TEST_F(InterruptedWait, ForTheLookAtALostWriteLeavesItOpen) {
  const Project project({"--fault", "POST */create: connection=reset, effect=yes, times=1", "--fault",
                         "GET */outbound/app/a: status=429, retry-after=300, times=1"});
  project.declare(connection("a"));
  const Result result = interrupt(project, {"apply", "--auto-approve"}, SIGINT);
  EXPECT_EQ(result.status, 130) << result.all();
  EXPECT_EQ(last_line(result.out), "Apply incomplete: 0 added, 0 changed, 0 destroyed, 1 unknown.");
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  EXPECT_NE(next.err.find("an interrupted run had created Connection/a"), std::string::npos) << next.err;
  EXPECT_EQ(Api(project).connections().size(), 1U);
}

TEST(InterruptedSecret, EndsItsCommandAndTheRun) {
  const Project project;
  // The command interrupts who started it, once it runs.
  project.declare(connection("a", {},
                             "  clientSecret: {fromCommand: [sh, -c, 'echo $$ > " +
                                 project.folder.path("pid").string() +
                                 "; kill -TERM $PPID; exec sleep 300']}\n"));
  for (const Arguments& arguments : {Arguments{"plan"}, Arguments{"apply", "--auto-approve"}}) {
    const Result result = project.run(arguments);
    EXPECT_EQ(result.status, 143) << result.all();
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("[interrupted]\n"), std::string::npos) << result.err;
    EXPECT_EQ(::kill(std::stoi(project.folder.read("pid")), 0), -1) << "the command still runs";
    EXPECT_LT(result.seconds, 25) << "the command's own time limit ended it";
  }
  EXPECT_TRUE(Api(project).connections().empty());
}

}  // namespace
}  // namespace descopectl::e2e
