// CONNECT through a proxy (RFC 9110 section 9.3.6).
//
// The answer is read like that to a HEAD: where it is good, what follows its header is the tunnel; where it
// is not, its status says enough.
#include "tunnel.hpp"

#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "descopectl/http/codec.hpp"

namespace descopectl::http {

namespace asio = boost::asio;
using transport::IoResult;
using transport::IoStatus;

namespace {

constexpr std::uint64_t kHeaderLimit = 64ULL << 10;

Error unreachable(std::string message, std::string hint = {}) {
  return {ErrorKind::kUnreachable, std::move(message), std::move(hint)};
}

std::string name_of(const Proxy& proxy) {
  return "the proxy " + proxy.endpoint.text();
}

/// The bytes of the request. Not by encode_request: its target is no path.
std::string encode_connect(const Proxy& proxy, const transport::Endpoint& target,
                           const std::string& user_agent) {
  std::string out =
      fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: {1}\r\n", target.text(), user_agent);
  if (!proxy.credentials.empty())
    out += fmt::format("Proxy-Authorization: Basic {}\r\n", base::to_base64(proxy.credentials.reveal()));
  return out + "\r\n";
}

/// Gives a reader the bytes of headers, and keeps what follows the last of them.
class HeaderReader {
 public:
  HeaderReader() : reader_(limits(), true) {}

  Progress feed(std::string_view bytes) {
    text_ += bytes;
    auto progress = Progress::kNeedsMore;
    while (progress == Progress::kNeedsMore && fed_ < text_.size()) {
      const std::size_t blank = text_.find(kBlank, fed_ < kBlank.size() ? 0 : fed_ - kBlank.size() + 1);
      const std::size_t end = blank == std::string::npos ? text_.size() : blank + kBlank.size();
      progress = reader_.feed(std::string_view(text_).substr(fed_, end - fed_));
      fed_ = end;
    }
    return progress;
  }

  [[nodiscard]] bool has_more() const { return fed_ < text_.size(); }
  ResponseReader& reader() { return reader_; }

 private:
  static constexpr std::string_view kBlank = "\r\n\r\n";
  static Limits limits() {
    Limits limits;
    limits.header = kHeaderLimit;
    return limits;
  }

  ResponseReader reader_;
  std::string text_;
  std::size_t fed_ = 0;
};

Error describe_unanswered(const ResponseReader& reader, const IoResult& last, const std::string& name,
                          const transport::Endpoint& target, std::chrono::milliseconds timeout) {
  if (reader.has_violation())
    return unreachable(fmt::format("the answer of {} {}", name, reader.error()),
                       "is HTTPS_PROXY the address of an HTTP proxy?");
  if (last.status == IoStatus::kClosed)
    return {ErrorKind::kInterrupted, "interrupted while connecting to " + target.text()};
  if (last.status == IoStatus::kTimedOut)
    return unreachable(fmt::format("timed out after {} while {} opened a tunnel to {}",
                                   transport::format_duration(timeout), name, target.text()));
  return unreachable(
      fmt::format("{} closed the connection before there was a tunnel to {}", name, target.text()));
}

/// "refuses" marks what another try can't mend.
Error describe_refusal(int status, bool has_credentials, const std::string& name,
                       const transport::Endpoint& target) {
  if (status == 407)
    return unreachable(fmt::format("{} refuses the tunnel to {}: answered 407, {}", name, target.text(),
                                   has_credentials ? "the user name or password is wrong"
                                                   : "it wants a user name and password"),
                       "write them into HTTPS_PROXY: http://user:password@host:port, with special characters "
                       "percent-encoded");
  if (status >= 500)
    return unreachable(fmt::format("{} can't reach {}: answered {}", name, target.text(), status));
  return unreachable(fmt::format("{} refuses the tunnel to {}: answered {}", name, target.text(), status),
                     "the proxy must permit it, or NO_PROXY must name the host");
}

}  // namespace

asio::awaitable<Result<void>> connect_to_proxy(std::shared_ptr<transport::Stream> stream, Proxy proxy,
                                               std::chrono::milliseconds timeout) {
  auto connected = co_await stream->connect(proxy.endpoint, timeout);
  if (connected.has_value() || connected.error().kind() != ErrorKind::kUnreachable) co_return connected;
  co_return unreachable(fmt::format("{} can't be reached: {}", name_of(proxy), connected.error().message()),
                        "check HTTPS_PROXY");
}

asio::awaitable<Result<void>> open_tunnel(std::shared_ptr<transport::Stream> stream, Proxy proxy,
                                          transport::Endpoint target, std::string user_agent,
                                          std::chrono::milliseconds timeout) {
  const std::string name = name_of(proxy);
  const std::string request = encode_connect(proxy, target, user_agent);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  IoResult last = co_await stream->write(request, deadline);
  HeaderReader header;
  auto progress = Progress::kNeedsMore;
  char buffer[4096];
  while (last.status == IoStatus::kDone && progress == Progress::kNeedsMore) {
    last = co_await stream->read_some(buffer, sizeof(buffer), deadline);
    if (last.status == IoStatus::kDone) progress = header.feed(std::string_view(buffer, last.count));
  }
  if (progress != Progress::kComplete)
    co_return describe_unanswered(header.reader(), last, name, target, timeout);
  const int status = header.reader().take().status;
  const bool is_good = status >= 200 && status <= 299;
  if (is_good && header.has_more())
    co_return unreachable(
        fmt::format("{} sends something before the tunnel to {} is used", name, target.text()));
  if (is_good) co_return Result<void>();
  co_return describe_refusal(status, !proxy.credentials.empty(), name, target);
}

}  // namespace descopectl::http
