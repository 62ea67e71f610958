// The registry: the one list of kinds.
#include "descopectl/kinds/registry.hpp"

#include <array>

#include "kinds.hpp"

namespace descopectl::kinds {

std::span<const schema::Kind* const> all() {
  static const std::array kinds{&connection(),  &resource(),        &mcp_scope(),
                                &inbound_app(), &resource_policy(), &registration_template(),
                                &role(),        &permission()};
  return kinds;
}

const schema::Kind* find(std::string_view name) {
  for (const schema::Kind* kind : all())
    if (kind->name == name) return kind;
  return nullptr;
}

std::span<const schema::Kind* const> named_only() {
  static const std::array kinds{&user_attribute()};
  return kinds;
}

const schema::Kind* find_named(std::string_view name) {
  for (const schema::Kind* kind : named_only())
    if (kind->name == name) return kind;
  return find(name);
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
