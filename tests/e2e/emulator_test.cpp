// `descopectl emulator` as a program: credentials, persistence, and requests that are none.
#include <gtest/gtest.h>

#include "api.hpp"

namespace descopectl::e2e {
namespace {

TEST(EmulatorCommand, TakesOnlyTheKeyThatItWasGiven) {
  const Folder folder;
  const Emulator emulator(folder, {}, {{"DESCOPE_PROJECT_ID", "P1"}, {"DESCOPE_MANAGEMENT_KEY", "right"}});
  EXPECT_EQ(Api(emulator.port(), "P1:right").get("/v1/mgmt/role/all").status, 200);
  for (const std::string wrong : {"P1:wrong", "P2:right", "right", "", "P1:", ":right"})
    EXPECT_EQ(Api(emulator.port(), wrong).get("/v1/mgmt/role/all").status, 401) << wrong;
}

TEST(EmulatorCommand, TakesAnyWellFormedKeyWithoutOne) {
  const Folder folder;
  const Emulator emulator(folder);
  EXPECT_EQ(Api(emulator.port(), "P9:anything").get("/v1/mgmt/role/all").status, 200);
  EXPECT_EQ(Api(emulator.port(), "noprojecthere").get("/v1/mgmt/role/all").status, 401);
}

TEST(EmulatorCommand, KeepsItsDataOverARestart) {
  const Folder folder;
  {
    Emulator emulator(folder);
    const Api api(emulator.port());
    EXPECT_EQ(api.post("/v1/mgmt/outbound/app/create", {{"id", "a"}, {"name", "A"}}).status, 200);
    EXPECT_EQ(
        api.post("/v1/mgmt/resource/create", {{"name", "R"}, {"uri", "https://r.example"}, {"type", "api"}})
            .status,
        200);
    const Result stopped = emulator.stop();
    EXPECT_EQ(stopped.status, 0) << stopped.all();
  }
  const Emulator again(folder);
  EXPECT_EQ(Api(again.port()).connection("a").at("name").as_string(), "A");
  EXPECT_EQ(Api(again.port()).resources().size(), 1U);
}

TEST(EmulatorCommand, LeavesADataFileAloneThatIsNotItsOwn) {
  Workspace workspace;
  for (const std::string text : {"{\"broken", "[1,2,3]", "{\"format\":\"something-else\"}"}) {
    workspace.folder.write("emulator.json", text);
    const Result result = workspace.run({"emulator", "--port", "0", "--data", "emulator.json"});
    EXPECT_EQ(result.status, 3) << result.all();
    EXPECT_NE(result.err.find("emulator.json"), std::string::npos) << result.err;
    EXPECT_EQ(workspace.folder.read("emulator.json"), text);
  }
}

TEST(EmulatorCommand, LeavesADataFileAloneThatAnotherServesFrom) {
  Workspace workspace;
  {
    const Emulator emulator(workspace.folder);
    const Result second = workspace.run({"emulator", "--port", "0", "--data", "emulator.json"});
    EXPECT_EQ(second.status, 6) << second.all();
    EXPECT_NE(second.err.find("emulator.json is in use by another emulator"), std::string::npos)
        << second.err;
  }
  const Emulator after(workspace.folder);  // or it would not have started
}

TEST(EmulatorCommand, SaysWhereItListensInJsonToo) {
  const Workspace workspace;
  const auto emulator = workspace.start({"emulator", "--port", "0", "--json"});
  ASSERT_TRUE(emulator->wait_for("}\n"));
  const json::value said = json::parse(emulator->output());
  EXPECT_EQ(said.at("base_url").as_string(),
            "http://127.0.0.1:" + std::to_string(said.at("port").as_int64()));
}

TEST(EmulatorCommand, RefusesAPortThatIsTaken) {
  Workspace workspace;
  const Emulator emulator(workspace.folder);
  const Result result = workspace.run({"emulator", "--port", std::to_string(emulator.port())});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err,
            "error: 127.0.0.1:" + std::to_string(emulator.port()) + " is already in use [emulator]\n");
}

class Garbage : public testing::Test {
 protected:
  Folder folder;
  Emulator emulator{folder};
  Api api{emulator.port()};
};

TEST_F(Garbage, IsAnsweredAndTheServerLives) {
  const std::string credentials = "Authorization: Bearer P:K\r\nConnection: close\r\n";
  const std::vector<std::string> requests{
      "\r\n\r\nnonsense\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /v1/mgmt/role/all HTTP/1.1\r\nno colon here\r\n\r\n",
      "POST /v1/mgmt/role/create HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n" + credentials + "\r\n",
      "POST /v1/mgmt/role/create HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n" +
          credentials + "\r\n",
      "POST /v1/mgmt/role/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + credentials +
          "\r\nZZ\r\nx\r\n0\r\n\r\n"};
  for (const std::string& request : requests) {
    const Answer answer = api.raw(request);
    EXPECT_TRUE(answer.status == 400 || answer.status == 413 || answer.status == 505)
        << answer.status << " for " << request;
  }
  EXPECT_EQ(api.get("/v1/mgmt/role/all").status, 200);
}

TEST_F(Garbage, InBodiesIsAnswered400) {
  const auto post = [&](std::string_view body) {
    return api.raw(
        "POST /v1/mgmt/outbound/app/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Authorization: Bearer P:K\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  };
  std::string deep;
  for (int i = 0; i < 50'000; ++i)
    deep += "{\"a\":";
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("null"), std::string("\"text\""),
        std::string("{\"name\": 7}"), std::string("{\"id\":\"x\",\"name\":\"\xff\"}"),
        std::string("{\"name\":\"n\",\"unheard\":1}"), deep}) {
    const Answer answer = post(body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 40) << answer.body;
    EXPECT_TRUE(answer.value().as_object().contains("errorCode")) << answer.body;
  }
  EXPECT_TRUE(api.connections().empty());
}

TEST_F(Garbage, ThatIsTooMuchIsRefused) {
  const Answer header = api.raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(header.status, 431);
  const Answer body = api.raw(
      "POST /v1/mgmt/role/create HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n"
      "Authorization: Bearer P:K\r\n\r\n");
  EXPECT_EQ(body.status, 413);
  EXPECT_EQ(api.get("/v1/mgmt/role/all").status, 200);
}

}  // namespace
}  // namespace descopectl::e2e
