// From answers to errors: by the service's code first, then by status, then by text (sheet 1.6).
#pragma once

#include <string>
#include <string_view>

#include "descopectl/http/message.hpp"
#include "wire.hpp"

namespace descopectl::api {

enum class Purpose : unsigned char { kList, kLoad, kCreate, kUpdate, kErase };

/// One request, as often as it has to be sent.
struct Call {
  Call(Purpose purpose_, const schema::Kind& kind_, std::string_view method_, std::string target_,
       WireBody body_)
      : purpose(purpose_),
        kind(&kind_),
        method(method_),
        target(std::move(target_)),
        body(std::move(body_)) {}

  [[nodiscard]] bool is_read() const { return purpose == Purpose::kList || purpose == Purpose::kLoad; }
  /// "GET /v1/mgmt/resource/load?id=RS1", for messages.
  [[nodiscard]] std::string name() const;

  Purpose purpose;
  unsigned* tries = nullptr;  ///< counts the requests that were sent; may be null
  const schema::Kind* kind;
  std::string method;
  std::string target;
  WireBody body;
};

enum class Next : unsigned char { kGiveUp, kTryAgain, kWaitForRateLimit };

/// What went wrong, and what the client should do about it.
struct Failure {
  Failure() = default;
  Failure(Next next_, Error error_) : next(next_), error(std::move(error_)) {}

  Next next = Next::kGiveUp;
  Error error;
  std::string retry_after;  ///< the answer's Retry-After, as it stands
};

/// Of an answer other than 2xx. The message has method, path, status, code, the service's text (unless it
/// repeats a secret) and the edge's request id.
[[nodiscard]] Failure failure_of_answer(const Call& call, const http::Response& response,
                                        const ApiOptions& options);

/// Of a request that got no answer.
[[nodiscard]] Failure failure_of_transport(const Call& call, const Error& error);

/// Of a 2xx answer that can't be read.
[[nodiscard]] Failure failure_of_body(const Call& call, std::string_view body, const Error& error);

/// `error` with "(after N tries)" at the end of its message, where there was more than one.
[[nodiscard]] Error after_tries(const Error& error, unsigned tries);

}  // namespace descopectl::api
