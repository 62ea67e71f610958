// Places: every key and value covers exactly its text.
#include <gtest/gtest.h>

#include "parsing.hpp"

namespace descopectl::document {
namespace {

/// Every key and value in order, as the text between its span's ends: `key=`, `value`, `alias->value`.
std::vector<std::string> spans_of(std::string text) {
  diag::SourceTable sources;
  const auto source = sources.add("a.yaml", std::move(text));
  diag::Sink sink;
  std::vector<std::string> out;
  const auto cut = [&](const diag::Span& span) {
    return std::string(sources.text(source).substr(span.begin, span.end - span.begin));
  };
  const std::function<void(const Node&)> add = [&](const Node& node) {
    out.push_back(cut(node.span) + (node.anchor.is_known() ? "->" + cut(node.anchor) : ""));
    if (node.anchor.is_known()) return;
    for (const auto& item : node.items)
      add(item);
    for (const auto& member : node.members) {
      out.push_back(cut(member.key_span) + "=");
      add(member.value);
    }
  };
  parse_documents(sources, source, {}, sink, add);
  for (const auto& diagnostic : sink.all())
    out.push_back(diag::to_text(diagnostic, sources));
  return out;
}

using Spans = std::vector<std::string>;

TEST(Span, CoversScalarsWithTheirQuotes) {
  EXPECT_EQ(spans_of("'a b': \"x\\\"y\"  # c\n\"c\": it's 'so'\nd: 'it''s'\n"),
            (Spans{"'a b': \"x\\\"y\"  # c\n\"c\": it's 'so'\nd: 'it''s'", "'a b'=", "\"x\\\"y\"",
                   "\"c\"=", "it's 'so'", "d=", "'it''s'"}));
}

TEST(Span, CoversScalarsOfSeveralLines) {
  EXPECT_EQ(spans_of("a: one\n  two  three \n\n  four # c\nb: \"x\n  y\"\n"),
            (Spans{"a: one\n  two  three \n\n  four # c\nb: \"x\n  y\"", "a=", "one\n  two  three \n\n  four",
                   "b=", "\"x\n  y\""}));
}

TEST(Span, CoversBlockScalarsToTheirLastLine) {
  EXPECT_EQ(spans_of("- |\n  x\n\n   y\n\n# c\n- >2-\n    z\n- a: |+\n\n   k\n\n  b: |\n"),
            (Spans{"- |\n  x\n\n   y\n\n# c\n- >2-\n    z\n- a: |+\n\n   k\n\n  b: |", "|\n  x\n\n   y",
                   ">2-\n    z", "a: |+\n\n   k\n\n  b: |", "a=", "|+\n\n   k", "b=", "|"}));
}

TEST(Span, CoversFlowCollectionsToTheirBrackets) {
  EXPECT_EQ(spans_of("a: [ 1, {b: c, d: , } , ] # c\n"),
            (Spans{"a: [ 1, {b: c, d: , } , ]", "a=", "[ 1, {b: c, d: , } , ]", "1", "{b: c, d: , }",
                   "b=", "c", "d=", "d"}));
  EXPECT_EQ(spans_of("[a: [], {}]"), (Spans{"[a: [], {}]", "a: []", "a=", "[]", "{}"}));
}

TEST(Span, CoversBlockCollectionsFromFirstToLastChild) {
  EXPECT_EQ(spans_of("a:\n  - b: c\n    d: e\n\n  -\n# end\n"),
            (Spans{"a:\n  - b: c\n    d: e\n\n  -", "a=", "- b: c\n    d: e\n\n  -", "b: c\n    d: e",
                   "b=", "c", "d=", "e", "-"}));
}

TEST(Span, OfANullIsItsWordOrElseItsKeyOrDash) {
  EXPECT_EQ(spans_of("a:\n  b:\n  c: null\nnull_: ~\n"),
            (Spans{"a:\n  b:\n  c: null\nnull_: ~", "a=", "b:\n  c: null", "b=", "b", "c=", "null",
                   "null_=", "~"}));
  EXPECT_EQ(spans_of("x:\n-\n- null\n- # c\ny:\n"),
            (Spans{"x:\n-\n- null\n- # c\ny", "x=", "-\n- null\n-", "-", "null", "-", "y=", "y"}));
  EXPECT_EQ(spans_of("a:\nnull: b\n").back(),
            "a.yaml:2:1: error: a key must be a string, not null [yaml-key-type]\n"
            "  null: b\n"
            "  ^~~~\n"
            "hint: quote it if the word itself is meant\n");
}

TEST(Span, OfATaggedValueLeavesTheTagOut) {
  EXPECT_EQ(spans_of("- !!str 1\n- &x !!str\n  'y'\n- !!map # c\n  a: &e\n- !unset\n"),
            (Spans{"- !!str 1\n- &x !!str\n  'y'\n- !!map # c\n  a: &e\n- !unset", "1", "'y'", "a: &e",
                   "a=", "&e", "!unset"}));
}

TEST(Span, OfAnAliasIsItsOwnAndItsAnchorsIsKeptToo) {
  EXPECT_EQ(spans_of("a: &x [1]\nb: *x\n"), (Spans{"a: &x [1]\nb: *x", "a=", "[1]", "1", "b=", "*x->[1]"}));
}

TEST(Span, CountsTheByteOrderMark) {
  EXPECT_EQ(spans_of("\xEF\xBB\xBF"
                     "a: '\xC3\xA9'\n--- \nb: c\n"),
            (Spans{"a: '\xC3\xA9'", "a=", "'\xC3\xA9'", "b: c", "b=", "c"}));
}

TEST(Span, LeavesCarriageReturnsOut) {
  EXPECT_EQ(spans_of("a: b\r\nc: |\r\n  x\r\n"), (Spans{"a: b\r\nc: |\r\n  x", "a=", "b", "c=", "|\r\n  x"}));
}

}  // namespace
}  // namespace descopectl::document
