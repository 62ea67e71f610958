// What an endpoint answers: a JSON text, or a refusal with the service's four error members (sheet 1.6).
//
// Codes that the sheet knows are used as it gives them. Where none is known, a code of our own invention from
// the range E99ffnn stands (ff: family, nn: 04 not found, 09 duplicate), well-formed because clients demand
// that, and not to be matched on: the real service answers something else.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "descopectl/http/message.hpp"

namespace descopectl::emulator {

inline constexpr std::string_view kMalformed = "E011001";
inline constexpr std::string_view kMissingArgument = "E011002";
inline constexpr std::string_view kInvalid = "E011003";
inline constexpr std::string_view kInvalidValue = "E011004";
inline constexpr std::string_view kNoSuchProject = "E011008";
inline constexpr std::string_view kPermissionNotFound = "E111303";
inline constexpr std::string_view kRoleNotFound = "E111403";
inline constexpr std::string_view kRateLimit = "E130429";
// Our own inventions.
inline constexpr std::string_view kUnauthorized = "E990001";
inline constexpr std::string_view kNoSuchPath = "E990004";
inline constexpr std::string_view kWrongMethod = "E990005";
inline constexpr std::string_view kOwnFault = "E990006";
inline constexpr std::string_view kScripted = "E990007";
inline constexpr std::string_view kStaleVersion = "E990010";
inline constexpr std::string_view kSecretNotFound = "E990214";
inline constexpr std::string_view kSecretExists = "E990219";

/// Why a request is refused. Has a constructor so that it may be made anywhere.
struct Refusal {
  Refusal() = default;
  Refusal(int status_, std::string_view code_, std::string message_)
      : status(status_), code(code_), message(std::move(message_)) {}

  int status = 400;
  std::string code;
  std::string message;
  std::string oauth_error;  ///< "invalid_redirect_uri": for clients of RFC 7591; empty: none
};

template <class T>
using Outcome = boost::system::result<T, Refusal>;

[[nodiscard]] Refusal malformed(std::string message);
/// `name` is absent although the call needs it.
[[nodiscard]] Refusal missing(std::string_view name);
[[nodiscard]] Refusal invalid_value(std::string message);

[[nodiscard]] http::Response to_response(const Refusal& refusal);

/// What void calls answer: an empty object, never an empty body (sheet 0.3, trap 4).
inline constexpr std::string_view kNothing = "{}";

}  // namespace descopectl::emulator
