// --selector and --target: a part of the repository, planned, applied, looked at, destroyed.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kShop = R"(apiVersion: descopectl/v1
kind: Connection
metadata: {name: crm, labels: {team: sales}}
spec: {name: CRM}
---
apiVersion: descopectl/v1
kind: Connection
metadata: {name: calendar, labels: {team: office}}
spec: {name: Calendar, clientSecret: {fromCommand: [touch, asked]}}
---
apiVersion: descopectl/v1
kind: Resource
metadata: {name: crm-mcp, labels: {team: sales}}
spec: {name: CRM MCP, type: mcp, uri: "https://crm.example/mcp"}
---
apiVersion: descopectl/v1
kind: McpScope
metadata: {name: contacts}
spec: {resource: crm-mcp, name: mcp:contacts, connections: [{connection: crm}]}
)";

class Selection : public testing::Test {
 protected:
  Selection() { project.declare(kShop); }

  Project project;
  Api api{project};
};

TEST_F(Selection, OfATargetAppliesItWithWhatItLeansOnAndSaysSo) {
  const Result plan = project.plan({"--target", "Resource/crm-mcp"});
  EXPECT_EQ(plan.status, 0) << plan.err;
  EXPECT_NE(
      plan.out.find("Limited to --target Resource/crm-mcp: 2 of 3 declared objects, and nothing is pruned.\n"
                    "  Connection/crm, which Resource/crm-mcp refers to\n"
                    "Plan SHA-256: "),
      std::string::npos)
      << plan.out;
  EXPECT_EQ(last_line(plan.out), "Plan: 2 to add, 0 to change, 0 to destroy.");
  EXPECT_FALSE(project.folder.has("asked")) << "secrets of what is left out are not looked up";
  const Result apply = project.apply({"--target", "McpScope/contacts"});
  EXPECT_EQ(apply.status, 0) << apply.all();
  EXPECT_NE(apply.out.find("  Resource/crm-mcp, which McpScope/contacts is a part of\n"), std::string::npos)
      << apply.out;
  EXPECT_EQ(api.connections().size(), 1U);
  EXPECT_EQ(api.resources().size(), 1U);
  EXPECT_EQ(last_line(project.plan({"--target", "McpScope/contacts"}).out),
            "No changes. Live matches the selected manifests.");
  EXPECT_EQ(last_line(project.plan().out), "Plan: 1 to add, 0 to change, 0 to destroy.");
}

TEST_F(Selection, StandsInTheJsonPlanWhichIsNotComplete) {
  const json::value plan = json::parse(project.plan({"--target", "Resource/crm-mcp", "-o", "json"}).out);
  EXPECT_EQ(plan.at("complete"), json::value(false));
  EXPECT_EQ(
      json::serialize(plan.at("descopectl").at("selection")),
      R"({"selector":[],"targets":["Resource/crm-mcp"],"selected":["Connection/crm","Resource/crm-mcp"],)"
      R"("pulled_in":[{"address":"Connection/crm","because_of":"Resource/crm-mcp"}],"left_out":1,)"
      R"("prunes":false})");
  const json::value whole = json::parse(project.plan({"-o", "json"}).out);
  EXPECT_EQ(whole.at("complete"), json::value(true));
  EXPECT_EQ(whole.at("descopectl").as_object().if_contains("selection"), nullptr);
}

TEST_F(Selection, ByLabelTakesOneTeamsObjectsAndPrunesNothing) {
  ASSERT_EQ(project.apply({"--selector", "team=sales"}).status, 0);
  EXPECT_TRUE(api.connection("calendar").is_null());
  project.declare(connection("other"));
  project.environment["DESCOPECTL_SELECTOR"] = "team=sales";
  const Result nothing = project.plan();
  EXPECT_EQ(nothing.status, 3);
  EXPECT_EQ(nothing.err,
            "error: --selector team=sales: no manifest has such labels [nothing-selected]\n"
            "hint: no manifest has metadata.labels\n");
  project.environment["DESCOPECTL_SELECTOR"] = "!team";
  const Result result = project.apply();
  EXPECT_EQ(last_line(result.out), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.")
      << result.err;
  EXPECT_EQ(api.connections().size(), 2U) << "what is no longer declared stays";
}

TEST_F(Selection, ThatNeedsWhatItLeavesOutIsRefusedBeforeAnythingIsWritten) {
  std::string text(kShop);
  text.replace(text.find("{team: sales}"), 13, "{team: office}");
  project.declare(text);
  const Result result = project.apply({"--selector", "team=sales"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(
      result.err,
      "descope/main.yaml:19:74: error: Resource/crm-mcp needs Connection/crm, which is neither selected nor "
      "in the project [unselected-reference]\n"
      "  spec: {resource: crm-mcp, name: mcp:contacts, connections: [{connection: crm}]}\n"
      "                                                                           ^~~\n"
      "hint: widen --selector, or apply --target Connection/crm first\n");
  EXPECT_EQ(api.resources().size(), 0U);
}

TEST_F(Selection, OfWhatIsNotThereIsRefusedWithoutARequest) {
  SilentServer server;
  project.environment["DESCOPE_BASE_URL"] = server.url();
  for (const char* command : {"plan", "apply", "drift", "destroy", "validate"}) {
    const Result result = project.run({command, "--target", "Connection/crn"});
    EXPECT_EQ(result.status, 3) << command;
    EXPECT_EQ(result.err,
              "error: --target Connection/crn: no manifest declares it [unknown-target]\n"
              "hint: did you mean 'Connection/crm'?\n")
        << command;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Selection, LimitsDriftAndDestroy) {
  project.declare(std::string(kShop).replace(kShop.find(", clientSecret"), 45, ""));
  ASSERT_EQ(project.apply().status, 0);
  api.change_connection("calendar", {{"description", "x"}, {"name", "changed"}});
  api.post("/v1/mgmt/outbound/app/create", {{"id", "foreign"}, {"name", "Foreign"}});
  const Result clean = project.drift({"--target", "Connection/crm", "--count", "unmanaged"});
  EXPECT_EQ(clean.status, 0) << clean.out;
  EXPECT_EQ(clean.out,
            "Limited to --target Connection/crm: 1 of 3 declared objects, and nothing is pruned.\n"
            "No drift. 1 object is as last applied.\n");
  const Result moved = project.drift({"--selector", "team=office", "-o", "json"});
  EXPECT_EQ(moved.status, 2) << moved.out;
  EXPECT_EQ(json::parse(moved.out).at("selection").at("left_out").as_int64(), 2);
  const Result gone = project.run({"destroy", "--auto-approve", "--target", "Connection/crm"});
  EXPECT_EQ(gone.status, 0) << gone.all();
  EXPECT_NE(gone.out.find("Limited to --target Connection/crm: 2 of 3 declared objects.\n"
                          "  Resource/crm-mcp, which refers to Connection/crm\n"),
            std::string::npos)
      << gone.out;
  EXPECT_EQ(last_line(gone.out), "Destroy complete! Resources: 2 destroyed.");
  EXPECT_FALSE(api.connection("calendar").is_null());
}

}  // namespace
}  // namespace descopectl::e2e
