// From method and path to the function that answers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "descopectl/base/json.hpp"

namespace descopectl::emulator {

/// One request as an endpoint sees it.
struct Call {
  std::string_view target;
  std::string id;          ///< the decoded `{id}` of the path
  json::object body;       ///< empty for GET
  std::string project_id;  ///< of the credentials; empty where there are none

  [[nodiscard]] std::string query(std::string_view name) const { return http::query_value(target, name); }
};

/// Answers with a body.
using Endpoint = std::function<Outcome<std::string>(const Call&)>;

/// In what an endpoint differs from the others.
struct RouteOptions {
  bool is_open = false;  ///< asks for no credentials
  int status = 200;      ///< of its answers that are no refusals
};

struct Route {
  Endpoint endpoint;
  RouteOptions options;
};

class Router {
 public:
  /// `path` may hold one `{id}`, which takes one segment. The first endpoint of a method and path stays.
  void add(std::string_view method, std::string_view path, Endpoint endpoint, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;  ///< null: no such path, or no such method on it
    std::string id;
    bool is_path_known = false;
  };
  /// A path written out wins over one with `{id}`.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  using Methods = std::vector<std::pair<std::string, Route>>;
  struct Pattern {
    std::string before;
    std::string after;
    Methods methods;
  };

  std::unordered_map<std::string, Methods> exact_;
  std::vector<Pattern> patterns_;
};

}  // namespace descopectl::emulator
