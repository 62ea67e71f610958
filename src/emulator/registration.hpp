// Dynamic client registration of inbound apps (RFC 7591; sheet 6.1).
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

/// Open to everybody: no credentials.
void add_registration_routes(Router& router, Project& project);

}  // namespace descopectl::emulator
