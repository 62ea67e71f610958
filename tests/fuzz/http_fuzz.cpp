// Fuzzes the HTTP codec: whatever comes in whatever pieces, it neither crashes nor grows past its limits, and
// the size of the pieces makes no difference.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "descopectl/http/codec.hpp"

namespace {

namespace http = descopectl::http;
using http::Progress;

http::Limits small_limits() {
  http::Limits limits;
  limits.header = 512;
  limits.body = 1024;
  return limits;
}

void need(bool holds) {
  if (!holds) std::abort();
}

// What a reader makes of `bytes`, as text.
std::string read_requests(std::string_view bytes, std::size_t piece) {
  http::RequestReader reader(small_limits());
  std::string seen;
  auto progress = Progress::kNeedsMore;
  while (!bytes.empty() && progress != Progress::kFailed) {
    progress = reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (progress == Progress::kComplete) {
      seen += reader.form().keep_alive ? '+' : '-';
      const auto request = reader.take();
      need(request.body.size() <= small_limits().body);
      seen += request.method + " " + request.target + " " + request.body + "\n";
      progress = reader.feed({});
    }
  }
  if (progress == Progress::kFailed) need(reader.refusal().status >= 400);
  return seen;
}

std::string read_response(std::string_view bytes, std::size_t piece, bool is_head) {
  http::ResponseReader reader(small_limits(), is_head);
  auto progress = Progress::kNeedsMore;
  while (!bytes.empty() && progress == Progress::kNeedsMore) {
    progress = reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  // Bytes behind an answer are seen only where they come along with it.
  const bool has_rest = !bytes.empty();
  if (progress == Progress::kNeedsMore) progress = reader.finish();
  if (progress == Progress::kFailed) {
    need(!reader.error().empty());
    return reader.error() == "is followed by more than was asked for" ? "rest" : "failed";
  }
  const auto response = reader.take();
  need(response.body.size() <= small_limits().body);
  return has_rest ? "rest" : std::to_string(response.status) + " " + response.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_head = (data[0] & 4U) != 0;
  if ((data[0] & 1U) != 0) {
    need(read_requests(bytes, bytes.size() + 1) == read_requests(bytes, 1));
  } else {
    need(read_response(bytes, bytes.size() + 1, is_head) == read_response(bytes, 1, is_head));
  }
  return 0;
}
