// Connections: chosen ids, the write-only secret, lost DCR fields, application types.
#include "api.hpp"

namespace descopectl::emulator {
namespace {

constexpr const char* kCreate = "/v1/mgmt/outbound/app/create";
constexpr const char* kUpdate = "/v1/mgmt/outbound/app/update";

std::string stored_secret(const Api& api) {
  const json::value snapshot = api.service->snapshot();
  const json::object& connection = snapshot.at("objects").at("Connection").at(0).get_object();
  const json::value* secret = base::find_member(connection, "clientSecret");
  return secret == nullptr ? "(none)" : std::string(secret->get_string());
}

TEST(Connections, KeepTheChosenIdAndRefuseItTwice) {
  Api api;
  EXPECT_EQ(api.post(kCreate, R"({"id":"google-gmail","name":"G"})").text("/app/id"), "google-gmail");
  const Answer again = api.post(kCreate, R"({"id":"google-gmail","name":"H"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "E151001");
  EXPECT_EQ(api.post(kCreate, R"({"id":"a/b","name":"H"})").code(), "E011004");
  EXPECT_GE(api.post(kCreate, R"({"id":"","name":"H"})").text("/app/id").size(), 20U);
}

TEST(Connections, IdInThePathIsDecoded) {
  Api api;
  api.post(kCreate, R"({"id":"a b+c%","name":"G"})");
  EXPECT_EQ(api.get("/v1/mgmt/outbound/app/a%20b%2Bc%25").text("/app/id"), "a b+c%");
  EXPECT_EQ(api.get("/v1/mgmt/outbound/app/other").code(), "E990304");
  EXPECT_EQ(api.get("/v1/mgmt/outbound/app?id=other").status, 404);
}

TEST(Connections, AbsentSecretKeepsEmptyClearsAndNoneIsReturned) {
  Api api;
  const Answer made = api.post(kCreate, R"({"id":"c","name":"G","clientSecret":"planted"})");
  EXPECT_EQ(json::serialize(made.body).find("planted"), std::string::npos);
  EXPECT_EQ(made.text("/app/clientSecret"), "(absent)");
  api.post(kUpdate, R"({"app":{"id":"c","name":"H"}})");
  EXPECT_EQ(stored_secret(api), "planted");
  api.post(kUpdate, R"({"app":{"id":"c","name":"H","clientSecret":null}})");
  EXPECT_EQ(stored_secret(api), "planted");
  api.post(kUpdate, R"({"app":{"id":"c","name":"H","clientSecret":"new"}})");
  EXPECT_EQ(stored_secret(api), "new");
  api.post(kUpdate, R"({"app":{"id":"c","name":"H","clientSecret":""}})");
  EXPECT_EQ(stored_secret(api), "(none)");
}

TEST(Connections, SecretIsShownEmptyUnderTheSwitch) {
  Switches switches;
  switches.secret_in_response = true;
  Api api(switches);
  EXPECT_EQ(api.post(kCreate, R"({"id":"c","name":"G","clientSecret":"planted"})").text("/app/clientSecret"),
            "");
}

TEST(Connections, FromATemplateTakeOverridesInTheirOwnMessage) {
  Api api;
  const std::string by_template = std::string(kCreate) + "/bytemplate";
  const Answer made =
      api.post(by_template,
               R"({"templateId":"slack","id":"s","clientId":"c","overrides":{"name":"Chat","pkce":false}})");
  EXPECT_EQ(made.text("/app/id"), "s");
  EXPECT_EQ(made.text("/app/name"), "Chat");
  EXPECT_EQ(made.text("/app/pkce"), "false");
  EXPECT_NE(made.text("/app/tokenUrl"), "") << "the rest is the template's";
  EXPECT_EQ(made.text("/app/templateId"), "(absent)");
  EXPECT_EQ(api.post(by_template, R"({"id":"t"})").code(), "E011002");
  EXPECT_EQ(api.post(by_template, R"({"templateId":"slack","name":"x"})").code(), "E011001");
  EXPECT_EQ(api.post(by_template, R"({"templateId":"slack","overrides":{"appType":"apikey"}})").code(),
            "E011001");
  EXPECT_EQ(api.post(by_template, R"({"templateId":"slack","overrides":7})").code(), "E011001");
}

TEST(Connections, FromAPresetTakeNothingButTheTenant) {
  Api api;
  const std::string by_preset = std::string(kCreate) + "/bydcrpreset";
  const Answer made = api.post(by_preset, R"({"dcrPresetId":"notion","tenantId":"T1"})");
  EXPECT_GE(made.text("/app/id").size(), 20U);
  EXPECT_EQ(made.text("/app/useDcr"), "true");
  EXPECT_EQ(made.text("/app/tenantId"), "T1");
  EXPECT_EQ(api.post(by_preset, R"({"dcrPresetId":"notion","id":"mine"})").code(), "E011001");
  EXPECT_EQ(api.post(by_preset, "{}").code(), "E011002");
  EXPECT_EQ(api.post(kCreate, R"({"name":"x","dcrPresetId":"notion"})").code(), "E011001");
}

TEST(Connections, UpdateTreatsRegistrationFieldsAsTheSwitchSays) {
  const std::string create = R"({"id":"c","name":"G","useDcr":true,"dcrUrl":"https://r.test"})";
  const std::string update = R"({"app":{"id":"c","name":"G","useDcr":false,"dcrUrl":"https://s.test"}})";
  const auto after = [&](DcrUpdate choice) {
    Switches switches;
    switches.dcr_update = choice;
    Api api(switches);
    api.post(kCreate, create);
    const Answer answer = api.post(kUpdate, update);
    return answer.text("/app/useDcr") + " " + answer.text("/app/dcrUrl");
  };
  EXPECT_EQ(after(DcrUpdate::kKeep), "true https://r.test");
  EXPECT_EQ(after(DcrUpdate::kReset), "false ");
  EXPECT_EQ(after(DcrUpdate::kStore), "false https://s.test");
}

TEST(Connections, ApplicationTypeFallsBackToTheDefault) {
  Api api;
  EXPECT_EQ(api.post(kCreate, R"({"id":"c","name":"G","appType":"apikey"})").text("/app/appType"), "apikey");
  EXPECT_EQ(api.post(kUpdate, R"({"app":{"id":"c","name":"G"}})").text("/app/appType"), "oauth");
  Switches switches;
  switches.default_app_type = "custom";
  EXPECT_EQ(Api(switches).post(kCreate, R"({"name":"G"})").text("/app/appType"), "custom");
}

TEST(Connections, TolerateTemplateIdAndIgnoreIt) {
  Api api;
  const Answer answer = api.post(kCreate, R"({"id":"c","name":"G","templateId":""})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("/app/templateId"), "(absent)");
  EXPECT_EQ(api.post(kUpdate, R"({"app":{"id":"c","name":"G","templateId":"x"}})").status, 200);
}

TEST(Connections, GuidesRulesHoldUnderTheSwitchOnly) {
  Switches switches;
  switches.strict_connection = true;
  Api api(switches);
  EXPECT_EQ(api.post(kCreate, R"({"name":"G"})").message(), "The clientId argument is required");
  EXPECT_EQ(api.post(kCreate, R"({"name":"G","appType":"apikey"})").status, 200);
  EXPECT_EQ(api.post(kCreate, R"({"name":"G","clientId":"a","clientSecret":"b"})").message(),
            "The authorizationUrl argument is required");
  EXPECT_EQ(
      api.post(kCreate, R"({"name":"G","clientId":"a","clientSecret":"b","discoveryUrl":"https://d.test"})")
          .status,
      200);
}

TEST(Connections, ListHasNoTotal) {
  Api api;
  api.post(kCreate, R"({"id":"b","name":"G"})");
  api.post(kCreate, R"({"id":"a","name":"G"})");
  const Answer answer = api.get("/v1/mgmt/outbound/apps");
  EXPECT_EQ(answer.text("/apps/0/id"), "b");
  EXPECT_EQ(answer.text("/apps/1/id"), "a");
  EXPECT_EQ(answer.text("/total"), "(absent)");
}

TEST(Connections, DeleteAnswersAnEmptyObject) {
  Api api;
  api.post(kCreate, R"({"id":"c","name":"G"})");
  EXPECT_EQ(json::serialize(api.post("/v1/mgmt/outbound/app/delete", R"({"id":"c"})").body), "{}");
  EXPECT_EQ(api.post("/v1/mgmt/outbound/app/delete", R"({"id":"c"})").status, 404);
  EXPECT_EQ(api.post("/v1/mgmt/outbound/app/delete", R"({"id":7})").code(), "E011001");
  EXPECT_EQ(api.post("/v1/mgmt/outbound/app/delete").code(), "E011002");
}

}  // namespace
}  // namespace descopectl::emulator
