// output and rotate: ids for everybody, secrets only for those who ask.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api.hpp"
#include "hosted.hpp"
#include "terminal.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kApp =
    "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: portal}\nspec:\n"
    "  name: Portal\n";

class Handover : public testing::Test {
 protected:
  Handover() {
    project.declare(std::string(kApp) + "---\n" + connection("a", "A", "  clientId: at-the-provider\n"));
    EXPECT_EQ(project.apply().status, 0);
  }
  [[nodiscard]] json::value app() const { return api.apps().at(0); }
  [[nodiscard]] std::string id() const { return std::string(app().at("id").as_string()); }
  [[nodiscard]] std::string client_id() const { return std::string(app().at("clientId").as_string()); }
  [[nodiscard]] std::string secret() const {
    return std::string(
        api.get("/v1/mgmt/thirdparty/app/secret?id=" + id()).value().at("cleartext").as_string());
  }
  [[nodiscard]] unsigned mode_of(std::string_view name) const {
    struct stat status{};
    EXPECT_EQ(::lstat(project.folder.path(name).c_str(), &status), 0);
    return status.st_mode & 07777U;
  }

  Project project;
  Api api{project};
};

using Output = Handover;
using Rotate = Handover;

TEST_F(Output, ShowsIdsAndClientIds) {
  const Result table = project.run({"output", "InboundApp/portal"});
  EXPECT_EQ(table.status, 0) << table.all();
  EXPECT_EQ(table.out, "id        " + id() + "\nclientId  " + client_id() + "\n");
  EXPECT_EQ(project.run({"output", "InboundApp/portal", "clientId"}).out, client_id() + "\n");
  EXPECT_EQ(project.run({"output", "Connection/a", "clientId"}).out, "at-the-provider\n");
  const Result as_json = project.run({"output", "InboundApp/portal", "-o", "json"});
  const json::value document = json::parse(as_json.out);
  EXPECT_EQ(document.at("address").as_string(), "InboundApp/portal");
  EXPECT_EQ(document.at("outputs"), json::value({{"id", id()}, {"clientId", client_id()}}));
}

TEST_F(Output, FindsWhatOnlyAManifestKnows) {
  std::filesystem::remove_all(project.folder.path(".descopectl"));
  EXPECT_EQ(project.run({"output", "InboundApp/portal", "id"}).out, id() + "\n");
  project.declare(std::string(kApp) + "---\n" + connection("new"));
  const Result missing = project.run({"output", "Connection/new"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_NE(missing.err.find("error: Connection/new is declared, but not in the project"), std::string::npos);
}

TEST_F(Output, SaysWhatItDoesNotKnow) {
  const Result object = project.run({"output", "InboundApp/protal"});
  EXPECT_EQ(object.status, 3);
  EXPECT_EQ(object.err,
            "error: neither the state nor a manifest knows InboundApp/protal [not-declared]\n"
            "hint: did you mean 'InboundApp/portal'?\n");
  const Result field = project.run({"output", "InboundApp/portal", "name"});
  EXPECT_EQ(field.status, 3);
  EXPECT_EQ(field.err,
            "error: 'name' is no output of kind InboundApp [unknown-field]\n"
            "hint: outputs: id, clientId and clientSecret\n");
  EXPECT_EQ(project.run({"output"}).status, 3);
  EXPECT_EQ(project.run({"output", "Connection/a", "--show-secret"}).status, 3) << "nobody can read that one";
}

TEST_F(Output, ShowsASecretOnlyWhereItIsAskedFor) {
  for (const Arguments& arguments : {Arguments{"output", "InboundApp/portal", "--log-level", "trace"},
                                     Arguments{"output", "InboundApp/portal", "--json"},
                                     Arguments{"output", "InboundApp/portal", "clientSecret"}})
    EXPECT_EQ(project.run(arguments).all().find(secret()), std::string::npos);
  EXPECT_EQ(project.run({"output", "InboundApp/portal", "clientSecret"}).status, 3);
  EXPECT_EQ(project.run({"output", "InboundApp/portal", "clientSecret", "--show-secret"}).out,
            secret() + "\n");
  const Result shown = project.run({"output", "InboundApp/portal", "--show-secret", "--json"});
  EXPECT_EQ(json::parse(shown.out).at("outputs").at("clientSecret").as_string(), secret());
  EXPECT_EQ(shown.err, "");
  const Result report =
      project.run({"output", "InboundApp/portal", "--show-secret", "--report", "json=r.json"});
  EXPECT_EQ(report.status, 3);
  EXPECT_EQ(project.folder.read("r.json").find(secret()), std::string::npos);
}

TEST_F(Output, WritesASecretIntoAFileOfItsOwnersAlone) {
  const Arguments arguments{"output",        "InboundApp/portal", "--secret-file",
                            "portal.secret", "--log-level",       "trace"};
  const Result result = project.run(arguments);
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.all().find(secret()), std::string::npos);
  EXPECT_EQ(project.folder.read("portal.secret"), secret());
  EXPECT_EQ(mode_of("portal.secret"), 0600U);
  const Result named =
      project.run({"output", "InboundApp/portal", "clientSecret", "--secret-file", "named.secret"});
  EXPECT_EQ(named.status, 0) << named.all();
  EXPECT_EQ(named.out, "");
  EXPECT_EQ(project.folder.read("named.secret"), secret());
  const Result again = project.run(arguments);
  EXPECT_EQ(again.status, 8);
  EXPECT_EQ(again.err.substr(0, 42), "error: 'portal.secret' exists already [ref");
}

TEST_F(Rotate, MakesANewSecretAndWritesItOnce) {
  const std::string old = secret();
  const Result result = project.run(
      {"rotate", "InboundApp/portal", "--secret-file", "s", "--auto-approve", "--log-level", "trace"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.out, "");
  EXPECT_NE(secret(), old);
  EXPECT_EQ(project.folder.read("s"), secret());
  EXPECT_EQ(mode_of("s"), 0600U);
  EXPECT_EQ(result.err.find(secret()), std::string::npos);
  EXPECT_NE(result.err.find("InboundApp/portal has a new secret; the old one is void.\n"), std::string::npos);
  EXPECT_EQ(project.folder.read(".descopectl/state.json").find(secret()), std::string::npos);
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Rotate, ShowsItWhereThatIsWanted) {
  const Result text = project.run({"rotate", "InboundApp/portal", "--show-secret", "--yes"});
  EXPECT_EQ(text.out, secret() + "\n");
  const Result as_json = project.run({"rotate", "InboundApp/portal", "--show-secret", "--yes", "--json"});
  EXPECT_EQ(json::parse(as_json.out).at("secret").as_string(), secret());
}

TEST_F(Rotate, RefusesBeforeTheCallWhatWouldLoseTheSecret) {
  const std::string old = secret();
  const Result nowhere = project.run({"rotate", "InboundApp/portal", "--auto-approve"});
  EXPECT_EQ(nowhere.status, 3);
  EXPECT_EQ(nowhere.err,
            "error: nothing was rotated: the new secret would be handed to nobody [missing-flag]\n"
            "hint: write it to a file with --secret-file FILE, or print it with --show-secret\n");
  project.folder.write("taken", "mine");
  EXPECT_EQ(project.run({"rotate", "InboundApp/portal", "--auto-approve", "--secret-file", "taken"}).status,
            8);
  std::filesystem::create_symlink("elsewhere", project.folder.path("link"));
  EXPECT_EQ(
      project.run({"rotate", "InboundApp/portal", "--auto-approve", "--secret-file", "link", "--overwrite"})
          .status,
      8);
  EXPECT_EQ(project.run({"rotate", "InboundApp/portal", "--auto-approve", "--secret-file", "no/such"}).status,
            1);
  const Result kind = project.run({"rotate", "Connection/a", "--auto-approve", "--show-secret"});
  EXPECT_EQ(kind.status, 3);
  EXPECT_EQ(kind.err,
            "error: Connection/a has no secret that the service makes [invalid-value]\n"
            "hint: 'rotate' is for InboundApp\n");
  EXPECT_EQ(project.run({"rotate", "InboundApp/portal", "--secret-file", "s"}).status, 8) << "no terminal";
  EXPECT_FALSE(project.folder.has("s")) << "the file goes where nothing was written";
  EXPECT_EQ(secret(), old);
}

TEST_F(Rotate, AsksOnATerminal) {
  const std::string old = secret();
  Terminal declined(project, {"rotate", "InboundApp/portal", "--show-secret", "--no-color"});
  ASSERT_TRUE(declined.wait_for("To go on, type yes: ")) << declined.screen();
  declined.type("y\n");
  EXPECT_EQ(declined.finish(), 8);
  EXPECT_EQ(secret(), old);
  Terminal terminal(project, {"rotate", "InboundApp/portal", "--show-secret", "--no-color"});
  ASSERT_TRUE(terminal.wait_for("To go on, type yes: "));
  terminal.type("yes\n");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(last_line(terminal.screen()), secret());
}

TEST_F(Rotate, LeavesNothingBehindWhereItIsInterruptedAtTheQuestion) {
  const std::string old = secret();
  Terminal terminal(project, {"rotate", "InboundApp/portal", "--secret-file", "s"});
  ASSERT_TRUE(terminal.wait_for("To go on, type yes: "));
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 130);
  EXPECT_FALSE(project.folder.has("s"));
  EXPECT_EQ(secret(), old);
}

TEST_F(Rotate, TellsWhatFollowsWhereTheManifestHoldsTheSecret) {
  const std::string declared = std::string(kApp) + "  clientSecret: {fromEnv: PORTAL_SECRET}\n";
  project.environment["PORTAL_SECRET"] = "planted-secret-0123456789";
  project.declare(declared + "---\n" + connection("a", "A", "  clientId: at-the-provider\n"));
  api.post("/v1/mgmt/thirdparty/app/delete", {{"id", id()}});
  ASSERT_EQ(project.apply({"--allow-recreate", "1"}).status, 0);
  ASSERT_EQ(secret(), "planted-secret-0123456789");
  const Result result = project.run({"rotate", "InboundApp/portal", "--show-secret", "--yes"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find(
                "Its manifest takes clientSecret from the environment variable PORTAL_SECRET: put the new "
                "secret there, or the next plan refuses the old one.\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(project.plan().status, 3) << "the manifest still names the old one";
  project.environment["PORTAL_SECRET"] = secret();
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(Rotate, NeedsAKeyAndAProjectThatAnswers) {
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "http: {retries: 1, retryBaseMilliseconds: 1}\n");
  project.emulator.stop();
  EXPECT_EQ(project.run({"rotate", "InboundApp/portal", "--secret-file", "s", "--yes"}).status, 5);
  EXPECT_EQ(project.run({"output", "InboundApp/portal"}).status, 5);
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  EXPECT_EQ(project.run({"rotate", "InboundApp/portal", "--secret-file", "s", "--yes"}).status, 4);
  EXPECT_EQ(project.run({"output", "InboundApp/portal"}).status, 4);
  EXPECT_FALSE(project.folder.has("s"));
}

TEST(RotateWithoutAnAnswer, IsNotSentAgainAndSaysHowToFindOut) {
  Workspace workspace;
  const Hosted hosted({}, [](const http::Request& request, const http::Server::Handler& service) {
    http::Reply reply = service(request);
    if (request.target != "/v1/mgmt/thirdparty/app/rotate") return reply;
    return http::Reply(http::Response(502, "{}"));
  });
  aim(workspace, hosted);
  workspace.folder.write("descopectl.yaml",
                         "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
  workspace.folder.write("descope/main.yaml", kApp);
  ASSERT_EQ(workspace.run({"apply", "--auto-approve"}).status, 0);
  const Result result = workspace.run({"rotate", "InboundApp/portal", "--secret-file", "s", "--yes"});
  EXPECT_EQ(result.status, 9) << result.all();
  EXPECT_EQ(hosted.bodies("/v1/mgmt/thirdparty/app/rotate").size(), 1U);
  EXPECT_NE(result.err.find("whether it was carried out is not known"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("hint: 'descopectl output InboundApp/portal --show-secret' tells the secret that "
                            "counts now\n"),
            std::string::npos)
      << result.err;
  EXPECT_FALSE(workspace.folder.has("s"));
}

TEST(RotateOfADeclaredSecret, IsComparedOnWhereItWasRefusedAndNotWhereNobodyKnows) {
  for (const int status : {403, 502}) {
    Workspace workspace;
    const Hosted hosted({}, [&](const http::Request& request, const http::Server::Handler& service) {
      if (request.target != "/v1/mgmt/thirdparty/app/rotate") return service(request);
      return http::Reply(http::Response(status, "{}"));
    });
    aim(workspace, hosted);
    workspace.folder.write("descopectl.yaml",
                           "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
    workspace.folder.write("descope/main.yaml",
                           std::string(kApp) + "  clientSecret: {fromEnv: PORTAL_SECRET}\n");
    workspace.environment["PORTAL_SECRET"] = "planted-secret-0123456789";
    ASSERT_EQ(workspace.run({"apply", "--auto-approve"}).status, 0);
    const Result rotated = workspace.run({"rotate", "InboundApp/portal", "--show-secret", "--yes"});
    EXPECT_EQ(rotated.status, status == 403 ? 4 : 9) << rotated.all();
    workspace.environment["PORTAL_SECRET"] = "another-secret-0123456789";
    const Result plan = workspace.run({"plan"});
    EXPECT_EQ(plan.status, status == 403 ? 3 : 0) << plan.all();
    EXPECT_EQ(plan.out.find("Not compared: 1 secret") != std::string::npos, status == 502) << plan.all();
  }
}

}  // namespace
}  // namespace descopectl::e2e
