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

#include "descopectl/api/retry.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/base/wipe.hpp"
#include "descopectl/transport/deadline.hpp"
#include "secret_text.hpp"

namespace descopectl::api {
namespace {

using std::chrono::milliseconds;

Error interrupted() {
  return {ErrorKind::kInterrupted, "interrupted while waiting to send a request"};
}

}  // namespace

Engine::Engine(std::unique_ptr<http::Client> client, ApiOptions options, std::unique_ptr<Timing> timing)
    : client_(std::move(client)),
      options_(std::move(options)),
      timing_(make_interruptible(std::move(timing), options_.interruption)),
      gate_(std::make_shared<Gate>(*timing_, gate_options())) {}

GateOptions Engine::gate_options() const {
  GateOptions options;
  options.requests_per_minute = options_.requests_per_minute;
  options.parallelism = options_.http.connections;
  options.interruption = options_.interruption;
  options.on_cap = [this](milliseconds wait) {
    say(fmt::format("http.requestsPerMinute ({}) is reached: waiting {}", options_.requests_per_minute,
                    describe_wait(wait)));
  };
  return options;
}

boost::asio::awaitable<Result<json::object>> Engine::send(Call call) {
  Progress progress;
  while (true) {
    milliseconds pause{0};
    {
      auto turn = co_await wait_for_turn();
      if (!turn) co_return turn.error();
      Outcome outcome = co_await try_once(call);
      if (outcome) {
        turn->was_taken();
        co_return std::move(*outcome);
      }
      if (++progress.tries == 1) progress.give_up_at = timing_->now() + options_.retry_budget;
      const auto next = find_pause(call, outcome.error(), *turn, progress);
      if (!next) co_return after_tries(next.error(), progress.tries);
      // Refused, or never sent: it did not run, and will not.
      if (is_interrupted()) co_return interrupted();
      pause = *next;
    }
    if (pause == milliseconds(0)) continue;
    auto waited = co_await wait_for(pause);
    if (!waited) co_return after_tries(waited.error(), progress.tries);
  }
}

boost::asio::awaitable<Result<Gate::Turn>> Engine::wait_for_turn() {
  try {
    Gate::Turn turn = co_await gate_->pass();
    co_return turn;
  } catch (const boost::system::system_error&) {
    co_return interrupted();
  }
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

Result<milliseconds> Engine::find_pause(const Call& call, const Failure& failure, Gate::Turn& turn,
                                        const Progress& progress) {
  const Error& error = failure.error;
  const unsigned retries = limit_retries(error, options_.retries);
  if (failure.next == Next::kGiveUp || progress.tries > retries) return error;
  const auto give_up = [&](std::string_view why, milliseconds time) {
    return Error(error.kind(),
                 fmt::format("{}; {} {}", error.message(), why, transport::format_duration(time)),
                 error.hint());
  };
  const bool is_limited = failure.next == Next::kWaitForRateLimit;
  const auto asked = is_limited ? parse_retry_after(failure.retry_after, timing_->wall_now())
                                : std::optional<milliseconds>();
  const auto wait = asked        ? *asked
                    : is_limited ? rate_limit_back_off(options_.retry_base, progress.tries - 1, random())
                                 : back_off(options_.retry_base, progress.tries - 1, random());
  if (timing_->now() + wait > progress.give_up_at)
    return asked ? give_up("it asks to wait", *asked) : give_up("it was tried for", options_.retry_budget);
  if (!is_limited) {
    say(fmt::format("{}; trying again in {} ({} of {})", error.message(), describe_wait(wait), progress.tries,
                    retries));
    return wait;
  }
  // Said once, however many were refused at a time.
  if (turn.was_refused(timing_->now() + wait))
    say(fmt::format("rate limited at {}: waiting {}; at most {} at once from then on", call.name(),
                    describe_wait(wait), base::counted(gate_->width(), "request")));
  return milliseconds(0);
}

std::string Engine::describe_wait(milliseconds wait) const {
  constexpr milliseconds kWorthAClock{1'000};
  std::string duration = transport::format_duration(wait);
  if (wait < kWorthAClock) return duration;
  return fmt::format("{}, until {}", duration, base::format_time(timing_->wall_now() + wait));
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
  if (response.status < 200 || response.status > 299) return failure_of_answer(call, response, options_);
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
