// One test for each row of the table of exit statuses, on the status and in JSON.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using http::Reply;
using http::Request;
using http::Response;
using http::Server;

constexpr std::string_view kQuickConfig =
    "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
    "http: {retries: 1, retryBaseMilliseconds: 1, settleSeconds: 1}\n";

/// The status, `exit_code` and `exit_reason` say the same, whatever the format.
void expect_status(const Result& text, const Result& as_json, int code, std::string_view reason) {
  EXPECT_EQ(text.status, code) << text.all();
  EXPECT_EQ(as_json.status, code) << as_json.all();
  boost::system::error_code failed;
  const json::value value = json::parse(as_json.out, failed);
  ASSERT_FALSE(failed) << "no JSON: " << as_json.all();
  const json::object& top = value.as_object();
  const json::object& where = top.contains("exit_code") ? top : top.at("descopectl").as_object();
  EXPECT_EQ(where.at("exit_code").as_int64(), code);
  EXPECT_EQ(where.at("exit_reason").as_string(), reason);
}

class ExitStatus : public testing::Test {
 protected:
  Project project;
};

TEST_F(ExitStatus, IsZeroWhenDone) {
  project.declare(connection("a"));
  const Result plan = project.plan();
  EXPECT_EQ(plan.err, "");
  expect_status(plan, project.plan({"-o", "json"}), 0, "done");
  const Result applied = project.apply();
  EXPECT_EQ(last_line(applied.out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
  expect_status(applied, project.apply({"--json"}), 0, "done");
  expect_status(project.drift(), project.drift({"--json"}), 0, "done");
  expect_status(project.run({"validate"}), project.run({"validate", "--json"}), 0, "done");
}

TEST_F(ExitStatus, IsOneForAFailureThatNoOtherRowNames) {
  project.declare(connection("a"));
  const Result result = project.plan({"--report", "json=/dev/full"});
  EXPECT_EQ(result.err,
            "error: the report could not be written: can't write '/dev/full': No space left on device\n");
  expect_status(result, project.plan({"--report", "text=/dev/full", "--json"}), 1, "failure");
}

TEST_F(ExitStatus, IsTwoForDifferencesThatWereAskedFor) {
  project.declare(connection("a"));
  expect_status(project.plan({"--detailed-exitcode"}), project.plan({"--detailed-exitcode", "--json"}), 2,
                "differences");
  ASSERT_EQ(project.apply().status, 0);
  EXPECT_EQ(project.plan({"--detailed-exitcode"}).status, 0);
  Api(project).change_connection("a", {{"pkce", true}, {"name", "elsewhere"}});
  const Result drift = project.drift();
  EXPECT_EQ(drift.err, "");
  expect_status(drift, project.drift({"--json"}), 2, "differences");
}

TEST_F(ExitStatus, IsThreeForWrongInput) {
  project.declare(connection("a", "A", "  nme: x\n"));
  expect_status(project.plan(), project.plan({"--json"}), 3, "invalid-input");
  expect_status(project.apply(), project.apply({"--json"}), 3, "invalid-input");
  expect_status(project.drift(), project.drift({"--json"}), 3, "invalid-input");
  expect_status(project.run({"validate"}), project.run({"validate", "--json"}), 3, "invalid-input");
}

TEST_F(ExitStatus, IsFourWithoutAKey) {
  project.declare(connection("a"));
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  const Result result = project.plan();
  EXPECT_EQ(result.err,
            "error: no management key [no-credentials]\n"
            "hint: set DESCOPE_MANAGEMENT_KEY, or give --management-key-file FILE ('-' is standard input)\n");
  expect_status(result, project.plan({"--json"}), 4, "credentials");
}

TEST_F(ExitStatus, IsThreeForAKeyFileThatCanNotBeRead) {
  project.declare(connection("a"));
  const Result result = project.plan({"--management-key-file", "absent.key"});
  EXPECT_NE(result.err.find("absent.key"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("[unreadable-file]\nhint: check the path and the rights to the file\n"),
            std::string::npos)
      << result.err;
  expect_status(result, project.plan({"--management-key-file", "absent.key", "--json"}), 3, "invalid-input");
  project.folder.write("two.key", "one two");
  EXPECT_NE(project.plan({"--management-key-file", "two.key"}).err.find("[invalid-key]\n"),
            std::string::npos);
}

TEST(ExitStatusOfCredentials, IsFourForAKeyThatIsRefused) {
  Workspace workspace;
  const Emulator emulator(workspace.folder, {},
                          {{"DESCOPE_PROJECT_ID", "P2e2e"}, {"DESCOPE_MANAGEMENT_KEY", "the-right-key"}});
  workspace.environment = {{"DESCOPE_PROJECT_ID", "P2e2e"},
                           {"DESCOPE_MANAGEMENT_KEY", "planted-wrong-key"},
                           {"DESCOPE_BASE_URL", emulator.url()}};
  workspace.folder.write("descopectl.yaml", kQuickConfig);
  workspace.folder.write("descope/main.yaml", connection("a"));
  const Result result = workspace.run({"plan"});
  EXPECT_EQ(count(result.err, "error: "), 1U) << result.err;
  EXPECT_NE(result.err.find("401"), std::string::npos) << result.err;
  EXPECT_EQ(result.all().find("planted-wrong-key"), std::string::npos);
  expect_status(result, workspace.run({"plan", "--json"}), 4, "credentials");
  EXPECT_EQ(workspace.run({"apply", "--auto-approve"}).status, 4);
}

TEST_F(ExitStatus, IsFiveWhereNobodyAnswers) {
  project.declare(connection("a"));
  project.folder.write("descopectl.yaml", kQuickConfig);
  project.emulator.stop();
  const Result result = project.plan();
  EXPECT_NE(result.err.find("error: GET /v1/mgmt/outbound/apps: connection refused by " +
                            project.emulator.url().substr(7) + " (after 2 tries) [api-unreachable]\n"),
            std::string::npos)
      << result.err;
  expect_status(result, project.plan({"--json"}), 5, "unreachable");
}

TEST(ExitStatusOfAnswers, IsFiveForAnswersThatAreNoJson) {
  Workspace workspace;
  const Hosted hosted({}, [](const Request&, const Server::Handler&) {
    Reply reply(Response(200, "<!doctype html><html><body>Sign in</body></html>"));
    reply.response.headers.emplace_back("Content-Type", "text/html");
    return reply;
  });
  aim(workspace, hosted);
  workspace.folder.write("descopectl.yaml", kQuickConfig);
  workspace.folder.write("descope/main.yaml", connection("a"));
  const Result result = workspace.run({"plan"});
  EXPECT_NE(result.err.find("HTML"), std::string::npos) << result.err;
  expect_status(result, workspace.run({"plan", "--json"}), 5, "unreachable");
}

TEST_F(ExitStatus, IsSixWhileTheLockIsHeld) {
  project.declare(connection("a"));
  ASSERT_EQ(project.apply().status, 0);
  const int lock = ::open(project.folder.path(".descopectl/state.json.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  const Result result = project.apply();
  EXPECT_EQ(result.err,
            "error: the state .descopectl/state.json is locked by another process [lock-held]\n"
            "hint: Wait until it has ended, or end that process; the lock goes with it, so there is no file "
            "to remove.\n");
  expect_status(result, project.apply({"--json"}), 6, "lock-held");
  EXPECT_EQ(project.plan().status, 0) << "plan takes no lock";
  EXPECT_EQ(project.drift().status, 0) << "drift takes no lock";
  ::close(lock);
}

/// The first list takes longer than live may be old, and the object moves behind it.
TEST(ExitStatusOfTime, IsSevenWhereLiveMovedSinceThePlan) {
  Workspace workspace;
  int lists = 0;
  const Hosted hosted({}, [&lists](const Request& request, const Server::Handler& service) {
    const bool is_list = request.target == "/v1/mgmt/outbound/apps";
    if (is_list && ++lists == 4) {
      Request update("POST", "/v1/mgmt/outbound/app/update",
                     R"({"app":{"id":"a","name":"somebody else's","description":"and more"}})");
      update.headers = request.headers;
      service(update);
    }
    Reply reply = service(request);
    if (is_list && lists == 3) reply.delay = std::chrono::milliseconds(10'100);
    return reply;
  });
  aim(workspace, hosted);
  workspace.folder.write("descopectl.yaml", kQuickConfig);
  workspace.folder.write("descope/main.yaml", connection("a"));
  ASSERT_EQ(workspace.run({"apply", "--auto-approve"}).status, 0);
  ASSERT_EQ(lists, 2) << "one before, one as proof";
  workspace.folder.write("descope/main.yaml", connection("a", "mine"));
  const Result result = workspace.run({"apply", "--auto-approve", "--json", "--report", "text=result.txt"});
  EXPECT_EQ(result.status, 7) << result.all();
  EXPECT_EQ(Api(hosted.port()).connection("a").at("name").as_string(), "somebody else's");
  expect_status(result, result, 7, "stale");
  EXPECT_EQ(last_line(workspace.folder.read("result.txt")),
            "Apply incomplete: 0 added, 0 changed, 0 destroyed, 1 failed.");
}

TEST_F(ExitStatus, IsEightWhereARailRefuses) {
  project.declare(connection("a"));
  const Result result = project.run({"apply"});
  EXPECT_EQ(result.err,
            "error: there is no terminal to ask on, and nothing was written [no-terminal]\n"
            "hint: look at the plan, then run again with --auto-approve\n");
  expect_status(result, project.run({"apply", "--json"}), 8, "refused");
}

TEST(ExitStatusOfFailures, IsNineWhereAnActionFails) {
  for (const bool as_json : {false, true}) {
    Workspace workspace;
    const Hosted hosted({}, [](const Request& request, const Server::Handler& service) {
      if (request.target == "/v1/mgmt/outbound/app/create" &&
          request.body.find("\"bad\"") != std::string::npos)
        return Reply(Response(
            400, R"({"errorCode":"E011003","errorDescription":"Request is invalid","errorMessage":"no"})"));
      return service(request);
    });
    aim(workspace, hosted);
    workspace.folder.write("descopectl.yaml", kQuickConfig);
    workspace.folder.write(
        "descope/main.yaml",
        connection("bad") + "---\n" + connection("good") +
            "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
            "spec:\n  name: R\n  uri: https://r.example\n  type: mcp\n---\napiVersion: descopectl/v1\n"
            "kind: McpScope\nmetadata: {name: s}\nspec: {resource: r, name: s, connections: [{connection: "
            "bad}]}\n");
    const Result result = workspace.run(as_json ? Arguments{"apply", "--auto-approve", "--json"}
                                                : Arguments{"apply", "--auto-approve"});
    EXPECT_EQ(result.status, 9) << result.all();
    if (as_json) {
      expect_status(result, result, 9, "partial");
    } else {
      EXPECT_NE(result.out.find("Failed:\n  Connection/bad: "), std::string::npos) << result.out;
      EXPECT_NE(result.out.find("Skipped:\n  Resource/r"), std::string::npos) << result.out;
      EXPECT_EQ(last_line(result.out),
                "Apply incomplete: 1 added, 0 changed, 0 destroyed, 1 failed, 1 skipped.");
    }
  }
}

// 130 and 143 are in interrupt_test.cpp.

TEST(ExitStatusTable, StandsInTheHelp) {
  const Workspace workspace;
  const Result help = workspace.run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  for (const std::string_view row :
       {"    0  done, or nothing to do\n", "    1  a failure none of the others names\n",
        "    2  differences", "    3  the input is wrong",
        "    4  credentials missing or refused (401, 403)\n", "    5  the API can't be reached",
        "    6  the state's lock is held by somebody else\n", "    7  the plan is stale",
        "    8  a safety rail refused", "    9  applied in part", "  130  interrupted", "  143  terminated"})
    EXPECT_NE(help.out.find(row), std::string::npos) << row;
}

}  // namespace
}  // namespace descopectl::e2e
