// Which of two exit statuses counts.
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

}  // namespace descopectl::diag
