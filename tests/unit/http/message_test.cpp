// Headers, percent-encoding, query values.
#include "descopectl/http/message.hpp"

#include <gtest/gtest.h>

namespace descopectl::http {
namespace {

TEST(FindHeader, IgnoresCaseAndTakesTheFirst) {
  const std::vector<Header> headers{{"Retry-After", "5"}, {"retry-after", "6"}};
  EXPECT_EQ(find_header(headers, "RETRY-AFTER"), "5");
  EXPECT_EQ(find_header(headers, "Retry"), "");
}

TEST(PercentEncode, KeepsUnreservedCharactersOnly) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c?d=e&f+g%"), "a%20b%2Fc%3Fd%3De%26f%2Bg%25");
  EXPECT_EQ(percent_encode("\xC3\xA9"), "%C3%A9");
}

TEST(PercentDecode, LeavesMalformedEscapesAlone) {
  EXPECT_EQ(percent_decode("a%20b%2f", false), "a b/");
  EXPECT_EQ(percent_decode("100%", false), "100%");
  EXPECT_EQ(percent_decode("%2", false), "%2");
  EXPECT_EQ(percent_decode("%zz%41", false), "%zzA");
}

TEST(PercentDecode, TakesAPlusForASpaceInQueriesOnly) {
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
}

TEST(PercentDecode, IsTheInverseOfEncode) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all), true), all);
}

TEST(QueryValue, FindsAndDecodes) {
  EXPECT_EQ(query_value("/v1?a=1&id=x%2Fy+z&id=2", "id"), "x/y z");
  EXPECT_EQ(query_value("/v1?flag&b=2", "flag"), "");
  EXPECT_EQ(query_value("/v1?b=2", "c"), "");
  EXPECT_EQ(query_value("/v1/id=3", "id"), "");
  EXPECT_EQ(query_value("/v1?%69d=3", "id"), "3");
}

}  // namespace
}  // namespace descopectl::http
