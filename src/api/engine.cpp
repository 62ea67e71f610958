// The loop around a request: wait for the gate, send, look at what came, try again or give up.
//
//   what came                      a read                   a write
//   no byte was sent               tried again              tried again (it can't have run)
//   429                            tried again              tried again (it did not run, sheet 1.7)
//   reset, timeout, 5xx            tried again              kOutcomeUnknown
//   2xx, cut short                 tried again              kOutcomeUnknown
//   all else                       the error                the error
#include "engine.hpp"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include <utility>

#include "descopectl/base/wipe.hpp"
#include "descopectl/transport/deadline.hpp"
#include "secret_text.hpp"

namespace descopectl::api {
namespace {

using std::chrono::milliseconds;

/// A service that asks for more has other trouble than its rate limit; the user should know at once.
constexpr milliseconds kLongestRetryAfter{600'000};

Error interrupted() {
  return {ErrorKind::kInterrupted, "interrupted while waiting to send a request"};
}

}  // namespace

Engine::Engine(std::unique_ptr<http::Client> client, ApiOptions options, std::unique_ptr<Timing> timing)
    : client_(std::move(client)),
      options_(std::move(options)),
      timing_(std::move(timing)),
      gate_(*timing_, options_.requests_per_minute) {}

boost::asio::awaitable<Result<json::object>> Engine::send(Call call) {
  for (unsigned tries = 1;; ++tries) {
    auto turn = co_await wait_for_turn();
    if (!turn) co_return turn.error();
    Outcome outcome = co_await try_once(call);
    if (outcome) co_return std::move(*outcome);
    Failure failure = std::move(outcome).error();
    // A wrong address is the likelier reason than a service that is down: it is told after seconds, not half
    // a minute.
    const unsigned retries =
        is_nobody_there(failure.error) ? std::min(options_.retries, 2U) : options_.retries;
    if (failure.next == Next::kGiveUp || tries > retries) co_return after_tries(failure.error, tries);
    auto ready = co_await prepare_next(call, std::move(failure), tries - 1, retries);
    if (!ready) co_return after_tries(ready.error(), tries);
  }
}

boost::asio::awaitable<Result<void>> Engine::wait_for_turn() {
  try {
    co_await gate_.pass();
  } catch (const boost::system::system_error&) {
    co_return interrupted();
  }
  co_return Result<void>();
}

boost::asio::awaitable<Result<void>> Engine::wait_for(milliseconds delay) {
  try {
    co_await timing_->wait_until(timing_->now() + delay);
  } catch (const boost::system::system_error&) {
    co_return interrupted();
  }
  co_return Result<void>();
}

boost::asio::awaitable<Engine::Outcome> Engine::try_once(const Call& call) {
  const auto begin = timing_->now();
  ++request_count_;
  auto answer = co_await exchange(call);
  const auto took = std::chrono::duration_cast<milliseconds>(timing_->now() - begin).count();
  if (!answer) {
    log(fmt::format("{} failed after {} ms: {}", call.name(), took, answer.error().message()));
    co_return failure_of_transport(call, answer.error());
  }
  log(fmt::format("{} {} {} ms {} bytes", call.name(), answer->status, took, answer->body.size()));
  co_return read_answer(call, std::move(*answer));
}

boost::asio::awaitable<Result<http::Response>> Engine::exchange(const Call& call) {
  // Asio's cancellation comes as an exception; from here on it is an error like the others.
  try {
    http::Request request = make_request(call);
    if (call.tries != nullptr) ++*call.tries;
    auto answer = co_await client_->send(std::move(request));
    co_return answer;
  } catch (const boost::system::system_error&) {
    co_return Error(ErrorKind::kInterrupted, "interrupted while waiting for the answer");
  }
}

boost::asio::awaitable<Result<void>> Engine::prepare_next(const Call& call, Failure failure,
                                                          unsigned tries_before, unsigned retries) {
  if (failure.next == Next::kTryAgain) {
    const auto delay = back_off(options_.retry_base, tries_before, random());
    say(fmt::format("{}; trying again in {} ({} of {})", failure.error.message(),
                    transport::format_duration(delay), tries_before + 1, retries));
    auto waited = co_await wait_for(delay);
    co_return waited;
  }
  const auto asked = parse_retry_after(failure.retry_after, timing_->wall_now());
  const auto delay = asked ? *asked : rate_limit_back_off(options_.retry_base, tries_before, random());
  if (delay > kLongestRetryAfter)
    co_return Error(
        failure.error.kind(),
        fmt::format("{}; it asks to wait {}", failure.error.message(), transport::format_duration(delay)),
        failure.error.hint());
  // The gate makes all requests wait, this one with them. Said once, however many were refused at a time.
  if (gate_.close_until(timing_->now() + delay))
    say(fmt::format("rate limited at {}: waiting {}", call.name(), transport::format_duration(delay)));
  co_return Result<void>();
}

http::Request Engine::make_request(const Call& call) const {
  http::Request request(call.method, call.target, call.body.render());
  request.headers.emplace_back(
      "Authorization", fmt::format("Bearer {}:{}", options_.project_id, options_.management_key.reveal()));
  request.headers.emplace_back("x-descope-project-id", options_.project_id);
  request.headers.emplace_back("Accept", "application/json");
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

Engine::Outcome Engine::read_answer(const Call& call, http::Response response) {
  if (response.status < 200 || response.status > 299)
    return failure_of_answer(call, response, options_.management_key, options_.http.base_url);
  auto object = read_object(response.body, !call.is_read(), call.name(), options_.http.base_url);
  if (!object) return failure_of_body(call, response.body, object.error());
  if (call.purpose != Purpose::kList) base::wipe(response.body);  // it may hold a generated secret
  return std::move(*object);
}

void Engine::log(std::string_view line) const {
  if (options_.log) options_.log(line);
}

void Engine::say(std::string_view text) const {
  if (options_.progress) options_.progress(text);
}

}  // namespace descopectl::api
