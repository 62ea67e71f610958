// Routes: a hash table of written-out paths and a short list of those with `{id}`.
#include "router.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::string_view kId = "{id}";

const Route* find_method(const std::vector<std::pair<std::string, Route>>& methods, std::string_view method) {
  for (const auto& [name, route] : methods)
    if (name == method) return &route;
  return nullptr;
}

}  // namespace

void Router::add(std::string_view method, std::string_view path, Endpoint endpoint, RouteOptions options) {
  Methods* methods = nullptr;
  const std::size_t id = path.find(kId);
  if (id == std::string_view::npos) {
    methods = &exact_[std::string(path)];
  } else {
    patterns_.push_back({std::string(path.substr(0, id)), std::string(path.substr(id + kId.size())), {}});
    methods = &patterns_.back().methods;
  }
  if (find_method(*methods, method) == nullptr)
    methods->emplace_back(std::string(method), Route{std::move(endpoint), options});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  if (const auto found = exact_.find(std::string(path)); found != exact_.end()) {
    match.is_path_known = true;
    match.route = find_method(found->second, method);
    if (match.route != nullptr) return match;
  }
  for (const Pattern& pattern : patterns_) {
    if (path.size() <= pattern.before.size() + pattern.after.size() || !path.starts_with(pattern.before) ||
        !path.ends_with(pattern.after))
      continue;
    const std::string_view segment =
        path.substr(pattern.before.size(), path.size() - pattern.before.size() - pattern.after.size());
    if (segment.find('/') != std::string_view::npos) continue;
    match.is_path_known = true;
    match.route = find_method(pattern.methods, method);
    match.id = http::percent_decode(segment, false);
    if (match.route != nullptr) return match;
  }
  return match;
}

}  // namespace descopectl::emulator
