// Filling in and comparing hand-written exchanges.
#include "exchange.hpp"

#include <algorithm>

#include "descopectl/http/message.hpp"

namespace descopectl::contract {
namespace {

bool is_decimal(const json::value& value) {
  return value.is_string() && !value.get_string().empty() &&
         std::all_of(value.get_string().begin(), value.get_string().end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool is_wildcard(const json::string& expected, const json::value& actual, bool& matches) {
  if (expected == "<any>") return matches = true, true;
  if (expected == "<string>") return matches = actual.is_string() && !actual.get_string().empty(), true;
  if (expected == "<decimal>") return matches = is_decimal(actual), true;
  if (expected == "<number>") return matches = actual.is_int64(), true;
  return false;
}

void compare_objects(const json::object& expected, const json::object& actual, const std::string& place,
                     std::vector<std::string>& findings) {
  for (const auto& member : expected) {
    if (member.key() == "...") continue;
    const std::string here = place + "/" + std::string(member.key());
    const json::value* found = actual.if_contains(member.key());
    if (found == nullptr)
      findings.push_back(here + ": absent");
    else
      compare(member.value(), *found, here, findings);
  }
  if (expected.contains("...")) return;
  for (const auto& member : actual)
    if (!expected.contains(member.key()))
      findings.push_back(place + "/" + std::string(member.key()) + ": unexpected");
}

}  // namespace

std::vector<std::filesystem::path> fixture_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(DESCOPECTL_SOURCE_DIR "/tests/contract/fixtures"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

json::value filled(const json::value& pattern, const Kept& kept) {
  if (const auto* text = pattern.if_string()) {
    for (const auto& [name, value] : kept)
      if (*text == "${" + name + "}") return value;
    return pattern;
  }
  if (const auto* list = pattern.if_array()) {
    json::array result;
    for (const json::value& item : *list)
      result.push_back(filled(item, kept));
    return result;
  }
  if (!pattern.is_object()) return pattern;
  json::object result;
  for (const auto& member : pattern.get_object())
    result[member.key()] = filled(member.value(), kept);
  return result;
}

std::string filled_path(const std::string& path, const Kept& kept) {
  std::string result = path;
  for (const auto& [name, value] : kept) {
    const std::string hole = "${" + name + "}";
    for (std::size_t at = result.find(hole); at != std::string::npos; at = result.find(hole))
      result.replace(at, hole.size(), http::percent_encode(std::string(value.as_string())));
  }
  return result;
}

void compare(const json::value& expected, const json::value& actual, const std::string& place,
             std::vector<std::string>& findings) {
  bool matches = false;
  if (expected.is_string() && is_wildcard(expected.get_string(), actual, matches)) {
    if (!matches)
      findings.push_back(place + ": " + json::serialize(actual) + " is no " + json::serialize(expected));
    return;
  }
  if (expected.is_object() && actual.is_object())
    return compare_objects(expected.get_object(), actual.get_object(), place, findings);
  if (expected.is_array() && actual.is_array() && expected.get_array().size() == actual.get_array().size()) {
    for (std::size_t i = 0; i < expected.get_array().size(); ++i)
      compare(expected.get_array()[i], actual.get_array()[i], place + "/" + std::to_string(i), findings);
    return;
  }
  if (expected != actual)
    findings.push_back(place + ": " + json::serialize(actual) + " instead of " + json::serialize(expected));
}

}  // namespace descopectl::contract
