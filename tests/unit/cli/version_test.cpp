// What the version command prints.
#include "descopectl/cli/version.hpp"

#include <gmock/gmock.h>

namespace descopectl::cli {
namespace {

TEST(Version, NamesTheBuildAndItsLibraries) {
  EXPECT_EQ(version(), "0.1.0");
  EXPECT_THAT(version_text(),
              testing::MatchesRegex("descopectl 0\\.1\\.0\nbuild:    [^\n]+\nBoost:    1\\.[0-9.]+\n"
                                    "OpenSSL:  3\\.[^\n]+\nyaml-cpp: 0\\.[0-9.]+\nfmt:      "
                                    "[0-9.]+\n"));
}

TEST(Version, HasTheSameAsJson) {
  const auto object = version_json();
  EXPECT_EQ(object.at("version"), "0.1.0");
  EXPECT_TRUE(object.at("build_type").is_string());
  EXPECT_TRUE(object.at("compiler").is_string());
  for (const auto* name : {"boost", "openssl", "yaml-cpp", "fmt"}) {
    EXPECT_TRUE(object.at("libraries").as_object().contains(name)) << name;
  }
}

}  // namespace
}  // namespace descopectl::cli
