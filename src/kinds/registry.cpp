// The registry: the one list of kinds.
#include "descopectl/kinds/registry.hpp"

#include <array>

#include "kinds.hpp"

namespace descopectl::kinds {

std::span<const schema::Kind* const> all() {
  static const std::array<const schema::Kind*, 7> kinds{
      &connection(), &resource(),  &mcp_scope(), &inbound_app(), &registration_template(),
      &role(),       &permission()};
  return kinds;
}

const schema::Kind* find(std::string_view name) {
  for (const schema::Kind* kind : all())
    if (kind->name == name) return kind;
  return nullptr;
}

const std::vector<std::string_view>& names() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> list;
    for (const schema::Kind* kind : all())
      list.push_back(kind->name);
    return list;
  }();
  return words;
}

}  // namespace descopectl::kinds
