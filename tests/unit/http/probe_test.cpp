// Ten workers over TLS against our own server while everything goes wrong: each send has exactly one result,
// and the address sanitizer finds nothing. This is what the coroutine code of both ends is judged by.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <vector>

#include "support/certificates.hpp"
#include "support/temporary_file.hpp"
#include "unit/http/harness.hpp"

namespace descopectl::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int kWorkers = 10;
constexpr int kSendsEach = 12;
constexpr int kRounds = 12;

struct Tally {
  int results = 0;
  std::array<int, 16> by_kind{};
  int answers = 0;
};

class Probe : public testing::Test {
 protected:
  Probe()
      : identity_(test::make_certificate(test::CertificateSpec(), &authority_)),
        ca_file_(authority_.certificate_pem),
        served_(context_, server_options(), [this](const Request& request) { return answer(request); }) {}

  ServerOptions server_options() const {
    ServerOptions options;
    options.certificate_pem = identity_.certificate_pem;
    options.private_key_pem = identity_.key_pem;
    return options;
  }

  Reply answer(const Request& request) const {
    Reply reply(Response(200, std::string(3000, 'a') + request.body));
    if (request.target == "/reset") reply.mischief = Mischief::kResetBeforeAnswer;
    if (request.target == "/truncate") reply.mischief = Mischief::kTruncateAnswer;
    if (request.target == "/never") reply.mischief = Mischief::kNeverAnswer;
    if (request.target == "/late") reply.delay = 2ms;
    return reply;
  }

  std::unique_ptr<Client> client(std::chrono::milliseconds answer_timeout) {
    ClientOptions options;
    options.base_url = "https://" + served_.place();
    options.ssl_cert_file = ca_file_.path();
    options.connections = 6;  // fewer than workers: some wait
    options.answer_timeout = answer_timeout;
    return client_of(context_, options);
  }

  test::Identity authority_ = test::make_authority();
  test::Identity identity_;
  test::TemporaryFile ca_file_;
  asio::io_context context_;
  Served served_;
};

// `close_after`: the result, counted over all workers, at which the client is closed under the others; -1:
// never.
asio::awaitable<void> work(Client& client, int worker, bool may_hang, int close_after, Tally& tally) {
  static constexpr std::array<const char*, 6> kTargets{"/fine", "/reset", "/truncate",
                                                       "/late", "/fine",  "/never"};
  for (int number = 0; number < kSendsEach; ++number) {
    auto kind = static_cast<std::size_t>(worker * 5 + number * 7) % kTargets.size();
    if (!may_hang && kind == 5) kind = 0;
    Request request(number % 2 == 0 ? "GET" : "POST", kTargets[kind], "some body");
    const auto answer = co_await client.send(std::move(request));
    ++tally.results;
    if (answer.has_value()) {
      ++tally.answers;
      EXPECT_EQ(answer->body.size(), 3009U);
    } else {
      ++tally.by_kind[static_cast<std::size_t>(answer.error().kind())];
    }
    if (tally.results == close_after) client.close();
  }
}

int count(const Tally& tally, ErrorKind kind) {
  return tally.by_kind[static_cast<std::size_t>(kind)];
}

TEST_F(Probe, EverySendHasOneResultThroughResetsTruncationAndDeadlines) {
  for (int round = 0; round < kRounds; ++round) {
    Tally tally;
    const bool may_hang = round % 4 == 0;
    const auto one = client(may_hang ? 50ms : 30s);
    transport::TaskGroup group(context_.get_executor());
    for (int worker = 0; worker < kWorkers; ++worker)
      group.start(work(*one, worker, may_hang, -1, tally));
    test::run(context_, group.wait());
    EXPECT_EQ(tally.results, kWorkers * kSendsEach);
    EXPECT_EQ(tally.answers + count(tally, ErrorKind::kOutcomeUnknown), tally.results);
    EXPECT_GT(count(tally, ErrorKind::kOutcomeUnknown), 0);
    if (!may_hang) {
      EXPECT_EQ(tally.answers, kWorkers * kSendsEach * 2 / 3);
    }
  }
}

TEST_F(Probe, EverySendHasOneResultWhenTheClientIsClosedInTheMiddle) {
  for (int round = 0; round < kRounds; ++round) {
    Tally tally;
    const auto one = client(30s);
    transport::TaskGroup group(context_.get_executor());
    const int close_after = 1 + round * 5;
    for (int worker = 0; worker < kWorkers; ++worker)
      group.start(work(*one, worker, false, close_after, tally));
    test::run(context_, group.wait());
    EXPECT_EQ(tally.results, kWorkers * kSendsEach);
    EXPECT_GE(count(tally, ErrorKind::kInterrupted), tally.results - close_after - kWorkers);
  }
}

TEST_F(Probe, WorkersMayBeCancelledAtAnyStep) {
  for (int round = 0; round < kRounds; ++round) {
    Tally tally;
    const auto one = client(30s);
    transport::TaskGroup group(context_.get_executor());
    for (int worker = 0; worker < kWorkers; ++worker)
      group.start(work(*one, worker, true, -1, tally));
    for (int step = 0; step < round * 80; ++step)
      context_.poll_one();
    group.cancel();
    EXPECT_THROW(test::run(context_, group.wait()), boost::system::system_error);
    // The turns have come back: the client is as good as new.
    Request request("GET", "/fine");
    const auto answer = test::run(context_, one->send(std::move(request)));
    EXPECT_TRUE(answer.has_value()) << answer.error().message();
  }
}

TEST_F(Probe, TheServerMayStopInTheMiddle) {
  Tally tally;
  const auto one = client(30s);
  transport::TaskGroup group(context_.get_executor());
  for (int worker = 0; worker < kWorkers; ++worker)
    group.start(work(*one, worker, false, -1, tally));
  while (tally.results < 30)
    context_.run_one();
  served_.stop();
  test::run(context_, group.wait());
  EXPECT_EQ(tally.results, kWorkers * kSendsEach);
  EXPECT_GT(count(tally, ErrorKind::kUnreachable), 0);
}

TEST(ProbeTearDown, TheContextMayGoUnderEverything) {
  const auto authority = test::make_authority();
  const auto identity = test::make_certificate(test::CertificateSpec(), &authority);
  const test::TemporaryFile ca_file(authority.certificate_pem);
  for (int steps = 0; steps < 400; steps += 13) {
    asio::io_context context;
    ServerOptions options;
    options.certificate_pem = identity.certificate_pem;
    options.private_key_pem = identity.key_pem;
    const auto server = make_server(context.get_executor(), options, [](const Request&) { return Reply(); });
    ClientOptions client_options;
    client_options.base_url = "https://127.0.0.1:" + std::to_string((*server)->port());
    client_options.ssl_cert_file = ca_file.path();
    client_options.connections = 2;
    Tally tally;
    const auto client = client_of(context, client_options);
    transport::TaskGroup group(context.get_executor());
    group.start((*server)->run());
    for (int worker = 0; worker < 4; ++worker)
      group.start(work(*client, worker, true, -1, tally));
    for (int step = 0; step < steps; ++step)
      context.poll_one();
    // Here group, client and server go, then the context with the frames of all coroutines.
  }
}

}  // namespace
}  // namespace descopectl::http
