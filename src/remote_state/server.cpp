// The loop around a request to the state's server. Every call may be sent again: a GET has no effect, LOCK
// and UNLOCK name the lock by its id, and before a POST goes a second time the caller looks whether the first
// came through.
#include "server.hpp"

#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <utility>

#include "descopectl/api/retry.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/transport/deadline.hpp"

namespace descopectl::remote_state {

namespace {

using Tried = boost::system::result<Answer, Failure>;

constexpr int kTooManyRequests = 429;
constexpr int kNotImplemented = 501;
constexpr std::size_t kLongestQuote = 200;

// "https://host:1" and "/path?query" of an address that config has checked.
std::pair<std::string, std::string> split(const std::string& address) {
  const std::size_t scheme = address.find("://");
  const std::size_t end =
      scheme == std::string::npos ? std::string::npos : address.find_first_of("/?", scheme + 3);
  if (end == std::string::npos) return {address, "/"};
  const std::string target = address.substr(end);
  return {address.substr(0, end), target.starts_with('?') ? "/" + target : target};
}

std::string without_query(const std::string& address) {
  return address.substr(0, address.find('?'));
}

Error interrupted() {
  return {ErrorKind::kInterrupted, "interrupted while talking to the state's server"};
}

// True where there is nothing to compare, too.
bool has_its_digest(const http::Response& response) {
  constexpr std::size_t kDigestSize = 24;  // 16 bytes in base64
  const std::string_view told = http::find_header(response.headers, "Content-MD5");
  const std::string digest = base::md5(response.body);
  return told.size() != kDigestSize || digest.empty() || base::to_base64(digest) == told;
}

}  // namespace

std::string Server::name() const {
  return without_query(options_.address);
}

boost::asio::awaitable<Result<Answer>> Server::send(Call call) {
  for (unsigned tries = 1;; ++tries) {
    Tried tried = co_await try_once(call);
    if (tried) co_return std::move(*tried);
    Failure failure = std::move(tried).error();
    auto ready = co_await prepare_next(std::move(failure), tries);
    if (!ready) co_return ready.error();
  }
}

boost::asio::awaitable<Tried> Server::try_once(Call call) {
  auto [origin, target] = split(call.address);
  const auto client = find_client(origin);
  if (!client) {
    Failure failure(client.error());
    failure.may_pass = false;
    co_return failure;
  }
  Result<http::Response> response = interrupted();
  try {
    http::Request request = make_request(call, std::move(target));
    response = co_await (*client)->send(std::move(request));
  } catch (const boost::system::system_error&) {
    response = interrupted();  // Asio's cancellation
  }
  if (!response) {
    const Error& error = response.error();
    log(fmt::format("{} {} failed: {}", call.method, without_query(call.address), error.message()));
    Failure failure(
        Error(error.kind() == ErrorKind::kInterrupted ? error.kind() : ErrorKind::kUnreachable,
              "the state's server: " + error.message(),
              error.hint().empty() ? "Check state.address, and whether its server runs." : error.hint()));
    failure.may_pass = error.kind() != ErrorKind::kInterrupted && !api::is_permanent(error);
    co_return failure;
  }
  log(fmt::format("{} {} {}", call.method, without_query(call.address), response->status));
  const bool is_broken = response->status >= 500 && response->status != kNotImplemented;
  if (response->status == kTooManyRequests || is_broken)
    co_return describe_failure(call, response->status,
                               std::string(http::find_header(response->headers, "Retry-After")));
  if (call.method == "GET" && !has_its_digest(*response)) {
    Failure failure;
    failure.error =
        Error(ErrorKind::kUnreachable,
              fmt::format("the state's server: the answer to GET {} is not what its Content-MD5 says",
                          without_query(call.address)),
              "Check what stands between here and the state's server.");
    co_return failure;
  }
  is_given_up_ = false;
  Answer answer;
  answer.status = response->status;
  const auto date = api::parse_http_date(http::find_header(response->headers, "Date"));
  answer.at = date ? *date : timing_.wall_now();
  answer.body = std::move(response->body);
  co_return answer;
}

boost::asio::awaitable<Result<void>> Server::prepare_next(Failure failure, unsigned tries) {
  if (!failure.may_pass) co_return failure.error;
  const unsigned retries = is_given_up_ ? 0 : api::limit_retries(failure.error, options_.retries);
  if (is_begun_ && is_interrupted()) {
    if (std::exchange(had_last_try_, true)) co_return failure.error;
    co_return Result<void>();
  }
  if (tries > retries) {
    is_given_up_ = true;
    co_return Error(failure.error.kind(),
                    tries == 1 ? failure.error.message()
                               : fmt::format("{} (after {} tries)", failure.error.message(), tries),
                    failure.error.hint());
  }
  const double random = options_.random ? options_.random() : 0.5;
  std::chrono::milliseconds delay = failure.is_rate_limit
                                        ? api::rate_limit_back_off(options_.retry_base, tries - 1, random)
                                        : api::back_off(options_.retry_base, tries - 1, random);
  if (const auto asked = api::parse_retry_after(failure.retry_after, timing_.wall_now())) delay = *asked;
  // A lease that is not renewed in time is lost: so long a pause would be no pause but the end.
  if (delay >= state::kLeaseLife) co_return failure.error;
  if (options_.warn)
    options_.warn(fmt::format("{}; trying again in {} ({} of {})", failure.error.message(),
                              transport::format_duration(delay), tries, retries));
  try {
    co_await wait(delay);
  } catch (const boost::system::system_error&) {
    if (!is_begun_) co_return interrupted();
    had_last_try_ = true;
  }
  co_return Result<void>();
}

bool Server::is_interrupted() const {
  return options_.interruption != nullptr && options_.interruption->has_come();
}

boost::asio::awaitable<void> Server::wait(std::chrono::milliseconds delay) {
  const auto when = timing_.now() + delay;
  if (options_.interruption == nullptr)
    co_await timing_.wait_until(when);
  else
    co_await api::wait_until(timing_, when, *options_.interruption);
}

boost::asio::awaitable<Result<std::optional<StateDocument>>> Server::get(Time* at) {
  const Call call("GET", options_.address);
  auto answer = co_await send(call);
  if (!answer) co_return answer.error();
  if (at != nullptr) *at = answer->at;
  const bool is_none = answer->status == 204 || answer->status == 404 ||
                       (answer->status == 200 && base::is_blank(answer->body));
  if (is_none) co_return std::optional<StateDocument>();
  if (answer->status != 200) co_return describe(call, *answer);
  auto document = decode_document(answer->body, name());
  if (!document) co_return document.error();
  co_return std::optional<StateDocument>(std::move(*document));
}

Error Server::describe(const Call& call, const Answer& answer) const {
  const std::string what =
      fmt::format("the state's server answers {} {} with {}", call.method,
                  base::printable(without_query(call.address), kLongestQuote), answer.status);
  const std::string body = options_.redact ? options_.redact(answer.body) : answer.body;
  const std::string said = base::is_blank(body) ? std::string() : ": " + base::printable(body, kLongestQuote);
  if (answer.status == 401 || answer.status == 403)
    return {ErrorKind::kUnauthorized, what,
            options_.username.empty() && options_.password.reveal().empty()
                ? "Set DESCOPECTL_STATE_USERNAME and DESCOPECTL_STATE_PASSWORD."
                : "Check DESCOPECTL_STATE_USERNAME and DESCOPECTL_STATE_PASSWORD, and what they may do."};
  if (answer.status >= 300 && answer.status < 400)
    return {ErrorKind::kFailure, what, "Redirects are not followed: name the address itself."};
  return {ErrorKind::kFailure, what + said,
          "Check state.address, state.lockAddress and state.unlockAddress in descopectl.yaml."};
}

Failure Server::describe_failure(const Call& call, int status, const std::string& retry_after) const {
  Failure failure;
  failure.is_rate_limit = status == kTooManyRequests;
  failure.error = Error(failure.is_rate_limit ? ErrorKind::kRateLimited : ErrorKind::kUnreachable,
                        fmt::format("the state's server answers {} {} with {}", call.method,
                                    base::printable(without_query(call.address), kLongestQuote), status));
  failure.retry_after = retry_after;
  return failure;
}

Result<http::Client*> Server::find_client(const std::string& origin) {
  auto& client = clients_[origin];
  if (!client) {
    auto made = options_.make_client(origin);
    if (!made) return made.error();
    client = std::move(*made);
  }
  return client.get();
}

http::Request Server::make_request(const Call& call, std::string target) const {
  http::Request request(call.method, std::move(target), call.body);
  const std::string_view password = options_.password.reveal();
  if (!options_.username.empty() || !password.empty())
    request.headers.emplace_back(
        "Authorization", "Basic " + base::to_base64(fmt::format("{}:{}", options_.username, password)));
  request.headers.emplace_back("Accept", "application/json");
  if (call.body.empty()) return request;
  request.headers.emplace_back("Content-Type", "application/json");
  const std::string digest = base::md5(call.body);
  if (!digest.empty()) request.headers.emplace_back("Content-MD5", base::to_base64(digest));
  return request;
}

void Server::log(std::string_view line) const {
  if (options_.log) options_.log(line);
}

}  // namespace descopectl::remote_state
