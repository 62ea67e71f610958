// Fingerprints made side by side.
#include "descopectl/apply/fingerprints.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "descopectl/state/fingerprint.hpp"
#include "descopectl/transport/task_group.hpp"
#include "support/run.hpp"

namespace descopectl::apply {
namespace {

namespace asio = boost::asio;

const std::string kKey(64, 'a');

asio::awaitable<void> make_into(Fingerprinter& maker, std::string object, std::string secret,
                                model::Fingerprint* out) {
  model::Secret value(std::move(secret));
  *out = co_await maker.make(std::move(object), "/clientSecret", std::move(value));
}

TEST(Fingerprinter, MakesManyAtOnceEachAsIfAlone) {
  constexpr std::size_t kCount = 12;
  asio::io_context context;
  Fingerprinter maker(context.get_executor(), kKey);
  std::vector<model::Fingerprint> made(kCount);
  transport::TaskGroup group(context.get_executor());
  const auto secret = [](std::size_t i) { return "short" + std::string(i % 3 * 10, 'x'); };
  for (std::size_t i = 0; i < kCount; ++i)
    group.start(make_into(maker, "object" + std::to_string(i), secret(i), &made[i]));
  test::run(context, group.wait());
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(made[i], state::make_fingerprint(kKey, "object" + std::to_string(i), "/clientSecret",
                                               model::Secret(secret(i))));
  }
}

TEST(Fingerprinter, DropsWhatNobodyWaitsForAnyMore) {
  asio::io_context context;
  model::Fingerprint made;
  transport::TaskGroup group(context.get_executor());
  {
    Fingerprinter maker(context.get_executor(), kKey);
    group.start(make_into(maker, "object", "short", &made));
    context.poll();
    group.cancel();
    try {
      test::run(context, group.wait());
    } catch (const boost::system::system_error&) {
      // cancelled, as asked
    }
  }
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace descopectl::apply
