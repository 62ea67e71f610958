// Calls on the project as a whole: license, scope claim mappings, the list of projects; and the resource by
// its URI.
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_project_routes(Router& router, Project& project);

/// Project-wide mappings written by hand into a data file, complete.
[[nodiscard]] Outcome<json::array> restored_mappings(const json::value& mappings);

}  // namespace descopectl::emulator
