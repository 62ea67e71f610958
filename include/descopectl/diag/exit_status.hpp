// The exit statuses of contract section 4: one enumeration with its texts.
#pragma once

#include <array>
#include <string_view>

#include "descopectl/base/result.hpp"

namespace descopectl::diag {

enum class ExitStatus : int {
  kDone = 0,
  kFailure = 1,
  kDifferences = 2,
  kInvalidInput = 3,
  kCredentials = 4,
  kUnreachable = 5,
  kLockHeld = 6,
  kStale = 7,
  kRefused = 8,
  kPartial = 9,
  kInterrupted = 130,
  kTerminated = 143,
};

struct ExitStatusText {
  ExitStatus status;
  std::string_view reason;   ///< short and stable, for `exit_reason` in JSON: "lock-held"
  std::string_view meaning;  ///< one line for `--help`
};

inline constexpr std::array<ExitStatusText, 12> kExitStatusTexts{{
    {ExitStatus::kDone, "done", "done, or nothing to do"},
    {ExitStatus::kFailure, "failure", "a failure none of the others names"},
    {ExitStatus::kDifferences, "differences", "differences (plan --detailed-exitcode, drift)"},
    {ExitStatus::kInvalidInput, "invalid-input", "the input is wrong: manifest, flag, config"},
    {ExitStatus::kCredentials, "credentials", "credentials missing or refused (401, 403)"},
    {ExitStatus::kUnreachable, "unreachable",
     "the API can't be reached, or its rate limit outlasted the retries"},
    {ExitStatus::kLockHeld, "lock-held", "the state's lock is held by somebody else"},
    {ExitStatus::kStale, "stale", "the plan is stale: live or manifests moved since it was made"},
    {ExitStatus::kRefused, "refused",
     "a safety rail refused: deletion limits, preventDestroy, replacement not allowed, wrong project, no "
     "terminal to ask on, declined"},
    {ExitStatus::kPartial, "partial", "applied in part: some actions failed or were not started"},
    {ExitStatus::kInterrupted, "interrupted", "interrupted (SIGINT)"},
    {ExitStatus::kTerminated, "terminated", "terminated (SIGTERM)"},
}};

/// The row of `status`.
[[nodiscard]] constexpr const ExitStatusText& text_of(ExitStatus status) {
  for (const auto& row : kExitStatusTexts)
    if (row.status == status) return row;
  return kExitStatusTexts[1];
}

/// Of two statuses that both hold, the one that counts: the first of 130/143, 4, 5, 7, 9, 1 (contract section
/// 4), then the others, the larger number first (a refusal tells more than a difference, anything more than
/// 0).
[[nodiscard]] ExitStatus stronger(ExitStatus left, ExitStatus right);

/// What an error that ends a run means for the exit status.
[[nodiscard]] ExitStatus exit_of(const Error& error);

}  // namespace descopectl::diag
