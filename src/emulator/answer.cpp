// Refusals as HTTP responses with the four members that official clients read.
#include "answer.hpp"

#include <array>
#include <utility>

#include "descopectl/base/json.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kDescriptions{
    {{kMalformed, "Request is malformed"},
     {kMissingArgument, "Request is missing a required argument"},
     {kInvalid, "Request is invalid"},
     {kInvalidValue, "Invalid argument value"},
     {kNoSuchProject, "Project not found"},
     {kRateLimit, "Rate limit exceeded"},
     {kUnauthorized, "Unauthorized"}}};

std::string_view describe(const Refusal& refusal) {
  for (const auto& [code, text] : kDescriptions)
    if (code == refusal.code) return text;
  if (refusal.status == 404) return "Not found";
  if (refusal.status == 405) return "Method not allowed";
  return "Request could not be carried out";
}

}  // namespace

Refusal malformed(std::string message) {
  return {400, kMalformed, std::move(message)};
}

Refusal missing(std::string_view name) {
  return {400, kMissingArgument, "The " + std::string(name) + " argument is required"};
}

Refusal invalid_value(std::string message) {
  return {400, kInvalidValue, std::move(message)};
}

http::Response to_response(const Refusal& refusal) {
  json::object body;
  body["errorCode"] = refusal.code;
  body["errorDescription"] = json::string_view(describe(refusal));
  body["errorMessage"] = refusal.message;
  body["message"] = refusal.message;
  if (!refusal.oauth_error.empty()) {
    body["error"] = refusal.oauth_error;
    body["error_description"] = refusal.message;
  }
  return {refusal.status, json::serialize(body)};
}

}  // namespace descopectl::emulator
