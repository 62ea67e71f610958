// The switch `strict-references`: do roles, permissions and templates that an object names exist?
#pragma once

#include "answer.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/schema/kind.hpp"
#include "project.hpp"

namespace descopectl::emulator {

/// Refuses names and ids of objects that do not exist, in rows that say what they name. Off by default
/// because nothing tells whether the service looks (sheet 16, row 16).
[[nodiscard]] Outcome<void> check_references(Project& project, const schema::Kind& kind,
                                             const json::object& fields);

}  // namespace descopectl::emulator
