// Scripted faults: what goes wrong on which requests, by a small language that fits on a command line.
//
//   SPEC = [METHOD] PATH ':' KEY=VALUE [, KEY=VALUE]...
//
//   POST /v1/mgmt/resource/create: status=503, times=2, after=1
//   GET *: delay=200, probability=0.1
//   POST */app/update: connection=reset, effect=yes
//
// PATH is matched against the path without its query; `*` stands for any characters, slashes included.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/result.hpp"
#include "descopectl/http/server.hpp"

namespace descopectl::emulator {

/// One key of a spec, for help: name, form of its value, meaning.
struct FaultKeyHelp {
  std::string_view name;
  std::string_view value;
  std::string_view doc;
};
[[nodiscard]] std::vector<FaultKeyHelp> fault_keys();

/// One thing that goes wrong.
struct Fault {
  enum class Body : unsigned char { kJson, kHtml, kNone };

  std::string method;  ///< empty: any
  std::string path;    ///< a pattern; `*` stands for any characters
  int status = 0;      ///< answered in place of the service's; 0: the service's own
  Body body = Body::kJson;
  int retry_after = -1;  ///< seconds; negative: one for 429, else no such header
  http::Mischief mischief = http::Mischief::kNone;
  bool is_carried_out = true;  ///< does the service see the request?
  std::chrono::milliseconds delay{0};
  std::int64_t after = 0;  ///< matching requests to let pass first
  std::int64_t every = 1;  ///< then one in so many
  std::int64_t times = 0;  ///< then at most so often; 0: without end
  double probability = 1;  ///< of those, drawn from the seed
};

/// kInvalidInput where `text` is no spec: the message names the key or value, the hint the nearest known one.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

/// A layer around the service that plays `faults`. Of the faults that a request meets the first one that is
/// due acts; those behind it do not see the request, so that faults on one path follow each other. The same
/// seed and requests give the same answers.
[[nodiscard]] std::function<http::Reply(const http::Request& request, const http::Server::Handler& service)>
play_faults(std::vector<Fault> faults, std::uint64_t seed);

}  // namespace descopectl::emulator
