// A base URL taken apart, for the client.
#pragma once

#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/transport/stream.hpp"

namespace descopectl::http {

/// Where requests go: scheme, place and the path before every target.
struct Origin {
  transport::Endpoint endpoint;
  bool is_tls = true;
  std::string host_header;  ///< "api.example.com", with the port where it is not the scheme's own
  std::string prefix;       ///< "" or "/a/b", without a slash at its end
};

/// kInvalidInput, with what is wrong, where `url` is not http(s)://host[:port][/prefix].
[[nodiscard]] Result<Origin> parse_origin(const std::string& url);

}  // namespace descopectl::http
