// Command lines that are wrong: exit 3, the nearest known word, nothing called.
#include "refused.hpp"

namespace descopectl::e2e {
namespace {

class WrongCommandLine : public WrongInput {
 protected:
  WrongCommandLine() { folder.write("descope/main.yaml", connection("a")); }
};

TEST_F(WrongCommandLine, AnUnknownCommandNamesTheNearest) {
  expect_command_refused({"aply", "--auto-approve"},
                         "error: unknown command 'aply' [unknown-command]\nhint: did you mean 'apply'?\n");
}

TEST_F(WrongCommandLine, AnUnknownFlagNamesTheNearest) {
  expect_command_refused({"apply", "--auto-aprove"},
                         "error: unknown flag '--auto-aprove' for 'apply' [unknown-flag]\nhint: did you mean "
                         "'--auto-approve'?\n");
}

TEST_F(WrongCommandLine, AnUnknownVariableOfOursNamesTheNearest) {
  expect_command_refused({"apply", "--auto-approve"},
                         "error: unknown variable 'DESCOPECTL_PARALELISM' [unknown-variable]\n"
                         "hint: did you mean 'DESCOPECTL_PARALLELISM'?\n",
                         {{"DESCOPECTL_PARALELISM", "3"}});
}

TEST_F(WrongCommandLine, AFlagsBadValueSaysWhatIsTaken) {
  expect_command_refused(
      {"apply", "--auto-approve", "--parallelism", "many"},
      "error: invalid value 'many' for '--parallelism': must be a whole number from 1 to 100 "
      "[invalid-value]\n");
}

TEST_F(WrongCommandLine, AFormatThatTheCommandLacksIsRefused) {
  expect_command_refused({"apply", "--auto-approve", "-o", "xml"},
                         "error: invalid value 'xml' for '--output': must be text or json [invalid-value]\n");
}

TEST_F(WrongCommandLine, AMissingFolderOfAReportIsNamedBeforeAnythingIsCalled) {
  expect_command_refused({"apply", "--auto-approve", "--report", "json=no/such/result.json"},
                         "error: '--report': there is no folder 'no/such' to write 'result.json' to "
                         "[missing-folder]\nhint: make the folder, or name another\n");
  EXPECT_FALSE(folder.has("no"));
}

TEST_F(WrongCommandLine, AMissingFolderOfTheEmulatorsDataIsNamed) {
  const Result result = run({"emulator", "--data", "no/data.json"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err,
            "error: '--data': there is no folder 'no' to write 'data.json' to [missing-folder]\n"
            "hint: make the folder, or name another\n");
  EXPECT_FALSE(folder.has("no"));
}

TEST_F(WrongCommandLine, IsToldInJsonToThoseWhoAskForIt) {
  for (const Arguments& words : std::vector<Arguments>{{"validate", "-o", "json", "--nonsense"},
                                                       {"aply", "--json"},
                                                       {"help", "aply", "--json"},
                                                       {"emulator", "--port", "x", "-o=json"},
                                                       {"version", "--json", "--env"}}) {
    const Result result = run(words);
    EXPECT_EQ(result.status, 3);
    const json::value document = json::parse(result.out);
    EXPECT_EQ(document.at("exit_code").as_int64(), 3);
    EXPECT_FALSE(document.at("exit_reason").as_string().empty());
    EXPECT_EQ(document.at("diagnostics").as_array().size(), 1U);
    EXPECT_NE(result.err.find("error: "), std::string::npos);
  }
  const Result plan = run({"plan", "--json", "--parallelism", "many"});
  EXPECT_EQ(plan.status, 3);
  const json::value document = json::parse(plan.out);
  EXPECT_EQ(document.at("descopectl").at("exit_code").as_int64(), 3);
  EXPECT_EQ(document.at("descopectl").at("diagnostics").at(0).at("code").as_string(), "invalid-value");
}

TEST_F(WrongCommandLine, AnArgumentTooManyIsRefused) {
  expect_command_refused({"plan", "surplus"},
                         "error: unexpected argument 'surplus' for 'plan' [unexpected-argument]\n"
                         "hint: see 'descopectl plan --help'\n");
}

TEST_F(WrongCommandLine, WithoutManifestsItSaysHowToNameThem) {
  std::filesystem::remove(folder.path("descopectl.yaml"));
  expect_command_refused(
      {"apply", "--auto-approve"},
      "error: no manifests to work on: there is no descopectl.yaml here or above [no-manifests]\n"
      "hint: name files or folders with -f PATH, or list them under 'manifests' in descopectl.yaml\n");
}

TEST_F(WrongCommandLine, WithoutAProjectItSaysHowToNameOne) {
  environment.erase("DESCOPE_PROJECT_ID");
  expect_command_refused(
      {"apply", "--auto-approve"},
      "error: no project to talk to [no-project]\n"
      "hint: set DESCOPE_PROJECT_ID, give --project-id ID, or write projectId into descopectl.yaml\n");
}

TEST_F(WrongCommandLine, TheKeyIsNotSentInClearBeyondLoopback) {
  environment["DESCOPE_BASE_URL"] = "http://descope.example";
  expect_command_refused(
      {"apply", "--auto-approve"},
      "error: DESCOPE_BASE_URL 'http://descope.example' would send the management key unencrypted "
      "[insecure-url]\nhint: use https://, or allow it with --allow-insecure\n");
}

}  // namespace
}  // namespace descopectl::e2e
