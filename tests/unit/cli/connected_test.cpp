// A run that is connected to the sandbox ends with its command, however that ends.
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

#include "target.hpp"

namespace descopectl::cli {
namespace {

using diag::ExitStatus;

class StoppedClock final : public base::Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return {}; }
};

class Connection : public testing::Test {
 protected:
  Connection() { context_.settings.is_sandbox = true; }

  Options options_;
  base::Environment environment_;
  StoppedClock clock_;
  std::istringstream input_;
  std::ostringstream out_;
  std::ostringstream error_;
  Output output_{out_, error_};
  Context context_{options_, environment_, clock_, {}, input_, output_};
};

TEST_F(Connection, EndsWithWhatTheCommandGives) {
  const auto body = [](Connected&) -> boost::asio::awaitable<ExitStatus> {
    co_return ExitStatus::kDifferences;
  };
  EXPECT_EQ(run_connected(context_, body), ExitStatus::kDifferences);
}

TEST_F(Connection, EndsAlsoWhereTheCommandThrows) {
  const auto body = [](Connected&) -> boost::asio::awaitable<ExitStatus> {
    throw std::runtime_error("a fault");
    co_return ExitStatus::kDone;
  };
  EXPECT_THROW(static_cast<void>(run_connected(context_, body)), std::runtime_error);
}

}  // namespace
}  // namespace descopectl::cli
