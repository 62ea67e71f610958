// What is sent again, and when: network errors, 5xx, 429, the shared pause and the cap.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <signal.h>

#include <algorithm>
#include <span>

#include "fake_service.hpp"

namespace descopectl::api::test {
namespace {

using std::chrono::milliseconds;
using testing::_;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Le;

class Retries : public ApiTest {
 protected:
  /// How many of `count` lists, asked for at once, are answered.
  int list_at_once(int count) {
    int done = 0;
    for (int i = 0; i < count; ++i)
      asio::co_spawn(
          context, writer().list(kind("Resource"), 1),
          [&](const std::exception_ptr&, const auto& listed) { done += listed.has_value() ? 1 : 0; });
    context.restart();
    context.run();
    return done;
  }
};

constexpr const char* kEmpty = R"({"resources":[]})";

TEST_F(Retries, OfReadsFollowEveryPassingFailure) {
  script->fail(ErrorKind::kUnreachable, "api.example.com: connection refused");
  script->fail(ErrorKind::kOutcomeUnknown, "connection reset");
  script->fail(ErrorKind::kBadAnswer, "the answer is not HTTP");
  script->answer(503, "<html></html>");
  script->answer(200, R"({"resources":[{"i)");
  script->answer(200, kEmpty);
  ASSERT_TRUE(list("Resource"));
  EXPECT_EQ(writer().request_count(), 6U);
  EXPECT_THAT(*waits, ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000),
                                  milliseconds(2000), milliseconds(4000)));
  EXPECT_EQ(
      progress.front(),
      "GET /v1/mgmt/resources/load: api.example.com: connection refused; trying again in 250 ms (1 of 2)");
}

TEST_F(Retries, OfReadsEndAndTheirPauseIsBounded) {
  options.retries = 8;
  options.random = [] { return 0.999; };
  for (int i = 0; i < 9; ++i)
    script->answer(500, "{}");
  const auto listed = list("Resource");
  EXPECT_EQ(listed.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(listed.error().message(), "GET /v1/mgmt/resources/load: answered 500 (after 9 tries)");
  EXPECT_EQ(waits->back(), milliseconds(29970));
}

TEST_F(Retries, OfReadsAfterResetsEndAsUnreachable) {
  options.retries = 1;
  script->fail(ErrorKind::kOutcomeUnknown, "connection reset");
  script->fail(ErrorKind::kOutcomeUnknown, "connection reset");
  const auto listed = list("Resource");
  EXPECT_EQ(listed.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(listed.error().message(), "GET /v1/mgmt/resources/load: connection reset (after 2 tries)");
}

TEST_F(Retries, AreNotMadeForWhatWillNotPass) {
  script->fail(ErrorKind::kUnreachable, "api.example.com: certificate has expired");
  EXPECT_EQ(list("Resource").error().kind(), ErrorKind::kUnreachable);
  script->answer(200, "<html></html>");
  EXPECT_EQ(list("Resource").error().kind(), ErrorKind::kBadAnswer);
  script->answer(400, R"({"errorCode":"E011004"})");
  EXPECT_EQ(list("Resource").error().kind(), ErrorKind::kRefused);
  EXPECT_EQ(writer().request_count(), 3U);
  EXPECT_THAT(*waits, IsEmpty());
}

TEST_F(Retries, OfWritesFollowOnlyWhatNeverRan) {
  script->fail(ErrorKind::kUnreachable, "connection refused");
  script->answer(429, "", {{"Retry-After", "2"}});
  script->answer(200, R"({"resource":{"id":"RS1"}})");
  ASSERT_TRUE(create("Resource", R"({"name":"n"})"));
  EXPECT_EQ(sent().size(), 3U);
  EXPECT_EQ(sent().front(), sent().back());
}

TEST_F(Retries, OfWritesWhoseOutcomeIsUnknownAreTheCallers) {
  const auto outcome = [&] {
    const auto created = create("Resource", R"({"name":"n"})");
    return created ? Error() : created.error();
  };
  script->answer(502, "<html></html>");
  const Error edge = outcome();
  EXPECT_EQ(edge.kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(edge.message(),
            "POST /v1/mgmt/resource/create: answered 502 with HTML instead of JSON; whether it was carried "
            "out is not "
            "known");
  script->fail(ErrorKind::kOutcomeUnknown, "timed out");
  EXPECT_EQ(outcome().kind(), ErrorKind::kOutcomeUnknown);
  script->fail(ErrorKind::kBadAnswer, "the answer is not HTTP");
  EXPECT_EQ(outcome().kind(), ErrorKind::kOutcomeUnknown);
  script->fail(ErrorKind::kInterrupted, "interrupted");
  EXPECT_EQ(outcome().kind(), ErrorKind::kOutcomeUnknown);
  script->answer(200, R"({"resource":{"id)");
  EXPECT_EQ(outcome().kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(writer().request_count(), 5U);
}

TEST_F(Retries, WaitAsLongAsRetryAfterAsks) {
  script->answer(429, "", {{"Retry-After", "8"}});
  script->answer(429, "", {{"Retry-After", "Sat, 31 Jan 2026 12:00:05 GMT"}});
  script->answer(429, "", {{"Retry-After", "Saturday, 31-Jan-26 12:00:04 GMT"}});
  script->answer(429, "", {{"Retry-After", "Sat Jan 31 12:00:03 2026"}});
  script->answer(429, "", {{"Retry-After", "Fri, 30 Jan 2026 12:00:00 GMT"}});
  script->answer(429, "", {{"Retry-After", "soon"}});
  script->answer(200, kEmpty);
  ASSERT_TRUE(list("Resource"));
  EXPECT_THAT(*waits, ElementsAre(milliseconds(8000), milliseconds(5000), milliseconds(4000),
                                  milliseconds(3000), milliseconds(22500)));
  EXPECT_EQ(progress.front(),
            "rate limited at GET /v1/mgmt/resources/load: waiting 8 s, until 2026-01-31T12:00:08Z; at most 5 "
            "requests at once from then on");
}

TEST_F(Retries, GiveUpARateLimitThatOutlastsThem) {
  options.retries = 2;
  for (int i = 0; i < 3; ++i)
    script->answer(429, R"({"errorCode":"E130429"})", {{"Retry-After", "1"}});
  const auto created = create("Resource", R"({"name":"n"})");
  EXPECT_EQ(created.error().kind(), ErrorKind::kRateLimited);
  EXPECT_EQ(created.error().message(),
            "POST /v1/mgmt/resource/create: answered 429 (E130429) (after 3 tries)");
}

TEST_F(Retries, DoNotWaitForHours) {
  script->answer(429, "", {{"Retry-After", "7200"}});
  const auto listed = list("Resource");
  EXPECT_EQ(listed.error().kind(), ErrorKind::kRateLimited);
  EXPECT_EQ(listed.error().message(), "GET /v1/mgmt/resources/load: answered 429; it asks to wait 7200 s");
}

TEST_F(Retries, EndWhenTheirTimeIsOver) {
  options.retries = 100;
  options.retry_budget = std::chrono::seconds(20);
  for (int i = 0; i < 7; ++i)
    script->answer(503, "{}");
  const auto listed = list("Resource");
  EXPECT_EQ(listed.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(listed.error().message(),
            "GET /v1/mgmt/resources/load: answered 503; it was tried for 20 s (after 7 tries)");
  EXPECT_EQ(waits->back(), milliseconds(8000)) << "15 s would have been too long";
}

TEST_F(Retries, CountWaitsForTheRateLimitInTheirTime) {
  options.retries = 100;
  options.retry_budget = std::chrono::seconds(60);
  for (int i = 0; i < 2; ++i)
    script->answer(429, "", {{"Retry-After", "40"}});
  const auto created = create("Resource", R"({"name":"n"})");
  EXPECT_EQ(created.error().kind(), ErrorKind::kRateLimited);
  EXPECT_EQ(created.error().message(),
            "POST /v1/mgmt/resource/create: answered 429; it asks to wait 40 s (after 2 tries)");
}

TEST_F(Retries, OfOneRequestHoldBackAllOthers) {
  script->answer(429, "", {{"Retry-After", "8"}});
  script->answer(200, kEmpty);
  ASSERT_TRUE(list("Resource"));
  EXPECT_EQ(waits->size(), 1U);

  // Two at once, both refused: one pause, told once, and one step down.
  waits->clear();
  progress.clear();
  script->answer(429, "", {{"Retry-After", "9"}});
  script->answer(429, "", {{"Retry-After", "9"}});
  script->answer(200, kEmpty);
  script->answer(200, kEmpty);
  EXPECT_EQ(list_at_once(2), 2);
  EXPECT_THAT(progress, ElementsAre("rate limited at GET /v1/mgmt/resources/load: waiting 9 s, until "
                                    "2026-01-31T12:00:09Z; at most 2 requests at once from then on"));
}

TEST_F(Retries, HalveWhatIsUnderWayOnceForAllThatWereRefusedTogether) {
  options.http.connections = 8;
  for (int i = 0; i < 8; ++i)
    script->answer(429, "", {{"Retry-After", "1"}});
  for (int i = 0; i < 8; ++i)
    script->answer(200, kEmpty);
  EXPECT_EQ(list_at_once(8), 8);
  EXPECT_THAT(script->in_flight_at, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, _, _, _, _));
  EXPECT_THAT(std::span(script->in_flight_at).subspan(8), Each(Le(4U)));
}

TEST_F(Retries, SendMoreAtOnceAgainWhereAnswersComeWithoutRefusal) {
  options.http.connections = 4;
  script->answer(429, "", {{"Retry-After", "1"}});
  for (int i = 0; i < 40; ++i)
    script->answer(200, kEmpty);
  EXPECT_EQ(list_at_once(40), 40);
  const std::span<const std::size_t> sent_with(script->in_flight_at);
  ASSERT_EQ(sent_with.size(), 41U);
  EXPECT_THAT(sent_with.subspan(4, 8), Each(Le(2U)));
  EXPECT_THAT(sent_with.subspan(16, 8), Each(Le(3U)));
  EXPECT_EQ(*std::max_element(sent_with.begin() + 30, sent_with.end()), 4U);
}

TEST_F(Retries, StayBelowTheCapOfRequests) {
  options.requests_per_minute = 2;
  for (int i = 0; i < 5; ++i)
    script->answer(200, kEmpty);
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(list("Resource"));
  EXPECT_THAT(*waits, ElementsAre(std::chrono::minutes(1), std::chrono::minutes(1)));
  EXPECT_THAT(progress,
              Each("http.requestsPerMinute (2) is reached: waiting 60 s, until 2026-01-31T12:01:00Z"))
      << "the wall clock of the test stands still";
  EXPECT_EQ(progress.size(), 2U) << "once for each pause";
}

TEST_F(Retries, AreTracedWithoutBodiesAndCredentials) {
  script->answer(200, R"({"id":"TP1","cleartext":"generated"})");
  script->fail(ErrorKind::kOutcomeUnknown, "connection reset");
  ASSERT_TRUE(create("InboundApp", R"({"name":"n"})"));
  ASSERT_FALSE(erase("InboundApp", "TP1"));
  EXPECT_THAT(log, ElementsAre("POST /v1/mgmt/thirdparty/app/create 200 0 ms 36 bytes",
                               "POST /v1/mgmt/thirdparty/app/delete failed after 0 ms: connection reset"));
}

TEST_F(Retries, EndAtOnceWhenTheyAreCancelled) {
  options.retry_base = std::chrono::hours(1);
  script->fail(ErrorKind::kUnreachable, "connection refused");
  auto made =
      make_reader_over(std::make_unique<FakeClient>(script), options, make_timing(context.get_executor()));
  Error error;
  asio::cancellation_signal signal;
  asio::co_spawn(
      context, (*made)->list(kind("Resource"), 1),
      asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr&, const auto& listed) {
        if (!listed) error = listed.error();
      }));
  while (script->answers.size() == 1)
    context.run_one();
  while (context.poll_one() > 0) {
  }
  signal.emit(asio::cancellation_type::terminal);
  context.run();
  EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(error.message(), "interrupted while waiting to send a request");
}

class Interrupted : public Retries {
 protected:
  Interrupted() { options.interruption = &interruption; }

  /// The interruption comes as soon as something waits.
  void interrupt_the_wait() { asio::co_spawn(context, interrupt(), asio::detached); }

  asio::awaitable<void> interrupt() {
    const auto executor = co_await asio::this_coro::executor;
    while (waits->empty())
      co_await asio::post(executor, asio::use_awaitable);
    interruption.come(SIGINT);
  }
};

TEST_F(Interrupted, WaitsForTheRateLimitEndAndNothingIsSentAgain) {
  script->answer(429, "{}", {{"Retry-After", "60"}});
  interrupt_the_wait();
  const auto created = create("Connection", R"({"name":"a"})");
  EXPECT_EQ(created.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(created.error().message(), "interrupted while waiting to send a request");
  EXPECT_EQ(writer().request_count(), 1U);
}

TEST_F(Interrupted, PausesBeforeAReadIsTriedAgainEnd) {
  script->answer(503, "{}");
  interrupt_the_wait();
  EXPECT_EQ(list("Resource").error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(writer().request_count(), 1U);
}

TEST_F(Interrupted, WaitsForTheCapEnd) {
  options.requests_per_minute = 1;
  script->answer(200, kEmpty);
  interrupt_the_wait();
  EXPECT_EQ(list_at_once(3), 1);
  EXPECT_EQ(writer().request_count(), 1U);
}

TEST_F(Interrupted, CallsUnderWayAreWaitedForAndTheQueueIsTurnedAway) {
  options.http.connections = 1;
  script->answer(200, kEmpty);
  const auto interrupt = [this] { interruption.come(SIGINT); };
  asio::post(context, [this, interrupt] { asio::post(context, interrupt); });
  EXPECT_EQ(list_at_once(3), 1);
  EXPECT_EQ(writer().request_count(), 1U);
}

TEST_F(Interrupted, ARefusalIsTheEndEvenWhereThereIsNothingToWaitFor) {
  interruption.come(SIGTERM);
  script->answer(429, "{}", {{"Retry-After", "0"}});
  EXPECT_EQ(list("Resource").error().kind(), ErrorKind::kInterrupted);
  script->answer(200, kEmpty);
  EXPECT_TRUE(list("Resource")) << "what needs no wait is still sent: what was written is read back";
}

}  // namespace
}  // namespace descopectl::api::test
