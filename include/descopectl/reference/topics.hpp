// What `explain` tells: the tables of kinds, metadata and descopectl.yaml as topics for people.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"

namespace descopectl::reference {

/// A kind, a field, or a key of descopectl.yaml.
struct Topic {
  std::string path;  ///< "Connection.clientSecret"; ends in the name
  std::string name;
  std::string type;                ///< "list of maps by 'name'"
  std::vector<std::string> flags;  ///< "required", "replaces": what a list of fields shows beside the type
  std::string doc;
  std::vector<std::pair<std::string, std::string>> details;  ///< label, text
  std::vector<std::string> values;                           ///< the only values there are
  std::vector<Topic> members;
  std::string example;  ///< YAML, each line ends in a newline; may be empty
};

/// Every kind and Config, without details and members.
[[nodiscard]] std::vector<Topic> list_topics();

/// "Connection", "Connection.sessionSettings.enabled", "Connection.metadata.name", "Config.http.retries";
/// `spec.` and `[]` may be written or left out. kInvalidInput, with the nearest name, where there is no such
/// topic.
[[nodiscard]] Result<Topic> find_topic(std::string_view path);

/// For a terminal; at most 100 columns, ends in a newline.
[[nodiscard]] std::string topic_to_text(const Topic& topic);
[[nodiscard]] std::string topics_to_text(const std::vector<Topic>& topics);
/// For programs: the same, with every level of members.
[[nodiscard]] json::object topic_to_json(const Topic& topic);

}  // namespace descopectl::reference
