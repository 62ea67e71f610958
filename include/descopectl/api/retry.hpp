// When to try again: back-off, and what Retry-After and Date say.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "descopectl/base/result.hpp"

namespace descopectl::api {

/// How long `retry_after` (RFC 9110 section 10.2.3: whole seconds, or an HTTP date in one of its three forms)
/// asks to wait from `now`; never negative. None where it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view retry_after, std::chrono::system_clock::time_point now);

/// The time of an HTTP date in one of its three forms (RFC 9110 section 5.6.7); none where it is something
/// else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

/// Exponential back-off with full jitter: between 0 and `base` * 2^`tries_before`, at most 30 s. `random` in
/// [0, 1).
[[nodiscard]] std::chrono::milliseconds back_off(std::chrono::milliseconds base, unsigned tries_before,
                                                 double random);

/// Back-off after a 429 without a Retry-After. The service's window is a minute (sheet 1.7), so it grows from
/// eight times `base`, and half of it is certain.
[[nodiscard]] std::chrono::milliseconds rate_limit_back_off(std::chrono::milliseconds base,
                                                            unsigned tries_before, double random);

/// No server listens there, or there is no such name.
[[nodiscard]] bool is_nobody_there(const Error& error);

/// How many further tries the error is worth, of `retries`: where nobody is there, a wrong address is the
/// likelier reason than a service that is down, and is told after seconds, not half a minute.
[[nodiscard]] unsigned limit_retries(const Error& error, unsigned retries);

/// True for a request that could not be sent and that no later try will send: a certificate that is not
/// trusted now won't be in half a minute, an old server won't have learnt, nor will a proxy permit what it
/// refuses.
[[nodiscard]] bool is_permanent(const Error& error);

}  // namespace descopectl::api
