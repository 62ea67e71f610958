// Diagnostics as a document, refusals as diagnostics, and the table of formats.
#include "descopectl/render/diagnostics.hpp"

#include <gtest/gtest.h>

#include "descopectl/render/format.hpp"
#include "sample.hpp"

namespace descopectl::test {
namespace {

TEST(Refusals, BecomeErrorsWithTheFlagAsHint) {
  const auto diagnostics = render::refusals_to_diagnostics(
      {{"replace-not-allowed", "Resource/crm must be replaced", "--allow-replace"}});
  EXPECT_EQ(render::diagnostics_to_text(diagnostics, nullptr),
            "error: Resource/crm must be replaced [replace-not-allowed]\nhint: --allow-replace\n");
}

TEST(DiagnosticsJson, CountsErrorsAndWarnings) {
  diag::SourceTable sources;
  const auto file = sources.add("a.yaml", "kind: X\n");
  render::JsonContext context;
  context.sources = &sources;
  context.exit = diag::ExitStatus::kInvalidInput;
  context.diagnostics = {
      {.code = "unknown-kind", .summary = "unknown kind 'X'", .span = {file, 6, 7}},
      {.severity = diag::Severity::kWarning, .code = "unknown-role", .summary = "no role"}};
  EXPECT_EQ(
      json::serialize(render::diagnostics_to_json(context, {{"documents", 1}})),
      R"({"valid":false,"error_count":1,"warning_count":1,"diagnostics":[{"severity":"error","code":"unknown-kind","summary":"unknown kind 'X'","range":{"filename":"a.yaml","start":{"line":1,"column":7,"byte":6},"end":{"line":1,"column":8,"byte":7}}},{"severity":"warning","code":"unknown-role","summary":"no role"}],"exit_code":3,"exit_reason":"invalid-input","summary":{"documents":1}})");
}

TEST(Formats, AreFoundByName) {
  ASSERT_NE(render::find_format("text"), nullptr);
  EXPECT_EQ(render::find_format("text")->plan({}, {}), "No changes. Live matches the manifests.\n");
  ASSERT_NE(render::find_format("json"), nullptr);
  EXPECT_TRUE(render::find_format("json")->plan({}, {}).ends_with("}\n"));
  EXPECT_EQ(render::find_format("xml"), nullptr);
  EXPECT_EQ(render::formats().front().name, "text");
}

}  // namespace
}  // namespace descopectl::test
