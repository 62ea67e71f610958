// Base URLs, credentials, and what a reader is.
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

TEST(BaseUrl, OfALongProjectIdHasItsRegion) {
  EXPECT_EQ(base_url_of_project("Puse12345678901234567890123456789"), "https://api.use1.descope.com");
  EXPECT_EQ(base_url_of_project("PEUC1234567890123456789012345678"), "https://api.euc1.descope.com");
}

TEST(BaseUrl, OfAShortProjectIdHasNone) {
  EXPECT_EQ(base_url_of_project("P2abcdefghijklmnopqrstuvwxyz"), "https://api.descope.com");
  EXPECT_EQ(base_url_of_project("Puse123456789012345678901234567"), "https://api.descope.com");
  EXPECT_EQ(base_url_of_project(""), "https://api.descope.com");
}

TEST(BaseUrl, IsNeverChosenByWhatIsNoHostLabel) {
  EXPECT_EQ(base_url_of_project("Pe.x/2345678901234567890123456789"), "https://api.descope.com");
  EXPECT_EQ(base_url_of_project("P@e:x2345678901234567890123456789"), "https://api.descope.com");
}

Error error_of_options(const ApiOptions& options) {
  auto made = make_reader_over(
      std::make_unique<FakeClient>(std::make_shared<Script>()), options,
      std::make_unique<FakeTiming>(std::make_shared<std::vector<std::chrono::milliseconds>>()));
  return made ? Error() : made.error();
}

TEST(ApiOptions, NeedAProjectIdAndAKey) {
  ApiOptions options = test_options();
  options.project_id.clear();
  EXPECT_EQ(error_of_options(options).kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(error_of_options(options).message(), "no project id is given");
  options = test_options();
  options.management_key = model::Secret();
  EXPECT_EQ(error_of_options(options).kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(error_of_options(options).message(), "no management key is given");
}

TEST(ApiOptions, RefuseCredentialsThatWouldSplitAHeader) {
  ApiOptions options = test_options();
  options.management_key = model::Secret("Kabc\r\nX-Evil: 1");
  const Error error = error_of_options(options);
  EXPECT_EQ(error.kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(error.message(), "the management key holds a character that no key has");
  options = test_options();
  options.project_id = "P2:other";
  EXPECT_EQ(error_of_options(options).kind(), ErrorKind::kInvalidInput);
}

TEST(ApiOptions, ReachTheHttpClient) {
  asio::io_context context;
  ApiOptions options = test_options();
  options.http.base_url = "ftp://api.example.com";
  const auto made = make_writer(context.get_executor(), options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::kInvalidInput);
}

TEST(ReaderType, HasNoWayToWrite) {
  auto made = make_reader_over(
      std::make_unique<FakeClient>(std::make_shared<Script>()), test_options(),
      std::make_unique<FakeTiming>(std::make_shared<std::vector<std::chrono::milliseconds>>()));
  ASSERT_TRUE(made);
  EXPECT_EQ(dynamic_cast<Writer*>(made->get()), nullptr);
}

}  // namespace
}  // namespace descopectl::api::test
