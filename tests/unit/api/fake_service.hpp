// A scripted http::Client and a clock that jumps: the service as the API's tests see it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/api/timing.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::api::test {

namespace asio = boost::asio;

/// What was sent, and what is still to be answered. Answers are given in order; without one the test fails.
struct Script {
  std::vector<http::Request> requests;
  std::deque<Result<http::Response>> answers;
  std::size_t in_flight = 0;
  std::size_t most_in_flight = 0;
  std::vector<std::size_t> in_flight_at;  ///< with each request, itself included

  void answer(int status, std::string body, std::vector<http::Header> headers = {}) {
    http::Response response(status, std::move(body));
    response.headers = std::move(headers);
    answers.emplace_back(std::move(response));
  }
  void fail(ErrorKind kind, std::string message) { answers.emplace_back(Error(kind, std::move(message))); }
};

class FakeClient final : public http::Client {
 public:
  explicit FakeClient(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  asio::awaitable<Result<http::Response>> send(http::Request request) override {
    const auto executor = co_await asio::this_coro::executor;
    script_->most_in_flight = std::max(script_->most_in_flight, ++script_->in_flight);
    script_->in_flight_at.push_back(script_->in_flight);
    co_await asio::post(executor, asio::use_awaitable);
    --script_->in_flight;
    script_->requests.push_back(std::move(request));
    if (script_->answers.empty()) {
      ADD_FAILURE() << "nothing is scripted for " << script_->requests.back().target;
      co_return Error(ErrorKind::kInterrupted, "nothing is scripted");
    }
    auto answer = std::move(script_->answers.front());
    script_->answers.pop_front();
    co_return answer;
  }
  void close() override {}

 private:
  std::shared_ptr<Script> script_;
};

/// Waiting moves the clock, and takes no time.
class FakeTiming final : public Timing {
 public:
  explicit FakeTiming(std::shared_ptr<std::vector<std::chrono::milliseconds>> waits)
      : waits_(std::move(waits)) {}

  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12);
  }
  asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) override {
    waits_->push_back(std::chrono::duration_cast<std::chrono::milliseconds>(when - now_));
    // What is under way goes on before time does.
    const auto executor = co_await asio::this_coro::executor;
    for (int i = 0; i < 20; ++i)
      co_await asio::post(executor, asio::use_awaitable);
    if (when > now_) now_ = when;
  }

 private:
  std::shared_ptr<std::vector<std::chrono::milliseconds>> waits_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

inline constexpr const char* kKey = "Kmanagement-key-of-the-test-0123456789";

inline ApiOptions test_options() {
  ApiOptions options;
  options.project_id = "Ptest";
  options.management_key = model::Secret(kKey);
  options.http.base_url = "https://api.example.com";
  options.random = [] { return 0.5; };
  return options;
}

/// Runs `work` on `context` to its end.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> work) {
  std::optional<T> result;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result.emplace(std::move(value));
  });
  context.restart();
  context.run();
  return std::move(result.value());
}

/// A writer over a script.
class ApiTest : public ::testing::Test {
 protected:
  /// Makes (again) the writer; `options` may have been changed before.
  Writer& writer() {
    if (!writer_) {
      options.progress = [this](std::string_view text) { progress.emplace_back(text); };
      options.log = [this](std::string_view text) { log.emplace_back(text); };
      auto made = make_writer_over(std::make_unique<FakeClient>(script), options,
                                   std::make_unique<FakeTiming>(waits));
      writer_ = std::move(made.value());
    }
    return *writer_;
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    return test::run(context, std::move(work));
  }

  static const schema::Kind& kind(std::string_view name) { return *kinds::find(name); }
  static json::object object(std::string_view text) { return json::parse(text).as_object(); }

  Result<std::vector<model::LiveObject>> list(std::string_view name, unsigned generation = 1,
                                              std::vector<std::string> parents = {}) {
    return run(writer().list(kind(name), generation, std::move(parents)));
  }
  Result<model::LiveObject> load(std::string_view name, std::string id, unsigned generation = 1) {
    return run(writer().load(kind(name), std::move(id), generation));
  }
  Result<Created> create(std::string_view name, std::string_view body, BodySecrets secrets = {},
                         unsigned generation = 1) {
    return run(writer().create(kind(name), object(body), std::move(secrets), generation));
  }
  Result<json::object> update(std::string_view name, std::string_view body, BodySecrets secrets = {},
                              unsigned generation = 1) {
    return run(writer().update(kind(name), object(body), std::move(secrets), generation));
  }
  Result<void> erase(std::string_view name, std::string id) {
    return run(writer().erase(kind(name), std::move(id)));
  }

  /// "GET /v1/..." and, where there is one, the body, of each request.
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> lines;
    for (const auto& request : script->requests)
      lines.push_back(request.method + " " + request.target +
                      (request.body.empty() ? "" : " " + request.body));
    return lines;
  }
  static std::vector<std::string> ids(const std::vector<model::LiveObject>& objects) {
    std::vector<std::string> out;
    for (const auto& live : objects)
      out.push_back(live.id);
    return out;
  }

  ApiOptions options = test_options();
  base::Interruption interruption;  ///< for `options`
  std::shared_ptr<Script> script = std::make_shared<Script>();
  std::shared_ptr<std::vector<std::chrono::milliseconds>> waits =
      std::make_shared<std::vector<std::chrono::milliseconds>>();
  std::vector<std::string> progress;
  std::vector<std::string> log;
  asio::io_context context;

 private:
  std::unique_ptr<Writer> writer_;
};

}  // namespace descopectl::api::test
