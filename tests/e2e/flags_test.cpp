// The command line in use: where flags stand, variables, formats and files, how the repository is found.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

class Flags : public testing::Test {
 protected:
  Flags() { project.declare(connection("a")); }

  Project project;
};

TEST_F(Flags, WorkBeforeAndAfterTheCommand) {
  for (const Arguments& arguments : {Arguments{"--json", "plan", "--detailed-exitcode"},
                                     Arguments{"plan", "--detailed-exitcode", "--json"},
                                     Arguments{"--output=json", "plan", "--detailed-exitcode"},
                                     Arguments{"plan", "-ojson", "--detailed-exitcode"}}) {
    const Result result = project.run(arguments);
    EXPECT_EQ(result.status, 2) << result.all();
    EXPECT_EQ(json::parse(result.out).at("format_version").as_string(), "1.2");
  }
}

TEST_F(Flags, HaveVariables) {
  project.environment["DESCOPECTL_OUTPUT"] = "json";
  project.environment["DESCOPECTL_DETAILED_EXITCODE"] = "true";
  const Result result = project.plan();
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(json::parse(result.out).at("descopectl").at("exit_code").as_int64(), 2);
  EXPECT_EQ(project.plan({"-o", "text"}).out[0], 'd') << "a flag beats a variable";
}

TEST_F(Flags, OfOtherCommandsInVariablesAreNoError) {
  project.environment["DESCOPECTL_AUTO_APPROVE"] = "true";
  EXPECT_EQ(project.plan().status, 0);
  EXPECT_EQ(project.run({"apply"}).status, 0);
  EXPECT_EQ(Api(project).connections().size(), 1U);
}

TEST_F(Flags, WriteReportsInOtherFormatsBesideTheResult) {
  project.folder.write("out/.keep", "");
  const Result result = project.apply({"--report", "json=out/result.json", "--report", "text=result.txt"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(project.folder.read("result.txt"), result.out.substr(result.out.find("Apply complete!")));
  const json::value report = json::parse(project.folder.read("out/result.json"));
  const json::value& change = report.at("resource_changes").at(0);
  EXPECT_EQ(change.at("address").as_string(), "Connection/a");
  EXPECT_EQ(change.at("result").at("status").as_string(), "done");
  EXPECT_EQ(report.at("descopectl").at("exit_code").as_int64(), 0);
}

TEST_F(Flags, WriteReportsBelowTheFolderOfChdir) {
  project.folder.write("sub/main.yaml", connection("x"));
  const Result result =
      project.run({"validate", "--chdir", "sub", "-f", "main.yaml", "--report", "json=r.json"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_TRUE(project.folder.has("sub/r.json"));
}

TEST_F(Flags, ReadManifestsFromStandardInput) {
  const Result result = project.run({"validate", "-f", "-"}, connection("x") + "---\n" + connection("y"));
  EXPECT_EQ(result.out, "Valid: 2 manifests in 1 file.\n");
  const Result wrong = project.run({"validate", "-f", "-"}, "kind: [\n");
  EXPECT_EQ(wrong.status, 3);
  EXPECT_EQ(wrong.err.rfind("<stdin>:1:7: error: ", 0), 0U) << wrong.err;
}

TEST_F(Flags, ReadTheKeyFromAFileOrStandardInput) {
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  project.folder.write("key.txt", "K2from-a-file\n");
  EXPECT_EQ(project.plan({"--management-key-file", "key.txt"}).status, 0);
  EXPECT_EQ(project.run({"plan", "--management-key-file", "-"}, "K2from-input\n").status, 0);
}

TEST_F(Flags, GiveVariables) {
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nvariables: {who: config, x: y}\n");
  project.declare(connection("a", "\"${var:who} ${var:x} $${var:who}\""));
  EXPECT_NE(project.plan().out.find("name = \"config y ${var:who}\"\n"), std::string::npos);
  EXPECT_NE(project.plan({"--var", "who=flag"}).out.find("name = \"flag y ${var:who}\"\n"),
            std::string::npos);
}

TEST_F(Flags, FindTheRepositoryByWalkingUp) {
  project.folder.write("some/where/below/file.txt", "");
  const Result below =
      Process({"plan", "--chdir", "some/where/below"}, project.environment, project.folder.path()).finish();
  EXPECT_EQ(below.status, 0) << below.all();
  EXPECT_EQ(last_line(below.out), "Plan: 1 to add, 0 to change, 0 to destroy.");
  const Result inside =
      Process({"validate"}, project.environment, project.folder.path("some/where")).finish();
  EXPECT_EQ(inside.out, "Valid: 1 manifest in 1 file.\n");
}

TEST_F(Flags, NameAnotherConfiguration) {
  project.folder.write("conf/other.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifests: [theirs/]\n");
  project.folder.write("conf/theirs/t.yaml", connection("t") + "---\n" + connection("u"));
  EXPECT_EQ(project.run({"validate", "--config", "conf/other.yaml"}).out, "Valid: 2 manifests in 1 file.\n");
  EXPECT_EQ(project.run({"validate", "--chdir", "conf", "-f", "theirs"}).out,
            "Valid: 2 manifests in 1 file.\n");
  EXPECT_EQ(project.run({"validate", "--chdir", "nowhere"}).status, 3);
}

TEST_F(Flags, ChooseAnEnvironmentThatWritingCommandsNeed) {
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nvariables: {domain: dev.example}\n"
      "environments:\n  staging:\n    variables: {domain: staging.example}\n"
      "  production:\n    manifests: [descope/, production/]\n    variables: {domain: example.com}\n");
  project.declare(connection("a", "A", "  logo: https://${var:domain}/l.png\n"));
  project.folder.write("production/more.yaml", connection("b"));
  const Result missing = project.apply();
  EXPECT_EQ(missing.status, 3) << missing.all();
  EXPECT_NE(missing.err.find("--env"), std::string::npos) << missing.err;
  const Result unknown = project.apply({"--env", "stagin"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_NE(unknown.err.find("hint: did you mean 'staging'?\n"), std::string::npos) << unknown.err;
  EXPECT_EQ(project.apply({"--env", "staging"}).status, 0);
  const Api api(project);
  EXPECT_EQ(api.connection("a").at("logo").as_string(), "https://staging.example/l.png");
  EXPECT_TRUE(project.folder.has(".descopectl/staging/state.json"));
  const Result production = project.apply({"--env", "production", "--adopt"});
  EXPECT_EQ(production.status, 0) << production.all();
  EXPECT_EQ(api.connections().size(), 2U);
  EXPECT_EQ(api.connection("a").at("logo").as_string(), "https://example.com/l.png");
}

TEST_F(Flags, OfTheVersionAreACommandToo) {
  const Result command = project.run({"version"});
  EXPECT_EQ(command.status, 0);
  EXPECT_EQ(command.out.rfind("descopectl 0.1.0\n", 0), 0U);
  EXPECT_EQ(project.run({"--version"}).out, command.out);
  EXPECT_EQ(json::parse(project.run({"version", "--json"}).out).at("version").as_string(), "0.1.0");
}

TEST_F(Flags, GiveEveryCommandItsHelp) {
  for (const std::string command : {"validate", "plan", "apply", "drift", "destroy", "emulator", "version"}) {
    const Result help = project.run({command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.out.rfind("descopectl " + command + ": ", 0), 0U);
    EXPECT_EQ(project.run({"-h", command}).out, help.out);
  }
}

TEST_F(Flags, OfTwoRunsOnTheSameInputGiveTheSameBytes) {
  const auto strip = [](std::string text) {
    const auto at = text.find("\"timestamp\"");
    return text.erase(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(strip(project.plan({"--json"}).out), strip(project.plan({"--json"}).out));
}

}  // namespace
}  // namespace descopectl::e2e
