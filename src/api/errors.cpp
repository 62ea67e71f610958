// What the service's answers mean.
#include "errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "descopectl/api/retry.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "secret_text.hpp"

namespace descopectl::api {
namespace {

/// Codes with a meaning of their own, whatever the call.
struct CodeRow {
  std::string_view code;
  ErrorKind kind;
};

constexpr std::array<CodeRow, 9> kCodes{{
    {"E011001", ErrorKind::kRefused},
    {"E011002", ErrorKind::kRefused},
    {"E011003", ErrorKind::kRefused},
    {"E011004", ErrorKind::kRefused},
    {"E011008", ErrorKind::kUnauthorized},
    {"E130429", ErrorKind::kRateLimited},
    {"E024104", ErrorKind::kConflict},
    {"E024209", ErrorKind::kConflict},
    {"E151001", ErrorKind::kConflict},
}};

constexpr std::string_view kBaseUrlHint =
    "check the base URL (DESCOPE_BASE_URL, --base-url), and any proxy on the way";
constexpr std::string_view kKeyHint =
    "check DESCOPE_MANAGEMENT_KEY (or --management-key-file) and DESCOPE_PROJECT_ID: a key of another "
    "project is "
    "refused, and so is one that has expired or that does not permit this address";
constexpr std::string_view kRateHint =
    "run it again later; http.requestsPerMinute in descopectl.yaml keeps below the service's limit";

/// What the service says about its refusal. `is_service`: it is the service that speaks, not something before
/// it.
struct Said {
  bool is_service = false;
  bool is_html = false;
  std::string code;
  std::string text;
};

Said read_refusal(std::string_view body) {
  constexpr std::size_t kLongestBody = 1U << 20U;
  Said said;
  const auto begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  said.is_html = begin != std::string_view::npos && body[begin] == '<';
  if (body.size() > kLongestBody) return said;
  const auto parsed = base::parse_json(body);
  if (!parsed || !parsed->is_object()) return said;
  const auto& object = parsed->get_object();
  said.code = base::text_member(object, "errorCode");
  for (const std::string_view name : {"errorMessage", "message", "errorDescription"}) {
    if (said.text.empty()) said.text = base::text_member(object, name);
  }
  // "Not Found" without a code is what the gateway says of a path that it does not serve.
  said.is_service = !said.code.empty() || (!said.text.empty() && said.text != "Not Found");
  return said;
}

bool contains_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), base::is_same_letter) != text.end();
}

bool speaks_of_unknown_field(std::string_view text) {
  constexpr std::array<std::string_view, 5> kPhrases{"unknown field", "unknown name", "unknown key",
                                                     "unrecognized field", "no such field"};
  return std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](auto phrase) { return contains_word(text, phrase); });
}

std::optional<ErrorKind> kind_by_code(const Call& call, int status, const Said& said) {
  if (status == 429) return ErrorKind::kRateLimited;  // it did not run, whatever the code
  // Something on the way may speak in the service's form: whether a write was carried out is looked up.
  if (status >= 500 && !call.is_read()) return ErrorKind::kOutcomeUnknown;
  if (said.code.empty()) return std::nullopt;
  if (said.code == "E011001" && speaks_of_unknown_field(said.text)) return ErrorKind::kUnknownField;
  const auto row =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const CodeRow& r) { return r.code == said.code; });
  if (row != kCodes.end()) return row->kind;
  const auto all = kinds::all();
  const auto about = std::find_if(
      all.begin(), all.end(), [&](const schema::Kind* kind) { return kind->not_found_code == said.code; });
  if (about == all.end()) return std::nullopt;
  // A role with an unknown permission is answered with the permission's code; and nothing can be created that
  // is not found: it is something that the new object names.
  return *about == call.kind && call.purpose != Purpose::kCreate ? ErrorKind::kNotFound : ErrorKind::kRefused;
}

ErrorKind kind_by_status(const Call& call, int status, const Said& said) {
  const bool is_duplicate = !call.is_read() && said.is_service && contains_word(said.text, "already exists");
  if (status == 401 || status == 403) return ErrorKind::kUnauthorized;
  if (status == 409 || is_duplicate) return ErrorKind::kConflict;
  if (status == 404 && !said.is_service) return ErrorKind::kBadAnswer;
  if (status == 404) return call.purpose == Purpose::kCreate ? ErrorKind::kRefused : ErrorKind::kNotFound;
  if (status == 408 || status >= 500)
    return call.is_read() ? ErrorKind::kUnreachable : ErrorKind::kOutcomeUnknown;
  // A redirect is the word of something before the service.
  return status >= 400 ? ErrorKind::kRefused : ErrorKind::kBadAnswer;
}

std::string hint_for(const Call& call, const http::Response& response, ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnauthorized:
      if (response.status == 403)
        return fmt::format("the management key lacks the right to {} {}, or does not permit this address",
                           call.method, call.target.substr(0, call.target.find('?')));
      return std::string(kKeyHint);
    case ErrorKind::kRateLimited:
      return std::string(kRateHint);
    case ErrorKind::kBadAnswer:
      return std::string(kBaseUrlHint);
    default:
      return response.status < 400 ? std::string(kBaseUrlHint) : std::string();
  }
}

bool repeats_any_secret(const Call& call, const model::Secret& management_key, std::string_view text) {
  if (repeats_secret(text, management_key)) return true;
  const auto& secrets = call.body.secrets();
  return std::any_of(secrets.begin(), secrets.end(),
                     [&](const auto& secret) { return repeats_secret(text, secret); });
}

/// What the server chose to say, made fit for a terminal, or why it is not shown.
std::string shown(const Call& call, const ApiOptions& options, std::string_view text, std::size_t limit) {
  if (repeats_any_secret(call, options.management_key, text.substr(0, 4 * limit)))
    return "(its text repeats a secret and is not shown)";
  // Before it is cut: half a secret is one that nobody finds later.
  return base::printable(options.redact ? options.redact(text) : std::string(text), limit);
}

std::string message_of(const Call& call, const http::Response& response, const Said& said, ErrorKind kind,
                       const ApiOptions& options) {
  std::string message = fmt::format("{}: answered {}", call.name(), response.status);
  const auto quote = [&](std::string_view text, std::size_t limit) {
    return shown(call, options, text, limit);
  };
  if (response.status >= 300 && response.status < 400) {
    const auto location = http::find_header(response.headers, "Location");
    message += location.empty() ? ", a redirect" : fmt::format(", a redirect to {}", quote(location, 200));
    message += ", and redirects are not followed";
  }
  if (!said.code.empty()) message += fmt::format(" ({})", quote(said.code, 20));
  if (!said.text.empty()) {
    message += fmt::format(": {}", quote(said.text, 400));
  } else if (said.is_html) {
    message += " with HTML instead of JSON";
  }
  if (kind == ErrorKind::kBadAnswer)
    message += fmt::format(": is {} the Management API?", base::printable(options.http.base_url, 200));
  if (kind == ErrorKind::kOutcomeUnknown) message += "; whether it was carried out is not known";
  const auto ray = http::find_header(response.headers, "cf-ray");
  if (!ray.empty()) message += fmt::format(" [cf-ray {}]", quote(ray, 60));
  return message;
}

}  // namespace

std::string Call::name() const {
  return fmt::format("{} {}", method, base::printable(target, 200));
}

Failure failure_of_answer(const Call& call, const http::Response& response, const ApiOptions& options) {
  const Said said = read_refusal(response.body);
  const auto by_code = kind_by_code(call, response.status, said);
  const ErrorKind kind = by_code ? *by_code : kind_by_status(call, response.status, said);
  Next next = Next::kGiveUp;
  if (kind == ErrorKind::kRateLimited) next = Next::kWaitForRateLimit;
  if (kind == ErrorKind::kUnreachable) next = Next::kTryAgain;
  Failure failure(
      next, Error(kind, message_of(call, response, said, kind, options), hint_for(call, response, kind)));
  failure.retry_after = http::find_header(response.headers, "Retry-After");
  return failure;
}

Failure failure_of_transport(const Call& call, const Error& error) {
  const std::string message = fmt::format("{}: {}", call.name(), error.message());
  const auto made = [&](Next next, ErrorKind kind) {
    return Failure(next, Error(kind, message, error.hint()));
  };
  switch (error.kind()) {
    case ErrorKind::kUnreachable:
      // Not a byte was sent: what is tried again can't run twice.
      return made(is_permanent(error) ? Next::kGiveUp : Next::kTryAgain, ErrorKind::kUnreachable);
    case ErrorKind::kOutcomeUnknown:
      if (call.is_read()) return made(Next::kTryAgain, ErrorKind::kUnreachable);
      return made(Next::kGiveUp, ErrorKind::kOutcomeUnknown);
    case ErrorKind::kBadAnswer:
      if (call.is_read()) return made(Next::kTryAgain, ErrorKind::kBadAnswer);
      return made(Next::kGiveUp, ErrorKind::kOutcomeUnknown);
    case ErrorKind::kInterrupted:
      // It may have left before the interruption.
      return made(Next::kGiveUp, call.is_read() ? ErrorKind::kInterrupted : ErrorKind::kOutcomeUnknown);
    default:
      return made(Next::kGiveUp, error.kind());
  }
}

Failure failure_of_body(const Call& call, std::string_view body, const Error& error) {
  if (!call.is_read())
    return {Next::kGiveUp,
            Error(ErrorKind::kOutcomeUnknown, error.message() + "; whether it was carried out is not known",
                  error.hint())};
  // Cut short on its way, perhaps; HTML or a list, on the other hand, will come again.
  const auto begin = body.find_first_not_of(" \t\r\n");
  const bool may_be_cut = begin == std::string_view::npos || body[begin] == '{';
  return {may_be_cut ? Next::kTryAgain : Next::kGiveUp, error};
}

Error after_tries(const Error& error, unsigned tries) {
  if (tries < 2) return error;
  return {error.kind(), fmt::format("{} (after {} tries)", error.message(), tries), error.hint()};
}

}  // namespace descopectl::api
