// Live state: what the list calls of the Management API showed, by kind.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"

namespace descopectl::model {

/// One live object, as the API shows it. Secrets are never in it: write-only members are stripped on reading.
struct LiveObject {
  std::string id;
  json::object body;
};

/// The live objects of one kind, sorted by id, each id once. `error` is set where the list could not be had
/// and nothing of this run needs it (a key without the right to an optional family).
struct LiveKind {
  std::vector<LiveObject> objects;
  bool is_loaded = false;
  std::string unavailable;  ///< why, where the list was asked for and refused

  [[nodiscard]] const LiveObject* find(std::string_view id) const;
};

/// All that was listed, by kind name.
struct LiveState {
  std::map<std::string, LiveKind, std::less<>> kinds;

  [[nodiscard]] const LiveKind* find(std::string_view kind) const {
    const auto found = kinds.find(kind);
    return found == kinds.end() ? nullptr : &found->second;
  }
};

}  // namespace descopectl::model
