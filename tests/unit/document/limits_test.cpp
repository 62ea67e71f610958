// Limits, and files that are made to hurt: each is refused at once, and in words.
#include <gtest/gtest.h>

#include "parsing.hpp"

namespace descopectl::document {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i)
    out += text;
  return out;
}

TEST(Depth, IsCountedForEverySortOfNesting) {
  const Limits limits{.depth = 3};
  EXPECT_EQ(errors_of("a: [[b]]\n", limits), "");
  EXPECT_EQ(errors_of("a: [[[b]]]\n", limits),
            "a.yaml:1:6: error: nested deeper than 3 levels [yaml-depth]\n"
            "  a: [[[b]]]\n"
            "       ^\n");
  for (const auto* text : {"- - - - a", "a:\n b:\n  c:\n   d: e\n", "{a: {b: {c: {d: e}}}}", "? ? ? ? a",
                           "[[[a: b]]]", "- - - a: b"}) {
    EXPECT_NE(errors_of(text, limits).find("nested deeper than 3 levels [yaml-depth]"), std::string::npos)
        << text;
  }
}

TEST(Depth, OfAHundredThousandLevelsIsRefusedAtOnce) {
  for (const auto* level : {"[", "{a: ", "- ", "? ", "{", "[{a: ", "[[],", "[a: "}) {
    EXPECT_NE(errors_of(repeated(level, 100'000)).find("levels [yaml-depth]"), std::string::npos) << level;
  }
  EXPECT_NE(errors_of("a: " + repeated("[", 100'000)).find("levels [yaml-depth]"), std::string::npos);
  EXPECT_NE(errors_of(repeated("[", 3'000'000)).find("levels [yaml-depth]"), std::string::npos);
  std::string indented;
  for (std::size_t i = 0; i < 2000; ++i)
    indented += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(first_line(errors_of(indented)),
            "a.yaml:65:65: error: nested deeper than 64 levels [yaml-depth]");
}

TEST(Depth, IsCountedThroughAliases) {
  std::string text = "a0: &a0 " + repeated("[", 30) + repeated("]", 30) + "\n";
  text += "a1: &a1 " + repeated("[", 30) + "*a0" + repeated("]", 30) + "\n";
  text += "a2: " + repeated("[", 30) + "*a1" + repeated("]", 30) + "\n";
  EXPECT_EQ(first_line(errors_of(text)),
            "a.yaml:3:35: error: nested deeper than 64 levels once this alias is expanded [yaml-depth]");
}

TEST(Depth, IsNotAddedToByMergeKeys) {
  std::string text = "m0: &m0 {k0: 1}\n";
  for (int i = 1; i < 200; ++i) {
    const auto number = std::to_string(i);
    text += "m" + number + ": &m" + number + " {<<: " + (i % 2 != 0 ? "[*m" : "*m") + std::to_string(i - 1) +
            (i % 2 != 0 ? "]" : "") + ", k" + number + ": 1}\n";
  }
  EXPECT_EQ(errors_of(text), "");
}

TEST(Budget, CountsWhatAliasesStandFor) {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'n'; ++c) {
    text += std::string(1, c) + ": &" + c + " [" +
            repeated(std::string("*") + static_cast<char>(c - 1) + ", ", 10) + "]\n";
  }
  EXPECT_EQ(
      first_line(errors_of(text)),
      "a.yaml:7:16: error: the file holds more than 4000000 values, those that aliases stand for included "
      "[yaml-budget]")
      << errors_of(text);
  EXPECT_EQ(errors_of("a: [1, 2]\n", {.nodes = 4}),
            "a.yaml:1:8: error: the file holds more than 4 values, those that aliases stand for included "
            "[yaml-budget]\n"
            "  a: [1, 2]\n"
            "         ^\n"
            "hint: split the file, or use fewer aliases\n");
}

TEST(Budget, CountsOverAllDocumentsOfAFile) {
  EXPECT_EQ(errors_of("a\n---\nb\n", {.nodes = 2}), "");
  EXPECT_NE(errors_of("a\n---\nb\n--- c\n", {.nodes = 2}), "");
}

TEST(Budget, CountsWhatMergeKeysBringIn) {
  std::string text = "b: &b {";
  for (int i = 0; i < 1000; ++i)
    text += "k" + std::to_string(i) + ": v, ";
  text += "}\n";
  for (int i = 0; i < 100; ++i)
    text += "m" + std::to_string(i) + ": {<<: *b}\n";
  EXPECT_EQ(errors_of(text), "");
  EXPECT_NE(errors_of(text, {.nodes = 100'000}).find("[yaml-budget]"), std::string::npos);
}

TEST(Bytes, AreLimitedBeforeAnythingIsParsed) {
  EXPECT_EQ(errors_of("a: b\n", {.bytes = 4}),
            "a.yaml:1:1: error: the file is larger than the limit of 4 bytes [yaml-budget]\n"
            "  a: b\n"
            "  ^\n"
            "hint: split the file\n");
}

TEST(ReadAhead, IsBounded) {
  // yaml-cpp would keep three tokens of 88 bytes for each item until it has seen the end.
  EXPECT_EQ(first_line(errors_of("[" + repeated("a,", 3'000'000) + "]")),
            "a.yaml:1:1: error: what follows is too large for one value or one collection in brackets "
            "[yaml-budget]");
}

TEST(Errors, AreCutOffAtTwoHundred) {
  const auto errors = errors_of(repeated("a: 1\n", 1000));
  EXPECT_NE(
      errors.find("a.yaml:202:1: note: more than 200 errors: the rest of the file is not read [yaml-syntax]"),
      std::string::npos);
}

TEST(LongLines, AreNoTrouble) {
  const std::string megabytes(4 << 20, 'x');
  EXPECT_TRUE(parse("a: " + megabytes + "\n").is_good);
  EXPECT_TRUE(parse("a: '" + megabytes + "'\n").is_good);
  EXPECT_TRUE(parse("# " + megabytes + "\n").is_good);
  EXPECT_TRUE(parse("a:" + std::string(4 << 20, ' ') + "b\n").is_good);
  EXPECT_EQ(first_line(errors_of(megabytes + ": b\n")),
            "a.yaml:1:1: error: this key is longer than 1024 bytes [yaml-syntax]");
  EXPECT_LT(errors_of(megabytes + ": b\n").size(), 1000U);
}

TEST(Hostile, FilesNeverCrash) {
  const std::string pieces[]{"[",
                             "]",
                             "{",
                             "}",
                             ",",
                             ":",
                             ": ",
                             "-",
                             "- ",
                             "? ",
                             "&a ",
                             "*a ",
                             "!t ",
                             "!unset ",
                             "'",
                             "\"",
                             "|",
                             ">\n",
                             "\n",
                             " ",
                             "\t",
                             "#",
                             "a",
                             "~",
                             "---\n",
                             "...\n",
                             "%YAML 1.2\n",
                             "<<: ",
                             "\\",
                             "\r\n",
                             "\xEF\xBB\xBF",
                             "\xC3\xA9",
                             "null",
                             "!!str ",
                             "!<",
                             "@"};
  // A small linear congruence: the same texts in every run.
  std::uint32_t state = 1;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525U + 1013904223U;
      text += pieces[(state >> 16U) % std::size(pieces)];
    }
    const auto parsed = parse(text);
    EXPECT_EQ(parsed.is_good, parsed.errors.empty()) << text;
  }
}

}  // namespace
}  // namespace descopectl::document
