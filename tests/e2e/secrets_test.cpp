// Secrets: where they come from, when they are sent, and that they are seen nowhere.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "api.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kSecret = "planted-secret-AbC/123+\"quoted\"";

class Secrets : public testing::Test, public Workspace {
 protected:
  Secrets() {
    aim(*this, hosted);
    folder.write("descopectl.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
    environment["APP_SECRET"] = kSecret;
  }
  void declare(std::string_view source) const {
    folder.write("descope/main.yaml", connection("a", "A", "  clientSecret: " + std::string(source) + "\n"));
  }
  Result apply(Arguments more = {}) const {
    more.insert(more.begin(), {"apply", "--auto-approve"});
    return run(more);
  }
  [[nodiscard]] json::value sent(std::size_t index, std::string_view target) const {
    const auto bodies = hosted.bodies(target);
    return index < bodies.size() ? json::parse(bodies[index]) : json::value();
  }
  static constexpr std::string_view kCreate = "/v1/mgmt/outbound/app/create";
  static constexpr std::string_view kUpdate = "/v1/mgmt/outbound/app/update";

  Hosted hosted;
};

TEST_F(Secrets, ComeFromTheEnvironment) {
  declare("{fromEnv: APP_SECRET}");
  EXPECT_EQ(apply().status, 0);
  EXPECT_EQ(sent(0, kCreate).at("clientSecret").as_string(), kSecret);
}

TEST_F(Secrets, ComeFromAFileWithoutItsLastNewline) {
  folder.write("descope/secret.txt", std::string(kSecret) + "\n");
  declare("{fromFile: secret.txt}");
  const Result result = apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(sent(0, kCreate).at("clientSecret").as_string(), kSecret);
}

TEST_F(Secrets, ComeFromACommand) {
  folder.write("descope/secret.txt", std::string(kSecret) + "\n");
  declare("{fromCommand: [cat, " + folder.path("descope/secret.txt").string() + "]}");
  const Result result = apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(sent(0, kCreate).at("clientSecret").as_string(), kSecret);
}

TEST_F(Secrets, AreNotShownByTheCommandThatGivesThem) {
  declare("{fromCommand: [sh, -xc, 'echo topsecret']}");
  const Result good = apply();
  EXPECT_EQ(good.status, 0) << good.all();
  EXPECT_EQ(good.all().find("topsecret"), std::string::npos) << good.all();
  EXPECT_EQ(sent(0, kCreate).at("clientSecret").as_string(), "topsecret");

  declare("{fromCommand: [sh, -xc, 'echo topsecret; printf \"a\\033[2Jb\\\\n\" >&2; exit 4']}");
  const Result bad = run({"plan"});
  EXPECT_NE(bad.all().find("exit status 4"), std::string::npos) << bad.all();
  EXPECT_EQ(bad.all().find("\033[2J"), std::string::npos) << bad.all();
  EXPECT_EQ(bad.all().find("+ echo topsecret"), std::string::npos) << bad.all();
}

TEST_F(Secrets, OfAFewCharactersAreToldApartOneByOne) {
  std::string manifests;
  for (const std::string name : {"a", "b", "c", "d"}) {
    manifests += connection(name, name, "  clientSecret: {fromEnv: SHORT_" + name + "}\n") + "---\n";
    environment["SHORT_" + name] = "short";
  }
  folder.write("descope/main.yaml", manifests);
  ASSERT_EQ(apply().status, 0);
  environment["SHORT_c"] = "other";
  const Result plan = run({"plan", "--json"});
  const json::value document = json::parse(plan.out);
  EXPECT_EQ(document.at("descopectl").at("summary").at("update").as_int64(), 1) << plan.all();
  EXPECT_EQ(document.at("descopectl").at("summary").at("noop").as_int64(), 3);
  EXPECT_EQ(apply().status, 0);
  ASSERT_EQ(hosted.bodies(kUpdate).size(), 1U);
  EXPECT_EQ(sent(0, kUpdate).at("app").at("clientSecret").as_string(), "other");
}

TEST_F(Secrets, ThatDidNotChangeAreNeverSentAgain) {
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  folder.write("descope/main.yaml", connection("a", "B", "  clientSecret: {fromEnv: APP_SECRET}\n"));
  ASSERT_EQ(apply().status, 0);
  ASSERT_EQ(hosted.bodies(kUpdate).size(), 1U);
  EXPECT_EQ(hosted.bodies(kUpdate)[0].find("clientSecret"), std::string::npos);
}

TEST_F(Secrets, ThatWereRotatedAreOneUpdate) {
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  environment["APP_SECRET"] = "planted-secret-rotated-0123456789";
  const Result plan = run({"plan"});
  EXPECT_NE(plan.out.find("  ~ clientSecret = (sensitive value)"), std::string::npos) << plan.out;
  EXPECT_EQ(last_line(plan.out), "Plan: 0 to add, 1 to change, 0 to destroy.");
  hosted.forget_requests();
  EXPECT_EQ(last_line(apply().out), "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.");
  ASSERT_EQ(hosted.bodies(kUpdate).size(), 1U);
  EXPECT_EQ(sent(0, kUpdate).at("app").at("clientSecret").as_string(), "planted-secret-rotated-0123456789");
  EXPECT_EQ(last_line(run({"plan"}).out), "No changes. Live matches the manifests.");
}

TEST_F(Secrets, OfAFewCharactersAreComparedToo) {
  environment["APP_SECRET"] = "tiny1";
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  EXPECT_EQ(last_line(run({"plan"}).out), "No changes. Live matches the manifests.");
  environment["APP_SECRET"] = "tiny2";
  EXPECT_EQ(run({"plan", "--detailed-exitcode"}).status, 2);
}

TEST_F(Secrets, ThatAreUnsetArePlannedButNotApplied) {
  environment.erase("APP_SECRET");
  folder.write("descope/main.yaml",
               connection("a", "A", "  clientSecret: {fromEnv: APP_SECRET}\n") + "---\n" + connection("b"));
  EXPECT_EQ(run({"validate"}).status, 0);
  const Result plan = run({"plan"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  const Result result = apply();
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(
      result.err,
      "descope/main.yaml:6:17: error: Connection/a needs the secret clientSecret: the environment variable "
      "APP_SECRET is not set [missing-secret]\n"
      "    clientSecret: {fromEnv: APP_SECRET}\n"
      "                  ^~~~~~~~~~~~~~~~~~~~~\n"
      "hint: nothing was written; provide it and run again\n");
  EXPECT_TRUE(hosted.bodies(kCreate).empty());
}

TEST_F(Secrets, OfNothingButWhiteSpaceAreNotSent) {
  for (const std::string value : {"", "  \t\n"}) {
    environment["APP_SECRET"] = value;
    declare("{fromEnv: APP_SECRET}");
    const Result result = apply();
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_NE(result.err.find("[missing-secret]"), std::string::npos) << result.err;
    EXPECT_TRUE(hosted.bodies(kCreate).empty());
  }
}

TEST_F(Secrets, ThatAreSetAndBlankAreRefusedThoughNothingNeedsThem) {
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  environment["APP_SECRET"] = " ";
  EXPECT_EQ(run({"plan"}).status, 0);
  const Result blank = apply();
  EXPECT_EQ(blank.status, 3) << blank.all();
  EXPECT_NE(blank.err.find("the environment variable APP_SECRET is empty [missing-secret]"),
            std::string::npos)
      << blank.err;
  environment.erase("APP_SECRET");
  EXPECT_EQ(apply().status, 0) << "unset is another matter";
}

TEST_F(Secrets, ThatAreNoTextAreRefusedBeforeAnythingIsWritten) {
  using namespace std::string_literals;
  folder.write("descope/latin.bin", "planted-\xE9t\xE9-secret");
  folder.write("descope/nul.bin", "planted-\0-secret"s);
  const std::string cat = "{fromCommand: [cat, " + folder.path("descope/latin.bin").string() + "]}";
  const std::pair<std::string, std::string> sources[] = {
      {"{fromFile: latin.bin}", "the file latin.bin is not UTF-8 text"},
      {"{fromFile: nul.bin}", "the file nul.bin holds a NUL byte"},
      {cat, "the output of 'cat' is not UTF-8 text"},
  };
  for (const auto& [source, problem] : sources) {
    folder.write("descope/main.yaml",
                 connection("b") + "---\n" + connection("a", "A", "  clientSecret: " + source + "\n"));
    const Result result = apply();
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_EQ(result.err.rfind(
                  "descope/main.yaml:12:17: error: Connection/a needs the secret clientSecret: " + problem +
                      " [missing-secret]\n",
                  0),
              0U)
        << result.err;
    EXPECT_EQ(result.all().find("planted"), std::string::npos) << result.all();
    EXPECT_TRUE(hosted.bodies(kCreate).empty());
  }
}

TEST_F(Secrets, AreClearedByTheExplicitFormOnly) {
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  declare("{clear: true}");
  const Result result = apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(sent(0, kUpdate).at("app").at("clientSecret").as_string(), "");
  EXPECT_EQ(last_line(run({"plan"}).out), "No changes. Live matches the manifests.");
}

TEST_F(Secrets, OfAdoptedObjectsAreNotComparedAndSentOnDemand) {
  Api(hosted.port()).post(kCreate, {{"id", "a"}, {"name", "A"}, {"clientSecret", "theirs"}});
  declare("{fromEnv: APP_SECRET}");
  ASSERT_EQ(apply().status, 0);
  EXPECT_TRUE(hosted.bodies(kUpdate).empty());
  EXPECT_NE(run({"plan"}).out.find("Not compared: 1 secret\n"), std::string::npos);
  environment.erase("APP_SECRET");
  EXPECT_EQ(apply({"--send-secret", "Connection/a"}).status, 3) << "what is to be sent has to be there";
  EXPECT_TRUE(hosted.bodies(kUpdate).empty());
  environment["APP_SECRET"] = kSecret;
  ASSERT_EQ(apply({"--send-secret", "Connection/a"}).status, 0);
  EXPECT_EQ(sent(0, kUpdate).at("app").at("clientSecret").as_string(), kSecret);
  EXPECT_EQ(run({"plan"}).out.find("Not compared"), std::string::npos);
}

TEST_F(Secrets, InAnOrdinaryFieldOfTheirObjectAreWarnedOf) {
  declare("{fromEnv: APP_SECRET}\n  tokenUrlParams: [{key: client_secret, value: '${env:APP_SECRET}'}]");
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(
      result.err.find("the secret clientSecret of Connection/a stands in another field of it, too, which is "
                      "kept in the state and exported as it stands [secret-in-field]"),
      std::string::npos)
      << result.err;
  EXPECT_EQ(result.all().find(kSecret), std::string::npos);
}

TEST_F(Secrets, AreNotResetByNull) {
  declare("null");
  const Result result = apply();
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(result.err.find("descope/main.yaml:6:"), std::string::npos) << result.err;
  EXPECT_EQ(hosted.request_count(), 0U);
}

TEST_F(Secrets, InTheManifestItselfAreWarnedOfAndNotShown) {
  declare("literal-planted-secret");
  const Result result = run({"validate"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.err,
            "descope/main.yaml:6:17: warning: the secret 'clientSecret' stands in the manifest itself "
            "[literal-secret]\n"
            "    clientSecret: ***\n"
            "                  ^~~\n"
            "hint: take it from outside: {fromEnv: NAME}, {fromFile: PATH} or {fromCommand: [..]}\n");
}

/// Encodings in which a careless program might show it.
std::vector<std::string> forms_of_the_secret() {
  return {std::string(kSecret),
          "planted-secret",
          R"(planted-secret-AbC/123+\"quoted\")",
          "planted-secret-AbC%2F123%2B%22quoted%22",
          "cGxhbnRlZC1zZWNyZXQtQWJDLzEyMysicXVvdGVkI",
          "706c616e7465642d736563726574",
          std::string(kManagementKey)};
}

TEST_F(Secrets, AreInNoOutputNoStateAndNoReport) {
  declare("{fromEnv: APP_SECRET}");
  std::string seen;
  const auto collect = [&](const Arguments& arguments) {
    Arguments all = arguments;
    all.insert(all.end(),
               {"--log-level", "trace", "--report", "json=report.json", "--report", "text=report.txt"});
    const Result result = run(all);
    seen += result.all();
    return result.status;
  };
  EXPECT_EQ(collect({"plan"}), 0);
  EXPECT_EQ(collect({"apply", "--auto-approve"}), 0);
  environment["APP_SECRET"] = std::string(kSecret) + "-2";
  EXPECT_EQ(collect({"plan", "--json"}), 0);
  EXPECT_EQ(collect({"apply", "--auto-approve", "--json"}), 0);
  EXPECT_EQ(collect({"drift", "--json"}), 0);
  EXPECT_EQ(collect({"apply", "--auto-approve", "--log-format", "json"}), 0);
  for (const auto& [name, text] : folder.files())
    seen += text;
  for (const std::string& form : forms_of_the_secret())
    EXPECT_EQ(seen.find(form), std::string::npos) << form;
}

TEST(SecretsInMemory, GoIntoNoCoreDump) {
  Workspace workspace;
  const auto emulator = workspace.start({"emulator"});
  ASSERT_TRUE(emulator->wait_for("Serving"));
  std::ifstream file("/proc/" + std::to_string(emulator->pid()) + "/limits");
  const std::string limits(std::istreambuf_iterator<char>(file), {});
  const std::size_t at = limits.find("Max core file size");
  ASSERT_NE(at, std::string::npos) << limits;
  std::istringstream words(limits.substr(at + std::string("Max core file size").size()));
  std::string soft;
  std::string hard;
  words >> soft >> hard;
  EXPECT_EQ(soft + " " + hard, "0 0");
  emulator->signal(SIGTERM);
  static_cast<void>(emulator->finish());
}

/// A service that repeats what it was sent in its error.
TEST(SecretsInErrors, AreTakenOutOfWhatTheServiceRepeats) {
  Workspace workspace;
  const Hosted hosted({}, [](const http::Request& request, const http::Server::Handler& service) {
    if (request.method != "POST") return service(request);
    json::object error{{"errorCode", "E011003"}, {"errorDescription", "Request is invalid"}};
    error["errorMessage"] = "can't take " + request.body + " of " +
                            std::string(http::find_header(request.headers, "Authorization"));
    return http::Reply(http::Response(400, json::serialize(error)));
  });
  aim(workspace, hosted);
  workspace.environment["APP_SECRET"] = kSecret;
  workspace.folder.write("descopectl.yaml",
                         "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
  workspace.folder.write("descope/main.yaml",
                         connection("a", "A", "  clientSecret: {fromEnv: APP_SECRET}\n"));
  const Result result =
      workspace.run({"apply", "--auto-approve", "--log-level", "trace", "--report", "json=r.json"});
  EXPECT_EQ(result.status, 9) << result.all();
  std::string seen = result.all();
  EXPECT_NE(seen.find("E011003"), std::string::npos) << seen;
  for (const auto& [name, text] : workspace.folder.files())
    seen += text;
  for (const std::string& form : forms_of_the_secret())
    EXPECT_EQ(seen.find(form), std::string::npos) << form;
}

}  // namespace
}  // namespace descopectl::e2e
