// Drift reports, whole.
#include "descopectl/render/drift.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace descopectl::test {
namespace {

using plan::Cause;

plan::DriftReport make_report() {
  plan::DriftReport report;
  report.objects = {
      {.key = {"Connection", "crm"},
       .live_id = "crm",
       .name = "CRM",
       .cause = Cause::kLive,
       .changes = {{"/authorizationUrlParams/aud/value", "x", "y", "x", Cause::kLive, false}}},
      {.key = {"Connection", "gone"}, .live_id = "gone", .name = "Gone", .cause = Cause::kDeleted},
      {.key = {"InboundApp", "web"},
       .live_id = "TP1",
       .name = "Web",
       .cause = Cause::kManifest,
       .changes = {{"/clientSecret", "hunter2", nullptr, nullptr, Cause::kManifest, true}},
       .action = model::Operation::kUpdate},
      {.key = {"Connection", "slack"},
       .live_id = "slack",
       .name = "Sl\x1b[31mack",
       .cause = Cause::kUnmanaged},
  };
  report.live = report.deleted = report.manifest = report.unmanaged = 1;
  report.differs = true;
  return report;
}

TEST(DriftText, GroupsObjectsByCause) {
  EXPECT_EQ(render::drift_to_text(make_report(), {}), R"(Changed live:
~ Connection/crm [id=crm]
    authorizationUrlParams["aud"].value: "x" -> "y" (live)

Deleted live:
- Connection/gone [id=gone]

Changed in the manifests:
~ InboundApp/web [id=TP1]
    clientSecret: (sensitive value) (manifest)

Unmanaged:
  Connection/slack "Sl\\x1b[31mack"

Drift: 1 changed live, 1 deleted, 1 changed in manifests, 1 unmanaged.
)");
}

TEST(DriftText, SaysWhenThereIsNone) {
  EXPECT_EQ(render::drift_to_text({.clean = 1}, {}), "No drift. 1 object is as last applied.\n");
  EXPECT_EQ(render::drift_to_text({.unmanaged = 5, .clean = 7}, {}),
            "No drift. 7 objects are as last applied, 5 unmanaged.\n");
  EXPECT_EQ(render::drift_to_text({.manifest = 1, .clean = 2}, {}),
            "No drift. 2 objects are as last applied, 1 changed in the manifests.\n");
}

TEST(DriftText, SaysThatThereIsSomeWhereWhatIsUnmanagedCounts) {
  EXPECT_EQ(render::drift_to_text({.unmanaged = 2, .clean = 1, .differs = true}, {}),
            "Drift: 0 changed live, 0 deleted, 0 changed in manifests, 2 unmanaged.\n");
}

TEST(DriftText, WithoutAStateSaysWhatWasCompared) {
  EXPECT_EQ(render::drift_to_text({.manifest = 1, .clean = 2, .has_state = false}, {}),
            "Without a state, drift can't be told: 2 objects are as the manifests say, 1 not.\n");
  EXPECT_EQ(
      render::drift_to_text({.manifest = 1, .has_state = false, .differs = true}, {}),
      "Drift: 0 changed live, 0 deleted, 1 changed in manifests, 0 unmanaged. Without a state, live was "
      "compared with the manifests alone.\n");
}

TEST(DriftText, ShowsWhereLiveWentAndWhatTheManifestSaysWhereBothMoved) {
  plan::DriftReport report;
  report.objects = {{.key = {"Connection", "crm"},
                     .live_id = "crm",
                     .cause = Cause::kBoth,
                     .changes = {{"/name", "C", "B", "A", Cause::kBoth, false}}}};
  EXPECT_NE(render::drift_to_text(report, {})
                .find("    name: \"A\" -> \"B\", and the manifest says \"C\" (both)\n"),
            std::string::npos);
}

TEST(DriftText, MarksWhatTheManifestsCreateDeleteAndReplaceAsAPlanDoes) {
  plan::DriftReport report;
  const auto add = [&](const std::string& handle, Cause cause, model::Operation action) {
    report.objects.push_back({.key = {"Connection", handle}, .cause = cause, .action = action});
  };
  add("gone", Cause::kDeleted, model::Operation::kCreate);
  add("moved", Cause::kLive, model::Operation::kReplace);
  add("new", Cause::kManifest, model::Operation::kCreate);
  add("old", Cause::kManifest, model::Operation::kDelete);
  add("other", Cause::kManifest, model::Operation::kReplace);
  add("same", Cause::kManifest, model::Operation::kUpdate);
  report.manifest = 4;
  EXPECT_EQ(render::drift_to_text(report, {}), R"(Changed live:
~ Connection/moved

Deleted live:
- Connection/gone

Changed in the manifests:
+ Connection/new
- Connection/old
-/+ Connection/other
~ Connection/same

No drift. 0 objects are as last applied, 4 changed in the manifests.
)");
}

TEST(DriftText, SaysWhichSecretsWereNotComparedBeforeTheLastLine) {
  plan::DriftReport report{.clean = 1};
  report.not_compared = {
      {{"Connection", "crm"}, kinds::find("Connection"), "/clientSecret", "CRM is not set"}};
  EXPECT_EQ(render::drift_to_text(report, {}), R"(Not compared: 1 secret
  Connection/crm: clientSecret (CRM is not set)
No drift. 1 object is as last applied.
)");
  EXPECT_EQ(json::serialize(render::drift_to_json(report, {}).at("not_compared")),
            R"([{"address":"Connection/crm","path":"/clientSecret"}])");
}

TEST(DriftText, CountsWhatMovedOnBothSides) {
  EXPECT_EQ(render::drift_to_text({.both = 2, .differs = true}, {}),
            "Drift: 0 changed live, 2 changed live and in manifests, 0 deleted, 0 changed in manifests, 0 "
            "unmanaged.\n");
}

TEST(DriftJson, HasTheShapeOfTheContract) {
  const json::object document = render::drift_to_json(
      make_report(), {.version = "0.1.0", .timestamp = "t", .exit = diag::ExitStatus::kDifferences});
  EXPECT_EQ(
      json::serialize(document.at("drift").at(0)),
      R"({"address":"Connection/crm","cause":"live","action":null,"changes":[{"path":"/authorizationUrlParams/aud/value","expected":"x","live":"y","last_applied":"x","cause":"live","sensitive":false}],"live_id":"crm","name":"CRM","source":null})");
  EXPECT_EQ(
      json::serialize(document.at("drift").at(2).at("changes")),
      R"([{"path":"/clientSecret","expected":null,"live":null,"last_applied":null,"cause":"manifest","sensitive":true}])");
  EXPECT_EQ(document.at("drift").at(2).at("action"), "update");
  EXPECT_EQ(document.at("not_compared"), json::array());
  EXPECT_EQ(json::serialize(document.at("summary")),
            R"({"live":1,"manifest":1,"both":0,"deleted":1,"unmanaged":1,"clean":0})");
  EXPECT_EQ(document.at("exit_code"), 2);
  EXPECT_EQ(document.at("exit_reason"), "differences");
}

}  // namespace
}  // namespace descopectl::test
