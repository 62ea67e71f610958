// A rate limit from the user's side: why the run waits, and how it ends where the limit stays.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

/// An emulator that answers with 429 as `fault` says, and a repository of three connections.
class Limited : public Project {
 public:
  Limited(std::string fault, std::string_view http) : Project({"--fault", std::move(fault)}) {
    declare(connection("a") + "---\n" + connection("b") + "---\n" + connection("c"));
    folder.write("descopectl.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nhttp: " +
                                        std::string(http) + "\n");
  }
};

TEST(RateLimit, IsWaitedForAndTheReasonIsTold) {
  const Limited project("POST */create: status=429, retry-after=1, times=1", "{parallelism: 4}");
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(
      count(result.err, "warn: rate limited at POST /v1/mgmt/outbound/app/create: waiting 1 s, until 20"), 1U)
      << result.err;
  EXPECT_EQ(count(result.err, "Z; at most 2 requests at once from then on\n"), 1U) << result.err;
  EXPECT_EQ(last_line(result.out), "Apply complete! Resources: 3 added, 0 changed, 0 destroyed.");
  EXPECT_EQ(Api(project).connections().size(), 3U);
}

TEST(RateLimit, ThatOutlastsTheRetriesEndsWithFiveAndWhatWasDone) {
  const Limited project("POST */create: status=429, retry-after=0, after=1", "{parallelism: 1, retries: 2}");
  const Result result = project.apply();
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.out.find("Connection/b: POST /v1/mgmt/outbound/app/create: answered 429"),
            std::string::npos)
      << result.all();
  EXPECT_NE(result.out.find("skipped: the API's rate limit outlasted the retries"), std::string::npos)
      << result.all();
  EXPECT_EQ(last_line(result.out),
            "Apply incomplete: 1 added, 0 changed, 0 destroyed, 1 failed, 1 skipped, 1 not read back.");
  EXPECT_EQ(Api(project).connections().size(), 1U);
}

TEST(RateLimit, ThatAsksToWaitForTooLongIsNotWaitedFor) {
  const Limited project("GET *: status=429, retry-after=3600", "{retrySeconds: 1800}");
  const Result result = project.plan();
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.err.find("; it asks to wait 3600 s"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("hint: run it again later"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace descopectl::e2e
