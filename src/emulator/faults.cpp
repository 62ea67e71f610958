// Plays scripted faults: matches, counts, draws, and answers in place of the service or spoils its answer.
#include "descopectl/emulator/faults.hpp"

#include <memory>
#include <random>

#include "answer.hpp"

namespace descopectl::emulator {
namespace {

constexpr int kTooMany = 429;

/// Does `pattern`, in which `*` stands for any characters, match all of `text`?
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to take up again when what follows the last star does not fit: the star eats one character more.
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

/// A fault with its memory.
class Player {
 public:
  Player(Fault fault, std::uint64_t seed) : fault_(std::move(fault)), random_(seed) {}

  [[nodiscard]] const Fault& fault() const { return fault_; }

  /// Counts the request and tells whether the fault is to act on it.
  bool is_due(std::string_view method, std::string_view path) {
    if ((!fault_.method.empty() && fault_.method != method) || !matches(fault_.path, path)) return false;
    const std::int64_t number = seen_++ - fault_.after;
    if (number < 0 || number % fault_.every != 0) return false;
    if (fault_.times != 0 && played_ == fault_.times) return false;
    if (!draw()) return false;
    ++played_;
    return true;
  }

 private:
  /// Not std::bernoulli_distribution, whose draws differ from library to library.
  bool draw() {
    constexpr double kSpan = 9007199254740992.0;  // 2^53
    return static_cast<double>(random_() >> 11U) / kSpan < fault_.probability;
  }

  Fault fault_;
  std::mt19937_64 random_;
  std::int64_t seen_ = 0;
  std::int64_t played_ = 0;
};

/// An answer as the edge gives it.
http::Response make_response(const Fault& fault) {
  const std::string status = std::to_string(fault.status);
  http::Response response;
  switch (fault.body) {
    case Fault::Body::kJson:
      response = to_response(Refusal(fault.status, fault.status == kTooMany ? kRateLimit : kScripted,
                                     fault.status == kTooMany ? "Rate limit reached" : "A scripted fault"));
      break;
    case Fault::Body::kHtml:
      response.body = "<html><head><title>" + status + "</title></head><body><center><h1>" + status +
                      "</h1></center><hr><center>cloudflare</center></body></html>\n";
      [[fallthrough]];
    case Fault::Body::kNone:
      response.status = fault.status;
      response.headers.emplace_back("Content-Type", "text/html; charset=UTF-8");
      break;
  }
  if (fault.retry_after >= 0 || fault.status == kTooMany)
    response.headers.emplace_back("Retry-After",
                                  std::to_string(fault.retry_after < 0 ? 1 : fault.retry_after));
  return response;
}

http::Reply play(const Fault& fault, const http::Request& request, const http::Server::Handler& service) {
  http::Reply reply;
  if (fault.is_carried_out) reply = service(request);
  if (fault.status != 0) reply.response = make_response(fault);
  if (fault.mischief != http::Mischief::kNone) reply.mischief = fault.mischief;
  reply.delay += fault.delay;
  return reply;
}

}  // namespace

std::function<http::Reply(const http::Request&, const http::Server::Handler&)> play_faults(
    std::vector<Fault> faults, std::uint64_t seed) {
  // std::function wants to be copied: its copies share what the faults remember.
  const auto players = std::make_shared<std::vector<Player>>();
  for (Fault& fault : faults)
    players->emplace_back(std::move(fault), seed + players->size());
  return [players](const http::Request& request, const http::Server::Handler& service) {
    const std::string_view target = request.target;
    const std::string_view path = target.substr(0, target.find_first_of("?#"));
    for (Player& player : *players)
      if (player.is_due(request.method, path)) return play(player.fault(), request, service);
    return service(request);
  };
}

}  // namespace descopectl::emulator
