// The state on a server: whole runs, two at once, a holder that is killed or sleeps, and a server that fails.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "api.hpp"
#include "support/state_server.hpp"

namespace descopectl::e2e {
namespace {

using test::StateServer;

// A state's server in a thread of the test.
class StateHost {
 public:
  explicit StateHost(StateServer::Form form) : state_(form) {
    auto made = http::make_server(io_.get_executor(), http::ServerOptions(),
                                  [this](const http::Request& request) { return state_.handle(request); });
    if (!made) throw std::runtime_error(made.error().message());
    server_ = std::move(*made);
    boost::asio::co_spawn(io_, server_->run(), boost::asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~StateHost() {
    boost::asio::post(io_, [this] { server_->stop(); });
    thread_.join();
  }
  StateHost(const StateHost&) = delete;
  StateHost& operator=(const StateHost&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  /// Runs `work` in the server's thread.
  template <class Work>
  auto with(Work work) {
    std::promise<decltype(work(state_))> promise;
    auto future = promise.get_future();
    boost::asio::post(io_, [&] { promise.set_value(work(state_)); });
    return future.get();
  }
  [[nodiscard]] std::string stored() {
    return with([](StateServer& server) { return server.stored.value_or(""); });
  }
  [[nodiscard]] bool is_locked() {
    return with([](StateServer& server) { return server.lock.has_value(); });
  }
  [[nodiscard]] std::vector<std::string> take_requests() {
    return with([](StateServer& server) { return std::exchange(server.requests, {}); });
  }

 private:
  boost::asio::io_context io_{1};
  StateServer state_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

class HttpState : public testing::TestWithParam<StateServer::Form> {
 protected:
  HttpState() : host(GetParam()), project({"--latency-ms", "150"}) {
    project.folder.write(
        "descopectl.yaml",
        "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
        "http: {retries: 1, retryBaseMilliseconds: 1, settleSeconds: 2}\n"
        "state:\n  backend: http\n  address: " +
            host.url() + "/state\n  lockAddress: " + host.url() + "/lock\n" +
            (GetParam() == StateServer::Form::kGitLab ? "  lockMethod: POST\n  unlockMethod: DELETE\n" : ""));
    std::string text;
    for (const char* name : {"a", "b", "c", "d"})
      text += connection(name) + "---\n";
    project.declare(text);
  }
  void expect_converged() {
    EXPECT_EQ(api.connections().size(), 4U);
    EXPECT_EQ(last_line(project.plan().out), "No changes. Live matches the manifests.");
    EXPECT_FALSE(host.is_locked());
  }

  StateHost host;
  Project project;
  Api api{project};
};

INSTANTIATE_TEST_SUITE_P(Servers, HttpState,
                         testing::Values(StateServer::Form::kPlain, StateServer::Form::kGitLab),
                         [](const auto& parameter) {
                           return parameter.param == StateServer::Form::kGitLab ? "GitLab" : "Plain";
                         });

TEST_P(HttpState, CarriesOwnershipFromRunToRun) {
  const Result first = project.apply();
  EXPECT_EQ(first.status, 0) << first.all();
  EXPECT_FALSE(project.folder.has(".descopectl/state.json"));
  expect_converged();
  project.declare(connection("a") + "---\n" + connection("b"));
  EXPECT_EQ(project.apply().status, 0);
  EXPECT_EQ(api.connections().size(), 2U) << "what is owned and not declared any more is deleted";
}

TEST_P(HttpState, IsReadByPlanAndDriftWithGetAlone) {
  ASSERT_EQ(project.apply().status, 0);
  static_cast<void>(host.take_requests());
  EXPECT_EQ(project.plan().status, 0);
  EXPECT_EQ(project.drift().status, 0);
  EXPECT_EQ(host.take_requests(), (std::vector<std::string>{"GET /state", "GET /state"}));
}

TEST_P(HttpState, LetsOneOfTwoWork) {
  const auto first = project.start_apply();
  const Result second = project.apply();
  EXPECT_EQ(second.status, 6) << second.all();
  EXPECT_NE(second.err.find("error: the state " + host.url() + "/state is locked by "), std::string::npos)
      << second.err;
  EXPECT_NE(second.err.find(", command 'apply', since "), std::string::npos) << second.err;
  EXPECT_EQ(first->finish().status, 0);
  expect_converged();
}

TEST_P(HttpState, OfAKilledHolderIsTakenOverAndTheJobFinished) {
  {
    const auto first = project.start_apply();
    first->signal(SIGKILL);
    EXPECT_EQ(first->finish().status, 128 + SIGKILL);
  }
  EXPECT_TRUE(host.is_locked()) << "nobody gave it back";
  const Result next = project.apply();
  EXPECT_EQ(next.status, 0) << next.all();
  expect_converged();
}

TEST_P(HttpState, IsNotWrittenByAHolderThatSleptWhileAnotherTookOver) {
  const auto first = project.start_apply();
  first->signal(SIGSTOP);
  EXPECT_EQ(project.apply().status, 6) << "asleep is not dead";
  host.with([](StateServer& server) { return server.ahead = std::chrono::seconds(61); });
  const Result second = project.apply();
  EXPECT_EQ(second.status, 0) << second.all();
  const std::string state = host.stored();
  first->signal(SIGCONT);
  const Result woken = first->finish();
  EXPECT_TRUE(woken.status == 6 || woken.status == 9) << "9 where something was not started: " << woken.all();
  EXPECT_NE(woken.all().find("was taken from this run"), std::string::npos) << woken.all();
  EXPECT_EQ(host.stored(), state);
  EXPECT_FALSE(project.folder.has("errored.state.json")) << "there is nothing to push over the other's state";
  expect_converged();
}

TEST_P(HttpState, ThatCanNotBeSavedAtTheEndIsWrittenBeside) {
  // The server takes nothing that tells of an object: the lease and the intents are there, the outcomes are
  // not.
  host.with([](StateServer& server) {
    server.around = [](const http::Request& request, const std::function<http::Reply()>& serve) {
      const bool is_refused =
          request.target.starts_with("/state?") && request.body.find("\"objects\":[]") == std::string::npos;
      return is_refused ? http::Reply(http::Response(503, "")) : serve();
    };
    return 0;
  });
  const Result result = project.apply({"--config", "descopectl.yaml", "--report", "json=report.json"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_EQ(json::parse(project.folder.read("report.json")).at("descopectl").at("exit_code"), 5);
  EXPECT_NE(result.err.find("descopectl state push --config descopectl.yaml errored.state.json"),
            std::string::npos)
      << result.err;
  struct stat status{};
  ASSERT_EQ(::stat(project.folder.path("errored.state.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_NE(project.folder.read("errored.state.json").find("\"handle\":\"a\""), std::string::npos);
  project.folder.write("errored.state.json", "of another environment\n");
  const Result again = project.apply({"--adopt"});
  EXPECT_NE(again.status, 0) << again.all();
  EXPECT_NE(again.err.find("descopectl state push errored.state.2.json"), std::string::npos) << again.err;
  EXPECT_EQ(project.folder.read("errored.state.json"), "of another environment\n")
      << "it may not be on its server yet";
  host.with([](StateServer& server) {
    server.around = nullptr;
    return 0;
  });
  const Result next = project.apply({"--adopt"});
  EXPECT_EQ(next.status, 0) << next.all();
  expect_converged();
}

TEST_P(HttpState, TakesItsCredentialsFromVariablesAndShowsThemNowhere) {
  host.with([](StateServer& server) { return server.authorization = "Basic YW5uOnMzY3JldC1wYXNz"; });
  const Result refused = project.plan();
  EXPECT_EQ(refused.status, 4) << refused.all();
  project.environment["DESCOPECTL_STATE_USERNAME"] = "ann";
  project.environment["DESCOPECTL_STATE_PASSWORD"] = "s3cret-pass";
  const Result result = project.apply({"--log-level", "trace"});
  EXPECT_EQ(result.status, 0) << result.all();
  for (const char* form : {"s3cret-pass", "YW5uOnMzY3JldC1wYXNz", "czNjcmV0LXBhc3M"})
    EXPECT_EQ(result.all().find(form), std::string::npos) << form;
  EXPECT_EQ(host.stored().find("s3cret"), std::string::npos);
}

class HttpStateSettings : public testing::Test {
 protected:
  Result plan_with(const std::string& state) {
    project.folder.write(
        "descopectl.yaml",
        "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nstate: " + state + "\n");
    project.declare(connection("a"));
    return project.plan();
  }
  Project project;
};

TEST_F(HttpStateSettings, NeedAnAddress) {
  const Result result = plan_with("{backend: http}");
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(result.err.find("descopectl.yaml:4:18: error: 'state.backend: http' needs 'state.address'"),
            std::string::npos)
      << result.err;
}

TEST_F(HttpStateSettings, RefuseToSendTheStateInTheClear) {
  const Result result = plan_with("{backend: http, address: 'http://state.example.com/x'}");
  EXPECT_EQ(result.status, 3) << result.all();
  EXPECT_NE(
      result.err.find("'state.address' would send the state and its password unencrypted [insecure-url]"),
      std::string::npos)
      << result.err;
}

TEST_F(HttpStateSettings, SayWhatToDoWhereTheServerKnowsNoLocks) {
  StateHost host(StateServer::Form::kNoLocks);
  EXPECT_EQ(plan_with("{backend: http, address: '" + host.url() + "/state'}").status, 0);
  const Result result = project.apply();
  EXPECT_EQ(result.status, 1) << result.all();
  EXPECT_NE(result.err.find("state.lockMethod and state.unlockMethod"), std::string::npos) << result.err;
}

TEST_F(HttpStateSettings, GiveWayToTheFlagAndTheSandbox) {
  static_cast<void>(plan_with("{backend: http, address: 'https://127.0.0.1:1/state'}"));
  EXPECT_EQ(project.apply({"--state", "my.json"}).status, 0);
  EXPECT_TRUE(project.folder.has("my.json"));
  EXPECT_EQ(project.apply({"--sandbox"}).status, 0);
}

}  // namespace
}  // namespace descopectl::e2e
