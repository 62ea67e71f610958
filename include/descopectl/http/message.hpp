// HTTP/1.1 requests and responses as plain values; both ends of the wire use them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descopectl::http {

using Header = std::pair<std::string, std::string>;

/// The value of the first header with that name (case-insensitive), or empty.
[[nodiscard]] std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

/// A request. Has a constructor on purpose: aggregates must not be made inside a co_await expression (g++
/// 12). Its body and the values of its headers may be secrets: they are overwritten when it dies, however
/// the sending ended.
struct Request {
  Request() = default;
  Request(std::string method_, std::string target_, std::string body_ = {})
      : method(std::move(method_)), target(std::move(target_)), body(std::move(body_)) {}
  Request(const Request&) = default;
  Request(Request&&) noexcept = default;
  Request& operator=(const Request&) = default;
  Request& operator=(Request&&) noexcept = default;
  ~Request();

  std::string method = "GET";
  std::string target = "/";  ///< path and query, percent-encoded
  std::vector<Header> headers;
  std::string body;
};

struct Response {
  Response() = default;
  Response(int status_, std::string body_) : status(status_), body(std::move(body_)) {}

  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3): for one path segment or query
/// value.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// Decodes %XX (and, in queries, `+` as a space). Malformed escapes are left as they are.
[[nodiscard]] std::string percent_decode(std::string_view text, bool is_query);
/// The decoded value of `name` in the target's query, or none.
[[nodiscard]] std::string query_value(std::string_view target, std::string_view name);

}  // namespace descopectl::http
