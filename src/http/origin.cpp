// A base URL taken apart, with Boost.URL.
#include "origin.hpp"

#include <boost/url.hpp>

#include "descopectl/base/text.hpp"

namespace descopectl::http {

namespace urls = boost::urls;

namespace {

Error wrong(const std::string& url, const std::string& why) {
  return Error(ErrorKind::kInvalidInput, "the URL " + base::printable(url, 200) + " " + why,
               "write it as https://host[:port][/prefix]");
}

}  // namespace

Result<Origin> parse_origin(const std::string& url) {
  const auto parsed = urls::parse_uri(url);
  // What is wrong with it may be a password in it, so that such a URL is not repeated.
  if (url.find('@') != std::string::npos) {
    return Error(ErrorKind::kInvalidInput, "the base URL must not hold a user name or password",
                 "write it as https://host[:port][/prefix]");
  }
  if (parsed.has_error()) return wrong(url, "is not a URL");
  const auto& view = *parsed;
  const auto scheme = view.scheme_id();
  if (scheme != urls::scheme::https && scheme != urls::scheme::http)
    return wrong(url, "is neither http nor https");
  if (view.has_query() || view.has_fragment()) return wrong(url, "has a query or fragment");

  Origin origin;
  origin.is_tls = scheme == urls::scheme::https;
  switch (view.host_type()) {
    case urls::host_type::ipv4:
      origin.endpoint.host = view.host_ipv4_address().to_string();
      break;
    case urls::host_type::ipv6:
      origin.endpoint.host = view.host_ipv6_address().to_string();
      break;
    case urls::host_type::name:
      origin.endpoint.host = view.encoded_host();
      break;
    default:
      break;
  }
  const auto& host = origin.endpoint.host;
  if (host.empty()) return wrong(url, "names no host");
  // What else RFC 3986 takes for a host (percent-encoded bytes, "!$&'()*+,;=") is in no DNS name.
  constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
  if (host.find_first_not_of(kAllowed) != std::string::npos)
    return wrong(url, "has a host that is not a name");

  const std::uint16_t usual = origin.is_tls ? 443 : 80;
  origin.endpoint.port = usual;
  if (view.has_port() && !view.port().empty()) {
    if (view.port_number() == 0) return wrong(url, "has a port that is not in 1 to 65535");
    origin.endpoint.port = view.port_number();
  }
  origin.host_header = origin.endpoint.text();
  if (origin.endpoint.port == usual) origin.host_header.resize(origin.host_header.rfind(':'));
  origin.prefix = view.encoded_path();
  while (origin.prefix.ends_with('/'))
    origin.prefix.pop_back();
  return origin;
}

}  // namespace descopectl::http
