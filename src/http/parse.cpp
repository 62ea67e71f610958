// Bytes as requests and answers: the one unit that instantiates Beast's parser.
//
// The parser is used on bytes that are already here, never on a stream, and calls back into our own values,
// so that no Beast message type is instantiated. What it does not consume must be shown to it again with more
// behind it.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>

#include "descopectl/http/codec.hpp"

namespace descopectl::http {

namespace beast = boost::beast::http;
using boost::beast::error_code;

namespace {

/// Collects what the parser finds into a Request or Response.
template <bool kIsRequest, class Message>
class Sink final : public beast::basic_parser<kIsRequest> {
 public:
  explicit Sink(const Limits& limits) : limits_(limits) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    this->header_limit(static_cast<std::uint32_t>(std::min(limits.header, kMost)));
    this->body_limit(limits.body);
    this->eager(true);
  }

  Message message;
  bool is_http10 = false;

 private:
  using Text = boost::beast::string_view;

  void on_request_impl(beast::verb, Text method, Text target, int version, error_code& failure) override {
    failure = {};
    is_http10 = version < 11;
    if constexpr (kIsRequest) {
      message.method.assign(method.data(), method.size());
      message.target.assign(target.data(), target.size());
    }
  }
  void on_response_impl(int status, Text, int version, error_code& failure) override {
    failure = {};
    is_http10 = version < 11;
    if constexpr (!kIsRequest) message.status = status;
  }
  void on_field_impl(beast::field, Text name, Text value, error_code& failure) override {
    failure = {};
    // Trailers come through here too; they must not pass for headers.
    if (!has_header_) message.headers.emplace_back(std::string(name), std::string(value));
  }
  void on_header_impl(error_code& failure) override {
    failure = {};
    has_header_ = true;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& failure) override {
    failure = {};
  }
  std::size_t on_body_impl(Text body, error_code& failure) override {
    failure = {};
    // Beast does not count a body that comes in parts against the limit in every form.
    if (message.body.size() + body.size() > limits_.body) {
      failure = beast::error::body_limit;
      return 0;
    }
    message.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code& failure) override { failure = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code& failure) override {
    return on_body_impl(body, failure);
  }
  void on_finish_impl(error_code& failure) override { failure = {}; }

  Limits limits_;
  bool has_header_ = false;
};

using RequestSink = Sink<true, Request>;
using ResponseSink = Sink<false, Response>;

/// Of a header that is whole, and of one that is not what there is of it: Beast takes a longer one than its
/// limit where it comes in one piece.
std::size_t header_size(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = bytes.find(kEnd);
  return end == std::string_view::npos ? bytes.size() : end + kEnd.size();
}

/// Feeds `pending` and cuts off what was consumed. The error is never need_more.
template <class SomeSink>
error_code push(SomeSink& sink, std::string& pending, const Limits& limits) {
  // Beast 1.81 asserts (debug builds only) that the last chunk, once begun, comes with 5 bytes or more. What
  // is still to come of a chunked body ends in "0 CR LF CR LF" at the least, so that waiting for 5 delays
  // nothing. May go when empty_chunked_body in tests/fuzz/corpus/http passes without it.
  constexpr std::size_t kLastChunk = 5;
  if (sink.is_header_done() && sink.chunked() && pending.size() < kLastChunk) return {};
  if (!sink.is_header_done() && header_size(pending) > limits.header) return beast::error::header_limit;
  error_code failure;
  const auto consumed = sink.put(boost::asio::const_buffer(pending.data(), pending.size()), failure);
  pending.erase(0, consumed);
  if (failure != beast::error::need_more) return failure;
  // Beast bounds the header, but neither a chunk's header nor the trailers.
  if (pending.size() > limits.header) return beast::error::header_limit;
  return {};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool equals_lower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? static_cast<char>(left - 'A' + 'a') : left) == right;
  });
}

/// An alert or a handshake (RFC 8446 section 5.1).
bool begins_tls_record(std::string_view bytes) {
  return !bytes.empty() && (bytes.front() == 0x15 || bytes.front() == 0x16);
}

}  // namespace

struct ResponseReader::Impl {
  Impl(const Limits& limits_, bool is_head_) : limits(limits_), is_head(is_head_) { renew(); }

  void renew() {
    sink.emplace(limits);
    sink->skip(is_head);
  }

  Progress fail(std::string what, bool breaks_rules) {
    error = std::move(what);
    has_violation = breaks_rules;
    return progress = Progress::kFailed;
  }

  Progress fail(const error_code& failure) {
    if (failure == beast::error::body_limit) {
      return fail("is larger than " + std::to_string(limits.body) + " bytes", true);
    }
    if (failure == beast::error::header_limit) {
      return fail("has more than " + std::to_string(limits.header) + " bytes of headers", true);
    }
    return fail("is not HTTP (" + failure.message() + ")", true);
  }

  Limits limits;
  bool is_head;
  std::optional<ResponseSink> sink;
  std::string pending;
  Progress progress = Progress::kNeedsMore;
  bool has_started = false;
  bool has_violation = false;
  bool is_tls = false;
  std::string error;
};

ResponseReader::ResponseReader(const Limits& limits, bool is_head)
    : impl_(std::make_unique<Impl>(limits, is_head)) {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

Progress ResponseReader::feed(std::string_view bytes) {
  auto& impl = *impl_;
  if (impl.progress != Progress::kNeedsMore) return impl.progress;
  impl.pending += bytes;
  impl.is_tls = impl.is_tls || (!impl.has_started && begins_tls_record(impl.pending));
  while (!impl.pending.empty()) {
    impl.has_started = true;
    if (impl.is_tls) return impl.fail("is TLS, not HTTP", true);
    const auto failure = push(*impl.sink, impl.pending, impl.limits);
    if (failure) return impl.fail(failure);
    if (!impl.sink->is_done()) return Progress::kNeedsMore;
    const int status = impl.sink->message.status;
    if (status < 100 || status > 599) return impl.fail("has the status " + std::to_string(status), true);
    if (status == 101) return impl.fail("changes the protocol", true);
    if (status >= 200) {
      // Bytes behind the answer belong to no request of ours.
      if (!impl.pending.empty()) return impl.fail("is followed by more than was asked for", true);
      return impl.progress = Progress::kComplete;
    }
    impl.renew();
  }
  return Progress::kNeedsMore;
}

Progress ResponseReader::finish() {
  auto& impl = *impl_;
  if (impl.progress != Progress::kNeedsMore) return impl.progress;
  if (impl.pending.empty() && impl.sink->is_header_done() && impl.sink->need_eof()) {
    error_code failure;
    impl.sink->put_eof(failure);
    if (!failure) return impl.progress = Progress::kComplete;
  }
  return impl.fail("ended before it was whole", false);
}

bool ResponseReader::has_started() const {
  return impl_->has_started;
}
bool ResponseReader::has_violation() const {
  return impl_->has_violation;
}
bool ResponseReader::is_tls() const {
  return impl_->is_tls;
}
const std::string& ResponseReader::error() const {
  return impl_->error;
}
bool ResponseReader::keep_alive() const {
  return impl_->sink->keep_alive();
}
Response ResponseReader::take() {
  return std::move(impl_->sink->message);
}

struct RequestReader::Impl {
  explicit Impl(const Limits& limits_) : limits(limits_), sink(std::in_place, limits_) {}

  Progress refuse(int status, std::string message) {
    refusal.status = status;
    refusal.message = std::move(message);
    return progress = Progress::kFailed;
  }

  Progress refuse(const error_code& failure) {
    if (failure == beast::error::body_limit) {
      return refuse(413, "the body is larger than " + std::to_string(limits.body) + " bytes");
    }
    if (failure == beast::error::header_limit) {
      return refuse(431, "the headers are larger than " + std::to_string(limits.header) + " bytes");
    }
    if (failure == beast::error::bad_version && names_other_version()) {
      return refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    return refuse(400, "the request is not HTTP: " + failure.message());
  }

  /// The start line, which a failed parse leaves in `pending`, ends in another version of HTTP.
  [[nodiscard]] bool names_other_version() const {
    const std::string_view line = std::string_view(pending).substr(0, pending.find("\r\n"));
    const auto at = line.rfind(" HTTP/");
    if (at == std::string_view::npos) return false;
    const auto version = line.substr(at + 6);
    return !version.empty() && std::all_of(version.begin(), version.end(), [](char letter) {
      return (letter >= '0' && letter <= '9') || letter == '.';
    });
  }

  /// What RFC 9112 asks of a header beyond Beast's grammar; kNeedsMore: nothing is wrong.
  Progress check_header() {
    is_checked = true;
    auto& request = sink->message;
    const auto count = [&](std::string_view name) {
      return std::count_if(request.headers.begin(), request.headers.end(),
                           [&](const Header& header) { return equals_lower(header.first, name); });
    };
    if (count("host") > 1 || (count("host") == 0 && !sink->is_http10)) {
      return refuse(400, "the request needs one Host header");
    }
    if (count("transfer-encoding") > 0 &&
        (!equals_lower(trim(find_header(request.headers, "Transfer-Encoding")), "chunked") ||
         sink->is_http10)) {
      return refuse(501, "no transfer coding but chunked is understood");
    }
    const auto expected = trim(find_header(request.headers, "Expect"));
    if (!expected.empty() && !sink->is_http10) {
      if (!equals_lower(expected, "100-continue"))
        return refuse(417, "no expectation but 100-continue is known");
      wants_continue = true;
    }
    // The absolute form, as for proxies, means the same as path and query (RFC 9112 section 3.2.2).
    const auto scheme = request.target.find("://");
    if (scheme != std::string::npos && scheme < request.target.find_first_of("/?")) {
      const auto path = request.target.find_first_of("/?", scheme + 3);
      request.target = path == std::string::npos ? "/" : request.target.substr(path);
    }
    if (request.target.starts_with('?')) request.target.insert(0, "/");
    return Progress::kNeedsMore;
  }

  Limits limits;
  std::optional<RequestSink> sink;
  std::string pending;
  Progress progress = Progress::kNeedsMore;
  bool is_checked = false;
  bool wants_continue = false;
  Refusal refusal;
};

RequestReader::RequestReader(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

Progress RequestReader::feed(std::string_view bytes) {
  auto& impl = *impl_;
  impl.pending += bytes;
  if (impl.progress != Progress::kNeedsMore) return impl.progress;
  if (!impl.sink->got_some()) {
    // An empty line before a request is to be forgiven (RFC 9112 section 2.2).
    impl.pending.erase(0, std::min(impl.pending.find_first_not_of("\r\n"), impl.pending.size()));
  }
  if (impl.pending.empty()) return Progress::kNeedsMore;
  const auto failure = push(*impl.sink, impl.pending, impl.limits);
  if (failure) return impl.refuse(failure);
  if (!impl.is_checked && impl.sink->is_header_done() && impl.check_header() == Progress::kFailed) {
    return Progress::kFailed;
  }
  if (!impl.sink->is_done()) return Progress::kNeedsMore;
  return impl.progress = Progress::kComplete;
}

bool RequestReader::has_started() const {
  return impl_->sink->got_some() || !impl_->pending.empty();
}

bool RequestReader::take_continue() {
  auto& impl = *impl_;
  const bool has_none = impl.pending.empty() && impl.sink->message.body.empty();
  return has_none && !impl.sink->is_done() && std::exchange(impl.wants_continue, false);
}

const Refusal& RequestReader::refusal() const {
  return impl_->refusal;
}

AnswerForm RequestReader::form() const {
  AnswerForm form;
  form.is_head = impl_->sink->message.method == "HEAD";
  form.is_http10 = impl_->sink->is_http10;
  form.keep_alive = impl_->sink->keep_alive();
  return form;
}

Request RequestReader::take() {
  auto& impl = *impl_;
  Request request = std::move(impl.sink->message);
  impl.sink.emplace(impl.limits);
  impl.progress = Progress::kNeedsMore;
  impl.is_checked = false;
  impl.wants_continue = false;
  return request;
}

}  // namespace descopectl::http
