// Which of two exit statuses counts, and which one an error means.
#include "descopectl/diag/exit_status.hpp"

namespace descopectl::diag {
namespace {

/// Smaller counts more.
int rank(ExitStatus status) {
  switch (status) {
    case ExitStatus::kInterrupted:
      return 0;
    case ExitStatus::kTerminated:
      return 1;
    case ExitStatus::kCredentials:
      return 2;
    case ExitStatus::kUnreachable:
      return 3;
    case ExitStatus::kStale:
      return 4;
    case ExitStatus::kPartial:
      return 5;
    case ExitStatus::kFailure:
      return 6;
    // Of the rest the larger number: a refusal tells more than a difference, and anything more than "done".
    default:
      return 100 - static_cast<int>(status);
  }
}

}  // namespace

ExitStatus stronger(ExitStatus left, ExitStatus right) {
  return rank(left) <= rank(right) ? left : right;
}

ExitStatus exit_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kInvalidInput:
      return ExitStatus::kInvalidInput;
    case ErrorKind::kUnauthorized:
      return ExitStatus::kCredentials;
    case ErrorKind::kUnreachable:
    case ErrorKind::kOutcomeUnknown:
    case ErrorKind::kRateLimited:
    case ErrorKind::kBadAnswer:
      return ExitStatus::kUnreachable;
    case ErrorKind::kLockHeld:
      return ExitStatus::kLockHeld;
    case ErrorKind::kStale:
      return ExitStatus::kStale;
    case ErrorKind::kInterrupted:
      return ExitStatus::kInterrupted;
    default:
      return ExitStatus::kFailure;
  }
}

}  // namespace descopectl::diag
