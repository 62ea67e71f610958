// Base URLs and the management key.
#include "descopectl/config/target.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "config_folder.hpp"

namespace descopectl::config {
namespace {

std::string normal(std::string_view text) {
  const auto url = parse_base_url(text);
  return url ? url->text : url.error().message();
}

TEST(BaseUrl, IsBroughtIntoNormalForm) {
  EXPECT_EQ(normal("https://api.descope.com"), "https://api.descope.com");
  EXPECT_EQ(normal("HTTPS://Api.Descope.com:443/"), "https://api.descope.com");
  EXPECT_EQ(normal("https://10.1.2.3.nip.io:444"), "https://10.1.2.3.nip.io:444");
  EXPECT_EQ(normal("http://[::1]:80/a"), "http://[::1]/a");
  EXPECT_EQ(normal("http://localhost:8080/prefix/"), "http://localhost:8080/prefix");
}

TEST(BaseUrl, OfAnotherFormIsRefusedWithoutRepeatingIt) {
  EXPECT_EQ(normal("api.descope.com"), "is not a URL of the form https://host[:port]");
  EXPECT_EQ(normal("ftp://x"), "must begin with https:// or http://");
  EXPECT_EQ(normal("https://"), "has no host");
  EXPECT_EQ(normal("https://user:secret@host"), "must not hold a user name or password");
  EXPECT_EQ(normal("https://host?x=1"), "must end before '?' and '#'");
  for (const auto* text :
       {"https://host:99999", "https://host:0", "https://host:8x", "https://host:-1", "http://[::1]x"}) {
    EXPECT_EQ(normal(text), "has no valid port") << text;
  }
  for (const auto* text : {"https://a%62c", "https://[::g]", "https://a,b", "https://[::1"}) {
    EXPECT_EQ(normal(text), "has a host that is neither a name nor an address") << text;
  }
  EXPECT_EQ(normal("https://a b"), "is not a URL of the form https://host[:port]");
}

TEST(BaseUrl, KnowsLoopbackByItsSpellingAlone) {
  for (const auto* text : {"http://localhost", "http://LOCALHOST:1", "http://127.0.0.1:80",
                           "http://127.3.2.1", "http://[::1]:8080"}) {
    EXPECT_TRUE(parse_base_url(text)->is_loopback) << text;
  }
  for (const auto* text : {"http://127.0.0.1.evil.com", "http://localhost.evil.com", "http://[::2]",
                           "http://10.0.0.1", "http://127.0.0.1x", "http://127.1", "http://0.0.0.0"}) {
    EXPECT_FALSE(parse_base_url(text)->is_loopback) << text;
  }
}

TEST(BaseUrl, IsDerivedFromTheRegionInLongProjectIds) {
  EXPECT_EQ(derive_base_url(""), "https://api.descope.com");
  EXPECT_EQ(derive_base_url("P2abcdefghijklmnopqrstuvwxyz"), "https://api.descope.com");           // 28
  EXPECT_EQ(derive_base_url("Puse1bcdefghijklmnopqrstuvwxyz0"), "https://api.descope.com");        // 31
  EXPECT_EQ(derive_base_url("PUSE1bcdefghijklmnopqrstuvwxyz01"), "https://api.use1.descope.com");  // 32
}

/// The key, or the error as "kind: message".
std::string key_of(const std::string& file, const std::string& variable, const std::string& input = "") {
  std::istringstream stream(input);
  std::map<std::string, std::string, std::less<>> variables{{"DESCOPE_MANAGEMENT_KEY", variable}};
  const base::Environment environment(std::move(variables));
  const auto key = load_management_key(file, environment, stream);
  if (key) return std::string(key->reveal());
  return (key.error().kind() == ErrorKind::kUnauthorized ? "unauthorized: " : "invalid: ") +
         key.error().message();
}

TEST(ManagementKey, ComesFromTheFlagThenFromTheVariable) {
  const TestFolder folder;
  const auto file = folder.write("key", "Kfile\n").string();
  EXPECT_EQ(key_of("", "Kvariable"), "Kvariable");
  EXPECT_EQ(key_of("", "Kvariable\n"), "Kvariable");
  EXPECT_EQ(key_of(file, "Kvariable"), "Kfile");
  EXPECT_EQ(key_of("-", "Kvariable", "Kinput\r\n"), "Kinput");
}

TEST(ManagementKey, ThatIsMissingOrBlankIsAMatterOfCredentials) {
  EXPECT_EQ(key_of("", ""), "unauthorized: no management key");
  EXPECT_EQ(key_of("", " \n"), "unauthorized: DESCOPE_MANAGEMENT_KEY holds no management key");
  EXPECT_EQ(key_of("-", "K", ""), "unauthorized: standard input holds no management key");
}

TEST(ManagementKey, ThatCanNotTravelInAHeaderIsRefusedWithoutShowingIt) {
  EXPECT_EQ(
      key_of("", "Ka\nKb"),
      "invalid: the management key in DESCOPE_MANAGEMENT_KEY holds white space or characters that no header "
      "can carry");
  EXPECT_EQ(key_of("/nonexistent/key", "K"),
            "invalid: --management-key-file: can't read '/nonexistent/key': No such file or directory");
  EXPECT_EQ(key_of("-", "", std::string(70'000, 'K')),
            "invalid: standard input is too long to be a management key");
}

}  // namespace
}  // namespace descopectl::config
