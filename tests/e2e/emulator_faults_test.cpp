// `descopectl emulator --fault`: over the wire, from the variable, and what the program itself makes of them.
#include <gtest/gtest.h>

#include <thread>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

const std::string kLicense = "/v1/mgmt/license";
const std::string kCreate = "/v1/mgmt/outbound/app/create";
const json::value kConnection = {{"id", "c"}, {"name", "C"}};

TEST(EmulatorFaults, AnswerInPlaceOfTheService) {
  const Folder folder;
  const Emulator emulator(folder, {"--fault", "POST */create: status=503, times=1, body=html", "--fault",
                                   "GET /v1/mgmt/license: status=429, after=1, retry-after=3"});
  const Api api(emulator.port());
  const Answer refused = api.post(kCreate, kConnection);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("<html>"), std::string::npos) << refused.body;
  EXPECT_TRUE(api.connections().empty());
  EXPECT_EQ(api.post(kCreate, kConnection).status, 200);
  EXPECT_EQ(api.get(kLicense).status, 200);
  const Answer limited = api.get(kLicense);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.value().at("errorCode").as_string(), "E130429");
}

TEST(EmulatorFaults, CutConnectionsBeforeAndAfterTheEffect) {
  const Folder folder;
  const Emulator emulator(folder, {"--fault", "POST *: connection=reset, times=1", "--fault",
                                   "POST *: connection=reset, effect=yes, times=1", "--fault",
                                   "GET /v1/mgmt/outbound/app/*: connection=truncate"});
  const Api api(emulator.port());
  EXPECT_EQ(api.post(kCreate, kConnection).status, 0);
  EXPECT_TRUE(api.connections().empty());
  EXPECT_EQ(api.post(kCreate, kConnection).status, 0);
  EXPECT_EQ(api.connections().size(), 1U);
  const Answer cut = api.get("/v1/mgmt/outbound/app/c");
  EXPECT_EQ(cut.status, 200);
  EXPECT_ANY_THROW(static_cast<void>(cut.value())) << cut.body;
}

TEST(EmulatorFaults, OfOneConnectionKeepNoOtherWaiting) {
  const Folder folder;
  Emulator emulator(
      folder, {"--fault", "POST *: delay=600000, times=1", "--fault", "POST *: connection=hang, effect=yes"});
  const Api api(emulator.port());
  std::vector<std::thread> waiting;
  for (const std::string id : {"a", "b"})
    waiting.emplace_back([api, id] { EXPECT_EQ(api.post(kCreate, {{"id", id}, {"name", "n"}}).status, 0); });
  // Both were carried out and wait for their answers; lists are answered all the same.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (api.connections().size() < 2 && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(api.connections().size(), 2U);
  emulator.stop();
  for (std::thread& thread : waiting)
    thread.join();
}

TEST(EmulatorFaults, ThatAreWrongNameTheKeyAndTheNearest) {
  const Workspace workspace;
  const Result result =
      workspace.run({"emulator", "--fault", "POST /a: statsu=503", "--fault", "POST /a: status=99"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err,
            "error: invalid value 'POST /a: statsu=503' for '--fault': unknown key 'statsu' [invalid-value]\n"
            "hint: did you mean 'status'?\n"
            "error: invalid value 'POST /a: status=99' for '--fault': invalid value '99' for 'status' "
            "[invalid-value]\n"
            "hint: must be a number from 400 to 599\n");
}

TEST(EmulatorFaults, ComeFromTheVariableSeparatedBySemicolons) {
  const Folder folder;
  const Emulator emulator(
      folder, {}, {{"DESCOPECTL_FAULT", "/v1/mgmt/license: status=503, times=1; /v1/mgmt/*: status=502"}});
  const Api api(emulator.port());
  EXPECT_EQ(api.get(kLicense).status, 503);
  EXPECT_EQ(api.get(kLicense).status, 502);
}

TEST(EmulatorFaults, OfTheRateLimitAreWaitedOut) {
  Project project({"--fault", "*: status=429, retry-after=0, every=2, times=5"});
  project.declare(connection("a") + "---\n" + connection("b"));
  const Result result = project.apply();
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(Api(project).connections().size(), 2U);
}

}  // namespace
}  // namespace descopectl::e2e
