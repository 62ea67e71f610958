// Base URLs and the management key.
#include "descopectl/config/target.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <optional>
#include <utility>

#include "descopectl/base/files.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::config {
namespace {

constexpr std::uint64_t kKeyLimit = 64 << 10;  // bytes; real keys have a few hundred

// URLs are taken apart here and not by Boost.URL: version 1.81 reads the host of "http://127.0.0.1.evil.com"
// as 127.0.0.1 and cuts ports to 16 bits, which would make a stranger's server look like loopback.

/// Host (lower case, an IPv6 address with its brackets) and what follows it.
std::pair<std::string, std::string_view> split_authority(std::string_view authority) {
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto end = bracket == std::string_view::npos ? authority.find(':') : bracket + 1;
  const auto host = authority.substr(0, end);
  return {base::to_lower(host), authority.substr(host.size())};
}

/// The address between the brackets, or none.
std::optional<in6_addr> parse_ipv6(const std::string& host) {
  in6_addr address{};
  if (host.size() < 2 || !host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) != 1) return std::nullopt;
  return address;
}

bool is_host(const std::string& host) {
  constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  return parse_ipv6(host) || host.find_first_not_of(kNameCharacters) == std::string::npos;
}

bool is_loopback(const std::string& host) {
  if (const auto address = parse_ipv6(host)) return IN6_IS_ADDR_LOOPBACK(&*address);
  std::array<unsigned char, 4> address{};
  if (::inet_pton(AF_INET, host.c_str(), address.data()) == 1) return address[0] == 127;
  return host == "localhost";
}

/// The number in ":8080"; 0 for "" and ":"; none for anything else.
std::optional<int> parse_port(std::string_view text) {
  if (text.empty() || text == ":") return 0;
  if (!text.starts_with(':')) return std::nullopt;
  int port = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && port >= 1 && port <= 65535 ? std::optional(port) : std::nullopt;
}

Error invalid(std::string message) {
  return {ErrorKind::kInvalidInput, std::move(message)};
}

/// The key's text without its last newline, as read from `where`.
Result<model::Secret> make_key(std::string text, std::string_view where) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  model::Secret key(std::move(text));
  if (base::is_blank(key.reveal())) {
    return Error(ErrorKind::kUnauthorized, fmt::format("{} holds no management key", where),
                 "put the key of the project there; see 'Company > Management Keys' in the Descope console");
  }
  // It travels in a header: a line break would end that, and anything else invisible is a copying accident.
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(key.reveal().begin(), key.reveal().end(), is_plain)) {
    return invalid(fmt::format(
        "the management key in {} holds white space or characters that no header can carry", where));
  }
  return key;
}

Result<model::Secret> read_key(std::istream& input) {
  std::string text = base::read_at_most(input, kKeyLimit + 1);
  if (text.size() > kKeyLimit) return invalid("standard input is too long to be a management key");
  return make_key(std::move(text), "standard input");
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  const auto separator = text.find("://");
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (separator == std::string_view::npos || !std::all_of(text.begin(), text.end(), is_visible)) {
    return invalid("is not a URL of the form https://host[:port]");
  }
  const auto scheme = base::to_lower(text.substr(0, separator));
  if (scheme != "http" && scheme != "https") return invalid("must begin with https:// or http://");
  text.remove_prefix(separator + 3);
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  auto path = text.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) return invalid("must not hold a user name or password");
  if (path.find_first_of("?#") != std::string_view::npos) return invalid("must end before '?' and '#'");
  while (path.ends_with('/'))
    path.remove_suffix(1);

  const auto [host, port_text] = split_authority(authority);
  if (host.empty()) return invalid("has no host");
  if (!is_host(host)) return invalid("has a host that is neither a name nor an address");
  const auto port = parse_port(port_text);
  if (!port) return invalid("has no valid port");
  const int usual = scheme == "https" ? 443 : 80;
  auto normal = fmt::format("{}://{}", scheme, host);
  if (*port != 0 && *port != usual) normal += fmt::format(":{}", *port);
  normal += path;
  return BaseUrl{std::move(normal), scheme == "https", is_loopback(host)};
}

Result<BaseUrl> parse_address(std::string_view text) {
  if (text.find('#') != std::string_view::npos) return invalid("must not have a fragment");
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_plain) return invalid("must consist of printable ASCII characters without spaces");
  auto url = parse_base_url(text.substr(0, text.find('?')));
  if (!url) return url.error();
  url->text = std::string(text);
  return url;
}

std::string derive_base_url(std::string_view project_id) {
  constexpr std::size_t kLengthWithRegion = 32;
  if (project_id.size() < kLengthWithRegion) return "https://api.descope.com";
  return fmt::format("https://api.{}.descope.com", base::to_lower(project_id.substr(1, 4)));
}

Result<model::Secret> load_management_key(const std::string& key_file, const base::Environment& environment,
                                          std::istream& standard_input) {
  if (key_file == "-") return read_key(standard_input);
  if (!key_file.empty()) {
    auto text = base::read_file(key_file, kKeyLimit);
    if (!text) {
      return Error(text.error().kind(), "--management-key-file: " + text.error().message(),
                   "check the path and the rights to the file");
    }
    return make_key(std::move(*text), fmt::format("'{}'", base::printable(key_file)));
  }
  auto value = environment.find("DESCOPE_MANAGEMENT_KEY");
  if (!value || value->empty()) {
    return Error(ErrorKind::kUnauthorized, "no management key",
                 "set DESCOPE_MANAGEMENT_KEY, or give --management-key-file FILE ('-' is standard input)");
  }
  return make_key(std::move(*value), "DESCOPE_MANAGEMENT_KEY");
}

}  // namespace descopectl::config
