// Which exit status counts where several hold.
#include "descopectl/diag/exit_status.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace descopectl::diag {
namespace {

TEST(ExitStatus, CountsInTheOrderOfTheContract) {
  using enum ExitStatus;
  const std::vector order{kInterrupted, kTerminated, kCredentials, kUnreachable,  kStale,       kPartial,
                          kFailure,     kRefused,    kLockHeld,    kInvalidInput, kDifferences, kDone};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      EXPECT_EQ(stronger(order[i], order[j]), order[i]);
      EXPECT_EQ(stronger(order[j], order[i]), order[i]);
    }
  }
}

TEST(ExitStatus, HasATextForEach) {
  EXPECT_EQ(text_of(ExitStatus::kLockHeld).reason, "lock-held");
  for (const auto& row : kExitStatusTexts)
    EXPECT_FALSE(row.meaning.empty());
}

}  // namespace
}  // namespace descopectl::diag
