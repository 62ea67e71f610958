// The project as a JSON document that is easy to edit by hand, and back.
#pragma once

#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"
#include "project.hpp"

namespace descopectl::emulator {

[[nodiscard]] json::value make_snapshot(const Project& project);

/// Fills an empty project; on failure the project is half filled and to be thrown away.
[[nodiscard]] Result<void> read_snapshot(Project& project, const json::value& snapshot);

}  // namespace descopectl::emulator
