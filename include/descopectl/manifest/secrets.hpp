// Looking up secrets where manifests say they are: environment, file, command.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/interruption.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/model/desired.hpp"

namespace descopectl::manifest {

struct SecretContext {
  const base::Environment* environment = nullptr;
  std::map<std::string, std::string> variables;
  std::string command_folder;  ///< where commands run; empty: in the current folder
  std::chrono::milliseconds command_timeout{30'000};
  /// Takes secrets that are known already out of what a command said before it failed.
  std::function<std::string(std::string_view)> redact;
  const base::Interruption* interruption = nullptr;  ///< ends a command that runs; may be null
};

/// The secret, with one trailing newline dropped. kNotFound where the variable is unset, the file missing or
/// the command failed; kInvalidInput where it is empty or white space, holds a NUL byte, or is not UTF-8.
/// kInterrupted: a command was ended before it had answered. Messages name the source, never the value.
/// Commands run without a shell, with standard input empty; what they write to standard error is told only
/// where they fail.
[[nodiscard]] Result<model::Secret> resolve_secret(const model::SecretSource& source,
                                                   const SecretContext& context);

/// Whether looking it up changes nothing and may be done twice: not of a command, nor of a file that is a
/// pipe.
[[nodiscard]] bool is_repeatable(const model::SecretSource& source);

/// "the environment variable GOOGLE_SECRET", for messages.
[[nodiscard]] std::string describe_source(const model::SecretSource& source);

}  // namespace descopectl::manifest
