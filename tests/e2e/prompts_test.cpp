// Questions: on a terminal they are asked, elsewhere the error names the flag.
#include <gtest/gtest.h>

#include "api.hpp"
#include "terminal.hpp"

namespace descopectl::e2e {
namespace {

class Prompt : public testing::Test {
 protected:
  Project project;
  Api api{project};
};

TEST_F(Prompt, YesApplies) {
  project.declare(connection("a"));
  Terminal terminal(project, {"apply", "--no-color"});
  ASSERT_TRUE(terminal.wait_for("To go on, type yes: ")) << terminal.screen();
  EXPECT_NE(terminal.screen().find("Plan: 1 to add, 0 to change, 0 to destroy.\n"), std::string::npos);
  EXPECT_EQ(api.connections().size(), 0U) << "nothing before the answer";
  terminal.type("yes\n");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(last_line(terminal.screen()), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(Prompt, NothingButYesIsTakenForAnAnswer) {
  project.declare(connection("a"));
  for (const std::string answer : {"no\n", "y\n", "YES\n", "\n", "\x04"}) {
    Terminal terminal(project, {"apply", "--no-color"});
    ASSERT_TRUE(terminal.wait_for("To go on, type yes: "));
    terminal.type(answer);
    EXPECT_EQ(terminal.finish(), 8) << answer;
    EXPECT_EQ(last_line(terminal.screen()), "error: declined: nothing was written [declined]")
        << terminal.screen();
  }
  EXPECT_EQ(api.connections().size(), 0U);
}

TEST_F(Prompt, APlanThatDeletesWantsTheProjectsId) {
  project.declare(connection("a") + "---\n" + connection("b"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(connection("a"));
  const std::string question = "This deletes objects of the project. To go on, type its id (P2e2e): ";
  {
    Terminal terminal(project, {"apply", "--no-color"});
    ASSERT_TRUE(terminal.wait_for(question)) << terminal.screen();
    terminal.type("yes\n");
    EXPECT_EQ(terminal.finish(), 8);
    EXPECT_FALSE(api.connection("b").is_null());
  }
  Terminal terminal(project, {"apply", "--no-color"});
  ASSERT_TRUE(terminal.wait_for(question));
  terminal.type("P2e2e\n");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(last_line(terminal.screen()), "Apply complete! Resources: 0 added, 0 changed, 1 destroyed.");
  EXPECT_TRUE(api.connection("b").is_null());
}

TEST_F(Prompt, DestroyWantsTheProjectsId) {
  project.declare(connection("a"));
  ASSERT_EQ(project.apply().status, 0);
  Terminal terminal(project, {"destroy", "--no-color"});
  ASSERT_TRUE(terminal.wait_for("type its id (P2e2e): ")) << terminal.screen();
  terminal.type("P2e2e\n");
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_TRUE(api.connection("a").is_null());
}

TEST_F(Prompt, NothingIsAskedWhereNothingWouldChange) {
  project.declare(connection("a"));
  ASSERT_EQ(project.apply().status, 0);
  Terminal terminal(project, {"apply", "--no-color"});
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.screen().find("type"), std::string::npos) << terminal.screen();
}

TEST_F(Prompt, NothingIsAskedWithAutoApprove) {
  project.declare(connection("a"));
  Terminal terminal(project, {"apply", "--no-color", "--yes"});
  EXPECT_EQ(terminal.finish(), 0);
  EXPECT_EQ(terminal.screen().find("type yes"), std::string::npos);
}

TEST_F(Prompt, WithoutATerminalTheFlagIsNamedAndNothingWritten) {
  project.declare(connection("a"));
  for (const std::string command : {"apply", "destroy"}) {
    if (command == "destroy") {
      ASSERT_EQ(project.apply().status, 0);
    }
    const Result result = project.run({command}, "yes\n");
    EXPECT_EQ(result.status, 8);
    EXPECT_EQ(result.err,
              "error: there is no terminal to ask on, and nothing was written [no-terminal]\n"
              "hint: look at the plan, then run again with --auto-approve\n");
  }
  EXPECT_EQ(api.connections().size(), 1U);
}

TEST_F(Prompt, AnInterruptAtThePromptWritesNothing) {
  project.declare(connection("a"));
  Terminal terminal(project, {"apply", "--no-color"});
  ASSERT_TRUE(terminal.wait_for("To go on, type yes: "));
  terminal.type("\x03");
  EXPECT_EQ(terminal.finish(), 130) << terminal.screen();
  EXPECT_EQ(last_line(terminal.screen()), "interrupted: nothing was written");
  EXPECT_EQ(api.connections().size(), 0U);
}

TEST_F(Prompt, ColoursAreForTerminalsOnly) {
  project.declare(connection("a"));
  EXPECT_EQ(project.plan().all().find('\x1b'), std::string::npos);
  Terminal coloured(project, {"plan"});
  coloured.finish();
  EXPECT_NE(coloured.screen().find('\x1b'), std::string::npos);
  project.environment["NO_COLOR"] = "1";
  Terminal plain(project, {"plan"});
  plain.finish();
  EXPECT_EQ(plain.screen().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace descopectl::e2e
