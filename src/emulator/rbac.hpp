// Roles and permissions: selection by name or id, batches that are all or nothing, search (sheet 9).
#pragma once

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

/// Refuses permissions that do not exist (E111303) and keeps the tenant, which is part of the identity.
[[nodiscard]] Outcome<void> prepare_role(Project& project, Change& change);
/// Roles name existing permissions only: a deleted one leaves them.
void take_permission_from_roles(Project& project, const Record& record);

void add_rbac_routes(Router& router, Project& project);

}  // namespace descopectl::emulator
