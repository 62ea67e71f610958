// What the service's refusals become: kind, whole message, hint.
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

class Refusals : public ApiTest {
 protected:
  Refusals() { options.retries = 0; }

  Error of_load(int status, std::string body, std::vector<http::Header> headers = {}) {
    script->answer(status, std::move(body), std::move(headers));
    const auto result = load("Resource", "RS1");
    return result ? Error() : result.error();
  }
  Error of_create(int status, std::string body, std::string_view kind_name = "Resource") {
    script->answer(status, std::move(body));
    const auto result = create(kind_name, R"({"name":"n"})");
    return result ? Error() : result.error();
  }
  Error of_update(int status, std::string body, std::string_view kind_name) {
    script->answer(status, std::move(body));
    const auto result = update(kind_name, R"({"id":"x","name":"n"})");
    return result ? Error() : result.error();
  }
};

TEST_F(Refusals, NameCallStatusCodeTextAndRequestId) {
  const Error error = of_load(400,
                              R"({"errorCode":"E011003","errorDescription":"Validation failed",
                                  "errorMessage":"id: too \u001b[31mshort","message":"id: too short"})",
                              {{"CF-Ray", "8f2a-FRA"}});
  EXPECT_EQ(error.kind(), ErrorKind::kRefused);
  EXPECT_EQ(
      error.message(),
      "GET /v1/mgmt/resource/load?id=RS1: answered 400 (E011003): id: too \\x1b[31mshort [cf-ray 8f2a-FRA]");
}

TEST_F(Refusals, OfUnknownFieldsAreToldApart) {
  const Error unknown = of_create(
      400, R"({"errorCode":"E011001","errorMessage":"proto: (line 1:2): unknown field \"flavour\""})");
  EXPECT_EQ(unknown.kind(), ErrorKind::kUnknownField);
  EXPECT_EQ(
      unknown.message(),
      "POST /v1/mgmt/resource/create: answered 400 (E011001): proto: (line 1:2): unknown field \"flavour\"");
  EXPECT_EQ(of_create(400, R"({"errorCode":"E011001","message":"invalid value for name"})").kind(),
            ErrorKind::kRefused);
}

TEST_F(Refusals, GoByCodeBeforeStatus) {
  EXPECT_EQ(of_create(400, R"({"errorCode":"E024209"})", "Role").kind(), ErrorKind::kConflict);
  EXPECT_EQ(of_create(400, R"({"errorCode":"E151001"})", "Connection").kind(), ErrorKind::kConflict);
  EXPECT_EQ(of_create(400, R"({"errorCode":"E024104"})", "Permission").kind(), ErrorKind::kConflict);
  EXPECT_EQ(of_create(422, R"({"errorCode":"E011003"})").kind(), ErrorKind::kRefused);
  for (const int status : {500, 502, 503, 504})
    EXPECT_EQ(of_create(status, R"({"errorCode":"E011003"})").kind(), ErrorKind::kOutcomeUnknown)
        << "a write that may have been carried out is looked up";
  EXPECT_EQ(of_load(500, R"({"errorCode":"E011003"})").kind(), ErrorKind::kRefused);
  EXPECT_EQ(of_create(400, R"({"errorCode":"E011008"})").kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(of_create(400, R"({"errorCode":"E130429"})").kind(), ErrorKind::kRateLimited);
  EXPECT_EQ(of_create(429, R"({"errorCode":"E011003"})").kind(), ErrorKind::kRateLimited) << "it did not run";
  EXPECT_EQ(of_update(400, R"({"errorCode":"E111403"})", "Role").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(of_update(400, R"({"errorCode":"E111303"})", "Permission").kind(), ErrorKind::kNotFound);
}

TEST_F(Refusals, OverAnObjectThatTheBodyNamesDoNotMeanThatTheObjectIsGone) {
  EXPECT_EQ(of_update(404, R"({"errorCode":"E111303"})", "Role").kind(), ErrorKind::kRefused);
  EXPECT_EQ(of_create(404, R"({"errorCode":"E999999","message":"template not found"})").kind(),
            ErrorKind::kRefused);
}

TEST_F(Refusals, GoByStatusThenByText) {
  EXPECT_EQ(of_create(409, R"({"errorCode":"E999999"})").kind(), ErrorKind::kConflict);
  EXPECT_EQ(of_create(400, R"({"errorCode":"E999999","message":"Resource already exists"})").kind(),
            ErrorKind::kConflict);
  EXPECT_EQ(of_create(422, R"({"errorCode":"E999999"})").kind(), ErrorKind::kRefused);
  EXPECT_EQ(of_load(404, R"({"errorCode":"E999999","errorDescription":"gone"})").kind(),
            ErrorKind::kNotFound);
}

TEST_F(Refusals, NotFoundIsBelievedFromTheServiceAlone) {
  const Error route = of_load(404, R"({"code":5,"message":"Not Found","details":[]})");
  EXPECT_EQ(route.kind(), ErrorKind::kBadAnswer);
  EXPECT_EQ(
      route.message(),
      "GET /v1/mgmt/resource/load?id=RS1: answered 404: Not Found: is https://api.example.com the Management "
      "API?");
  EXPECT_EQ(
      of_load(404, "<html>404</html>").message(),
      "GET /v1/mgmt/resource/load?id=RS1: answered 404 with HTML instead of JSON: is https://api.example.com "
      "the Management API?");
  script->answer(404, "<html>404</html>");
  EXPECT_EQ(erase("Resource", "RS1").error().kind(), ErrorKind::kBadAnswer);
  script->answer(404, R"({"errorCode":"E999999"})");
  EXPECT_TRUE(erase("Resource", "RS1"));
}

TEST_F(Refusals, OfCredentialsSayWhatToCheck) {
  const Error wrong_key = of_load(401, R"({"errorCode":"E011008","errorMessage":"project not found"})");
  EXPECT_EQ(wrong_key.kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(wrong_key.hint(),
            "check DESCOPE_MANAGEMENT_KEY (or --management-key-file) and DESCOPE_PROJECT_ID: a key of "
            "another project "
            "is refused, and so is one that has expired or that does not permit this address");
  const Error no_right = of_load(403, "");
  EXPECT_EQ(no_right.kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(no_right.message(), "GET /v1/mgmt/resource/load?id=RS1: answered 403");
  EXPECT_EQ(
      no_right.hint(),
      "the management key lacks the right to GET /v1/mgmt/resource/load, or does not permit this address");
}

TEST_F(Refusals, RedirectsAreNotFollowed) {
  const Error error = of_load(302, "", {{"Location", "https://login.example.com/"}});
  EXPECT_EQ(error.kind(), ErrorKind::kBadAnswer);
  EXPECT_THAT(error.message(),
              testing::StartsWith("GET /v1/mgmt/resource/load?id=RS1: answered 302, a redirect to "
                                  "https://login.example.com/, and redirects are not followed: is "));
}

TEST_F(Refusals, OfTheEdgeAreReadableWithoutJson) {
  const Error error = of_load(502, "<html><h1>Bad gateway</h1></html>", {{"cf-ray", "9a"}});
  EXPECT_EQ(error.kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(error.message(),
            "GET /v1/mgmt/resource/load?id=RS1: answered 502 with HTML instead of JSON [cf-ray 9a]");
}

TEST_F(Refusals, LongTextsAreCut) {
  const Error error = of_load(400, R"({"errorCode":"E1","message":")" + std::string(5000, 'x') + "\"}");
  EXPECT_LT(error.message().size(), 600U);
  EXPECT_THAT(error.message(), testing::EndsWith("xxx..."));
}

}  // namespace
}  // namespace descopectl::api::test
