// Resources and templates: wrapping, override, versions, lookups, uniqueness, immutability.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

constexpr const char* kCreate = "/v1/mgmt/resource/create";
constexpr const char* kUpdate = "/v1/mgmt/resource/update";

std::string create(Api& api, const std::string& uri, const std::string& more = {}) {
  const Answer answer = api.post(kCreate, R"({"name":"n","type":"api","uri":")" + uri + "\"" + more + "}");
  EXPECT_EQ(answer.status, 200) << answer.message();
  return answer.text("/resource/id");
}

TEST(Resources, CreateMakesIdVersionAndTimes) {
  Api api;
  const Answer answer = api.post(kCreate, R"({"name":"n","type":"mcp","uri":"https://a.test/mcp"})");
  EXPECT_EQ(answer.text("/resource/id").substr(0, 2), "RS");
  EXPECT_GE(answer.text("/resource/id").size(), 27U);
  EXPECT_EQ(answer.text("/resource/version"), "1");
  EXPECT_TRUE(answer.body.at("resource").at("version").is_string());
  EXPECT_EQ(answer.text("/resource/createdTime"), "1750000000000");
  EXPECT_EQ(answer.text("/resource/modifiedTime"), "1750000000000");
  EXPECT_EQ(answer.text("/resource/scopes"), "null");
}

TEST(Resources, CreateTakesNoId) {
  Api api;
  EXPECT_EQ(api.post(kCreate, R"({"id":"RS1","name":"n","type":"mcp","uri":"https://a.test"})").message(),
            "unknown field \"id\"");
}

TEST(Resources, AbsentNameIsMissingAndBlankOneInvalid) {
  Api api;
  EXPECT_EQ(api.post(kCreate, R"({"type":"api","uri":"https://a.test"})").code(), "E011002");
  const Answer blank = api.post(kCreate, R"({"name":"","type":"api","uri":"https://a.test"})");
  EXPECT_EQ(blank.code(), "E011003");
  EXPECT_EQ(blank.message(), "name: value length must be at least 1");
  EXPECT_EQ(api.post(kCreate, R"({"name":"n","type":"web","uri":"https://a.test"})").code(), "E011004");
}

TEST(Resources, UpdateReplacesTheWholeObject) {
  Api api;
  const std::string id =
      create(api, "https://a.test",
             R"(,"description":"d","scopes":{"permissionsScopes":[{"name":"s","values":["r"]}]})");
  api.clock.advance(std::chrono::seconds(5));
  const Answer answer =
      api.post(kUpdate, R"({"resource":{"id":")" + id +
                            R"(","version":1,"name":"m","type":"api","uri":"https://a.test"}})");
  EXPECT_EQ(answer.status, 200) << answer.message();
  EXPECT_EQ(answer.text("/resource/name"), "m");
  EXPECT_EQ(answer.text("/resource/description"), "");
  EXPECT_EQ(answer.text("/resource/scopes"), "null");
  EXPECT_EQ(answer.text("/resource/version"), "2");
  EXPECT_EQ(answer.text("/resource/createdTime"), "1750000000000");
  EXPECT_EQ(answer.text("/resource/modifiedTime"), "1750000005000");
}

TEST(Resources, UpdateAcceptsTheLoadedObjectAsItStands) {
  Api api;
  const std::string id = create(api, "https://a.test", R"(,"userAccess":"whatever")");
  const Answer loaded = api.get("/v1/mgmt/resource/load?id=" + id);
  const Answer updated = api.post(kUpdate, json::serialize(loaded.body));
  EXPECT_EQ(updated.status, 200) << updated.message();
  EXPECT_EQ(updated.text("/resource/userAccess"), "whatever");
}

TEST(Resources, UpdateThatIsNotWrappedIsRefused) {
  Api api;
  const std::string id = create(api, "https://a.test");
  EXPECT_EQ(api.post(kUpdate, R"({"id":")" + id + R"(","name":"m"})").message(), "unknown field \"id\"");
  EXPECT_EQ(api.post(kCreate, R"({"resource":{"name":"m"}})").message(), "unknown field \"resource\"");
  EXPECT_EQ(api.post(kUpdate, R"({"resource":7})").code(), "E011001");
  EXPECT_EQ(api.post(kUpdate, "{}").code(), "E011002");
}

TEST(Resources, TypeAndUriCannotBeChanged) {
  Api api;
  const std::string id = create(api, "https://a.test");
  const std::string head = R"({"resource":{"id":")" + id + R"(","name":"n",)";
  const Answer type = api.post(kUpdate, head + R"("type":"mcp","uri":"https://a.test"}})");
  EXPECT_EQ(type.status, 400);
  EXPECT_EQ(type.code(), "E011004");
  EXPECT_EQ(type.message(), "type can't be changed");
  EXPECT_EQ(api.post(kUpdate, head + R"("type":"api","uri":"https://b.test"}})").code(), "E011004");
}

TEST(Resources, UriCanBeChangedUnderTheSwitch) {
  Switches switches;
  switches.allow_uri_update = true;
  Api api(switches);
  const std::string id = create(api, "https://a.test");
  const std::string head = R"({"resource":{"id":")" + id + R"(","name":"n",)";
  EXPECT_EQ(api.post(kUpdate, head + R"("type":"api","uri":"https://b.test"}})").status, 200);
  EXPECT_EQ(api.get("/v1/mgmt/resource/load/uri?uri=https%3A%2F%2Fb.test").text("/resource/id"), id);
  EXPECT_EQ(api.get("/v1/mgmt/resource/load/uri?uri=https%3A%2F%2Fa.test").status, 404);
  EXPECT_EQ(api.post(kUpdate, head + R"("type":"mcp","uri":"https://b.test"}})").code(), "E011004");
}

TEST(Resources, SameUriIsADuplicateWithTheSwitchsStatus) {
  Switches switches;
  for (const int status : {409, 400, 500}) {
    switches.duplicate_status = status;
    Api api(switches);
    create(api, "https://a.test");
    const Answer answer = api.post(kCreate, R"({"name":"n","type":"api","uri":"https://a.test"})");
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.code(), "E990109");
  }
}

TEST(Resources, NamesAreFreeUnlessSwitched) {
  Api api;
  create(api, "https://a.test");
  create(api, "https://b.test");
  Switches switches;
  switches.unique_names = true;
  Api strict(switches);
  create(strict, "https://a.test");
  EXPECT_EQ(strict.post(kCreate, R"({"name":"n","type":"api","uri":"https://b.test"})").status, 409);
}

TEST(Resources, StaleVersionIsRefusedOnlyUnderTheSwitch) {
  Switches switches;
  switches.strict_version = true;
  Api api(switches);
  const std::string id = create(api, "https://a.test");
  const auto body = [&](const std::string& version) {
    return R"({"resource":{"id":")" + id + R"(","version":")" + version +
           R"(","name":"n","type":"api","uri":"https://a.test"}})";
  };
  EXPECT_EQ(api.post(kUpdate, body("1")).status, 200);
  EXPECT_EQ(api.post(kUpdate, body("1")).status, 409);
  EXPECT_EQ(api.post(kUpdate, body("x")).code(), "E011001");
  EXPECT_EQ(api.post(kUpdate, body("")).status, 200);
  EXPECT_EQ(api.post(kUpdate, body("3")).status, 200);
}

TEST(Resources, UnknownIdIsNotFoundInSingleCallsAndIgnoredInBatches) {
  Api api;
  EXPECT_EQ(api.get("/v1/mgmt/resource/load?id=RS1").status, 404);
  EXPECT_EQ(api.get("/v1/mgmt/resource/load").code(), "E011002");
  EXPECT_EQ(api.post("/v1/mgmt/resource/delete", R"({"id":"RS1"})").code(), "E990104");
  EXPECT_EQ(api.post(kUpdate, R"({"resource":{"id":"RS1","name":"n"}})").status, 404);
  const std::string id = create(api, "https://a.test");
  EXPECT_EQ(api.post("/v1/mgmt/resource/delete/batch", R"({"ids":["RS1",")" + id + "\"]}").status, 200);
  EXPECT_EQ(api.get("/v1/mgmt/resources/load").text("/total"), "0");
}

TEST(Resources, ListShowsTheStoreAsItWasWithinTheLag) {
  Switches switches;
  switches.list_lag_ms = 1000;
  Api api(switches);
  const std::string id = create(api, "https://a.test");
  EXPECT_EQ(api.get("/v1/mgmt/resources/load").size("/resources"), 0U);
  EXPECT_EQ(api.get("/v1/mgmt/resource/load?id=" + id).status, 200);
  api.clock.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(api.get("/v1/mgmt/resources/load").size("/resources"), 1U);
  api.post("/v1/mgmt/resource/delete", R"({"id":")" + id + "\"}");
  EXPECT_EQ(api.get("/v1/mgmt/resources/load").size("/resources"), 1U);
  api.clock.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(api.get("/v1/mgmt/resources/load").size("/resources"), 0U);
}

TEST(Resources, UnknownRoleInAScopeIsRefusedUnderStrictReferencesOnly) {
  const char* more = R"(,"scopes":{"permissionsScopes":[{"name":"s","values":["ghost"]}]})";
  Api api;
  create(api, "https://a.test", more);
  Switches switches;
  switches.strict_references = true;
  Api strict(switches);
  const Answer answer =
      strict.post(kCreate, std::string(R"({"name":"n","type":"api","uri":"https://a.test")") + more + "}");
  EXPECT_EQ(answer.message(), "There is no Role 'ghost'");
  strict.post("/v1/mgmt/role/create", R"({"name":"ghost"})");
  create(strict, "https://a.test", more);
}

TEST(Templates, LiveThroughTheirSixCalls) {
  Api api;
  const std::string base = "/v1/mgmt/resource/dynamic-registration-template";
  const Answer made =
      api.post(base + "/create", R"({"name":"t","tags":["a"],"loginPageURL":"https://l.test"})");
  ASSERT_EQ(made.status, 200) << made.message();
  const std::string id = made.text("/template/id");
  EXPECT_EQ(api.get(base + "/load?id=" + id).text("/template/loginPageURL"), "https://l.test");
  const Answer changed = api.post(base + "/update", R"({"template":{"id":")" + id + R"(","name":"u"}})");
  EXPECT_EQ(changed.text("/template/tags"), "[]");
  EXPECT_EQ(changed.text("/template/version"), "2");
  EXPECT_EQ(api.get(base + "s/load").text("/total"), "1");
  EXPECT_EQ(api.post(base + "s/delete", R"({"ids":[")" + id + "\"]}").status, 200);
  EXPECT_EQ(api.post(base + "/delete", R"({"id":")" + id + "\"}").status, 404);
}

}  // namespace
}  // namespace descopectl::emulator
