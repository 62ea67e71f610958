// Each switch of `descopectl emulator`, by what a client sees with it and without it.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

const std::string kResource = "/v1/mgmt/resource";
const std::string kOutbound = "/v1/mgmt/outbound/app";
const std::string kInbound = "/v1/mgmt/thirdparty/app";
const std::string kRole = "/v1/mgmt/role";

/// An emulator with some flags, and a client.
class Emulated {
 public:
  explicit Emulated(Arguments flags = {}) : emulator_(folder_, std::move(flags)), api(emulator_.port()) {}

 private:
  Folder folder_;
  Emulator emulator_;

 public:
  Api api;
};

json::object resource(const Api& api, std::string_view name = "R",
                      std::string_view uri = "https://r.example") {
  return api.post(kResource + "/create", {{"name", name}, {"uri", uri}, {"type", "api"}})
      .value()
      .at("resource")
      .as_object();
}

TEST(EmulatorSwitch, StrictVersionRefusesAnOldVersion) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--strict-version"} : Arguments{});
    json::object stale = resource(emulated.api);
    EXPECT_EQ(emulated.api.post(kResource + "/update", {{"resource", stale}}).status, 200);
    EXPECT_EQ(emulated.api.post(kResource + "/update", {{"resource", stale}}).status, is_on ? 409 : 200);
  }
}

TEST(EmulatorSwitch, UniqueNamesStopAReplacementUnderAnotherIdWithTheWayOut) {
  const Project project({"--unique-names"});
  const auto manifests = [](const std::string& id) {
    return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: c, id: " + id +
           "}\nspec: {name: Mine}\n---\napiVersion: descopectl/v1\nkind: Resource\nmetadata: {name: r}\n"
           "spec: {name: r, type: mcp, uri: 'https://r.example', scopes: {connectionsScopes: [{name: s, "
           "connections: [{connection: c}]}]}}\n";
  };
  project.declare(manifests("one"));
  ASSERT_EQ(project.apply().status, 0);
  project.declare(manifests("two"));
  const Result refused = project.apply({"--allow-replace"});
  EXPECT_EQ(refused.status, 9) << refused.all();
  EXPECT_NE(refused.out.find("'one' has this name until it is deleted or renamed, which comes after this: "
                             "give Connection/c another name and apply, then the one that it is to have"),
            std::string::npos)
      << refused.all();
}

TEST(EmulatorSwitch, CheckReferencesRefusesUnknownRoles) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--check-references"} : Arguments{});
    const json::value scopes = {
        {"permissionsScopes", json::array{{{"name", "s"}, {"values", json::array{"no-such-role"}}}}}};
    const Answer answer =
        emulated.api.post(kResource + "/create",
                          {{"name", "R"}, {"uri", "https://r.example"}, {"type", "api"}, {"scopes", scopes}});
    EXPECT_EQ(answer.status, is_on ? 400 : 200) << answer.body;
  }
}

TEST(EmulatorSwitch, StrictConnectionRefusesIncompleteOnes) {
  EXPECT_EQ(Emulated().api.post(kOutbound + "/create", {{"name", "c"}}).status, 200);
  const Answer refused = Emulated({"--strict-connection"}).api.post(kOutbound + "/create", {{"name", "c"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.value().at("errorCode").as_string(), "E011002");
}

TEST(EmulatorSwitch, UniqueNamesRefusesASecondOne) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--unique-names"} : Arguments{});
    emulated.api.post(kOutbound + "/create", {{"id", "a"}, {"name", "same"}});
    EXPECT_EQ(emulated.api.post(kOutbound + "/create", {{"id", "b"}, {"name", "same"}}).status,
              is_on ? 409 : 200);
  }
}

TEST(EmulatorSwitch, AllowUriUpdateLetsAUriChange) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--allow-uri-update"} : Arguments{});
    json::object changed = resource(emulated.api);
    changed["uri"] = "https://other.example";
    EXPECT_EQ(emulated.api.post(kResource + "/update", {{"resource", changed}}).status, is_on ? 200 : 400);
  }
}

TEST(EmulatorSwitch, DcrUpdateKeepsResetsOrStores) {
  for (const std::string how : {"keep", "reset", "store"}) {
    const Emulated emulated({"--dcr-update", how});
    emulated.api.post(kOutbound + "/create",
                      {{"id", "c"}, {"name", "c"}, {"useDcr", true}, {"dcrUrl", "https://old.example"}});
    emulated.api.change_connection("c", {{"useDcr", true}, {"dcrUrl", "https://new.example"}});
    const json::value after = emulated.api.connection("c");
    const std::string expected = how == "keep"    ? "https://old.example"
                                 : how == "reset" ? ""
                                                  : "https://new.example";
    EXPECT_EQ(after.at("dcrUrl").as_string(), expected) << how;
    EXPECT_EQ(after.at("useDcr").as_bool(), how != "reset") << how;
  }
}

TEST(EmulatorSwitch, NoZeroValuesLeavesThemOut) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--no-zero-values"} : Arguments{});
    EXPECT_EQ(resource(emulated.api).contains("description"), !is_on);
  }
}

TEST(EmulatorSwitch, DuplicateStatusIsTheOneGiven) {
  for (const std::string status : {"409", "400", "500"}) {
    const Emulated emulated({"--duplicate-status", status});
    resource(emulated.api);
    const Answer again = emulated.api.post(kResource + "/create",
                                           {{"name", "R2"}, {"uri", "https://r.example"}, {"type", "api"}});
    EXPECT_EQ(std::to_string(again.status), status);
  }
}

TEST(EmulatorSwitch, WrapInboundLoadWraps) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--wrap-inbound-load"} : Arguments{});
    const json::value made = emulated.api.post(kInbound + "/create", {{"name", "app"}}).value();
    const Answer loaded = emulated.api.get(kInbound + "/load?id=" + std::string(made.at("id").as_string()));
    EXPECT_EQ(loaded.value().as_object().contains("app"), is_on);
  }
}

TEST(EmulatorSwitch, IgnoreUnknownFieldsTakesThem) {
  const json::value body = {{"name", "c"}, {"unheard", 1}};
  EXPECT_EQ(Emulated().api.post(kOutbound + "/create", body).status, 400);
  EXPECT_EQ(Emulated({"--ignore-unknown-fields"}).api.post(kOutbound + "/create", body).status, 200);
}

TEST(EmulatorSwitch, ListLagKeepsListsBack) {
  const Emulated emulated({"--list-lag-ms", "600000"});
  EXPECT_EQ(emulated.api.post(kOutbound + "/create", {{"id", "c"}, {"name", "c"}}).status, 200);
  EXPECT_TRUE(emulated.api.connections().empty());
  EXPECT_EQ(emulated.api.get(kOutbound + "/c").status, 200);
}

TEST(EmulatorSwitch, SecretInResponseShowsTheMemberEmpty) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--secret-in-response"} : Arguments{});
    emulated.api.post(kOutbound + "/create", {{"id", "c"}, {"name", "c"}, {"clientSecret", "s3cret-value"}});
    const Answer loaded = emulated.api.get(kOutbound + "/c");
    EXPECT_EQ(loaded.value().at("app").as_object().contains("clientSecret"), is_on);
    EXPECT_EQ(loaded.body.find("s3cret-value"), std::string::npos);
  }
}

TEST(EmulatorSwitch, DefaultAppTypeIsTheOneGiven) {
  const Emulated emulated({"--default-app-type", "custom"});
  emulated.api.post(kOutbound + "/create", {{"id", "c"}, {"name", "c"}});
  EXPECT_EQ(emulated.api.connection("c").at("appType").as_string(), "custom");
}

TEST(EmulatorSwitch, PageSizeIsWhatACallWithoutOneGets) {
  const Emulated emulated({"--page-size", "2"});
  for (const std::string name : {"a", "b", "c"})
    emulated.api.post(kInbound + "/create", {{"name", name}});
  const json::value page = emulated.api.get("/v1/mgmt/thirdparty/apps/load").value();
  EXPECT_EQ(page.at("apps").as_array().size(), 2U);
  EXPECT_EQ(page.at("total").as_int64(), 3);
}

TEST(EmulatorSwitch, AllowUnfilteredRoleDeleteDeletesEveryRole) {
  for (const bool is_on : {false, true}) {
    const Emulated emulated(is_on ? Arguments{"--allow-unfiltered-role-delete"} : Arguments{});
    emulated.api.post(kRole + "/create", {{"name", "r"}});
    EXPECT_EQ(emulated.api.post(kRole + "/delete/batch", json::object()).status, is_on ? 200 : 400);
    EXPECT_EQ(emulated.api.roles().size(), is_on ? 0U : 1U);
  }
}

TEST(EmulatorSwitch, SeedMakesIdsReproducible) {
  const auto id = [](const std::string& seed) {
    const Emulated emulated({"--seed", seed});
    return resource(emulated.api).at("id");
  };
  EXPECT_EQ(id("7"), id("7"));
  EXPECT_NE(id("7"), id("8"));
}

TEST(EmulatorSwitch, LatencyHoldsEveryAnswerBack) {
  const Emulated emulated({"--latency-ms", "40"});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(emulated.api.get("/v1/mgmt/license").status, 200);
  EXPECT_EQ(emulated.api.get("/v1/mgmt/license").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(80));
}

}  // namespace
}  // namespace descopectl::e2e
