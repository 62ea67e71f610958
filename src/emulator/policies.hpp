// Resource policies: which inbound app may use which resource (sheet 5).
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_policy_routes(Router& router, Project& project);

/// A policy written by hand into a data file, complete.
[[nodiscard]] Outcome<json::object> restored_policy(const json::object& policy);
[[nodiscard]] PolicyKey policy_key(const json::object& policy);

}  // namespace descopectl::emulator
