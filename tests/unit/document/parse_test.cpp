// What texts become: scalars, collections, documents, aliases, merge keys.
#include <gtest/gtest.h>

#include "parsing.hpp"

namespace descopectl::document {
namespace {

TEST(Document, IsATreeOfItsValues) {
  EXPECT_EQ(parsed_one("a: 1\nb: [x, 'y', \"z\\n\", {c: }]\nd:\n- e\n-\n- - f\n  - ~\n"),
            "{a: 1:integer, b: [x, y, z\n, {c: :null}], d: [e, :null, [f, ~:null]]}");
  EXPECT_EQ(parsed_one("plain text\n"), "plain text");
  EXPECT_EQ(parsed_one("[a: b, {c, ? d}]"), "[{a: b}, {c: :null, d: :null}]");
}

TEST(Document, KeepsQuotedScalarsStrings) {
  EXPECT_EQ(parsed_one("['1', \"true\", '', no, 017, 0o17, 1e3]"),
            "[1, true, , no, 017:integer, 0o17:integer, 1e3:number]");
}

TEST(Document, FoldsAndKeepsLinesAsYamlSays) {
  EXPECT_EQ(parsed_one("a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n  z\nc: one\n  two\n\n  three\n"),
            "{a: x\n y\n\nz\n, b: x y\nz, c: one two\nthree}");
}

TEST(Document, MayUseWindowsLineEnds) {
  EXPECT_EQ(parsed_one("a: 1\r\nb:\r\n  - x\r\n  -\r\nc: |\r\n  y\r\n"),
            "{a: 1:integer, b: [x, :null], c: y\n}");
}

TEST(Document, MayBeginWithAByteOrderMark) {
  EXPECT_EQ(parsed_one("\xEF\xBB\xBF"
                       "a: 1\n"),
            "{a: 1:integer}");
}

TEST(Document, MayBeIndentedByTabsWithinBrackets) {
  EXPECT_EQ(parsed_one("{\n\t\"a\": [\n\t\t1\n\t]\n}\n"), "{a: [1:integer]}");
}

// yaml-cpp 0.7 ends a plain scalar within brackets at any '?'.
TEST(QuestionMark, WithinTextInBracketsIsText) {
  EXPECT_EQ(parsed_one("{url: https://x/y?z=1, to: [http://a/?b=c&d=e?, what?]}"),
            "{url: https://x/y?z=1, to: [http://a/?b=c&d=e?, what?]}");
  EXPECT_EQ(parsed_one("[?b, is it? yes, a ?b, a ? b, {a?b: c, ?d: e, f: g ?}]"),
            "[?b, is it? yes, a ?b, a ? b, {a?b: c, ?d: e, f: g ?}]");
  EXPECT_EQ(parsed_one("{\"a\":?b, 'c?': \"d? e\", # why?\n f: x?\n y? z}"), "{a: ?b, c?: d? e, f: x? y? z}");
}

TEST(QuestionMark, OutsideOfBracketsIsTextAsEver) {
  EXPECT_EQ(parsed_one("a: b? c?\n? d?\n: |\n  e?\n  ? f\nbut?: 'g?'\n"),
            "{a: b? c?, d?: e?\n? f\n, but?: g?}");
  EXPECT_EQ(parsed_one("a: &x?y 1\nb: *x?y\n"), "{a: 1:integer, b: 1:integer}");
}

TEST(QuestionMark, BeforeAKeyIsItsIndicator) {
  EXPECT_EQ(parsed_one("[? a : b]"), "[{a: b}]");
  EXPECT_EQ(parsed_one("{? a : b, ? c, ?\n d: e}"), "{a: b, c: :null, d: e}");
  EXPECT_EQ(parsed_one("- ? a\n  : b\n"), "[{a: b}]");
}

TEST(QuestionMark, BesideAnEscapedOddByteStaysItself) {
  EXPECT_EQ(parsed_one("[\"\\xf8?\\u00f9?\", b?]"), "[\xC3\xB8?\xC3\xB9?, b?]");
}

TEST(Url, NeedsNoQuotesInBrackets) {
  EXPECT_EQ(parsed_one("{a: https://x:8080/y#z, b: [::1, 'c'], d: x@y.z, \"e\":1, f: [-1, -g]}"),
            "{a: https://x:8080/y#z, b: [::1, c], d: x@y.z, e: 1:integer, f: [-1:integer, -g]}");
}

TEST(Json, IsYaml) {
  EXPECT_EQ(parsed_one("{\"a\":\"b\",\"c\":[1,true,null,{\"d\":\"\\/\\u00e9\"}],\"e\":-1.5}"),
            "{a: b, c: [1:integer, true:boolean, null:null, {d: /\xC3\xA9}], e: -1.5:number}");
}

TEST(Json, WritesOneCharacterInTwoHalves) {
  EXPECT_EQ(parsed_one("{\"a\":\"<\\ud83d\\ude00\\uD83D\\uDE01>\"}"),
            "{a: <\xF0\x9F\x98\x80\xF0\x9F\x98\x81>}");
  EXPECT_EQ(parsed_one("- \"\\\\\\ud83d\\ude00\"\n- \"\\\\ud83d\\\\ude00\"\n"),
            "[\\\xF0\x9F\x98\x80, \\ud83d\\ude00]");
}

TEST(Json, HalvesOfACharacterAreTextOutsideOfDoubleQuotes) {
  EXPECT_EQ(parsed_one("- '\\ud83d\\ude00'\n- \\ud83d\\ude00\n- |\n  \\ud83d\\ude00\n- [\\ud83d\\ude00] # "
                       "\\ud83d\\ude00\n"),
            "[\\ud83d\\ude00, \\ud83d\\ude00, \\ud83d\\ude00\n, [\\ud83d\\ude00]]");
}

TEST(Document, MayHaveDirectivesCommentsAndEndsAnywhere) {
  EXPECT_EQ(
      parsed_one(
          "%YAML 1.2\n# a\n--- # b\na: # c\n  - b # d\n  # e\n  -\tc\t# f\n  - - d\n    - e\n... # g\n"),
      "{a: [b, c, [d, e]]}");
  EXPECT_EQ(parsed_one("a: {\n  b: c, # d\n  e: [ # f\n  g,\n],\r\n}\n"), "{a: {b: c, e: [g]}}");
  EXPECT_EQ(parsed_one("a: |2-\n   b\n  c\nd: >-\n e\n f\n"), "{a:  b\nc, d: e f}");
}

TEST(Documents, AreVisitedInTurnAndEmptyOnesSkipped) {
  const auto parsed = parse("# head\n---\na: 1\n---\n---\n# nothing\n...\n---\nnull\n--- b\n...\nc\n");
  EXPECT_TRUE(parsed.is_good);
  EXPECT_EQ(parsed.documents, (std::vector<std::string>{"{a: 1:integer}", "b", "c"}));
  for (const auto* empty : {"", "\n\n", "# only\n", "---\n", "---\n...\n---", "~"}) {
    EXPECT_TRUE(parse(empty).is_good) << empty;
    EXPECT_TRUE(parse(empty).documents.empty()) << empty;
  }
}

TEST(Documents, AreVisitedUpToTheFaultyOne) {
  const auto broken = parse("a: 1\n---\nb: [\n---\nc: 1\n");
  EXPECT_FALSE(broken.is_good);
  EXPECT_EQ(broken.documents, std::vector<std::string>{"{a: 1:integer}"});
  const auto at_once = parse("a: 1\n--- @\n");
  EXPECT_EQ(at_once.documents, std::vector<std::string>{"{a: 1:integer}"});
  const auto unfinished = parse("a: 1\n}\n");
  EXPECT_TRUE(unfinished.documents.empty());
}

TEST(Documents, AfterOneWithAnErrorThatIsNoSyntaxErrorAreVisited) {
  const auto parsed = parse("a: 1\na: 2\n---\nb: 1\n");
  EXPECT_FALSE(parsed.is_good);
  EXPECT_EQ(parsed.documents, std::vector<std::string>{"{b: 1:integer}"});
}

TEST(Alias, StandsForItsAnchorsLatestValue) {
  EXPECT_EQ(parsed_one("[&x 1, *x, &x [2], *x]"), "[1:integer, 1:integer, [2:integer], [2:integer]]");
}

TEST(Alias, MayBeAKey) {
  EXPECT_EQ(parsed_one("a: &x k\n*x : v\n"), "{a: k, k: v}");
}

TEST(Tag, DecidesTheKind) {
  EXPECT_EQ(
      parsed_one(
          "[!!str 1, ! 2, !!int 3, !!float 4, !!bool true, !!null ~, !!str , !<tag:yaml.org,2002:str> 5]"),
      "[1, 2, 3:integer, 4:number, true:boolean, ~:null, , 5]");
  EXPECT_EQ(parsed_one("a: !!map {b: !!seq [c]}\nd: !!map\n  e: f\n"), "{a: {b: [c]}, d: {e: f}}");
}

TEST(Unset, IsANullThatSaysSo) {
  EXPECT_EQ(parsed_one("a: !unset\nb: {c: !unset, d: !unset }\ne: [!unset]\nf: !unset null\n"),
            "{a: :unset, b: {c: :unset, d: :unset}, e: [:unset], f: null:unset}");
}

TEST(MergeKey, BringsInWhatIsNotWritten) {
  EXPECT_EQ(parsed_one("base: &b {x: 1, y: 2}\nuse:\n  z: 0\n  <<: *b\n  y: 3\n"),
            "{base: {x: 1:integer, y: 2:integer}, use: {z: 0:integer, x<: 1:integer, y: 3:integer}}");
}

TEST(MergeKey, TakesTheFirstOfSeveralMaps) {
  EXPECT_EQ(parsed_one("<<: [{a: 1}, {a: 2, b: 2}]\nc: 3\n"), "{a<: 1:integer, b<: 2:integer, c: 3:integer}");
  EXPECT_EQ(parsed_one("<<: []\n"), "{}");
}

TEST(MergeKey, MergesWhatWasMerged) {
  EXPECT_EQ(parsed_one("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n"),
            "[{x: 1:integer}, {x<: 1:integer, y: 2:integer}, {x<: 1:integer, y<: 2:integer}]");
}

TEST(MergeKey, IsAnOrdinaryKeyWhereQuoted) {
  EXPECT_EQ(parsed_one("'<<': 1\n"), "{<<: 1:integer}");
}

TEST(MergeKey, WorksInLargeMaps) {
  std::string text = "base: &b {k0: merged, extra: merged}\nuse:\n  <<: *b\n";
  for (int i = 0; i < 50; ++i)
    text += "  k" + std::to_string(i) + ": w\n";
  const auto tree = parsed_one(text);
  EXPECT_NE(tree.find("use: {extra<: merged, k0: w, k1: w"), std::string::npos) << tree;
}

}  // namespace
}  // namespace descopectl::document
