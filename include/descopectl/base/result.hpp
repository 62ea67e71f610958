// A value, or the error that a caller is expected to decide about.
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace descopectl {

/// What sort of failure an Error is: the caller's decision (retry, skip, exit status) hangs on this alone.
enum class ErrorKind : unsigned char {
  kFailure,         ///< none of the others
  kInvalidInput,    ///< what the user gave is wrong
  kNotFound,        ///< the thing asked for does not exist
  kConflict,        ///< it exists already, or somebody else changed it
  kRefused,         ///< the service refused the request as such (4xx)
  kUnknownField,    ///< the service refused a field that it does not know (E011001)
  kUnauthorized,    ///< credentials missing, wrong or without the right (401, 403)
  kUnreachable,     ///< no answer: name, connection, TLS, timeout, 5xx; a read may be tried again
  kRateLimited,     ///< 429 outlasted the retries
  kOutcomeUnknown,  ///< a write was sent and nobody knows whether it ran
  kBadAnswer,       ///< an answer that is not what the API promises (HTML, truncated, too large, not JSON)
  kLockHeld,        ///< somebody else holds the lock
  kStale,           ///< what was decided on has moved since
  kInterrupted,     ///< the user asked to stop
};

/// An expected failure. Has no default meaning; the default constructor exists for `Result` alone.
class Error {
 public:
  Error() = default;
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  /// What is wrong, as a sentence without a full stop at its end.
  [[nodiscard]] const std::string& message() const { return message_; }
  /// What the user can do about it; may be empty.
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_ = ErrorKind::kFailure;
  std::string message_;
  std::string hint_;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Called by Result::value() on an error: asking without looking is a bug of ours.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("unchecked error: " + error.message());
}

}  // namespace descopectl
