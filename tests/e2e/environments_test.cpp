// Environments: a project, a state and overlays of its own for each.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kConfig =
    "apiVersion: descopectl/v1\n"
    "kind: Config\n"
    "manifests: [descope/]\n"
    "environments:\n"
    "  staging: {manifests: [descope/, env/staging/]}\n"
    "  production: {}\n";

std::string overlay(std::string_view metadata, std::string_view spec = "") {
  return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {" + std::string(metadata) + "}\n" +
         (spec.empty() ? "" : "spec: {" + std::string(spec) + "}\n");
}

class Environments : public testing::Test {
 protected:
  Environments() {
    project.folder.write("descopectl.yaml", kConfig);
    project.declare(connection("a", "A", "  description: base\n  logo: l\n") + "---\n" + connection("b"));
  }
  Result apply(const std::string& environment) { return project.apply({"--env", environment}); }

  Project project;
  Api api{project};
};

TEST_F(Environments, AreNeededByCommandsThatWriteAndOnlyByThose) {
  for (const char* command : {"apply", "destroy"}) {
    const Result result = project.run({command, "--auto-approve"});
    EXPECT_EQ(result.status, 3) << command;
    EXPECT_EQ(result.err,
              "error: descopectl.yaml has environments, and a command that writes needs one of them: staging "
              "or production [environment-needed]\n"
              "hint: add --env staging\n");
  }
  EXPECT_EQ(api.connections().size(), 0U);
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over"));
  EXPECT_EQ(project.plan().status, 0);
  EXPECT_EQ(project.drift().status, 0);
  EXPECT_EQ(project.run({"validate"}).status, 0);
}

TEST_F(Environments, KeepAStateEach) {
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over"));
  EXPECT_EQ(apply("staging").status, 0);
  EXPECT_TRUE(project.folder.has(".descopectl/staging/state.json"));
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
  EXPECT_FALSE(project.folder.has(".descopectl/production/state.json"));
  const Result unknown = project.plan({"--env", "stagin"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_NE(unknown.err.find("hint: did you mean 'staging'?"), std::string::npos) << unknown.err;
}

TEST_F(Environments, AreNamedWhereNoneWasChosenAndOneMayBeMissing) {
  const std::string note =
      "note: descopectl.yaml has environments, and none was chosen: staging or production "
      "[environment-not-chosen]\nhint: add --env staging, if it is one of them that you mean\n";
  const Result empty = project.run({"state", "list"});
  EXPECT_EQ(empty.out, "Nothing is owned.\n");
  EXPECT_EQ(empty.err, note);
  EXPECT_EQ(project.run({"state", "list", "--env", "production"}).err, "");
  project.folder.write("descope/v.yaml", overlay("name: v", "name: '${var:domain}'"));
  const Result unset = project.run({"validate"});
  EXPECT_EQ(unset.status, 3);
  EXPECT_NE(unset.err.find("the variable 'domain' is not set"), std::string::npos) << unset.err;
  EXPECT_TRUE(unset.err.ends_with(note)) << unset.err;
  project.folder.write("descope/v.yaml", overlay("name: v", "nam: V"));
  EXPECT_EQ(project.run({"validate"}).err.find("environment-not-chosen"), std::string::npos)
      << "an environment would not help";
}

TEST_F(Environments, AVariableThatNothingUsesIsWarnedOf) {
  project.folder.write("descope/v.yaml", overlay("name: v", "name: 'V ${var:domain}'"));
  const Result misspelt = project.run({"validate", "--var", "domain=x", "--var", "domian=y"});
  EXPECT_EQ(misspelt.status, 0);
  EXPECT_EQ(misspelt.err,
            "warning: --var domian: no manifest holds ${var:domian} [unused-variable]\n"
            "hint: did you mean 'domain'?\n");
  project.folder.write("descope/v.yaml", overlay("name: v", "name: V, clientSecret: '${var:domain}'"));
  EXPECT_EQ(project.run({"validate", "--var", "domain=x"}).err.find("unused-variable"), std::string::npos)
      << "a secret's text uses it";
}

TEST_F(Environments, LayTheirOverlaysOverTheManifestsOfAll) {
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over, logo: !unset") + "---\n" +
                                                 overlay("name: only-here", "name: Only here"));
  const Result result = apply("staging");
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(api.connections().size(), 3U);
  EXPECT_EQ(api.connection("a").at("description"), json::value("over"));
  EXPECT_EQ(api.connection("a").at("logo"), json::value("")) << "not declared, so not set";
  EXPECT_EQ(project.plan({"--env", "staging", "--detailed-exitcode"}).status, 0);
  EXPECT_EQ(project.run({"validate", "--env", "staging"}).out, "Valid: 4 manifests in 2 files.\n");
}

TEST_F(Environments, ALiveIdThatAnOverlayWritesIsFaultedThere) {
  project.folder.write("env/staging/a.yaml",
                       "apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: R, id: ROLx}\n");
  project.declare("apiVersion: descopectl/v1\nkind: Role\nmetadata: {name: R}\nspec: {name: R}\n");
  const Result result = project.plan({"--env", "staging"});
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(result.err.find("env/staging/a.yaml:3:25: error: Role/R is bound to the live id 'ROLx', which is "
                            "not in the project [unknown-live-id]\n"
                            "  metadata: {name: R, id: ROLx}\n"
                            "                          ^~~~\n"),
            std::string::npos)
      << result.err;
}

TEST_F(Environments, AnObjectThatAnOverlayDropsIsDeleted) {
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over"));
  EXPECT_EQ(apply("staging").status, 0);
  project.folder.write("env/staging/b.yaml", overlay("name: b, absent: true"));
  const Result plan = project.plan({"--env", "staging"});
  EXPECT_NE(plan.out.find("# Connection/b will be destroyed (no longer declared)\n"), std::string::npos)
      << plan.out;
  EXPECT_EQ(apply("staging").status, 0);
  EXPECT_TRUE(api.connection("b").is_null());
}

TEST_F(Environments, AnObjectGoesWhereTheFolderOfItsFirstManifestIsLoaded) {
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over"));
  project.folder.write("env/staging/x.yaml", overlay("name: x", "name: X"));
  EXPECT_EQ(apply("staging").status, 0);
  project.folder.write("descope/main.yaml", connection("b"));
  std::filesystem::remove(project.folder.path("env/staging/a.yaml"));
  const Result plan = project.plan({"--env", "staging", "-f", "descope/"});
  EXPECT_NE(plan.out.find("# Connection/a will be destroyed"), std::string::npos) << "of descope/\n"
                                                                                  << plan.out;
  EXPECT_EQ(plan.out.find("Connection/x will be destroyed"), std::string::npos) << "of env/staging/";
}

TEST_F(Environments, AFileOfAnOverlayIsOneOnTheCommandLineToo) {
  project.folder.write("env/staging/a.yaml", overlay("name: a", "description: over"));
  const Result result =
      project.plan({"--env", "staging", "-f", "descope/main.yaml", "-f", "env/staging/a.yaml"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("+ description = \"over\""), std::string::npos) << result.out;
}

}  // namespace
}  // namespace descopectl::e2e
