// Hand-written exchanges: what a client sends and the service answers, after the vendor's documentation.
//
// A file holds {"about", "source", "exchanges": [{"says", "request": {"method", "path", "body"?,
// "authorization"?}, "status", "answer", "keep"?}]}. In an answer "<string>" stands for any text that is not
// empty, "<decimal>" for a whole number in a string, "<number>" for a whole number, "<any>" for anything, and
// the member "..." for further members. `keep` names values of the answer by JSON pointer; "${name}" stands
// for them later on.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "descopectl/base/json.hpp"

namespace descopectl::contract {

using Kept = std::map<std::string, json::value>;

/// The fixture files, in order of name.
[[nodiscard]] std::vector<std::filesystem::path> fixture_files();

/// `pattern` with what was kept in the place of "${name}"; a text that is nothing else becomes the kept
/// value.
[[nodiscard]] json::value filled(const json::value& pattern, const Kept& kept);
/// The same for a path: kept texts are percent-encoded.
[[nodiscard]] std::string filled_path(const std::string& path, const Kept& kept);

/// How `actual` differs from `expected`, as "place: what".
void compare(const json::value& expected, const json::value& actual, const std::string& place,
             std::vector<std::string>& findings);

}  // namespace descopectl::contract
