// What inbound apps have beyond their rows: client ids, named secrets, two generations of scopes.
#pragma once

#include <string>

#include "project.hpp"
#include "router.hpp"

namespace descopectl::emulator {

/// Makes client id and secret on create, and keeps the two generations' forms of attribute scopes in step.
[[nodiscard]] Outcome<void> prepare_inbound_app(Project& project, Change& change);
/// `{id, cleartext, clientId}`.
[[nodiscard]] std::string answer_created_app(const Record& record);

/// Completes an app that was written by hand into a data file: the other generation's form of its scopes.
void complete_restored_app(Record& record);

/// Secrets and rotation.
void add_inbound_app_routes(Router& router, Project& project);

}  // namespace descopectl::emulator
