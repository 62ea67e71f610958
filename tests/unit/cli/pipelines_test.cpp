// The command lines in examples/pipelines: only commands and flags that there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "descopectl/base/files.hpp"
#include "parse.hpp"
#include "tables.hpp"

namespace descopectl::cli {
namespace {

namespace fs = std::filesystem;

const fs::path kPipelines = fs::path(DESCOPECTL_SOURCE_DIR) / "examples/pipelines";

bool is_command(std::string_view word) {
  const auto commands = command_table();
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CommandRow& row) { return row.name == word; });
}

/// The words after the first `descopectl` of a line that a command follows, up to what ends a command in a
/// shell or a YAML list; quotes and list marks are dropped.
std::vector<std::string> words_of(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == ',' || c == '"' || c == '\'' || c == '['; }, ' ');
  std::vector<std::string> words;
  std::istringstream stream(line);
  bool is_begun = false;
  for (std::string word; stream >> word;) {
    const bool is_program =
        word == "descopectl" || word.ends_with("/descopectl") || word.ends_with("(descopectl");
    if (!is_begun) {
      is_begun = is_program;
      continue;
    }
    if (words.empty() && !is_command(word)) {
      is_begun = is_program;
      continue;
    }
    const auto end = word.find_first_of(";|&<>)]");
    const std::string kept = end == std::string::npos ? word : word.substr(0, end);
    const bool is_redirection = end != std::string::npos && kept == "2";
    if (!kept.empty() && !is_redirection) words.push_back(kept);
    if (end != std::string::npos) break;
  }
  return words;
}

/// Lines without comments; one that ends in a backslash goes on.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  std::string whole;
  for (std::string line; std::getline(stream, line);) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin != std::string::npos && line[begin] == '#') continue;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.pop_back();
    whole += line;
    if (goes_on) continue;
    lines.push_back(std::move(whole));
    whole.clear();
  }
  return lines;
}

TEST(Pipelines, UseOnlyCommandsAndFlagsThatThereAre) {
  std::size_t checked = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kPipelines)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
    for (const std::string& line : lines_of(*base::read_file(entry.path().string(), 1 << 20))) {
      const std::vector<std::string> words = words_of(line);
      if (words.empty()) continue;
      std::vector<const char*> arguments;
      for (const std::string& word : words)
        arguments.push_back(word.c_str());
      EXPECT_TRUE(parse(arguments).options) << entry.path() << ": " << line << "\n" << parse(arguments).err;
      ++checked;
    }
  }
  EXPECT_GE(checked, 11U);
}

TEST(Pipelines, AreCheckedByWhatFindsMistakes) {
  EXPECT_EQ(words_of("17 * * * * me report=$(descopectl drift --env x 2>&1) || echo"),
            (std::vector<std::string>{"drift", "--env", "x"}));
  EXPECT_EQ(words_of("command: [descopectl, drift, --env, x]"),
            (std::vector<std::string>{"drift", "--env", "x"}));
  EXPECT_EQ(words_of("ExecStart=/usr/local/bin/descopectl drift"), std::vector<std::string>{"drift"});
  EXPECT_TRUE(words_of("an image with descopectl: see below").empty());
  EXPECT_FALSE(parse({"plan", "--auto-approve"}).options);
}

}  // namespace
}  // namespace descopectl::cli
