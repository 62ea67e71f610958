// The house's rule that a kind is one file: nothing outside src/kinds/ asks for a kind by its name.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "descopectl/kinds/registry.hpp"

namespace descopectl::kinds {
namespace {

namespace fs = std::filesystem;

/// `http` comes before kinds, can't know one, and has a header called Connection.
bool is_looked_at(const fs::path& file) {
  const auto module = file.parent_path().filename();
  return (file.extension() == ".cpp" || file.extension() == ".hpp") && module != "kinds" && module != "http";
}

std::string without_comment(const std::string& line) {
  const auto begin = line.find_first_not_of(' ');
  if (begin != std::string::npos && line.compare(begin, 2, "//") == 0) return {};
  return line.substr(0, line.find(" //"));
}

/// The lines of `file` that hold a kind's name as a literal, as "file:line: text".
std::string lines_with_kinds(const fs::path& file) {
  std::ifstream in(file);
  std::string found;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string code = without_comment(line);
    for (const std::string_view name : names())
      if (code.find('"' + std::string(name) + '"') != std::string::npos)
        found += file.string() + ":" + std::to_string(number) + ": " + code + "\n";
  }
  return found;
}

TEST(KindNames, StandInNoLiteralOutsideOfTheirFiles) {
  std::size_t files = 0;
  for (const char* folder : {"src", "include"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(DESCOPECTL_SOURCE_DIR) / folder)) {
      if (!entry.is_regular_file() || !is_looked_at(entry.path())) continue;
      ++files;
      EXPECT_EQ(lines_with_kinds(entry.path()), "") << "make it a property of schema::Kind or of a row";
    }
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
}  // namespace descopectl::kinds
