// The value of a field that says the same as its absence.
#pragma once

#include <cstdint>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/field.hpp"

namespace descopectl::schema {

/// "", 0, false, [] or {}; null of a kObject, whose members have values of their own (sheet 13.2).
[[nodiscard]] inline json::value zero_of(const Field& row) {
  switch (row.type) {
    case Type::kString:
    case Type::kReference:
      return json::string();
    case Type::kBoolean:
      return false;
    case Type::kInteger:
      return std::int64_t{0};
    case Type::kInteger64:
      return json::string("0");
    case Type::kStringList:
    case Type::kConnectionScopes:
    case Type::kObjectList:
      return json::array();
    case Type::kStringMap:
    case Type::kObjectMap:
      return json::object();
    case Type::kObject:
      break;
  }
  return nullptr;
}

}  // namespace descopectl::schema
