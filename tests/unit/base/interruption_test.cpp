// Who is told of an interruption, and how often.
#include "descopectl/base/interruption.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

namespace descopectl::base {
namespace {

bool is_readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

TEST(Interruption, IsToldOnceToWhoeverListensThen) {
  Interruption interruption;
  int told = 0;
  const auto tell = [&told] { ++told; };
  const Interruption::Listener listener(interruption, tell);
  {
    const Interruption::Listener gone(interruption, tell);
  }
  EXPECT_FALSE(interruption.has_come());
  EXPECT_FALSE(is_readable(interruption.descriptor()));
  interruption.come(SIGTERM);
  interruption.come(SIGINT);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(interruption.signal(), SIGTERM);
  EXPECT_TRUE(is_readable(interruption.descriptor()));
  const Interruption::Listener late(interruption, tell);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace descopectl::base
