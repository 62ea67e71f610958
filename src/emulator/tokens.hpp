// Tokens that users and tenants hold at connections' providers (sheet 7.1). No provider stands behind the
// emulator: tokens are those that were uploaded.
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_token_routes(Router& router, Project& project);

/// What a deleted connection leaves: a tenant's API key stays readable (sheet 7.3), all else goes.
void erase_tokens_of_connection(Project& project, const Record& connection);

/// Tokens written by hand into a data file, complete.
[[nodiscard]] Outcome<json::array> restored_tokens(Project& project, const json::value& tokens);

}  // namespace descopectl::emulator
