// Whether a proxy stands between us and the service: HTTPS_PROXY and NO_PROXY.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "descopectl/base/result.hpp"
#include "descopectl/model/secret.hpp"
#include "descopectl/transport/stream.hpp"

namespace descopectl::http {

/// A proxy that takes CONNECT (RFC 9110 section 9.3.6), itself spoken to without TLS. Has a constructor on
/// purpose: see Request.
struct Proxy {
  Proxy() = default;
  Proxy(transport::Endpoint endpoint_, model::Secret credentials_)
      : endpoint(std::move(endpoint_)), credentials(std::move(credentials_)) {}

  transport::Endpoint endpoint;
  model::Secret credentials;  ///< "user:password", decoded; empty: none are sent
};

/// `[http://][user[:password]@]host[:port]`; the port is 80 where it is left out. kInvalidInput, with a
/// message that is the rest of a sentence ("has no host") and never repeats the URL, which may hold a
/// password.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view url);

/// True where `no_proxy` names the host and port: entries are separated by commas or white space, and are a
/// name (with everything below it, with or without a leading dot or `*.`), an IP address, a network
/// (10.0.0.0/8),
/// `*`, each with or without a port. Names are not looked up.
[[nodiscard]] bool is_exempt(const transport::Endpoint& target, std::string_view no_proxy);

/// The proxy for that base URL; none where `https_proxy` is empty, the URL is not https, or it is exempt.
[[nodiscard]] Result<std::optional<Proxy>> choose_proxy(const model::Secret& https_proxy,
                                                        std::string_view no_proxy,
                                                        const std::string& base_url);

}  // namespace descopectl::http
