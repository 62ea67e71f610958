// Runs the command that a secret comes from.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/interruption.hpp"
#include "descopectl/base/result.hpp"

namespace descopectl::manifest {

/// Takes known secrets out of a text that is about to be told.
using Redact = std::function<std::string(std::string_view)>;

/// What argv wrote to standard output (at most 64 KiB). It runs in `folder` (empty: the current one), without
/// a shell and with standard input empty, and is killed after `timeout`, or when `interruption` (which may be
/// null) comes. Its standard error may hold the secret (`sh -x`), so it goes nowhere but, where the command
/// fails, into the error's message: its last lines, without what the command wrote as its answer, passed
/// through `redact`, control characters made harmless. All other errors than kInterrupted are kNotFound.
[[nodiscard]] Result<std::string> run_command(const std::vector<std::string>& argv,
                                              const base::Environment& environment, const std::string& folder,
                                              std::chrono::milliseconds timeout, const Redact& redact,
                                              const base::Interruption* interruption);

}  // namespace descopectl::manifest
