// What users read when a file is wrong: whole messages, carets included.
#include <gtest/gtest.h>

#include "parsing.hpp"

namespace descopectl::document {
namespace {

TEST(DuplicateKey, ShowsBothPlaces) {
  EXPECT_EQ(errors_of("a: 1\nb: {c: 1, c: 2}\n'a': 3\n"),
            "a.yaml:2:11: error: duplicate key 'c' [yaml-duplicate-key]\n"
            "  b: {c: 1, c: 2}\n"
            "            ^\n"
            "a.yaml:2:5: note: first declared here\n"
            "a.yaml:3:1: error: duplicate key 'a' [yaml-duplicate-key]\n"
            "  'a': 3\n"
            "  ^~~\n"
            "a.yaml:1:1: note: first declared here\n");
}

TEST(DuplicateKey, IsFoundAmongMany) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(errors_of(text + "k42: v\n"),
            "a.yaml:101:1: error: duplicate key 'k42' [yaml-duplicate-key]\n"
            "  k42: v\n"
            "  ^~~\n"
            "a.yaml:43:1: note: first declared here\n");
}

TEST(DuplicateKey, OfTwoMergeKeysNamesTheListForm) {
  EXPECT_EQ(errors_of("<<: {a: 1}\n<<: {b: 1}\n"),
            "a.yaml:2:1: error: duplicate key '<<' [yaml-duplicate-key]\n"
            "  <<: {b: 1}\n"
            "  ^~\n"
            "a.yaml:1:1: note: first declared here\n"
            "hint: merge several maps with '<<: [*one, *two]'\n");
}

TEST(Tab, IsShownWhereItStands) {
  EXPECT_EQ(errors_of("a:\n  \tb: 1\n"),
            "a.yaml:2:3: error: a tab is used for indentation [yaml-tab]\n"
            "     b: 1\n"
            "    ^\n"
            "hint: indent with spaces\n");
}

TEST(Tab, IsRefusedWhereverItIndents) {
  for (const auto* text : {"a:\n\tb\n", "a: b\n\tc: d\n", "a: |\n\tfoo\n", "-\ta: b\n", "\ta: b\n",
                           "a:\n\t- b\n", "a:\n\t[b]\n", "a:\n\t'b'\n", "&b a:\n\t*b\n", "a: 1\n\tb: 2\n"}) {
    EXPECT_NE(errors_of(text).find("[yaml-tab]"), std::string::npos) << text << errors_of(text);
  }
}

TEST(Tab, IsWhiteSpaceElsewhere) {
  EXPECT_EQ(parsed_one("a:\tb\t# c\t\n\t\nc: 'x\ty'\n"), "{a: b, c: x\ty}");
}

TEST(UnclosedQuote, IsShownWhereItBegins) {
  EXPECT_EQ(errors_of("a: \"foo\nb: c\n"),
            "a.yaml:1:4: error: the text that begins here has no closing \" [yaml-unclosed-quote]\n"
            "  a: \"foo\n"
            "     ^~~~\n");
  EXPECT_EQ(errors_of("x: 'ok'\na: ['foo, it]\nb: c"),
            "a.yaml:2:5: error: the text that begins here has no closing ' [yaml-unclosed-quote]\n"
            "  a: ['foo, it]\n"
            "      ^~~~~~~~~\n");
}

TEST(UnclosedQuote, IsFoundBeforeADocumentMarkAndAfterAnEscape) {
  EXPECT_EQ(first_line(errors_of("a: \"x\n---\ny\"\n")),
            "a.yaml:1:4: error: the text that begins here has no closing \" [yaml-unclosed-quote]");
  EXPECT_EQ(first_line(errors_of("a: \"x\\")),
            "a.yaml:1:4: error: the text that begins here has no closing \" [yaml-unclosed-quote]");
}

TEST(UnclosedQuote, ThatALaterQuoteClosesIsPointedAt) {
  EXPECT_EQ(
      errors_of("a: \"foo\nb: \"bar\"\n"),
      "a.yaml:2:5: error: text after the closing quote [yaml-syntax]\n"
      "  b: \"bar\"\n"
      "      ^~~~\n"
      "a.yaml:1:4: note: the quoted text begins here: is its closing quote missing?\n"
      "hint: quote the whole value; write '' for a quote within single quotes, \\\" within double ones\n");
}

TEST(Tag, ThatIsUnknownIsRefused) {
  EXPECT_EQ(
      errors_of("a: &x !Ref b\n"),
      "a.yaml:1:7: error: unknown tag '!Ref' [yaml-unknown-tag]\n"
      "  a: &x !Ref b\n"
      "        ^~~~\n"
      "hint: known are '!unset' and YAML's own: '!!str', '!!int', '!!float', '!!bool', '!!null', '!!seq', "
      "'!!map'\n");
  for (const auto* text :
       {"!!binary aGk=", "!!python/object:os.system {}", "!<x> a", "!x [a]", "!unset [a]", "!!map [a]",
        "!!seq a", "!!int x", "!!bool 1", "!unset x", "%TAG ! x:\n---\na: !unset"}) {
    EXPECT_NE(errors_of(text).find("[yaml-unknown-tag]"), std::string::npos) << text << errors_of(text);
  }
}

TEST(Escape, OfHalfACharacterNamesBothForms) {
  EXPECT_EQ(errors_of("a: \"x\\ud83d y\"\n"),
            "a.yaml:1:6: error: this escape stands for no character [yaml-syntax]\n"
            "  a: \"x\\ud83d y\"\n"
            "       ^~~~~~\n"
            "hint: a character past \\uffff takes both halves, as in \\ud83d\\ude00, or one escape, "
            "\\U0001F600\n");
  EXPECT_NE(errors_of("a: \"\\ude00\\ud83d\"\n"), "");
}

TEST(Tag, WithAQuestionMarkIsUnknown) {
  for (const auto* text : {"a: !!str?x y\n", "a: [!!str?x y]\n", "a: !unset?\n", "!!map?x {a: b}\n"})
    EXPECT_NE(errors_of(text).find("[yaml-"), std::string::npos) << text << parsed_one(text);
}

TEST(Alias, WithoutAnAnchorIsNamed) {
  EXPECT_EQ(errors_of("a: *.example.com\n"),
            "a.yaml:1:4: error: no anchor of this name stands before this alias in the document "
            "[yaml-unknown-anchor]\n"
            "  a: *.example.com\n"
            "     ^~~~~~~~~~~~~\n"
            "hint: quote the text if it is none: '*' begins an alias\n");
  EXPECT_EQ(first_line(errors_of("&x a\n---\n*x\n")),
            "a.yaml:3:1: error: no anchor of this name stands before this alias in the document "
            "[yaml-unknown-anchor]");
}

TEST(Alias, WithinItsOwnAnchorIsRefused) {
  EXPECT_EQ(
      errors_of("a: &x\n  b: [*x]\n"),
      "a.yaml:2:7: error: the alias '*x' stands within the value that it refers to [yaml-unknown-anchor]\n"
      "    b: [*x]\n"
      "        ^~\n");
}

TEST(MergeKey, TakesMapsOnly) {
  EXPECT_EQ(errors_of("<<: [{a: 1}, 2]\n"),
            "a.yaml:1:14: error: '<<' merges maps, and this is an integer [yaml-merge-key]\n"
            "  <<: [{a: 1}, 2]\n"
            "               ^\n"
            "hint: name a map or a list of maps; quote '<<' if the key itself is meant\n");
  EXPECT_NE(errors_of("<<:\n").find("[yaml-merge-key]"), std::string::npos);
}

TEST(Key, MustBeAString) {
  EXPECT_EQ(errors_of("url: {{ base }}\n~: b\n"),
            "a.yaml:1:7: error: a key must be a string, not a map [yaml-key-type]\n"
            "  url: {{ base }}\n"
            "        ^~~~~~~~\n"
            "hint: quote the text if its brackets belong to it, as in \"{{ x }}\"\n"
            "a.yaml:2:1: error: a key must be a string, not null [yaml-key-type]\n"
            "  ~: b\n"
            "  ^\n"
            "hint: quote it if the word itself is meant\n");
  for (const auto* text : {"[a]: b", "? - a\n: b", ": b", "{? : b}", "a: &x [1]\n*x : b", "[{a: b}: c]"}) {
    EXPECT_FALSE(parse(text).is_good) << text;
  }
  EXPECT_EQ(parsed_one("1: a\ntrue: b\n"), "{1: a, true: b}");
}

TEST(Encoding, IsUtf8WithoutControlCharacters) {
  EXPECT_EQ(errors_of("a: caf\xE9\n"),
            "a.yaml:1:7: error: the byte 0xe9 is not UTF-8 [yaml-encoding]\n"
            "  a: caf\xEF\xBF\xBD\n"
            "        ^\n"
            "hint: save the file as UTF-8\n");
  EXPECT_EQ(errors_of("a: \x1b[31m\n"),
            "a.yaml:1:4: error: the control character U+001B [yaml-encoding]\n"
            "  a: \xEF\xBF\xBD[31m\n"
            "     ^\n"
            "hint: write it as \"\\x1b\" in a double-quoted text\n");
  using namespace std::string_literals;
  for (const auto& text : {"a\0"s, "\0a"s, "\xFF\xFE"s + "a\0"s, "a: \xC2\x80"s, "a: \x7F"s, "a\rb"s,
                           "a: \x04"s, "a: 1\n\xEF\xBB\xBF---\n"s, "\x89PNG\r\n\x1a\n"s,
                           "\x7F"
                           "ELF\2\1\1\0"s}) {
    EXPECT_NE(errors_of(text).find("[yaml-encoding]"), std::string::npos) << text << errors_of(text);
  }
  EXPECT_EQ(parsed_one("'\\u00e9': \"\xC3\xA9\xF0\x9F\x98\x80\xC2\x85\"\n"),
            "{\\u00e9: \xC3\xA9\xF0\x9F\x98\x80\xC2\x85}");
}

TEST(Syntax, OfBracketsIsExplained) {
  EXPECT_EQ(errors_of("a: {b: 1\n"),
            "a.yaml:1:4: error: this '{' is never closed [yaml-syntax]\n"
            "  a: {b: 1\n"
            "     ^\n"
            "hint: add the missing '}'\n");
  EXPECT_EQ(errors_of("a: [1, 2\nb: 3\n"),
            "a.yaml:2:2: error: expected ',' or ']' before ':' [yaml-syntax]\n"
            "  b: 3\n"
            "   ^\n"
            "a.yaml:1:4: note: the list begins here\n"
            "hint: is a comma or a bracket missing?\n");
  EXPECT_EQ(errors_of("a: [${var:x}]\n"),
            "a.yaml:1:6: error: expected ',' or ']' before '{' [yaml-syntax]\n"
            "  a: [${var:x}]\n"
            "       ^\n"
            "a.yaml:1:4: note: the list begins here\n"
            "hint: within brackets, quote a text that holds '${...}'\n");
  EXPECT_EQ(errors_of("a: ]\n"),
            "a.yaml:1:4: error: ']' closes nothing [yaml-syntax]\n"
            "  a: ]\n"
            "     ^\n"
            "hint: quote the text if the bracket belongs to it\n");
  EXPECT_EQ(errors_of("a: {b: 1,, c: 2}\n"),
            "a.yaml:1:10: error: nothing stands before this [yaml-syntax]\n"
            "  a: {b: 1,, c: 2}\n"
            "           ^\n"
            "hint: write null, \"\" or leave out the comma\n");
}

TEST(Syntax, OfIndentationIsExplained) {
  EXPECT_EQ(errors_of("a:\n  b: 1\n c: 2\n"),
            "a.yaml:3:2: error: the indentation of this line fits none above it [yaml-syntax]\n"
            "   c: 2\n"
            "   ^~~~\n"
            "a.yaml:1:1: note: the map begins here\n"
            "hint: align it with the line that it belongs to\n");
  EXPECT_EQ(errors_of("a: 1\nb:2\nc: 3\n"),
            "a.yaml:3:2: error: a ':' where no key can stand [yaml-syntax]\n"
            "  c: 3\n"
            "   ^\n"
            "hint: check the indentation, and that the line above has a space after its ':'\n");
  EXPECT_EQ(errors_of("- a\nb: c\n"),
            "a.yaml:2:1: error: this does not belong to the document that ends above it [yaml-syntax]\n"
            "  b: c\n"
            "  ^~~~\n"
            "hint: check the indentation, or separate documents by a line of '---'\n");
}

TEST(Syntax, OfScalarsIsExplained) {
  EXPECT_EQ(errors_of("a: b: c\n"),
            "a.yaml:1:5: error: a ':' where no key can stand [yaml-syntax]\n"
            "  a: b: c\n"
            "      ^\n"
            "hint: quote the value if the ':' belongs to it\n");
  EXPECT_EQ(errors_of("a: @b\n"),
            "a.yaml:1:4: error: no value can begin with '@' [yaml-syntax]\n"
            "  a: @b\n"
            "     ^\n"
            "hint: quote the text\n");
  EXPECT_EQ(errors_of("a: \"\\q\"\n"),
            "a.yaml:1:5: error: unknown escape '\\q' in a double-quoted text [yaml-syntax]\n"
            "  a: \"\\q\"\n"
            "      ^~\n"
            "hint: write '\\\\' for a backslash, or use single quotes\n");
  EXPECT_EQ(
      errors_of("a: 'it's'\n"),
      "a.yaml:1:8: error: text after the closing quote [yaml-syntax]\n"
      "  a: 'it's'\n"
      "         ^~\n"
      "hint: quote the whole value; write '' for a quote within single quotes, \\\" within double ones\n");
  EXPECT_EQ(errors_of("a: | b\n"),
            "a.yaml:1:6: error: text on the same line as '|' or '>' [yaml-syntax]\n"
            "  a: | b\n"
            "       ^\n"
            "hint: begin the text on the next line, indented; quote a text that begins with '|' or '>'\n");
}

TEST(Syntax, ErrorsNeverRepeatForEver) {
  // yaml-cpp takes each of these for an endless run of empty documents.
  for (const auto* text : {", a", "a: 1\n---\n, a", "...\n, a", "--- , a", "{a: 1} b", "[a] [b]"}) {
    EXPECT_NE(errors_of(text).find("[yaml-syntax]"), std::string::npos) << text << errors_of(text);
  }
}

}  // namespace
}  // namespace descopectl::document
