// The protocol: what is sent when, what is stored, and what failures come to.
#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "fixture.hpp"

namespace descopectl::remote_state {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Form = test::StateServer::Form;

class Protocol : public RemoteState {
 protected:
  void SetUp() override { serve(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Servers, Protocol, testing::Values(Form::kPlain, Form::kGitLab),
                         [](const auto& parameter) {
                           return parameter.param == Form::kGitLab ? "GitLab" : "Plain";
                         });

TEST_P(Protocol, KeepsAStateFromOneRunToTheNext) {
  EXPECT_TRUE(read().value().objects.empty()) << "there is none yet";
  {
    auto store = open("ann@build-7");
    EXPECT_TRUE(store->is_remote());
    EXPECT_TRUE(store->is_kept());
    ASSERT_TRUE(store->set_target("P2sample", "https://api.descope.com"));
    ASSERT_TRUE(store->put(state::test::sample_object("google")));
    ASSERT_TRUE(store->put(state::test::sample_object("slack")));
    ASSERT_TRUE(close(std::move(store)));
  }
  EXPECT_FALSE(server.lock);
  const model::RecordedState first = read().value();
  EXPECT_EQ(first.objects.size(), 2U);
  auto store = open("ben@build-8");
  EXPECT_EQ(state::test::text_of(store->current()), state::test::text_of(first));
  ASSERT_TRUE(store->remove(state::test::connection_key("slack")));
  ASSERT_TRUE(store->move(state::test::connection_key("google"), state::test::connection_key("gcal")));
  const std::string kept = state::test::text_of(store->current());
  ASSERT_TRUE(close(std::move(store)));
  EXPECT_EQ(state::test::text_of(read().value()), kept);
  EXPECT_TRUE(warnings.empty());
}

TEST_P(Protocol, StoresOneDocumentThatSaysWhoWritesAndUntilWhen) {
  const auto store = open("ann@build-7");
  const json::object first = document();
  EXPECT_EQ(first.at("format"), "descopectl-remote-state");
  EXPECT_EQ(first.at("version"), 1);
  EXPECT_EQ(first.at("serial"), 1);
  EXPECT_EQ(first.at("fence"), 1);
  EXPECT_EQ(first.at("lineage").as_string(), store->current().lineage);
  EXPECT_EQ(first.at("lease").at("who"), "ann@build-7");
  EXPECT_EQ(first.at("lease").at("command"), "apply");
  EXPECT_EQ(first.at("lease").at("lock_id"), json::parse(*server.lock).at("ID"));
  server.ahead = std::chrono::seconds(20);
  ASSERT_TRUE(test::run(io, store->renew()));
  const json::object second = document();
  EXPECT_EQ(second.at("serial"), 2);
  EXPECT_GT(second.at("expires").as_string(), first.at("expires").as_string());
  EXPECT_EQ(second.at("state"), first.at("state"));
}

TEST_P(Protocol, SendsIntentsWithOnePostBeforeTheWriteLeaves) {
  const auto store = open("ann@build-7");
  server.posts = 0;
  std::vector<model::Intent> intents;
  for (int i = 0; i < 50; ++i) {
    model::Intent intent;
    intent.key = state::test::connection_key("c" + std::to_string(i));
    intent.at = "2026-01-31T12:00:00Z";
    intent.record.key = intent.key;
    intents.push_back(std::move(intent));
  }
  ASSERT_TRUE(test::run(io, store->begin(std::move(intents))));
  EXPECT_EQ(server.posts, 1U);
  EXPECT_EQ(read().value().intents.size(), 50U);
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(store->put(state::test::sample_object("c" + std::to_string(i))));
  EXPECT_EQ(server.posts, 1U) << "outcomes wait for the next flush";
  ASSERT_TRUE(flush(*store));
  ASSERT_TRUE(flush(*store));
  EXPECT_EQ(server.posts, 2U) << "and go once";
  EXPECT_TRUE(read().value().intents.empty());
}

TEST_P(Protocol, ReadsWithGetAlone) {
  ASSERT_TRUE(close(open("ann@build-7")));
  server.requests.clear();
  const auto writer = open("ann@build-7");
  server.requests.clear();
  EXPECT_TRUE(read()) << "a lock is no obstacle";
  EXPECT_THAT(server.requests, ElementsAre("GET /state"));
}

TEST_P(Protocol, TakesNoMoreRequestsThanItNeeds) {
  ASSERT_TRUE(close(open("ann@build-7")));
  const std::string take = GetParam() == Form::kGitLab ? "POST /lock" : "LOCK /lock";
  const std::string give = GetParam() == Form::kGitLab ? "DELETE /lock" : "UNLOCK /lock";
  EXPECT_THAT(server.requests, ElementsAre(take, "GET /state", "GET /state", "POST /state", give))
      << "that there is nothing is asked for twice";
  server.requests.clear();
  ASSERT_TRUE(close(open("ann@build-7")));
  EXPECT_THAT(server.requests, ElementsAre(take, "GET /state", "POST /state", give));
}

TEST_P(Protocol, BelievesNoSingleAnswerThatThereIsNothing) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  ASSERT_TRUE(close(std::move(store)));
  for (const auto& [status, body] : {std::pair(404, ""), std::pair(204, ""), std::pair(200, " ")}) {
    bool is_told = false;
    server.around = [&, code = status, text = std::string(body)](const http::Request& request,
                                                                 const std::function<http::Reply()>& serve) {
      if (request.method != "GET" || std::exchange(is_told, true)) return serve();
      return http::Reply(http::Response(code, text));
    };
    ASSERT_TRUE(close(open("ann@build-7")));
    EXPECT_TRUE(is_told);
    EXPECT_EQ(read().value().objects.size(), 1U);
  }
}

TEST_P(Protocol, AsksAgainWhereTheDigestDoesNotFit) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  ASSERT_TRUE(close(std::move(store)));
  bool is_told = false;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method != "GET" || std::exchange(is_told, true)) return serve();
    http::Response response(200, "");
    response.headers.emplace_back("Content-MD5", base::to_base64(base::md5("another text")));
    return http::Reply(std::move(response));
  };
  EXPECT_EQ(read().value().objects.size(), 1U);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("is not what its Content-MD5 says")));
}

TEST_P(Protocol, SurvivesAnAnswerThatIsLostAfterThePostTookEffect) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  server.posts = 0;
  bool is_lost = false;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    http::Reply reply = serve();
    if (request.method == "POST" && request.target.starts_with("/state") && !is_lost) {
      is_lost = true;
      reply.mischief = http::Mischief::kResetBeforeAnswer;
    }
    return reply;
  };
  ASSERT_TRUE(flush(*store));
  EXPECT_TRUE(is_lost);
  EXPECT_EQ(server.posts, 1U) << "one look was enough";
  EXPECT_EQ(read().value().objects.size(), 1U);
  ASSERT_TRUE(store->put(state::test::sample_object("slack")));
  ASSERT_TRUE(close(std::move(store)));
  EXPECT_EQ(read().value().objects.size(), 2U);
}

TEST_P(Protocol, SurvivesAnAnswerThatIsLostAfterTheLockWasTaken) {
  bool is_lost = false;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    http::Reply reply = serve();
    if (request.target == "/lock" && !is_lost) {
      is_lost = true;
      reply.mischief = http::Mischief::kResetBeforeAnswer;
    }
    return reply;
  };
  EXPECT_TRUE(try_open(holder("ann@build-7")));
  EXPECT_TRUE(is_lost);
}

TEST_P(Protocol, TriesAgainWhatMayPass) {
  const auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  std::vector<int> refusals{503, 500, 429};
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method != "POST" || refusals.empty()) return serve();
    http::Response response(refusals.back(), "");
    response.headers.emplace_back("Retry-After", "7");
    refusals.pop_back();
    return http::Reply(std::move(response));
  };
  ASSERT_TRUE(flush(*store));
  EXPECT_THAT(timing.pauses, testing::SizeIs(3));
  EXPECT_EQ(timing.pauses[0], std::chrono::seconds(7));
  EXPECT_EQ(read().value().objects.size(), 1U);
}

TEST_P(Protocol, GivesUpAfterSoManyTriesAndKeepsWhatWasRecorded) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  server.around = [](const http::Request& request, const std::function<http::Reply()>& serve) {
    return request.method == "POST" ? http::Reply(http::Response(503, "")) : serve();
  };
  const auto flushed = flush(*store);
  EXPECT_EQ(flushed.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(flushed.error().message(),
            "the state's server answers POST http://" + served->place() + "/state with 503 (after 4 tries)");
  EXPECT_EQ(store->current().objects.size(), 1U);
  server.around = nullptr;
  ASSERT_TRUE(close(std::move(store)));
  EXPECT_EQ(read().value().objects.size(), 1U);
}

TEST_P(Protocol, EndsItsWaitsByAnInterruptionUntilTheStateIsOpen) {
  base::Interruption interruption;
  RemoteOptions given = options();
  given.interruption = &interruption;
  const auto store = test::run(io, open_remote_state(given, holder("ann@build-7"), timing)).value();
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  int refusals = 2;
  server.around = [&](const http::Request& request, const std::function<http::Reply()>& serve) {
    if (request.method == "POST" || request.method == "GET")
      if (refusals-- > 0) return http::Reply(http::Response(503, ""));
    return serve();
  };
  interruption.come(SIGTERM);
  EXPECT_EQ(test::run(io, read_remote_state(given, timing)).error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(refusals, 1);
  ASSERT_TRUE(flush(*store)) << "what is open is saved";
  EXPECT_EQ(read().value().objects.size(), 1U);
}

TEST_P(Protocol, WaitsForNothingMoreOnceItIsInterrupted) {
  base::Interruption interruption;
  RemoteOptions given = options();
  given.interruption = &interruption;
  auto store = test::run(io, open_remote_state(given, holder("ann@build-7"), timing)).value();
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  int requests = 0;
  server.around = [&](const http::Request&, const std::function<http::Reply()>&) {
    ++requests;
    return http::Reply(http::Response(503, ""));
  };
  interruption.come(SIGTERM);
  const auto flushed = flush(*store);
  EXPECT_EQ(flushed.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(requests, 2) << "one more try, for what was begun";
  EXPECT_FALSE(close(std::move(store)));
  EXPECT_TRUE(timing.pauses.empty());
}

TEST_P(Protocol, TriesOnceMoreEachTimeAfterOneCallHadAllItsTries) {
  auto store = open("ann@build-7");
  ASSERT_TRUE(store->put(state::test::sample_object("google")));
  int requests = 0;
  server.around = [&](const http::Request&, const std::function<http::Reply()>&) {
    ++requests;
    return http::Reply(http::Response(503, ""));
  };
  EXPECT_FALSE(flush(*store));
  const int first = requests;
  EXPECT_GT(first, 2);
  EXPECT_FALSE(flush(*store));
  EXPECT_EQ(requests, first + 1);
  server.around = nullptr;
  EXPECT_TRUE(flush(*store)) << "the server is back";
  EXPECT_TRUE(close(std::move(store)));
}

TEST_P(Protocol, TriesNothingAgainThatCanNotPass) {
  RemoteOptions given = options();
  given.address = "https://" + served->place() + "/state";
  const auto refused = test::run(io, read_remote_state(given, timing));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(refused.error().message().find("tries"), std::string::npos) << refused.error().message();
  EXPECT_TRUE(timing.pauses.empty());
}

TEST_P(Protocol, SaysSoWhereTheLockCanNotBeGivenBack) {
  auto store = open("ann@build-7");
  server.around = [](const http::Request& request, const std::function<http::Reply()>& serve) {
    return request.target == "/lock" ? http::Reply(http::Response(400, "no")) : serve();
  };
  EXPECT_TRUE(close(std::move(store))) << "the state is saved";
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].starts_with("the lock on the state could not be given back; it is void in 60 s: "))
      << warnings[0];
}

TEST_P(Protocol, SendsCredentialsAndNeverShowsThem) {
  server.authorization = "Basic YW5uOnMzY3JldC1wYXNz";
  const auto refused = read();
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnauthorized);
  EXPECT_EQ(refused.error().hint(), "Set DESCOPECTL_STATE_USERNAME and DESCOPECTL_STATE_PASSWORD.");
  RemoteOptions given = options();
  std::string log;
  given.log = [&](std::string_view line) { log += std::string(line) + "\n"; };
  given.username = "ann";
  given.password = model::Secret("s3cret-pass");
  EXPECT_TRUE(test::run(io, read_remote_state(given, timing)));
  EXPECT_EQ(log, "GET http://" + served->place() + "/state " + (GetParam() == Form::kGitLab ? "404" : "204") +
                     "\n");
  given.password = model::Secret("wrong-pass");
  const auto wrong = test::run(io, read_remote_state(given, timing));
  EXPECT_EQ(wrong.error().hint(),
            "Check DESCOPECTL_STATE_USERNAME and DESCOPECTL_STATE_PASSWORD, and what they may do.");
  EXPECT_EQ(wrong.error().message().find("pass"), std::string::npos);
}

TEST_P(Protocol, FollowsNoRedirect) {
  server.around = [](const http::Request&, const std::function<http::Reply()>&) {
    http::Response response(302, "");
    response.headers.emplace_back("Location", "http://elsewhere.example.com/state");
    return http::Reply(std::move(response));
  };
  const auto refused = read();
  EXPECT_EQ(refused.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(refused.error().hint(), "Redirects are not followed: name the address itself.");
  EXPECT_THAT(server.requests, ElementsAre("GET /state"));
}

class NoLocks : public RemoteState {};

TEST_F(NoLocks, SaysWhatToDoWhereTheServerKnowsNone) {
  serve(Form::kNoLocks);
  const auto refused = try_open(holder("ann@build-7"));
  EXPECT_EQ(refused.error().kind(), ErrorKind::kFailure);
  EXPECT_EQ(refused.error().message(), "the state's server answers LOCK http://" + served->place() +
                                           "/lock with 405: method not allowed");
  EXPECT_NE(refused.error().hint().find("(GitLab: POST and DELETE)"), std::string::npos);
  EXPECT_FALSE(server.stored) << "nothing is written without a lock";
}

}  // namespace
}  // namespace descopectl::remote_state
