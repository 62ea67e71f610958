// A member of an object, absent or not.
#pragma once

#include <string_view>

#include "descopectl/base/json.hpp"

namespace descopectl::schema {

/// The member of that name; null where there is none.
[[nodiscard]] inline const json::value& member(const json::object& object, std::string_view name) {
  static const json::value null;
  const json::value* found = object.if_contains(name);
  return found == nullptr ? null : *found;
}

}  // namespace descopectl::schema
