// Consents that users and tenants gave to inbound apps (sheet 6.1). Flows make them, no call here does: they
// come from the data file.
#pragma once

#include <string_view>

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_consent_routes(Router& router, Project& project);

/// Removes the consents that an app was given.
void erase_consents_of_app(Project& project, std::string_view app);

/// Consents written by hand into a data file, complete.
[[nodiscard]] Outcome<json::array> restored_consents(Project& project, const json::value& consents);

}  // namespace descopectl::emulator
