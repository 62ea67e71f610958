// HTTPS_PROXY and NO_PROXY, as curl and Go read them; where they differ, more is exempt.
#include "descopectl/http/proxy.hpp"
#include "descopectl/base/letters.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <vector>

#include "descopectl/http/message.hpp"
#include "origin.hpp"

namespace descopectl::http {
namespace {

namespace ip = boost::asio::ip;

Error wrong(std::string message, std::string hint = "write it as http://[user:password@]host[:port]") {
  return {ErrorKind::kInvalidInput, std::move(message), std::move(hint)};
}

std::optional<ip::address> to_address(const std::string& text) {
  boost::system::error_code failure;
  auto address = ip::make_address(text, failure);
  if (failure) return std::nullopt;
  return address;
}

bool is_in_network(const ip::address& address, const std::string& network) {
  boost::system::error_code failure;
  if (address.is_v4()) {
    const auto v4 = ip::make_network_v4(network, failure);
    return !failure && ip::network_v4(address.to_v4(), v4.prefix_length()).canonical() == v4.canonical();
  }
  const auto v6 = ip::make_network_v6(network, failure);
  return !failure && ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

/// One entry of NO_PROXY taken apart; port 0: any.
struct Entry {
  std::string host;
  std::uint16_t port = 0;
};

/// A port that can't be read makes the entry match nothing, rather than more than was meant.
std::optional<Entry> parse_entry(std::string_view text) {
  Entry entry;
  std::string_view port;
  const auto bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  if (bracket != std::string_view::npos) {
    entry.host = base::to_lower(text.substr(1, bracket - 1));
    if (text.size() > bracket + 1) port = text.substr(bracket + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    entry.host = base::to_lower(text.substr(0, text.find(':')));
    port = text.substr(text.find(':'));
  } else {
    entry.host = base::to_lower(text);  // a name, or an IPv6 address without brackets
  }
  if (port.empty()) return entry;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), entry.port);
  if (port.front() != ':' || error != std::errc() || end != port.data() + port.size() || entry.port == 0)
    return std::nullopt;
  return entry;
}

/// `host` without dots at its end.
bool matches_name(std::string_view host, std::string_view entry) {
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  while (entry.starts_with('.'))
    entry.remove_prefix(1);
  while (entry.ends_with('.'))
    entry.remove_suffix(1);
  if (entry.empty() || !host.ends_with(entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool matches(const transport::Endpoint& target, const Entry& entry) {
  if (entry.port != 0 && entry.port != target.port) return false;
  if (entry.host == "*") return true;
  if (const auto address = to_address(target.host)) {
    if (entry.host.find('/') != std::string::npos) return is_in_network(*address, entry.host);
    return to_address(entry.host) == address;
  }
  std::string host = base::to_lower(target.host);
  while (host.ends_with('.'))
    host.pop_back();
  return matches_name(host, entry.host);
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view url) {
  const auto scheme_end = url.find("://");
  const std::string scheme =
      scheme_end == std::string_view::npos ? "http" : base::to_lower(url.substr(0, scheme_end));
  if (scheme == "https")
    return wrong("names a proxy that is itself reached over TLS, which is not supported",
                 "write http://: what is sent through the tunnel is encrypted all the same");
  if (scheme != "http") return wrong("names a proxy that is no HTTP proxy");
  std::string_view rest = scheme_end == std::string_view::npos ? url : url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  Proxy proxy;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = rest.substr(0, at);
    const auto colon = user_info.find(':');
    const std::string_view password = colon == std::string_view::npos ? "" : user_info.substr(colon + 1);
    const std::string user = percent_decode(user_info.substr(0, colon), false);
    if (user.find(':') != std::string::npos) return wrong("has a user name with a colon");
    if (!user_info.empty()) proxy.credentials = model::Secret(user + ":" + percent_decode(password, false));
    rest.remove_prefix(at + 1);
  }
  // parse_origin's messages repeat the URL; this one holds no credentials any more.
  auto origin = parse_origin("http://" + std::string(rest));
  if (origin.has_error()) return wrong("has no host and port that can be read");
  proxy.endpoint = std::move(origin->endpoint);
  return proxy;
}

bool is_exempt(const transport::Endpoint& target, std::string_view no_proxy) {
  constexpr std::string_view kSeparators = ", \t\n";
  while (true) {
    const auto begin = no_proxy.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return false;
    no_proxy.remove_prefix(begin);
    const auto word = no_proxy.substr(0, no_proxy.find_first_of(kSeparators));
    const auto entry = parse_entry(word);
    if (entry && matches(target, *entry)) return true;
    no_proxy.remove_prefix(word.size());
  }
}

Result<std::optional<Proxy>> choose_proxy(const model::Secret& https_proxy, std::string_view no_proxy,
                                          const std::string& base_url) {
  if (https_proxy.empty()) return std::optional<Proxy>();
  auto origin = parse_origin(base_url);
  if (origin.has_error()) return origin.error();
  if (!origin->is_tls || is_exempt(origin->endpoint, no_proxy)) return std::optional<Proxy>();
  auto proxy = parse_proxy(https_proxy.reveal());
  if (proxy.has_error())
    return Error(ErrorKind::kInvalidInput, "HTTPS_PROXY " + proxy.error().message(), proxy.error().hint());
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace descopectl::http
