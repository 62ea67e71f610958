// The two forms of a diagnostic, whole, and the order of several.
#include "descopectl/diag/diagnostic.hpp"

#include <gtest/gtest.h>

namespace descopectl::diag {
namespace {

class DiagnosticTest : public testing::Test {
 protected:
  SourceTable sources_;
  std::uint32_t source_ = sources_.add("descope/google.yaml", "kind: Connection\nspec:\n    tokenURL: x\n");
  Diagnostic unknown_field_{.severity = Severity::kError,
                            .code = "unknown-field",
                            .summary = "unknown field 'tokenURL' in Connection",
                            .detail = {},
                            .hint = "did you mean 'tokenUrl'?",
                            .span = {source_, 27, 35},
                            .related = {}};
};

TEST_F(DiagnosticTest, ShowsTheLineWithCaretsAndTheHint) {
  EXPECT_EQ(to_text(unknown_field_, sources_),
            "descope/google.yaml:3:5: error: unknown field 'tokenURL' in Connection [unknown-field]\n"
            "      tokenURL: x\n"
            "      ^~~~~~~~\n"
            "hint: did you mean 'tokenUrl'?\n");
}

TEST_F(DiagnosticTest, ShowsDetailAndRelatedPlacesBeforeTheHint) {
  unknown_field_.detail = "A Connection has no such field.\nIt has 20 others.";
  unknown_field_.related = {{{source_, 0, 4}, "the kind is named here"}, {{}, "and nowhere else"}};
  EXPECT_EQ(to_text(unknown_field_, sources_),
            "descope/google.yaml:3:5: error: unknown field 'tokenURL' in Connection [unknown-field]\n"
            "      tokenURL: x\n"
            "      ^~~~~~~~\n"
            "A Connection has no such field.\n"
            "It has 20 others.\n"
            "descope/google.yaml:1:1: note: the kind is named here\n"
            "note: and nowhere else\n"
            "hint: did you mean 'tokenUrl'?\n");
}

TEST_F(DiagnosticTest, HasOneLineWhereItHasNoPlace) {
  EXPECT_EQ(to_text({.severity = Severity::kWarning,
                     .code = "c",
                     .summary = "s",
                     .detail = {},
                     .hint = {},
                     .span = {},
                     .related = {}},
                    sources_),
            "warning: s [c]\n");
}

TEST_F(DiagnosticTest, ShowsNoLineWhereTheLineIsEmpty) {
  const auto empty = sources_.add("empty.yaml", "");
  unknown_field_.span = {empty, 0, 0};
  unknown_field_.hint.clear();
  EXPECT_EQ(to_text(unknown_field_, sources_),
            "empty.yaml:1:1: error: unknown field 'tokenURL' in Connection [unknown-field]\n");
}

TEST_F(DiagnosticTest, LetsNoControlCharacterThrough) {
  const auto source = sources_.add("a\x1b[2J.yaml", "\x1b]0;title\x07: \xE2\x80\xAE\n");
  const auto text = to_text({.severity = Severity::kError,
                             .code = "c",
                             .summary = "s\x1b[0m\nt",
                             .detail = "d\x1b",
                             .hint = "h\x9b",
                             .span = {source, 0, 3},
                             .related = {{{source, 0, 1}, "r\x08"}}},
                            sources_);
  EXPECT_EQ(text.find_first_of("\x1b\x07\x08\x9b"), std::string::npos) << text;
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
}

TEST_F(DiagnosticTest, BecomesTheJsonOfTheContract) {
  EXPECT_EQ(base::to_pretty_json(to_json(unknown_field_, sources_)), R"({
  "severity": "error",
  "code": "unknown-field",
  "summary": "unknown field 'tokenURL' in Connection",
  "hint": "did you mean 'tokenUrl'?",
  "range": {
    "filename": "descope/google.yaml",
    "start": {
      "line": 3,
      "column": 5,
      "byte": 27
    },
    "end": {
      "line": 3,
      "column": 13,
      "byte": 35
    }
  }
}
)");
  EXPECT_EQ(base::to_canonical_json(to_json({.severity = Severity::kNote,
                                             .code = "c",
                                             .summary = "s",
                                             .detail = "d",
                                             .hint = {},
                                             .span = {},
                                             .related = {}},
                                            sources_)),
            R"({"code":"c","detail":"d","severity":"note","summary":"s"})");
}

TEST(Sink, CountsAndMerges) {
  Sink one;
  Sink two;
  EXPECT_TRUE(one.empty());
  one.warning("w", {}, "warned");
  two.error("e", {}, "failed", "hint", "detail");
  one.merge(std::move(two));
  EXPECT_TRUE(one.has_errors());
  EXPECT_EQ(one.error_count(), 1U);
  EXPECT_EQ(one.warning_count(), 1U);
  EXPECT_EQ(one.all()[1].hint, "hint");
  EXPECT_EQ(one.all()[1].detail, "detail");
}

TEST(Sorted, IsTheOrderOfPlacesWithoutDoubles) {
  Sink sink;
  sink.error("x", {}, "nowhere");
  sink.error("x", {2, 1, 2}, "second file");
  sink.error("x", {1, 9, 10}, "later");
  sink.error("x", {1, 3, 4}, "b");
  sink.error("x", {1, 3, 4}, "a");
  sink.error("x", {1, 9, 10}, "later");
  std::vector<std::string> summaries;
  for (const auto& diagnostic : sorted(sink.all()))
    summaries.push_back(diagnostic.summary);
  EXPECT_EQ(summaries, (std::vector<std::string>{"a", "b", "later", "second file", "nowhere"}));
}

}  // namespace
}  // namespace descopectl::diag
