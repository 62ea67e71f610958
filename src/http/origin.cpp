// A base URL taken apart, with Boost.URL.
#include "origin.hpp"

#include <boost/url.hpp>
#include <charconv>
#include <string_view>

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
  if (!view.has_authority()) return wrong(url, "names no host");  // "https:/x", "https:x://y"
  // Boost.URL 1.81 takes the host of http://127.0.0.1.example.com for 127.0.0.1 and folds a port of 99999:
  // host and port are taken from the text itself, so that the key can't go to another host than the one that
  // is written.
  const std::string_view rest = std::string_view(url).substr(url.find("://") + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t host_end = is_bracketed ? authority.find(']') : authority.find(':');
  if (is_bracketed && host_end == std::string_view::npos) return wrong(url, "is not a URL");
  origin.endpoint.host = is_bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  const auto& host = origin.endpoint.host;
  if (host.empty()) return wrong(url, "names no host");
  // What else RFC 3986 takes for a host (percent-encoded bytes, "!$&'()*+,;=") is in no DNS name.
  constexpr const char* kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
  if (host.find_first_not_of(kAllowed) != std::string::npos)
    return wrong(url, "has a host that is not a name");

  const std::uint16_t usual = origin.is_tls ? 443 : 80;
  origin.endpoint.port = usual;
  const std::size_t colon = authority.find(':', is_bracketed ? host_end : 0);
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.endpoint.port);
    if (error != std::errc() || end != port.data() + port.size() || origin.endpoint.port == 0)
      return wrong(url, "has a port that is not in 1 to 65535");
  }
  origin.host_header = origin.endpoint.text();
  if (origin.endpoint.port == usual) origin.host_header.resize(origin.host_header.rfind(':'));
  origin.prefix = rest.substr(authority.size());
  while (origin.prefix.ends_with('/'))
    origin.prefix.pop_back();
  return origin;
}

}  // namespace descopectl::http
