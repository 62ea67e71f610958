// Reading answers: lists and pages, wrapped or flat, and what is no answer of the API at all.
#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Lists : public ApiTest {
 protected:
  Error list_error(std::string_view kind_name, std::string body) {
    options.retries = 0;
    script->answer(200, std::move(body));
    const auto listed = list(kind_name);
    return listed ? Error() : listed.error();
  }
};

std::string page_of(std::initializer_list<const char*> ids, int total) {
  json::array apps;
  for (const char* id : ids)
    apps.push_back(json::object{{"id", id}});
  return json::serialize(json::object{{"apps", std::move(apps)}, {"total", total}});
}

TEST_F(Lists, AreReadPageByPageUntilTheTotal) {
  script->answer(200, page_of({"c", "a"}, 3));
  script->answer(200, page_of({"b"}, 3));
  const auto listed = list("InboundApp");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("a", "b", "c"));
  EXPECT_THAT(sent(), ElementsAre("GET /v1/mgmt/thirdparty/apps/load?page=0&limit=100",
                                  "GET /v1/mgmt/thirdparty/apps/load?page=1&limit=100"));
}

TEST_F(Lists, AskForTheRestSideBySideOnceTheServiceIsSeenToKnowOfPages) {
  script->answer(200, page_of({"a", "b"}, 9));
  script->answer(200, page_of({"c", "d"}, 9));
  script->answer(200, page_of({"e", "f"}, 9));
  script->answer(200, page_of({"g", "h"}, 9));
  script->answer(200, page_of({"i"}, 9));
  const auto listed = list("InboundApp");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i"));
  EXPECT_EQ(sent().size(), 5U);
  EXPECT_EQ(script->most_in_flight, 3U);
}

TEST_F(Lists, FailWhereAPageOfTheRestFails) {
  script->answer(200, page_of({"a"}, 4));
  script->answer(200, page_of({"b"}, 4));
  script->answer(200, page_of({"c"}, 4));
  script->answer(403, "{}");
  const auto listed = list("InboundApp");
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind(), ErrorKind::kUnauthorized);
}

TEST_F(Lists, CountAnObjectThatMovedToTheNextPageOnce) {
  script->answer(200, page_of({"a", "b"}, 3));
  script->answer(200, page_of({"b", "c"}, 3));
  const auto listed = list("InboundApp");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("a", "b", "c"));
}

TEST_F(Lists, AreReadOnceMoreWhenAnObjectMovedToAnEarlierPage) {
  script->answer(200, page_of({"a", "b"}, 4));
  script->answer(200, page_of({"d"}, 4));  // c moved to the first page when a was deleted
  script->answer(200, page_of({}, 4));
  script->answer(200, page_of({"b", "c"}, 3));
  script->answer(200, page_of({"d"}, 3));
  const auto listed = list("InboundApp");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("b", "c", "d"));
}

TEST_F(Lists, EndAtAnEmptyPageWhereThereIsNoTotal) {
  script->answer(200, R"({"apps":[{"id":"a"}]})");
  script->answer(200, "{}");
  const auto listed = list("InboundApp", 2);
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("a"));
  EXPECT_EQ(sent().back(), R"(POST /v2/mgmt/thirdparty/apps/load {"page":1,"limit":100})");
}

TEST_F(Lists, EndWhereTheServiceKnowsOfNoPages) {
  script->answer(200, R"({"apps":[{"id":"a"},{"id":"b"}]})");
  script->answer(200, R"({"apps":[{"id":"a"},{"id":"b"}]})");
  const auto listed = list("InboundApp");
  ASSERT_TRUE(listed);
  EXPECT_THAT(ids(*listed), ElementsAre("a", "b"));
}

TEST_F(Lists, TakeATotalThatIsText) {
  script->answer(200, R"({"apps":[{"id":"a"}],"total":"1"})");
  ASSERT_TRUE(list("InboundApp"));
}

TEST_F(Lists, AreEmptyWhereTheGatewayLeavesThemOut) {
  for (const char* body : {"{}", R"({"resources":null})", R"({"resources":[],"total":0})", R"({"total":0})",
                           R"({"total":0,"next":""})"}) {
    script->answer(200, body);
    const auto listed = list("Resource");
    ASSERT_TRUE(listed) << body;
    EXPECT_THAT(*listed, IsEmpty());
  }
}

TEST_F(Lists, AreNeverEmptyBecauseSomethingElseAnswered) {
  EXPECT_EQ(list_error("Resource", "<html><body>Welcome</body></html>").message(),
            "GET /v1/mgmt/resources/load: answered with HTML instead of JSON: is https://api.example.com the "
            "Management API?");
  EXPECT_EQ(list_error("Resource", "").message(),
            "GET /v1/mgmt/resources/load: answered with nothing instead of JSON");
  EXPECT_EQ(list_error("Resource", "[]").message(),
            "GET /v1/mgmt/resources/load: answered with an array instead of an object");
  EXPECT_EQ(list_error("Resource", "7").message(),
            "GET /v1/mgmt/resources/load: answered with a number instead of an object");
  EXPECT_EQ(list_error("Resource", R"({"status":"ok"})").message(),
            "GET /v1/mgmt/resources/load: the answer has no 'resources', but 'status'");
  EXPECT_EQ(list_error("Resource", R"({"total":2})").message(),
            "GET /v1/mgmt/resources/load: the answer has no 'resources', although its total is 2");
  EXPECT_EQ(list_error("Resource", R"({"resources":{}})").message(),
            "GET /v1/mgmt/resources/load: 'resources' in the answer is an object instead of a list");
  EXPECT_EQ(list_error("Resource", R"({"resources":["RS1"]})").message(),
            "GET /v1/mgmt/resources/load: 'resources' in the answer holds a string instead of an object");
  EXPECT_EQ(list_error("Resource", R"({"resources":[{"name":"n"}]})").message(),
            "GET /v1/mgmt/resources/load: 'resources' in the answer holds an object without 'id'");
  const Error cut = list_error("Resource", R"({"resources":[{"id")");
  EXPECT_EQ(cut.kind(), ErrorKind::kBadAnswer);
  EXPECT_THAT(cut.message(),
              testing::StartsWith("GET /v1/mgmt/resources/load: the answer is not valid JSON at byte"));
}

TEST_F(Lists, LoseWriteOnlyMembersAtAnyDepth) {
  script->answer(200, R"({"apps":[{"id":"a","clientId":"c","clientSecret":"leaked"}]})");
  const auto listed = list("Connection");
  ASSERT_TRUE(listed);
  EXPECT_EQ(json::serialize(listed->front().body), R"({"id":"a","clientId":"c"})");
}

class Objects : public ApiTest {};

TEST_F(Objects, AreTakenWrappedOrFlat) {
  script->answer(200, R"({"id":"RS1","name":"flat"})");
  ASSERT_TRUE(load("Resource", "RS1"));
  script->answer(200, R"({"app":{"id":"TP1","name":"wrapped","clientSecret":"leaked"}})");
  const auto loaded = load("InboundApp", "TP1");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(json::serialize(loaded->body), R"({"id":"TP1","name":"wrapped"})");
}

TEST_F(Objects, AreTheOnesAskedFor) {
  script->answer(200, R"({"resource":{"id":"RS2"}})");
  EXPECT_EQ(load("Resource", "RS1").error().message(),
            "GET /v1/mgmt/resource/load?id=RS1: the answer is another object, 'RS2'");
  script->answer(200, "{}");
  const auto empty = load("Resource", "RS1");
  EXPECT_EQ(empty.error().kind(), ErrorKind::kBadAnswer);
  EXPECT_EQ(empty.error().message(),
            "GET /v1/mgmt/resource/load?id=RS1: the answer holds no object with 'id'");
}

TEST_F(Objects, WithoutALoadCallAreLookedForInTheList) {
  script->answer(200, R"({"roles":[{"id":"ROL1","name":"admin"}]})");
  const auto gone = load("Role", "ROL2");
  EXPECT_EQ(gone.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(gone.error().message(), "Role 'ROL2' is not in the list of its kind");
}

TEST_F(Objects, LostWithOneAreCountedByTheTotalOfASearch) {
  const auto count = [this](const std::string& answer) {
    script->answer(200, answer);
    return run(writer().count_losses(kind("InboundApp"), "TP1"));
  };
  EXPECT_EQ(count(R"({"consents":[{"id":"1"}],"total":7})").value(), 7U);
  EXPECT_EQ(sent().back(), R"(POST /v1/mgmt/thirdparty/consents/search {"appId":"TP1","page":0,"limit":1})");
  EXPECT_EQ(count("{}").value(), 0U) << "the gateway leaves out what is empty";
  EXPECT_EQ(count(R"({"consents":[{"id":"1"}]})").error().message(),
            "POST /v1/mgmt/thirdparty/consents/search: the answer does not tell the total");
  EXPECT_EQ(count(R"({"hello":"world"})").error().kind(), ErrorKind::kBadAnswer);
  EXPECT_EQ(run(writer().count_losses(kind("Role"), "ROL1")).error().kind(), ErrorKind::kFailure);
}

TEST_F(Objects, CreatedTellTheirIdAndNoGeneratedSecret) {
  script->answer(200, R"({"id":"TP1","cleartext":"generated","clientId":"cid"})");
  const auto created = create("InboundApp", R"({"name":"n"})");
  ASSERT_TRUE(created);
  EXPECT_EQ(created->id, "TP1");
  EXPECT_TRUE(created->object.empty());
  script->answer(200, R"({"id":"TP1","name":"n","cleartext":"generated"})");
  EXPECT_EQ(json::serialize(create("InboundApp", R"({"name":"n"})")->object), R"({"id":"TP1","name":"n"})");
}

TEST_F(Objects, CreatedComeBackWithoutTheirSecret) {
  script->answer(200, R"({"app":{"id":"a","name":"n","clientSecret":"leaked"}})");
  const auto created = create("Connection", R"({"id":"a","name":"n"})");
  ASSERT_TRUE(created);
  EXPECT_EQ(json::serialize(created->object), R"({"id":"a","name":"n"})");
}

TEST_F(Objects, WrittenMayBeAnsweredWithNothing) {
  script->answer(204, "");
  EXPECT_TRUE(erase("Resource", "RS1"));
  script->answer(200, "null");
  EXPECT_TRUE(update("InboundApp", R"({"id":"TP1"})"));
}

}  // namespace
}  // namespace descopectl::api::test
