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
