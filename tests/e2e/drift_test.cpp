// What drift says of changes behind the program's back and of manifests that are ahead.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

std::string document(const std::string& kind, const std::string& handle, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {name: " + handle + "}\nspec: {" +
         spec + "}\n";
}

class Drift : public testing::Test {
 protected:
  void apply(const std::string& manifests, const Arguments& more = {}) {
    project.declare(manifests);
    const Result result = project.apply(more);
    ASSERT_EQ(result.status, 0) << result.all();
  }
  [[nodiscard]] json::value report(int status, const Arguments& more = {}) const {
    Arguments all{"--json"};
    all.insert(all.end(), more.begin(), more.end());
    const Result result = project.drift(all);
    EXPECT_EQ(result.status, status) << result.all();
    return json::parse(result.out);
  }

  Project project;
  Api api{project};
};

TEST_F(Drift, OfAScopeOnALiveResourceIsLiveWhereOthersChangedIt) {
  const json::value theirs = json::parse(
      R"({"name":"Theirs","uri":"https://t.example","type":"mcp","scopes":{"permissionsScopes":[{"name":"mine"}]}})");
  ASSERT_EQ(api.post("/v1/mgmt/resource/create", theirs).status, 200);
  json::object live = api.resources().at(0).as_object();
  const std::string id(live.at("id").as_string());
  apply(
      document("McpScope", "m", "resource: {live: " + id + "}, name: mine, description: dd, values: [r, s]"),
      {"--adopt"});
  EXPECT_EQ(report(0).at("drift"), json::array());
  live = api.resources().at(0).as_object();
  live["scopes"].as_object()["permissionsScopes"].as_array()[0].as_object()["values"] = json::array{"r"};
  const Answer changed = api.post("/v1/mgmt/resource/update", {{"resource", live}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  const json::value found = report(2).at("drift").at(0);
  EXPECT_EQ(found.at("cause"), "live");
  EXPECT_EQ(found.at("action"), "update");
  EXPECT_EQ(found.at("changes").at(0).at("last_applied"), (json::array{"r", "s"}));
  EXPECT_EQ(last_line(project.drift().out),
            "Drift: 1 changed live, 0 deleted, 0 changed in manifests, 0 unmanaged.");
}

TEST_F(Drift, CountsWhatNobodyOwnsOfEveryKindWhereThatIsAskedFor) {
  apply(connection("a"));
  ASSERT_EQ(api.post("/v1/mgmt/role/create", {{"name", "Rogue"}}).status, 200);
  EXPECT_EQ(project.drift().status, 0);
  const json::value found = report(2, {"--count", "unmanaged"}).at("drift").at(0);
  EXPECT_EQ(found.at("cause"), "unmanaged");
  EXPECT_TRUE(found.at("address").as_string().starts_with("Role/")) << found;
}

TEST_F(Drift, GoesOnWhereASecretIsNotTheOneThatIsRecorded) {
  project.environment["A_SECRET"] = "a secret of more than twenty characters";
  apply(document("InboundApp", "app", "name: App, clientSecret: {fromEnv: A_SECRET}") + "---\n" +
        connection("a", "A", "  description: one\n"));
  ASSERT_EQ(api.post("/v1/mgmt/outbound/app/update",
                     {{"app", {{"id", "a"}, {"name", "A"}, {"description", "two"}}}})
                .status,
            200);
  project.environment["A_SECRET"] = "another secret of more than twenty characters";
  const json::value found = report(2);
  EXPECT_EQ(found.at("summary").at("live"), 1);
  EXPECT_EQ(found.at("summary").at("manifest"), 1);
  EXPECT_EQ(project.plan().status, 3) << "an apply could not send it";
}

TEST_F(Drift, WithALostStateIsAFailure) {
  apply(connection("a", "A", "  description: one\n"));
  EXPECT_EQ(project.drift().status, 0);
  const Result lost = project.drift({"--state", "elsewhere.json"});
  EXPECT_EQ(lost.status, 1) << lost.all();
  EXPECT_NE(lost.err.find("a first run, or a lost state?) [no-state]"), std::string::npos) << lost.err;
  EXPECT_EQ(last_line(lost.out), "Without a state, drift can't be told: 1 object is as the manifests say.");
}

TEST_F(Drift, OfADeletedTemplateIsNoneOfTheResourceThatRefersToIt) {
  apply(document("DynamicRegistrationTemplate", "t1", "name: T1") +
        document("Resource", "r",
                 "name: R, uri: 'https://r.example', type: mcp, "
                 "dynamicRegistrationSettings: {template: t1, useTemplate: true}"));
  const json::value settings = api.resources().at(0).at("dynamicRegistrationSettings");
  const std::string id(settings.at("dynamicRegistrationTemplateId").as_string());
  ASSERT_EQ(api.post("/v1/mgmt/resource/dynamic-registration-template/delete", {{"id", id}}).status, 200);
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 2);
  EXPECT_EQ(drift.out, "Deleted live:\n- DynamicRegistrationTemplate/t1 [id=" + id +
                           "] (descope/main.yaml:4:18)\n\n"
                           "Drift: 0 changed live, 1 deleted, 0 changed in manifests, 0 unmanaged.\n");
}

TEST_F(Drift, MarksWhatWaitsForAnApplyAndSaysWhatWasNotCompared) {
  project.environment["A_SECRET"] = "a secret of more than twenty characters";
  const std::string kept = connection("a", "A", "  clientSecret: {fromEnv: A_SECRET}\n");
  apply(kept + "---\n" + connection("b", "B"));
  project.environment.erase("A_SECRET");
  project.declare(kept + "---\n" + connection("c", "C"));
  const Result drift = project.drift();
  EXPECT_EQ(drift.status, 0) << drift.all();
  EXPECT_NE(drift.out.find("Changed in the manifests:\n- Connection/b [id=b]"), std::string::npos)
      << drift.out;
  EXPECT_NE(drift.out.find("\n+ Connection/c [id=c]"), std::string::npos) << drift.out;
  EXPECT_NE(drift.out.find("\nNot compared: 1 secret\n  Connection/a: clientSecret ("), std::string::npos)
      << drift.out;
  const json::value found = report(0);
  EXPECT_EQ(found.at("drift").at(0).at("action"), "delete");
  EXPECT_EQ(found.at("drift").at(1).at("action"), "create");
  EXPECT_EQ(json::serialize(found.at("not_compared")),
            R"([{"address":"Connection/a","path":"/clientSecret"}])");
}

}  // namespace
}  // namespace descopectl::e2e
