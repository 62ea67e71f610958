// adopt: what is bound, what is asked, and that nothing but the state is written.
#include <gtest/gtest.h>

#include "api.hpp"
#include "hosted.hpp"
#include "terminal.hpp"

namespace descopectl::e2e {
namespace {

class Adopt : public testing::Test {
 protected:
  Adopt() {
    api.post("/v1/mgmt/outbound/app/create",
             {{"id", "a"}, {"name", "A"}, {"description", "live"}, {"defaultScopes", json::array{"x", "y"}}});
    api.post("/v1/mgmt/resource/create", {{"name", "R"}, {"uri", "https://r.example"}, {"type", "api"}});
    project.declare(connection("a", "Ours", "  defaultScopes: [x]\n") +
                    "---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
                    "spec: {name: R, uri: \"https://r.example\", type: api}\n---\n" +
                    connection("new"));
  }
  [[nodiscard]] Result run(Arguments more) const {
    more.insert(more.begin(), "adopt");
    return project.run(more);
  }

  Project project;
  Api api{project};
};

TEST_F(Adopt, BindsWhatMatchesAndLeavesTheDifferencesToTheNextPlan) {
  const json::value before = api.connection("a");
  const Result result = run({"--all", "--auto-approve"});
  EXPECT_EQ(result.status, 0) << result.all();
  const std::string id(api.resources().at(0).at("id").as_string());
  const std::string gap(id.size() - 7, ' ');
  EXPECT_EQ(result.out,
            "MANIFEST        LIVE ID  " + gap + "MATCHED BY  RESULT\n" + "Connection/a    a        " + gap +
                "id          adopt; differs in name, defaultScopes\n" + "Connection/new  -        " + gap +
                "-           no match: apply creates it\n" + "Resource/r      " + id +
                "  uri         adopt\n\n" + "2 to adopt, 0 owned already, 1 without a match.\n" +
                "Adopted 2 objects. Nothing was changed in the project.\n");
  EXPECT_EQ(api.connection("a"), before);
  EXPECT_EQ(api.connections().size(), 1U);
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 0) << drift.out;
  EXPECT_NE(drift.out.find("    name: \"A\" -> \"Ours\" (manifest)\n"), std::string::npos) << drift.out;
  const Result apply = project.apply();
  EXPECT_EQ(apply.status, 0) << "an owned object needs no --adopt: " << apply.all();
  EXPECT_EQ(api.connection("a").at("name").as_string(), "Ours");
  EXPECT_EQ(api.connection("a").at("description").as_string(), "live");
  EXPECT_EQ(api.connection("a").at("defaultScopes"), json::value(json::array{"x"}));
  const Result again = run({"--all"});
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(last_line(again.out), "Nothing to adopt.");
}

TEST_F(Adopt, TakesTheNamedOnly) {
  EXPECT_EQ(run({"Resource/r", "--auto-approve"}).status, 0);
  const Result rest = run({"--all", "--json"});
  const json::value document = json::parse(rest.out);
  EXPECT_EQ(rest.status, 8) << "there is still something to ask";
  EXPECT_EQ(document.at("summary"), json::value({{"adopt", 1}, {"owned", 1}, {"no_match", 1}}));
  EXPECT_FALSE(document.at("recorded").as_bool());
  EXPECT_EQ(document.at("matches").at(2).at("result").as_string(), "owned");
  EXPECT_EQ(document.at("exit_code").as_int64(), 8);
}

TEST_F(Adopt, TakesTheSelectedOnly) {
  const auto addresses = [](const Result& result) {
    std::string text;
    const json::value document = json::parse(result.out);
    for (const json::value& match : document.at("matches").as_array())
      text += std::string(match.at("address").as_string()) + " ";
    return text;
  };
  EXPECT_EQ(addresses(run({"--all", "--target", "Connection/a", "--json"})), "Connection/a ");
  EXPECT_EQ(addresses(run({"--target", "Resource/r", "--json"})), "Resource/r ");
  const Result none = run({"--all", "--selector", "team=x", "--auto-approve"});
  EXPECT_EQ(none.status, 3);
  EXPECT_NE(none.err.find("[nothing-selected]"), std::string::npos) << none.err;
  const Result both = run({"Resource/r", "--target", "Connection/a", "--auto-approve"});
  EXPECT_EQ(both.status, 3);
  EXPECT_NE(both.err.find("error: Resource/r is named, and --selector or --target leaves it out "
                          "[conflicting-flags]\n"),
            std::string::npos)
      << both.err;
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
}

TEST_F(Adopt, AsksOnATerminal) {
  Terminal terminal(project, {"adopt", "Connection/a", "--no-color"});
  ASSERT_TRUE(terminal.wait_for("To note this in the state, type yes: ")) << terminal.screen();
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
  terminal.type("yes\n");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_TRUE(project.folder.has(".descopectl/state.json"));
  Terminal declined(project, {"adopt", "Resource/r", "--no-color"});
  ASSERT_TRUE(declined.wait_for("type yes: "));
  declined.type("no\n");
  EXPECT_EQ(declined.finish(), 8);
}

TEST_F(Adopt, AsksNobodyWithoutATerminal) {
  const Result result = run({"--all"});
  EXPECT_EQ(result.status, 8);
  EXPECT_EQ(result.err,
            "error: there is no terminal to ask on, and nothing was written [no-terminal]\n"
            "hint: run again with --auto-approve\n");
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
}

TEST_F(Adopt, NeedsManifestsThatAreNamed) {
  const Result none = run({});
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(none.err,
            "error: 'adopt' needs to know which manifests [missing-argument]\n"
            "hint: name them as KIND/NAME, or write --all for every declared object\n");
  const Result unknown = run({"Connection/elsewhere"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_EQ(unknown.err,
            "error: no manifest declares Connection/elsewhere [not-declared]\n"
            "hint: only what has a manifest is adopted: write one with 'descopectl export'\n");
  EXPECT_EQ(run({"Conection/a"}).status, 3);
  EXPECT_EQ(run({"a"}).status, 3);
  EXPECT_EQ(run({"--all", "Connection/a"}).status, 3);
}

TEST_F(Adopt, NamesTheWholeOfWhichAScopeIsAPart) {
  project.declare(
      "apiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
      "spec: {name: R, uri: 'https://r.example', type: mcp}\n---\n"
      "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\nspec: {resource: r, name: s}\n");
  for (const char* command : {"adopt", "output"}) {
    const Result result = project.run({command, "McpScope/s"});
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_EQ(result.err,
              "error: McpScope/s is a part of Resource/r and has no live object of its own [part-as-target]\n"
              "hint: name Resource/r\n");
  }
}

TEST_F(Adopt, StopsWhereAMatchIsNotCertainButNotForOthersSake) {
  project.declare(connection("other", "A") + "---\n" + connection("a", "A"));
  api.post("/v1/mgmt/outbound/app/create", {{"id", "b"}, {"name", "A"}});
  const Result uncertain = run({"Connection/other", "--auto-approve"});
  EXPECT_EQ(uncertain.status, 3);
  EXPECT_NE(uncertain.err.find("[possible-match]"), std::string::npos) << uncertain.err;
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
  EXPECT_EQ(run({"Connection/a", "--auto-approve"}).status, 0);
}

TEST_F(Adopt, RefusesAStateOfAnotherProject) {
  ASSERT_EQ(run({"Resource/r", "--auto-approve"}).status, 0);
  project.environment["DESCOPE_PROJECT_ID"] = "P2other";
  const Result result = run({"--all", "--auto-approve"});
  EXPECT_EQ(result.status, 8) << result.all();
  EXPECT_NE(result.err.find("[wrong-project]"), std::string::npos) << result.err;
}

TEST_F(Adopt, NeedsAStateAKeyAndAProjectThatAnswers) {
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: {backend: none}\n");
  EXPECT_EQ(run({"--all", "--auto-approve"}).status, 3);
  project.folder.write("descopectl.yaml",
                       "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                       "http: {retries: 1, retryBaseMilliseconds: 1}\n");
  project.emulator.stop();
  EXPECT_EQ(run({"--all", "--auto-approve"}).status, 5);
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  EXPECT_EQ(run({"--all", "--auto-approve"}).status, 4);
}

TEST_F(Adopt, OfOneScopeLeavesTheOthersToTheirOwner) {
  const std::string id(api.resources().at(0).at("id").as_string());
  const auto scope = [](const char* name) {
    return json::object{
        {"name", name}, {"description", "live"}, {"optional", false}, {"values", json::array()}};
  };
  api.post("/v1/mgmt/resource/update",
           {{"resource",
             {{"id", id},
              {"name", "R"},
              {"uri", "https://r.example"},
              {"type", "api"},
              {"scopes", {{"connectionsScopes", json::array{scope("mine"), scope("theirs")}}}}}}});
  project.declare(
      "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\n"
      "spec: {resource: {live: " +
      id + "}, name: mine, description: declared}\n---\n" + connection("a", "A"));
  ASSERT_EQ(run({"--all", "--auto-approve"}).status, 0);
  project.declare(connection("a", "A"));
  ASSERT_EQ(project.apply().status, 0);
  const json::value left = api.resources().at(0).at("scopes").at("connectionsScopes");
  ASSERT_EQ(left.as_array().size(), 1U) << "the adopted scope went with its manifest, and no other";
  EXPECT_EQ(left.at(0).at("name").as_string(), "theirs");
}

}  // namespace
}  // namespace descopectl::e2e
