// Custom attributes of users, which attribute scopes name (sheet 10).
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_attribute_routes(Router& router, Project& project);

/// Attributes written by hand into a data file, complete.
[[nodiscard]] Outcome<json::array> restored_attributes(const json::value& attributes);

}  // namespace descopectl::emulator
