// Scripted faults: their language, whom they meet and when, and what they do.
#include "descopectl/emulator/faults.hpp"

#include <gmock/gmock.h>

#include "api.hpp"

namespace descopectl::emulator {
namespace {

using http::Mischief;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kCreate = "/v1/mgmt/outbound/app/create";

/// A service behind faults.
class Faulty {
 public:
  explicit Faulty(const std::vector<std::string>& specs, std::uint64_t seed = 0) {
    std::vector<Fault> faults;
    for (const std::string& spec : specs) {
      auto fault = parse_fault(spec);
      EXPECT_TRUE(fault.has_value()) << spec;
      if (fault.has_value()) faults.push_back(*fault);
    }
    around_ = play_faults(std::move(faults), seed);
  }

  http::Reply send(std::string method, std::string target, std::string body = {}) {
    http::Request request(std::move(method), std::move(target), std::move(body));
    request.headers.emplace_back("Authorization", "Bearer P1:K1");
    return around_(request, [this](const http::Request& inner) { return api.service->handle(inner); });
  }
  int status(const std::string& target) { return send("GET", target).response.status; }
  std::vector<int> statuses(const std::string& target, int count) {
    std::vector<int> result;
    for (int i = 0; i < count; ++i)
      result.push_back(status(target));
    return result;
  }

  Api api;

 private:
  std::function<http::Reply(const http::Request&, const http::Server::Handler&)> around_;
};

struct Wrong {
  std::string spec;
  std::string message;
  std::string hint;
};

class WrongFaults : public testing::TestWithParam<Wrong> {};

TEST_P(WrongFaults, AreToldWithWhatWasMeant) {
  const auto fault = parse_fault(GetParam().spec);
  ASSERT_TRUE(fault.has_error());
  EXPECT_EQ(fault.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(fault.error().message(), GetParam().message);
  EXPECT_THAT(fault.error().hint(), HasSubstr(GetParam().hint));
}

INSTANTIATE_TEST_SUITE_P(
    Specs, WrongFaults,
    testing::Values(
        Wrong{"/a: statsu=503", "unknown key 'statsu'", "did you mean 'status'?"},
        Wrong{"/a: wibble=1", "unknown key 'wibble'", "known keys: status, body"},
        Wrong{"/a: status=200", "invalid value '200' for 'status'", "400 to 599"},
        Wrong{"/a: status=", "invalid value '' for 'status'", "400 to 599"},
        Wrong{"/a: status", "invalid value '' for 'status'", "400 to 599"},
        Wrong{"/a: status=503x", "invalid value '503x' for 'status'", "400 to 599"},
        Wrong{"/a: status=503, body=xml", "invalid value 'xml' for 'body'", "json, html or none"},
        Wrong{"/a: connection=drop", "invalid value 'drop' for 'connection'", "truncate"},
        Wrong{"/a: delay=1, probability=nan", "invalid value 'nan' for 'probability'", "0 to 1"},
        Wrong{"/a: delay=1, probability=1.5", "invalid value '1.5' for 'probability'", "0 to 1"},
        Wrong{"/a: delay=1, every=0", "invalid value '0' for 'every'", "from 1"},
        Wrong{"/a: status=503, status=504", "'status' is given twice", "once"},
        Wrong{"/a: times=2", "it does nothing", "status, connection and delay"},
        Wrong{"/a:", "it does nothing", "status, connection and delay"},
        Wrong{"/a: delay=1, body=html", "'body' needs 'status'", "status=503"},
        Wrong{"/a: delay=1, retry-after=2", "'retry-after' needs 'status'", "status=503"},
        Wrong{"/a: delay=1, effect=no", "'effect=no' leaves no answer", "connection=reset"},
        Wrong{"/a", "there is no ':' behind the path", "POST /v1/mgmt/resource/create: status=503"},
        Wrong{"", "there is no ':' behind the path", "[METHOD] PATH: KEY=VALUE"},
        Wrong{"post /a: status=503", "'post' is no method of the Management API", "[METHOD] PATH"},
        Wrong{"FOO /a: status=500", "'FOO' is no method of the Management API", "GET, HEAD, POST or DELETE"},
        Wrong{"/a: status=503, connection=reset",
              "'status' is an answer, and 'connection=reset' and 'connection=hang' give none",
              "connection=truncate"},
        Wrong{"/a: connection=hang, status=503, effect=yes",
              "'status' is an answer, and 'connection=reset' and 'connection=hang' give none",
              "connection=truncate"},
        Wrong{"/a: delay=0", "it does nothing", "status, connection and delay"},
        Wrong{"POST a: status=503", "'a' is no path", "begins with / or *"},
        Wrong{"/a?b=c: status=503", "'/a?b=c' is no path", "no query"}));

TEST(Faults, MeetMethodAndPathAlone) {
  Faulty faulty({"GET /v1/mgmt/*/all: status=503", "*/apps: status=504"});
  EXPECT_EQ(faulty.status("/v1/mgmt/role/all"), 503);
  EXPECT_EQ(faulty.status("/v1/mgmt/permission/all?x=/apps"), 503);
  EXPECT_EQ(faulty.status("/v1/mgmt/outbound/apps"), 504);
  EXPECT_EQ(faulty.status("/v1/mgmt/license"), 200);
  EXPECT_EQ(faulty.send("POST", "/v1/mgmt/role/all").response.status, 405);
}

TEST(Faults, TakeAnIdWithAColonInThePath) {
  Faulty faulty({"/v1/mgmt/outbound/app/a:b: status=500"});
  EXPECT_EQ(faulty.status("/v1/mgmt/outbound/app/a:b"), 500);
  EXPECT_EQ(faulty.status("/v1/mgmt/outbound/app/a"), 404);
}

TEST(Faults, CountAfterEveryAndTimes) {
  Faulty faulty({"/v1/mgmt/license: status=500, after=2, every=3, times=2"});
  EXPECT_THAT(faulty.statuses("/v1/mgmt/license", 10),
              ElementsAre(200, 200, 500, 200, 200, 500, 200, 200, 200, 200));
}

TEST(Faults, OnOnePathFollowEachOther) {
  Faulty faulty({"*: status=500, times=1", "*: status=429, times=2"});
  EXPECT_THAT(faulty.statuses("/v1/mgmt/license", 4), ElementsAre(500, 429, 429, 200));
}

TEST(Faults, AreDrawnAlikeFromTheSameSeed) {
  const std::vector<std::string> specs{"*: status=500, probability=0.3"};
  const auto first = Faulty(specs, 5).statuses("/v1/mgmt/license", 300);
  EXPECT_EQ(first, Faulty(specs, 5).statuses("/v1/mgmt/license", 300));
  EXPECT_NE(first, Faulty(specs, 6).statuses("/v1/mgmt/license", 300));
  const auto count = std::count(first.begin(), first.end(), 500);
  EXPECT_GT(count, 50);
  EXPECT_LT(count, 150);
  EXPECT_THAT(Faulty({"*: status=500, probability=0"}).statuses("/v1/mgmt/license", 3),
              ElementsAre(200, 200, 200));
  EXPECT_THAT(Faulty({"*: status=500, probability=1"}).statuses("/v1/mgmt/license", 3),
              ElementsAre(500, 500, 500));
}

TEST(Faults, CutAnAnswerOfTheirOwnShort) {
  Faulty faulty({"*: status=503, connection=truncate"});
  const http::Reply reply = faulty.send("GET", "/v1/mgmt/license");
  EXPECT_EQ(reply.response.status, 503);
  EXPECT_EQ(reply.mischief, Mischief::kTruncateAnswer);
}

TEST(Faults, AnswerInPlaceOfTheServiceOrAfterTheEffect) {
  Faulty before({"POST *: status=503"});
  EXPECT_EQ(before.send("POST", kCreate, R"({"id":"c","name":"n"})").response.status, 503);
  EXPECT_EQ(before.status("/v1/mgmt/outbound/app/c"), 404);
  Faulty after({"POST *: status=503, effect=yes"});
  EXPECT_EQ(after.send("POST", kCreate, R"({"id":"c","name":"n"})").response.status, 503);
  EXPECT_EQ(after.status("/v1/mgmt/outbound/app/c"), 200);
}

TEST(Faults, ResetBeforeAndAfterTheEffect) {
  for (const bool has_effect : {false, true}) {
    Faulty faulty({std::string("POST *: connection=reset, effect=") + (has_effect ? "yes" : "no")});
    EXPECT_EQ(faulty.send("POST", kCreate, R"({"id":"c","name":"n"})").mischief,
              Mischief::kResetBeforeAnswer);
    EXPECT_EQ(faulty.status("/v1/mgmt/outbound/app/c"), has_effect ? 200 : 404);
  }
  EXPECT_FALSE(parse_fault("*: connection=reset")->is_carried_out);
  EXPECT_FALSE(parse_fault("*: connection=hang")->is_carried_out);
  EXPECT_TRUE(parse_fault("*: connection=truncate")->is_carried_out);
}

TEST(Faults, TellClientsWhenToComeBack) {
  Faulty faulty(
      {"/a: status=429", "/b: status=429, retry-after=7", "/c: status=503, retry-after=0", "/d: status=503"});
  const auto retry_after = [&](const std::string& path) {
    return std::string(http::find_header(faulty.send("GET", path).response.headers, "Retry-After"));
  };
  EXPECT_EQ(retry_after("/a"), "1");
  EXPECT_EQ(retry_after("/b"), "7");
  EXPECT_EQ(retry_after("/c"), "0");
  EXPECT_EQ(retry_after("/d"), "");
  EXPECT_THAT(faulty.send("GET", "/a").response.body, HasSubstr(R"("errorCode":"E130429")"));
}

TEST(Faults, AnswerWithJsonHtmlOrNothing) {
  Faulty faulty({"/j: status=500", "/h: status=502, body=html", "/n: status=520, body=none"});
  EXPECT_THAT(faulty.send("GET", "/j").response.body, HasSubstr(R"("errorMessage":"A scripted fault")"));
  const auto html = faulty.send("GET", "/h").response;
  EXPECT_THAT(html.body, HasSubstr("<h1>502</h1>"));
  EXPECT_THAT(std::string(http::find_header(html.headers, "Content-Type")), HasSubstr("text/html"));
  const auto nothing = faulty.send("GET", "/n").response;
  EXPECT_EQ(nothing.status, 520);
  EXPECT_EQ(nothing.body, "");
}

TEST(Faults, DelayTheServicesOwnAnswer) {
  Faulty faulty({"*: delay=250"});
  const auto reply = faulty.send("GET", "/v1/mgmt/license");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(reply.delay, std::chrono::milliseconds(250));
}

}  // namespace
}  // namespace descopectl::emulator
