// parse_options for a list of words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "descopectl/cli/options.hpp"

namespace descopectl::cli {

using Variables = std::map<std::string, std::string, std::less<>>;

inline ParseResult parse(std::vector<const char*> words, const Variables& variables = {},
                         std::span<const std::string_view> kinds = {}) {
  words.insert(words.begin(), "descopectl");
  return parse_options(static_cast<int>(words.size()), words.data(), base::Environment(variables), kinds);
}

/// What is wrong with a command line, as a user reads it.
inline std::string messages(const ParseResult& result) {
  const diag::SourceTable none;
  std::string out;
  for (const auto& problem : result.problems)
    out += diag::to_text(problem, none);
  return out;
}

}  // namespace descopectl::cli
