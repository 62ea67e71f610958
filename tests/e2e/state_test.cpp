// The state's file: damaged, newer, locked down.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kState = ".descopectl/state.json";

class State : public testing::Test {
 protected:
  State() {
    project.declare(connection("a") + "---\n" + connection("b"));
    EXPECT_EQ(project.apply().status, 0);
  }
  /// Refused by every command that reads it, untouched by all of them, and nothing is sent.
  void expect_refused(const std::string& damaged, std::string_view message) {
    project.folder.write(kState, damaged);
    project.declare(connection("a", "Changed"));
    const std::string said = project.plan().err;
    for (const Arguments& command : {Arguments{"plan"}, Arguments{"apply", "--auto-approve"},
                                     Arguments{"drift"}, Arguments{"destroy", "--auto-approve"}}) {
      const Result result = project.run(command);
      EXPECT_EQ(result.status, 3) << command[0] << ": " << result.all();
      EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
      EXPECT_NE(result.err.find("hint: "), std::string::npos) << "a way out: " << result.err;
      EXPECT_NE(result.err.find("[state]\n"), std::string::npos) << result.err;
      EXPECT_EQ(result.err, said) << command[0] << " says the same as plan";
      EXPECT_EQ(project.folder.read(kState), damaged);
    }
    EXPECT_EQ(api.connection("a").at("name").as_string(), "a");
    EXPECT_FALSE(api.connection("b").is_null());
  }

  Project project;
  Api api{project};
};

TEST_F(State, IsForItsOwnerOnly) {
  struct stat status{};
  ASSERT_EQ(::stat(project.folder.path(kState).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(State, WithAFlippedByteIsRefusedAndLeftAsItIs) {
  std::string text = project.folder.read(kState);
  const auto at = text.find("\"handle\":\"a\"");
  ASSERT_NE(at, std::string::npos);
  text[at + 10] = 'x';
  expect_refused(text, "damaged");
}

TEST_F(State, OfANewerVersionIsRefusedAndLeftAsItIs) {
  // The checksum would speak first: a newer program may well keep it elsewhere.
  std::string text = project.folder.read(kState);
  const auto at = text.find("\"version\":1,");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 12, "\"version\":9,");
  project.folder.write(kState, text);
  const Result result = project.apply();
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_EQ(project.folder.read(kState), text);
}

TEST_F(State, OfSomethingElseIsRefusedAndLeftAsItIs) {
  expect_refused("{\"version\": 4, \"terraform_version\": \"1.9.0\"}\n", "not a state of descopectl");
}

TEST_F(State, CutInItsFirstRecordIsRefusedAndLeftAsItIs) {
  const std::string text = project.folder.read(kState);
  expect_refused(text.substr(0, text.size() / 3), "state");
}

TEST_F(State, ThatIsEmptyIsNotTakenForANewOne) {
  expect_refused("", "is empty, which a state never is");
}

TEST_F(State, LivesWhereTheFlagSays) {
  project.folder.write("descope/main.yaml", connection("c"));
  const Result result = project.apply({"--state", "elsewhere/my.json"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_TRUE(project.folder.has("elsewhere/my.json"));
  EXPECT_EQ(api.connections().size(), 3U) << "another state owns nothing of this one";
}

TEST_F(State, HoldsAProjectOfManyObjectsInAnAppendOnlyTail) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += connection("many-" + std::to_string(i)) + "---\n";
  project.declare(text + connection("a") + "---\n" + connection("b"));
  EXPECT_EQ(last_line(project.apply().out), "Apply complete! Resources: 60 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
}

}  // namespace
}  // namespace descopectl::e2e
