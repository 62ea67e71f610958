// state: what is shown of the recorded state, and what mends it.
#include <gtest/gtest.h>
#include <signal.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kState = ".descopectl/state.json";

class StateCommand : public testing::Test {
 protected:
  StateCommand() {
    project.environment["SECRET"] = "planted-secret-0123456789";
    project.declare(connection("a", "A", "  clientId: i\n  clientSecret: {fromEnv: SECRET}\n") + "---\n" +
                    connection("b"));
    EXPECT_EQ(project.apply().status, 0);
  }
  [[nodiscard]] Result state(Arguments more) const {
    more.insert(more.begin(), "state");
    return project.run(more);
  }
  [[nodiscard]] json::value shown(Arguments more) const {
    more.insert(more.end(), {"-o", "json"});
    const Result result = state(std::move(more));
    EXPECT_EQ(result.status, 0) << result.all();
    return json::parse(result.out);
  }
  void expect_owned(std::string_view lines) const { EXPECT_EQ(state({"list"}).out, lines); }

  Project project;
  Api api{project};
};

TEST_F(StateCommand, ListsWhatIsOwned) {
  expect_owned("Connection/a  a\nConnection/b  b\n");
  const json::value document = shown({"list"});
  EXPECT_EQ(document.at("objects").as_array().size(), 2U);
  EXPECT_EQ(document.at("objects").at(0).at("address").as_string(), "Connection/a");
  EXPECT_EQ(document.at("project_id").as_string(), std::string(kProjectId));
  EXPECT_EQ(document.at("exit_code").as_int64(), 0);
}

TEST_F(StateCommand, NeedsNeitherKeyNorNetworkNorManifests) {
  project.environment.erase("DESCOPE_MANAGEMENT_KEY");
  project.environment["DESCOPE_BASE_URL"] = "http://127.0.0.1:1";
  std::filesystem::remove_all(project.folder.path("descope"));
  expect_owned("Connection/a  a\nConnection/b  b\n");
  EXPECT_EQ(state({"rm", "Connection/b"}).status, 0);
}

TEST_F(StateCommand, ShowsARecordWithoutItsSecret) {
  const Result text = state({"show", "Connection/a"});
  EXPECT_EQ(text.status, 0) << text.all();
  EXPECT_NE(text.out.find("live_id          a\n"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("secrets          /clientSecret\n"), std::string::npos) << text.out;
  const json::value record = shown({"show", "Connection/a"});
  EXPECT_EQ(record.at("applied").at("clientId").as_string(), "i");
  EXPECT_EQ(record.at("secrets"), json::value(json::array{"/clientSecret"}));
  const std::string kept = project.folder.read(kState);
  const auto digest = kept.find("\"digest\":\"") + 10;
  EXPECT_EQ(text.out.find(kept.substr(digest, 16)), std::string::npos) << "nor what is made of it";
}

TEST_F(StateCommand, NamesTheNearestOfWhatItDoesNotOwn) {
  for (const Arguments& command : {Arguments{"show", "Connection/c"}, Arguments{"rm", "Connection/c"},
                                   Arguments{"mv", "Connection/c", "Connection/d"}}) {
    const Result result = state(command);
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_EQ(result.err,
              "error: the state does not own Connection/c [not-owned]\nhint: did you mean 'Connection/a'?\n");
  }
}

TEST_F(StateCommand, ForgetsObjectsAndLeavesThemInTheProject) {
  project.declare(connection("a") + "---\n" +
                  "apiVersion: descopectl/v1\nkind: Connection\n"
                  "metadata: {name: b, lifecycle: {preventDestroy: true}}\nspec: {name: b}\n");
  EXPECT_EQ(project.apply().status, 0);
  const Result result = state({"rm", "Connection/b"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(result.out, "Forgot Connection/b; the live object 'b' stays in the project.\n");
  expect_owned("Connection/a  a\n");
  project.declare(connection("a"));
  EXPECT_EQ(project.apply().status, 0) << "what is forgotten is neither pruned nor protected";
  EXPECT_FALSE(api.connection("b").is_null());
}

TEST_F(StateCommand, RecordsAnObjectUnderAnotherHandle) {
  const Result result = state({"mv", "Connection/b", "Connection/c"});
  EXPECT_EQ(result.out, "Connection/b is now Connection/c.\n") << result.all();
  expect_owned("Connection/a  a\nConnection/c  b\n");
  EXPECT_EQ(state({"mv", "Connection/c", "Role/c"}).status, 3);
  const Result taken = state({"mv", "Connection/c", "Connection/a"});
  EXPECT_EQ(taken.status, 3);
  EXPECT_NE(taken.err.find("the state owns Connection/a already [already-owned]"), std::string::npos);
}

TEST_F(StateCommand, WritesNothingWhileSomebodyHoldsTheLock) {
  Project slow({"--latency-ms", "250"});
  slow.declare(connection("a") + "---\n" + connection("b"));
  const auto apply = slow.start_apply();
  EXPECT_EQ(slow.run({"state", "rm", "Connection/a"}).status, 6);
  EXPECT_EQ(slow.run({"state", "list"}).status, 0) << "reading takes no lock";
  EXPECT_EQ(apply->finish().status, 0);
}

TEST_F(StateCommand, PullsADocumentThatPushTakesBack) {
  const Result pulled = state({"pull"});
  EXPECT_EQ(pulled.status, 0) << pulled.all();
  EXPECT_EQ(pulled.out.find("planted-secret"), std::string::npos);
  const json::value document = json::parse(pulled.out);
  EXPECT_TRUE(document.at("serial").is_int64() && document.at("lineage").is_string());
  project.folder.write("backup.json", pulled.out);
  EXPECT_EQ(state({"rm", "Connection/a"}).status, 0);
  const Result older = state({"push", "backup.json"});
  EXPECT_EQ(older.status, 8) << older.all();
  EXPECT_NE(older.err.find("the document is older than the state that is there"), std::string::npos);
  expect_owned("Connection/b  b\n");
  const Result forced = state({"push", "backup.json", "--force"});
  EXPECT_EQ(forced.status, 0) << forced.all();
  EXPECT_EQ(forced.out, "The state holds 2 objects now.\n");
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

TEST_F(StateCommand, MovesToNoHandleThatNoManifestCouldDeclare) {
  const Result result = state({"mv", "Connection/a", "Connection/a b"});
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(result.err.find("'a b' can't be a handle: character 2 is white space"), std::string::npos)
      << result.err;
  expect_owned("Connection/a  a\nConnection/b  b\n");
}

TEST_F(StateCommand, PushesIntoAnEmptyPlaceAndTakesTheFileItselfToo) {
  const std::string document = state({"pull"}).out;
  for (const std::string& text : {document, project.folder.read(kState)}) {
    project.folder.write("backup.json", text);
    std::filesystem::remove_all(project.folder.path(".descopectl"));
    EXPECT_EQ(state({"push", "backup.json"}).status, 0);
    expect_owned("Connection/a  a\nConnection/b  b\n");
  }
}

TEST_F(StateCommand, PushRefusesWhatIsNotThisState) {
  const std::string document = state({"pull"}).out;
  const auto changed = [&](std::string_view member, const json::value& value) {
    json::object other = json::parse(document).as_object();
    other[member] = value;
    project.folder.write("other.json", json::serialize(other));
    return state({"push", "other.json"});
  };
  const Result lineage = changed("lineage", "00ff");
  EXPECT_EQ(lineage.status, 8) << lineage.all();
  EXPECT_NE(lineage.err.find("[other-lineage]"), std::string::npos);
  const Result foreign = changed("project_id", "P2elsewhere");
  EXPECT_EQ(foreign.status, 8) << foreign.all();
  EXPECT_NE(foreign.err.find("[wrong-project]"), std::string::npos);
  EXPECT_EQ(state({"push", "other.json", "--force"}).status, 8) << "no flag makes it this project's";
  EXPECT_EQ(changed("version", 9).status, 3);
  EXPECT_EQ(changed("unknown", 1).status, 3);
  project.folder.write("other.json", "nonsense");
  EXPECT_EQ(state({"push", "other.json"}).status, 3);
  EXPECT_EQ(state({"push", "missing.json"}).status, 3);
  expect_owned("Connection/a  a\nConnection/b  b\n");
}

TEST_F(StateCommand, PushRefusesWhatNoRunCouldHaveRecorded) {
  const std::string document = state({"pull"}).out;
  const auto refuse = [&](std::string_view member, std::string_view value, std::string_view what) {
    json::value changed = json::parse(document);
    changed.at("objects").at(0).as_object()[member] = value;
    project.folder.write("other.json", json::serialize(changed));
    const Result refused = state({"push", "--force", "other.json"});
    EXPECT_EQ(refused.status, 3) << refused.all();
    EXPECT_NE(refused.err.find(what), std::string::npos) << refused.err;
  };
  refuse("live_id", "", "Connection/a has no live id [invalid-state]");
  refuse("handle", "x\n\x1b]0;", "Connection/x \\x1b]0; has a handle that no manifest could declare");
  refuse("kind", "Bogus", "Bogus/a is of no kind that there is");
  expect_owned("Connection/a  a\nConnection/b  b\n");
}

TEST_F(StateCommand, RebuildsALostState) {
  std::filesystem::remove_all(project.folder.path(".descopectl"));
  EXPECT_EQ(state({"rebuild"}).status, 8) << "there is nobody to ask";
  const Result result = state({"rebuild", "--auto-approve"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_NE(result.out.find("Connection/a  a        id          adopt\n"), std::string::npos) << result.out;
  EXPECT_EQ(last_line(result.out),
            "The state is made anew and holds 2 objects. Nothing was changed in the project.");
  expect_owned("Connection/a  a\nConnection/b  b\n");
  EXPECT_EQ(project.plan({"--detailed-exitcode"}).status, 0);
}

TEST_F(StateCommand, RebuildForgetsWhatNoManifestDeclaresAndKeepsFingerprints) {
  project.declare(connection("a", "A", "  clientId: i\n  clientSecret: {fromEnv: SECRET}\n"));
  const json::value result = shown({"rebuild", "--auto-approve"});
  EXPECT_EQ(result.at("forgotten"), json::value(json::array{"Connection/b"}));
  EXPECT_TRUE(result.at("recorded").as_bool());
  expect_owned("Connection/a  a\n");
  EXPECT_FALSE(api.connection("b").is_null());
  EXPECT_EQ(project.plan().out.find("Not compared"), std::string::npos) << "the secret is known still";
}

TEST_F(StateCommand, RebuildKeepsWhatProtectsAnObjectThatIsOwned) {
  const auto protect = [](std::string_view lifecycle) {
    return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a" + std::string(lifecycle) +
           "}\nspec: {name: A}\n";
  };
  const std::string other = "---\n" + connection("b");
  project.declare(protect(", lifecycle: {preventDestroy: true}") + other);
  ASSERT_EQ(project.apply().status, 0);
  project.declare(protect("") + other);
  ASSERT_EQ(state({"rebuild", "--auto-approve"}).status, 0);
  project.declare(connection("b"));
  EXPECT_EQ(project.apply().status, 8) << "false was never applied";
  project.declare(protect(", lifecycle: {preventDestroy: false}") + other);
  ASSERT_EQ(state({"rebuild", "--auto-approve"}).status, 0);
  project.declare(connection("b"));
  EXPECT_EQ(project.apply().status, 0);
}

TEST_F(StateCommand, UnlockTakesNoLockFromALivingHolderUnasked) {
  EXPECT_EQ(state({"unlock"}).out, "Nobody holds the lock.\n");
  Project slow({"--latency-ms", "250"});
  slow.declare(connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
  const auto apply = slow.start_apply();
  apply->signal(SIGSTOP);
  const Result refused = slow.run({"state", "unlock"});
  EXPECT_EQ(refused.status, 6) << refused.all();
  EXPECT_NE(refused.err.find("command 'apply'"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  const Result forced = slow.run({"state", "unlock", "--force"});
  EXPECT_EQ(forced.status, 0) << forced.all();
  EXPECT_EQ(forced.out.rfind("The lock was taken from ", 0), 0U) << forced.out;
  EXPECT_EQ(slow.apply().status, 0);
  const std::string kept = slow.folder.read(kState);
  apply->signal(SIGCONT);
  EXPECT_NE(apply->finish().status, 0);
  EXPECT_EQ(slow.folder.read(kState), kept) << "the former holder writes nothing more";
}

TEST_F(StateCommand, WithoutAStateThereIsNothingToLookInto) {
  project.folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: {backend: none}\n");
  const Result result = state({"list"});
  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("[no-state]"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace descopectl::e2e
