// HTTP/1.1 between bytes and values, synchronously: no sockets, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"
#include "descopectl/http/message.hpp"

namespace descopectl::http {

struct Limits {
  std::uint64_t header =
      64ULL << 10;                   ///< bytes of start line and headers (and of trailers and chunk headers)
  std::uint64_t body = 16ULL << 20;  ///< bytes of the body
};

/// The bytes of a request. `host` becomes the Host header; Content-Length is added (for a method that usually
/// has a body, or where there is one), User-Agent where `request` has none. kInvalidInput where the method,
/// the target or a header can't be written in HTTP: spaces, line ends. The bytes are made in one piece of
/// memory; whoever takes them wipes them.
[[nodiscard]] Result<std::string> encode_request(const Request& request, std::string_view host,
                                                 std::string_view user_agent);

/// What the request at hand asks of its answer.
struct AnswerForm {
  bool is_head = false;    ///< no body, whatever the headers say
  bool keep_alive = true;  ///< false: "Connection: close"
  bool is_http10 = false;  ///< keep_alive has to be said
};

/// The bytes of an answer, with Content-Length, Connection and, where absent, Content-Type: application/json.
/// A header of `response` that HTTP can't carry, or that is ours to set, is left out.
[[nodiscard]] std::string encode_response(const Response& response, const AnswerForm& form);

/// How far a reader has come.
enum class Progress : unsigned char { kNeedsMore, kComplete, kFailed };

/// Why a request was refused: the status to answer with, and a sentence.
struct Refusal {
  int status = 400;
  std::string message;
};

/// Parses one response after the other (interim 1xx ones are skipped).
class ResponseReader {
 public:
  /// `is_head`: the answer to a HEAD, which has no body.
  ResponseReader(const Limits& limits, bool is_head);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// Takes further bytes. After kComplete or kFailed, no more are taken.
  Progress feed(std::string_view bytes);
  /// The other end has finished: completes an answer whose body runs to the end. kFailed where it was cut
  /// short; then has_violation() is false.
  Progress finish();

  /// True once a byte of the final answer, or of an interim one, was seen.
  [[nodiscard]] bool has_started() const;
  /// True where what came breaks HTTP or a limit, false where it is only not whole.
  [[nodiscard]] bool has_violation() const;
  /// True where what came is TLS.
  [[nodiscard]] bool is_tls() const;
  /// What is wrong after kFailed: "is not HTTP", "is larger than 1024 bytes", "ended before it was whole":
  /// the end of a sentence that begins with "the answer".
  [[nodiscard]] const std::string& error() const;
  /// After kComplete: the connection may carry another request.
  [[nodiscard]] bool keep_alive() const;
  /// After kComplete.
  [[nodiscard]] Response take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Parses requests from a stream of bytes; requests may come back to back (pipelining).
class RequestReader {
 public:
  explicit RequestReader(const Limits& limits);
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  /// Takes further bytes and goes on up to the end of one request. After kComplete, take() and feed({}) look
  /// at what came behind it. After kFailed the connection is to be closed.
  Progress feed(std::string_view bytes);

  /// True where a part of the next request is here.
  [[nodiscard]] bool has_started() const;
  /// True where the headers are here, the body is not, and the client waits for "100 Continue" before it
  /// sends it. Once true, false from then on for this request.
  [[nodiscard]] bool take_continue();
  /// After kFailed.
  [[nodiscard]] const Refusal& refusal() const;
  /// After kComplete, before take(): what the answer must look like.
  [[nodiscard]] AnswerForm form() const;
  /// After kComplete: the request; the reader is then ready for the next.
  [[nodiscard]] Request take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace descopectl::http
