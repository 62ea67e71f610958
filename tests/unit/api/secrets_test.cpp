// Secrets: into the body at their pointer, and never out again.
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Secrets : public ApiTest {
 protected:
  static BodySecrets one(std::string pointer, std::string value) {
    BodySecrets secrets;
    secrets.emplace_back(std::move(pointer), model::Secret(std::move(value)));
    return secrets;
  }
};

TEST_F(Secrets, StandAtTheirPointerInsideTheWrapper) {
  script->answer(200, "{}");
  ASSERT_TRUE(
      update("Connection", R"({"id":"a","name":"@secret-0:0"})", one("/clientSecret", "p\"q\\r\n\x01")));
  EXPECT_THAT(sent(),
              ElementsAre(R"(POST /v1/mgmt/outbound/app/update {"app":{"id":"a","name":"@secret-0:0",)"
                          R"("clientSecret":"p\"q\\r\u000a\u0001"}})"));
  EXPECT_EQ(json::parse(script->requests.front().body).at("app").at("clientSecret"), "p\"q\\r\n\x01");
}

TEST_F(Secrets, FindTheirPlaceInObjectsAndLists) {
  script->answer(200, "{}");
  BodySecrets secrets = one("/list/1/value", "second");
  secrets.emplace_back("/made/on~1the/way", model::Secret("third"));
  secrets.emplace_back("/list/0/value", model::Secret("first"));
  ASSERT_TRUE(create("Resource", R"({"list":[{"value":null},{}]})", std::move(secrets)));
  EXPECT_THAT(sent(),
              ElementsAre(R"(POST /v1/mgmt/resource/create {"list":[{"value":"first"},{"value":"second"}],)"
                          R"("made":{"on/the":{"way":"third"}}})"));
}

TEST_F(Secrets, WithoutAPlaceAreAnErrorThatDoesNotShowThem) {
  const auto created = create("Resource", R"({"list":[]})", one("/list/4", "hidden"));
  EXPECT_EQ(created.error().message(), "no place for a secret at /list/4");
}

TEST_F(Secrets, GoOutAgainWithEachTry) {
  script->answer(429, "", {{"Retry-After", "1"}});
  script->answer(200, "{}");
  ASSERT_TRUE(create("Connection", R"({"id":"a"})", one("/clientSecret", "shh-shh-shh")));
  EXPECT_EQ(sent().front(), R"(POST /v1/mgmt/outbound/app/create {"id":"a","clientSecret":"shh-shh-shh"})");
  EXPECT_EQ(sent().front(), sent().back());
}

TEST_F(Secrets, ThatTheServiceRepeatsAreNotShown) {
  const std::string secret = "Sup3r+Secret/Value=with tail";
  const std::vector<std::string> echoes{
      "bad clientSecret: " + secret,
      "bad value Sup3r+Se...",                               // cut by the service
      "bad value sup3r%2bsecret%2fvalue%3dwith%20tail",      // percent-encoded, in small letters
      "bad value U3VwM3IrU2VjcmV0L1ZhbHVlPXdpdGggdGFpbA",    // base64
      "bad value eFN1cDNyK1NlY3JldC9WYWx1ZT13aXRoIHRhaWw=",  // base64 of "x" and it
      "bad value 53757033722B5365637265742F",                // hexadecimal
      "bad key " + std::string(kKey).substr(4, 20)};
  for (const std::string& echo : echoes) {
    script->answer(400, json::serialize(json::object{{"errorCode", "E011003"}, {"message", echo}}));
    const auto created = create("Connection", R"({"id":"a"})", one("/clientSecret", secret));
    EXPECT_EQ(created.error().message(),
              "POST /v1/mgmt/outbound/app/create: answered 400 (E011003): (its text repeats a secret and is "
              "not shown)")
        << echo;
  }
}

TEST_F(Secrets, DoNotHideOtherTexts) {
  script->answer(400, R"({"errorCode":"E011003","message":"clientSecret: too short"})");
  const auto created = create("Connection", R"({"id":"a"})", one("/clientSecret", "zq"));
  EXPECT_EQ(created.error().message(),
            "POST /v1/mgmt/outbound/app/create: answered 400 (E011003): clientSecret: too short");
}

}  // namespace
}  // namespace descopectl::api::test
