// No memory that a request's body or headers went through is given back with them still in it.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "descopectl/http/codec.hpp"
#include "unit/http/harness.hpp"

namespace {

/// What no freed memory may hold, and how often it did. Empty: nobody looks.
std::string_view wanted;
int found = 0;

void look_at(void* memory) noexcept {
  if (memory == nullptr || wanted.empty()) return;
  if (::memmem(memory, ::malloc_usable_size(memory), wanted.data(), wanted.size()) != nullptr) ++found;
}

void* take(std::size_t size) {
  // Cleared, so that what is found was written by this owner.
  void* memory = std::calloc(1, size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return take(size);
}
void* operator new[](std::size_t size) {
  return take(size);
}
void operator delete(void* memory) noexcept {
  look_at(memory);
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  look_at(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  look_at(memory);
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  look_at(memory);
  std::free(memory);
}

namespace descopectl::http {
namespace {

namespace asio = boost::asio;

// In the body behind enough other bytes that it can't be overwritten by the free list of the allocator.
constexpr std::string_view kNeedle = "planted-secret-value-of-a-request";

Request secret_request(std::string target) {
  std::string body(600, ' ');
  body += kNeedle;
  Request request("POST", std::move(target), std::move(body));
  std::string header(600, 'x');
  header += kNeedle;
  request.headers.emplace_back("Authorization", std::move(header));
  return request;
}

/// Counts, while it lives, what is freed with the needle in it.
class Watch {
 public:
  Watch() {
    found = 0;
    wanted = kNeedle;
  }
  ~Watch() { wanted = {}; }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  [[nodiscard]] static int count() { return found; }
};

class Wiping : public testing::Test {
 protected:
  /// What is left behind by a client that sends to `place`.
  int left_by_sending(const std::string& place, const std::string& target) {
    ClientOptions options;
    options.base_url = "http://" + place;
    const auto client = client_of(context_, std::move(options));
    Request request = secret_request(target);
    const Watch watch;
    answer_ = test::run(context_, client->send(std::move(request)));
    return Watch::count();
  }

  asio::io_context context_;
  Result<Response> answer_ = Error(ErrorKind::kFailure, "nothing was sent");
};

TEST_F(Wiping, FindsWhatIsLeftBehind) {
  const Watch watch;
  {
    const std::string careless = std::string(600, ' ') + std::string(kNeedle);
  }
  EXPECT_GE(Watch::count(), 1);
}

TEST_F(Wiping, ARequestThatIsNeverSentIsWiped) {
  const Watch watch;
  {
    Request request = secret_request("/");
    const Request moved = std::move(request);
  }
  EXPECT_EQ(Watch::count(), 0);
}

TEST_F(Wiping, EncodingMakesOneCopy) {
  const Request request = secret_request("/" + std::string(3000, 'p'));
  const Watch watch;
  auto bytes = encode_request(request, "host", "agent");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(Watch::count(), 0);
}

TEST_F(Wiping, ARequestThatCanNotBeEncodedIsWiped) {
  Request request = secret_request("/");
  request.headers.emplace_back("Bad name", "x");
  const Watch watch;
  EXPECT_TRUE(encode_request(request, "host", "agent").has_error());
  EXPECT_EQ(Watch::count(), 0);
}

TEST_F(Wiping, NothingIsLeftWhereNobodyListens) {
  std::string place;
  {
    const Served gone(context_, ServerOptions(), [](const Request&) { return Reply(); });
    place = gone.place();
  }
  EXPECT_EQ(left_by_sending(place, "/"), 0);
  EXPECT_TRUE(answer_.has_error());
}

TEST_F(Wiping, NothingIsLeftAfterAnAnswer) {
  Scripted scripted(context_, {{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}});
  EXPECT_EQ(left_by_sending(scripted.place(), "/"), 0);
  EXPECT_TRUE(answer_.has_value());
}

TEST_F(Wiping, NothingIsLeftWhereNoAnswerComes) {
  Scripted scripted(context_, {{""}});
  EXPECT_EQ(left_by_sending(scripted.place(), "/"), 0);
  EXPECT_TRUE(answer_.has_error());
}

}  // namespace
}  // namespace descopectl::http
