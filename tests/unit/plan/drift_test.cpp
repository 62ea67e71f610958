// What a drift report says of who moved, and of what an apply would do.
#include <gtest/gtest.h>

#include "documents.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using test::connection;
using test::doc;
using test::Manifests;
using test::Project;
using test::resource;

/// "live Connection/a /pkce=live; manifest Connection/b": an entry for each object.
std::string told(const plan::DriftReport& report) {
  std::string text;
  for (const plan::DriftObject& object : report.objects) {
    text += text.empty() ? "" : "; ";
    text += std::string(plan::to_string(object.cause)) + " " + object.key.to_string();
    for (const plan::DriftChange& change : object.changes)
      text += " " + change.path + "=" + std::string(plan::to_string(change.cause));
  }
  return text;
}

plan::DriftReport drift(const Project& project, const std::string& text) {
  Manifests manifests(text);
  return project.drift(manifests);
}

TEST(PlanDrift, TellsWhoMoved) {
  Project project;
  const std::string before = connection("a", "description: one, pkce: true, accessType: offline") +
                             connection("b") + connection("c");
  project.apply_text(before);
  project.live_body("Connection", "a")["description"] = "by hand";
  project.live_body("Connection", "a")["pkce"] = false;
  project.remove_live("Connection", "b");
  project.add_live("Connection", R"({"id":"z","name":"z"})");
  Manifests manifests(connection("a", "description: two, pkce: true, accessType: online") + connection("b") +
                      connection("c"));
  const plan::DriftReport report = project.drift(manifests);
  ASSERT_EQ(report.objects.size(), 3U);
  std::string text;
  for (const auto& change : report.objects[0].changes)
    text += change.path + "=" + std::string(plan::to_string(change.cause)) + " ";
  EXPECT_EQ(text, "/description=both /pkce=live /accessType=manifest ");
  EXPECT_EQ(report.objects[1].cause, plan::Cause::kDeleted);
  EXPECT_EQ(report.objects[1].live_id, "b");
  EXPECT_EQ(report.objects[2].cause, plan::Cause::kUnmanaged);
}

TEST(PlanDrift, OfAFieldThatWasNotOursIsTheManifests) {
  Project project;
  const auto app = [](const std::string& more) {
    return doc("InboundApp", "name: p", "name: p, sessionSettings: {enabled: true" + more + "}");
  };
  project.apply_text(connection("a") + app(""));
  project.live_body("Connection", "a")["description"] = "by somebody";
  json::object& settings = project.live.kinds["InboundApp"].objects.at(0).body["sessionSettings"].as_object();
  settings["refreshTokenExpiration"] = 5;
  settings["enabled"] = false;
  EXPECT_EQ(told(drift(project, connection("a", "description: ours") + app(", refreshTokenExpiration: 7"))),
            "manifest Connection/a /description=manifest; both InboundApp/p "
            "/sessionSettings/enabled=live /sessionSettings/refreshTokenExpiration=manifest");
}

TEST(PlanDrift, OfAnotherIdIsTheManifests) {
  Project project;
  project.apply_text(doc("Connection", "name: a, id: one", "name: A"));
  EXPECT_EQ(told(drift(project, doc("Connection", "name: a, id: two", "name: A"))),
            "manifest Connection/a /id=manifest");
}

TEST(PlanDrift, IsToldWhateverStandsInTheWayOfAnApply) {
  Project project;
  const auto permission = [](const std::string& handle, const std::string& more) {
    return doc("Permission", "name: " + handle, more);
  };
  const std::string names_a = doc("Role", "name: r", "name: R, permissionNames: [A]");
  project.apply_text(permission("x", "name: A") + permission("z", "name: Z, description: d") + names_a +
                     doc("Connection", "name: c, id: one", "name: C") +
                     doc("Connection", "name: d, id: two", "name: D"));
  project.live.kinds["Permission"].objects.at(1).body["description"] = "by hand";
  project.policy.is_drift = true;
  Manifests manifests(permission("x", "name: B") + permission("z", "name: Z, description: d") + names_a +
                      doc("Connection", "name: d, id: one", "name: D"));
  const plan::DriftReport report = project.drift(manifests);
  EXPECT_FALSE(manifests.sink.has_errors()) << manifests.messages();
  EXPECT_THAT(told(report), testing::HasSubstr("live Permission/z /description=live"));
}

TEST(PlanDrift, IsLookedForOnWhatIsNoLongerDeclared) {
  Project project;
  project.apply_text(connection("a", "description: d") + connection("b"));
  EXPECT_EQ(told(drift(project, connection("b"))), "manifest Connection/a");
  project.live_body("Connection", "a")["description"] = "by hand";
  EXPECT_EQ(told(drift(project, connection("b"))), "both Connection/a /description=live");
}

TEST(PlanDrift, OfAnotherObjectUnderAHandleIsNotThatOfTheFirst) {
  Project project;
  project.apply_text(doc("Resource", "name: a", "name: A, type: api, uri: 'https://a'"));
  project.add_live("Resource", R"({"id":"RS9","name":"Z","type":"api","uri":"https://z"})");
  project.policy.is_drift = true;
  const std::string other = doc("Resource", "name: a, id: RS9", "name: A, type: api, uri: 'https://z'");
  EXPECT_EQ(told(drift(project, other)), "manifest Resource/a /name=manifest");
  project.live.kinds["Resource"].objects.at(0).body["name"] = "by hand";
  EXPECT_THAT(told(drift(project, other)), testing::HasSubstr("live Resource/a /name=live"));
}

/// A scope of ours on somebody else's resource.
TEST(PlanDrift, CallsWhatAReplacementDeletedAndDidNotMakeAgainDeleted) {
  Project project;
  project.apply_text(test::connection("a") + test::connection("b"));
  project.remove_live("Connection", "a");
  project.recorded.objects.at({"Connection", "a"}).pending_create = {{"name", "a"}};
  const plan::DriftReport report = drift(project, test::connection("a") + test::connection("b"));
  EXPECT_EQ(report.deleted, 1U);
}

class DriftOfAScopeOutside : public testing::Test {
 protected:
  DriftOfAScopeOutside() {
    project.add_live(
        "Resource",
        R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u","scopes":{"permissionsScopes":[{"name":"mine","description":"dd","values":["r","s"]}]}})");
    project.policy.adopt = plan::Adopt::kAlways;
    project.apply_text(text);
  }
  json::array& live_items() {
    return project.live_body("Resource", "RS1")["scopes"].as_object()["permissionsScopes"].as_array();
  }

  Project project;
  const std::string text = scope("values: [r, s]");
  static std::string scope(const std::string& more) {
    return doc("McpScope", "name: m", "resource: {live: RS1}, name: mine, description: dd, " + more);
  }
  const std::string item = "/scopes/permissionsScopes/mine";
};

TEST_F(DriftOfAScopeOutside, ThatOthersChangedIsLive) {
  EXPECT_EQ(told(drift(project, text)), "");
  live_items()[0].as_object()["values"] = json::array{"r"};
  const plan::DriftReport report = drift(project, text);
  EXPECT_EQ(told(report), "live Resource/RS1 " + item + "/values=live");
  EXPECT_EQ(json::serialize(report.objects.at(0).changes.at(0).last_applied), R"(["r","s"])");
}

TEST_F(DriftOfAScopeOutside, ThatTheManifestChangedIsTheManifests) {
  EXPECT_EQ(told(drift(project, scope("values: [r]"))), "manifest Resource/RS1 " + item + "/values=manifest");
  live_items()[0].as_object()["values"] = json::array{"s"};
  EXPECT_EQ(told(drift(project, scope("values: [r]"))), "both Resource/RS1 " + item + "/values=both");
}

TEST(PlanDrift, OfAScopeOutsideThatOthersTookOutIsLive) {
  Project project;
  project.add_live("Resource", R"({"id":"RS1","name":"theirs","type":"mcp","uri":"u"})");
  const std::string text = doc("McpScope", "name: m", "resource: {live: RS1}, name: mine, description: d");
  project.apply_text(text);
  project.live_body("Resource", "RS1").erase("scopes");
  EXPECT_EQ(told(drift(project, text)), "live Resource/RS1 /scopes/connectionsScopes/mine=live");
}

TEST(PlanDrift, OfAWholeItemReckonsWithWhatTheServerAddsToIt) {
  Project project;
  const std::string scopes = "scopes: {permissionsScopes: [{name: s, description: d}]}";
  project.apply_text(resource("r", scopes));
  const std::string id = project.live.kinds["Resource"].objects.at(0).id;
  project.live_body("Resource", id)["scopes"]
      .as_object()["permissionsScopes"]
      .as_array()[0]
      .as_object()["values"] = json::array();
  EXPECT_EQ(told(drift(project, resource("r", scopes))), "");
  EXPECT_EQ(told(drift(project, resource("r", "scopes: {permissionsScopes: []}"))),
            "manifest Resource/r /scopes/permissionsScopes/s=manifest");
}

/// A resource whose template somebody deletes.
class DriftOfAReference : public testing::Test {
 protected:
  DriftOfAReference() {
    project.apply_text(text);
    project.remove_live("DynamicRegistrationTemplate",
                        project.live.kinds["DynamicRegistrationTemplate"].objects.at(0).id);
  }
  json::object& live() {
    return project.live_body("Resource", project.live.kinds["Resource"].objects.at(0).id);
  }
  static std::string declare(const std::string& more) {
    return doc("DynamicRegistrationTemplate", "name: t1", "name: T1") +
           resource("r", "dynamicRegistrationSettings: {template: t1, useTemplate: true}" + more);
  }

  Project project;
  const std::string text = declare("");
};

TEST_F(DriftOfAReference, ToWhatWasDeletedIsNoChangeByTheManifest) {
  const plan::DriftReport report = drift(project, text);
  EXPECT_EQ(told(report), "deleted DynamicRegistrationTemplate/t1");
  EXPECT_EQ(report.clean, 1U);
  EXPECT_EQ(report.manifest, 0U);
}

TEST_F(DriftOfAReference, LeavesOtherChangesOfTheObjectListed) {
  EXPECT_EQ(told(drift(project, declare(", description: new"))),
            "deleted DynamicRegistrationTemplate/t1; manifest Resource/r /description=manifest");
}

TEST_F(DriftOfAReference, ThatOthersMovedElsewhereIsLive) {
  live()["dynamicRegistrationSettings"].as_object()["dynamicRegistrationTemplateId"] = "DRTother";
  EXPECT_EQ(told(drift(project, text)),
            "deleted DynamicRegistrationTemplate/t1; live Resource/r "
            "/dynamicRegistrationSettings/dynamicRegistrationTemplateId=live");
}

TEST_F(DriftOfAReference, ThatTheManifestPointsAtANewObjectIsTheManifests) {
  const std::string other = doc("DynamicRegistrationTemplate", "name: t1", "name: T1") +
                            doc("DynamicRegistrationTemplate", "name: t2", "name: T2") +
                            resource("r", "dynamicRegistrationSettings: {template: t2, useTemplate: true}");
  EXPECT_EQ(
      told(drift(project, other)),
      "deleted DynamicRegistrationTemplate/t1; manifest DynamicRegistrationTemplate/t2; manifest Resource/r "
      "/dynamicRegistrationSettings/dynamicRegistrationTemplateId=manifest");
}

TEST(PlanDrift, SaysWhatAnApplyWouldDo) {
  Project project;
  project.apply_text(connection("changed") + connection("deleted") + connection("removed") +
                     resource("replaced"));
  project.remove_live("Connection", "deleted");
  project.add_live("Connection", R"({"id":"z","name":"z"})");
  const plan::DriftReport report = drift(
      project, connection("changed", "pkce: true") + connection("deleted") + connection("new") +
                   doc("Resource", "name: replaced", "name: replaced, type: mcp, uri: 'https://elsewhere'"));
  std::string text;
  for (const plan::DriftObject& object : report.objects)
    text += object.key.handle + "=" + std::string(object.action ? model::to_string(*object.action) : "none") +
            " ";
  EXPECT_EQ(text, "changed=update deleted=create new=create removed=delete replaced=replace z=none ");
}

TEST(PlanDrift, NamesSecretsThatWereNotCompared) {
  Project project;
  const std::string text = connection("a", "clientSecret: {fromEnv: S}") + connection("b");
  project.apply_text(text);
  const plan::DriftReport report = drift(project, text);
  EXPECT_EQ(told(report), "");
  ASSERT_EQ(report.not_compared.size(), 1U);
  EXPECT_EQ(report.not_compared[0].key.to_string() + report.not_compared[0].pointer,
            "Connection/a/clientSecret");
}

}  // namespace
}  // namespace descopectl
