// Endpoints of the audit trail (sheet 11).
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

void add_audit_routes(Router& router, Project& project);

}  // namespace descopectl::emulator
