// What came from standard input is never missing from it.
#include <gmock/gmock.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::actions_of;
using test::connection;
using test::Manifests;
using test::Project;

class PlanStandardInput : public testing::Test {
 protected:
  static Manifests pipe(const std::string& text) {
    Manifests manifests(text);
    manifests.desired.roots = {"-"};
    for (model::DesiredObject& object : manifests.desired.objects)
      object.root = "-";
    return manifests;
  }

  Project project;
};

TEST_F(PlanStandardInput, LeavesWhatAnEarlierPipeDeclaredAndSaysSoOnce) {
  Manifests first = pipe(connection("a") + connection("b"));
  project.apply(project.plan(first));
  Manifests second = pipe(connection("c"));
  const plan::Plan plan = project.plan(second);
  EXPECT_EQ(actions_of(plan), "create Connection/c");
  EXPECT_EQ(second.messages(),
            "warning: 2 objects from an earlier run's standard input are not declared now and stay: "
            "Connection/a and Connection/b [stdin-not-pruned]\n"
            "hint: a pipe has no identity, so nothing is missing from it; delete with 'destroy -f -' and "
            "their manifests, or keep manifests in a folder\n");
  EXPECT_TRUE(plan.unmanaged.empty()) << "they are owned";
}

TEST_F(PlanStandardInput, SaysNothingWhereNothingIsMissing) {
  Manifests first = pipe(connection("a"));
  project.apply(project.plan(first));
  Manifests again = pipe(connection("a"));
  (void)project.plan(again);
  EXPECT_EQ(again.messages(), "");
  Manifests file(connection("b"));
  (void)project.plan(file);
  EXPECT_EQ(file.messages(), "");
}

TEST_F(PlanStandardInput, OfAnotherHandleIsStillAMove) {
  Manifests first = pipe(test::doc("Connection", "name: a, id: x", "name: n"));
  project.apply(project.plan(first));
  Manifests second = pipe(test::doc("Connection", "name: b, id: x", "name: n"));
  EXPECT_EQ(actions_of(project.plan(second)), "move Connection/b");
  EXPECT_EQ(second.messages(), "");
}

}  // namespace
}  // namespace descopectl
