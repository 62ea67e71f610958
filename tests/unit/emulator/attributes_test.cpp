// Custom attributes of users, and the list of projects.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

const std::string kAll = "/v1/mgmt/user/customattributes";
const std::string kCreate = "/v1/mgmt/user/customattribute/create";
const std::string kDelete = "/v1/mgmt/user/customattribute/delete";

TEST(CustomAttributes, AnswerTheWholeSetAfterEachChange) {
  Api api;
  EXPECT_EQ(json::serialize(api.get(kAll).body), R"({"data":[],"total":"0"})");
  const Answer made = api.post(kCreate, R"({"attributes":[{"name":"plan","type":4,"options":[{"value":"pro"}],
      "displayName":"Plan","defaultValue":{"any":[1]}},{"name":"age","type":2}]})");
  EXPECT_EQ(made.status, 200) << made.message();
  EXPECT_EQ(made.text("/total"), "2");
  EXPECT_TRUE(made.body.at("total").is_string());
  EXPECT_EQ(made.text("/data/0/name"), "plan");
  EXPECT_EQ(made.text("/data/0/options/0/value"), "pro");
  EXPECT_EQ(made.text("/data/0/defaultValue"), R"({"any":[1]})");
  EXPECT_EQ(made.text("/data/1/editable"), "true");
  const Answer left = api.post(kDelete, R"({"names":["plan","unknown"]})");
  EXPECT_EQ(left.text("/data/0/name"), "age");
  EXPECT_EQ(left.text("/total"), "1");
  EXPECT_EQ(api.get(kAll).body, left.body);
}

TEST(CustomAttributes, OfAKnownNameAreUpdated) {
  Api api;
  api.post(kCreate, R"({"attributes":[{"name":"a","type":1,"displayName":"old"}]})");
  const Answer again = api.post(kCreate, R"({"attributes":[{"name":"a","type":1,"displayName":"new"}]})");
  EXPECT_EQ(again.size("/data"), 1U);
  EXPECT_EQ(again.text("/data/0/displayName"), "new");
}

TEST(CustomAttributes, AreMadeAllOrNone) {
  Api api;
  const auto code = [&](const std::string& second) {
    return api.post(kCreate, R"({"attributes":[{"name":"good","type":1},)" + second + "]}").code();
  };
  EXPECT_EQ(code(R"({"name":"","type":1})"), "E011002");
  EXPECT_EQ(code(R"({"name":"a b","type":1})"), "E011003");
  EXPECT_EQ(code(R"({"name":"a","type":8})"), "E011004");
  EXPECT_EQ(code(R"({"name":"a","type":"1"})"), "E011001");
  EXPECT_EQ(code(R"({"name":"a","type":1,"unheard":1})"), "E011001");
  EXPECT_EQ(code("7"), "E011001");
  EXPECT_EQ(api.post(kCreate, "{}").code(), "E011002");
  EXPECT_EQ(api.post(kDelete, R"({"names":[]})").code(), "E011002");
  EXPECT_EQ(api.get(kAll).size("/data"), 0U);
}

TEST(CustomAttributes, OutliveARestart) {
  Api api;
  api.post(kCreate, R"({"attributes":[{"name":"a","type":3,"defaultValue":true}]})");
  Api again;
  ASSERT_FALSE(again.service->restore(api.service->snapshot()).has_error());
  EXPECT_EQ(again.get(kAll).body, api.get(kAll).body);
  json::value broken = api.service->snapshot();
  broken.at("customAttributes").at(0).at("type") = 9;
  EXPECT_TRUE(again.service->restore(broken).has_error());
}

TEST(Projects, ListHoldsTheOneThatAsks) {
  Api api;
  const Answer answer = api.post("/v1/mgmt/projects/list");
  EXPECT_EQ(answer.size("/projects"), 1U);
  EXPECT_EQ(answer.text("/projects/0/id"), "P1");
}

}  // namespace
}  // namespace descopectl::emulator
