// Positions and quoted lines.
#include "descopectl/diag/source.hpp"

#include <gtest/gtest.h>

namespace descopectl::diag {
namespace {

class SourceTableTest : public testing::Test {
 protected:
  Span add(std::string text, std::uint32_t begin, std::uint32_t end) {
    return {table_.add("a.yaml", std::move(text)), begin, end};
  }
  /// The quoted line and, on a second one, the carets.
  std::string quote(const Span& span, std::size_t limit = 160) {
    const auto quote = table_.quote(span, limit);
    return quote.text + "\n" + std::string(quote.first, ' ') + std::string(quote.count, '^');
  }
  /// The text's only line as it is quoted.
  std::string quote_of(const std::string& text) { return table_.quote(add(text, 0, 1)).text; }
  /// The text's last line as it is quoted, without blanks before it.
  std::string last_line(const std::string& text) {
    const auto end = static_cast<std::uint32_t>(text.size());
    const std::string shown = table_.quote(add(text, end, end)).text;
    return shown.substr(shown.find_first_not_of(' '));
  }
  SourceTable table_;
};

TEST_F(SourceTableTest, CountsLinesAndCodePointsFromOne) {
  const auto span = add("a\r\n\xC3\xA9\xF0\x9F\x98\x80x\n", 9, 10);
  const auto begin = table_.begin_of(span);
  EXPECT_EQ(begin.line, 2U);
  EXPECT_EQ(begin.column, 3U);
  EXPECT_EQ(begin.byte, 9U);
  EXPECT_EQ(table_.end_of(span).column, 4U);
}

TEST_F(SourceTableTest, DoesNotCountTheByteOrderMark) {
  const auto span = add("\xEF\xBB\xBFkey", 3, 6);
  EXPECT_EQ(table_.begin_of(span).column, 1U);
  EXPECT_EQ(table_.begin_of(span).byte, 3U);
  EXPECT_EQ(quote(span), "key\n^^^");
}

TEST_F(SourceTableTest, GivesEmptyTextsForWhatIsNotThere) {
  EXPECT_EQ(table_.name(0), "");
  EXPECT_EQ(table_.text(7), "");
  EXPECT_EQ(table_.begin_of({}).line, 1U);
  EXPECT_EQ(quote({7, 5, 9}), "\n^");
  const auto past_the_end = add("ab", 90, 95);
  EXPECT_EQ(table_.begin_of(past_the_end).column, 3U);
  EXPECT_EQ(quote(past_the_end), "ab\n  ^");
}

TEST_F(SourceTableTest, QuotesOneLineWithTabsAsSpaces) {
  EXPECT_EQ(quote(add("x\n\ta: bc\r\ny\n", 6, 8)), " a: bc\n    ^^");
}

TEST_F(SourceTableTest, MarksToTheEndOfTheLineWhereASpanGoesOn) {
  EXPECT_EQ(quote(add("a: 'b\n c'\n", 3, 9)), "a: 'b\n   ^^");
}

TEST_F(SourceTableTest, NeverQuotesControlCharacters) {
  EXPECT_EQ(quote(add("a\x1b[31m\xFF: b", 8, 10)), "a\xEF\xBF\xBD[31m\xEF\xBF\xBD: b\n        ^^");
}

TEST_F(SourceTableTest, CutsLongLinesAroundTheSpan) {
  const auto long_line = std::string(100, 'a') + "BAD" + std::string(100, 'c');
  EXPECT_EQ(quote(add(long_line, 100, 103), 12), "...aaaaBADccccc...\n       ^^^");
  EXPECT_EQ(quote(add(long_line, 0, 2), 12), "aaaaaaaaaaaa...\n^^");
  EXPECT_EQ(quote(add(long_line, 202, 203), 12), "...cccccccccccc\n              ^");
}

TEST_F(SourceTableTest, CutsBetweenCodePoints) {
  std::string euros;
  for (int i = 0; i < 50; ++i)
    euros += "\xE2\x82\xAC";
  const auto span = add(euros, 75, 78);
  for (std::size_t limit = 6; limit < 40; ++limit) {
    EXPECT_EQ(table_.quote(span, limit).text.find("\xEF\xBF\xBD"), std::string::npos);
  }
}

TEST_F(SourceTableTest, NeverQuotesASecret) {
  const auto span = add("key: hunter2 # x\n", 0, 3);
  table_.mark_secret({span.source, 5, 12});
  EXPECT_EQ(quote(span), "key: *** # x\n^^^");
  EXPECT_EQ(quote({span.source, 5, 12}), "key: *** # x\n     ^^^");
  EXPECT_EQ(quote({span.source, 13, 16}), "key: *** # x\n         ^^^");
  EXPECT_EQ(quote({span.source, 7, 9}), "key: *** # x\n     ^^^");
}

TEST_F(SourceTableTest, HidesEachLineOfASecretOfSeveralLines) {
  const auto span = add("key: |\n  first\n  second\n", 9, 10);
  table_.mark_secret({span.source, 5, 23});
  EXPECT_EQ(quote(span), "***\n^^^");
  EXPECT_EQ(quote({span.source, 0, 3}), "key: ***\n^^^");
}

TEST_F(SourceTableTest, HidesOnlyTheSecretOfAMapOnOneLine) {
  const std::string lookup = R"(spec: {name: X, clientSecret: {fromEnv: SEC}, url: .., pkce: "true"})";
  const auto at = static_cast<std::uint32_t>(lookup.find("\"true"));
  EXPECT_EQ(quote(add(lookup, at, at + 6)), lookup + "\n" + std::string(at, ' ') + "^^^^^^");
  EXPECT_EQ(quote_of("{clientSecret: {fromCommand: [sh, -c, \"a }, b\"]}, pkce: 1}"),
            "{clientSecret: {fromCommand: [sh, -c, \"a }, b\"]}, pkce: 1}");
  for (const std::string literal : {"topsecret", "'top, sec: ''ret}'", "\"top\\\", x: secret\"", "*alias"}) {
    const std::string begin = "{name: X, clientSecret: ";
    const auto span = add(begin + literal + ", pkce: \"true\"}", 0, 1);
    const auto mark = static_cast<std::uint32_t>(begin.size() + literal.size() + 2);
    EXPECT_EQ(quote({span.source, mark, mark + 4}),
              "{name: X, clientSecret: ***, pkce: \"true\"}\n" + std::string(29, ' ') + "^^^^");
  }
  EXPECT_EQ(quote_of("{a: {clientSecret: one}, otherSecret: two, b: c}"),
            "{a: {clientSecret: ***}, otherSecret: ***, b: c}");
}

TEST_F(SourceTableTest, HidesTheRestOfALineWhereTheEndOfASecretIsNotPlain) {
  for (const std::string literal :
       {"top,secret, pkce: 1}", "top}secret, pkce: 1}", "\"top\"secret, pkce: 1}", "'topsecret, pkce: 1}",
        "{fromEnv: A, value: topsecret}}", "{fromLiteral: topsecret}}", "{fromEnv: A}topsecret}",
        "{value: topsecret}}", "&a topsecret"})
    EXPECT_EQ(quote_of("{clientSecret: " + literal), "{clientSecret: ***");
  EXPECT_EQ(quote_of("clientSecret: topsecret, pkce: true"), "clientSecret: ***");
  EXPECT_EQ(quote_of("clientSecert: topvalue"), "clientSecert: ***");
  EXPECT_EQ(quote_of("apiKey: topvalue"), "apiKey: ***");
  EXPECT_EQ(quote_of("  token: topvalue"), "  token: ***");
  EXPECT_EQ(quote_of("tokenUrl: https://a/b"), "tokenUrl: https://a/b");
  EXPECT_EQ(quote_of("  clientSecret topvalue"), "  clientSecret***");
  EXPECT_EQ(quote_of("clientSecret=topvalue"), "clientSecret***");
  EXPECT_EQ(quote_of("clientSecret: \"topsecret\", pkce: true"), "clientSecret: ***");
  EXPECT_EQ(quote_of("note: a {b clientSecret: topsecret, pkce: true"), "note: a {b clientSecret: ***");
  EXPECT_EQ(quote_of("CLIENT_SECRET : topsecret # why"), "CLIENT_SECRET : ***");
}

TEST_F(SourceTableTest, HidesTheLinesThatASecretMayGoOnIn) {
  for (const std::string above :
       {"clientSecret: |\n", "clientSecret: >-\n  first\n\n", "clientSecret: topsecret\n", "clientSecret:\n",
        "- clientSecret: |\n    first\n  ", "clientSecret: |\n  my_secret: \"x\"\n", "{clientSecret: top\n",
        "clientSecret: &a |\n", "clientSecret: # why\n", "clientSecret: {\n", "clientSecret: |\r\n"})
    EXPECT_EQ(last_line(above + "  topsecret"), "***") << above;
  EXPECT_EQ(last_line("clientSecret: |\n  fromEnv: topsecret"), "***");
  EXPECT_EQ(last_line("clientSecret: \"top\nsecret"), "***");
  EXPECT_EQ(last_line("clientSecret: 'top\n\nsecret', b"), "***");
}

TEST_F(SourceTableTest, ShowsTheLinesAfterASecret) {
  for (const std::string above :
       {"clientSecret: |\n  first\n", "clientSecret: topsecret\n", "clientSecret: \"top\n  secret\"\n",
        "- clientSecret: topsecret\n  ", "{clientSecret: topsecret,\n ", "# the secret: \"x\n",
        "clientSecret: {fromEnv: A}\n  ", "{clientSecret: {fromEnv: A},\n  "})
    EXPECT_EQ(last_line(above + "pkce: \"true\""), last_line("pkce: \"true\"")) << above;
  EXPECT_EQ(last_line("clientSecret:\n  fromEnv: NAME"), "fromEnv: NAME");
  EXPECT_EQ(last_line("clientSecret:\n  fromCommand:\n    - sh\n    - -c"), "- -c");
}

}  // namespace
}  // namespace descopectl::diag
