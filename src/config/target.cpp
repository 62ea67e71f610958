// Base URLs and the management key.
#include "descopectl/config/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <istream>
#include <optional>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::config {
namespace {

constexpr std::uint64_t kKeyLimit = 64 << 10;  // bytes; real keys have a few hundred

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Boost.URL 1.81 takes a name that begins with an IPv4 address ("127.0.0.1.evil.com") for that address: the
/// host is looked at whole here. Can go with a release in which host_type() is right.
bool is_loopback(const boost::urls::url_view& url) {
  if (url.host_type() == boost::urls::host_type::ipv6) return url.host_ipv6_address().is_loopback();
  const auto host = lower(url.encoded_host());
  const auto address = boost::urls::parse_ipv4_address(host);
  return address ? address->is_loopback() : host == "localhost";
}

/// The port, 0 where none is written, none where it is no port. Boost.URL 1.81 cuts numbers to 16 bits.
std::optional<std::uint16_t> parse_port(const boost::urls::url_view& url) {
  const std::string_view text(url.port().data(), url.port().size());
  if (text.empty()) return std::uint16_t{0};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
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
  std::string text(kKeyLimit + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kKeyLimit) return invalid("standard input is too long to be a management key");
  return make_key(std::move(text), "standard input");
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return invalid("is not a URL of the form https://host[:port]");
  const auto& url = *parsed;
  const auto scheme = lower(url.scheme());
  if (scheme != "http" && scheme != "https") return invalid("must begin with https:// or http://");
  if (!url.has_authority() || url.encoded_host().empty()) return invalid("has no host");
  if (url.has_userinfo()) return invalid("must not hold a user name or password");
  if (url.has_query() || url.has_fragment()) return invalid("must end before '?' and '#'");
  const auto port = parse_port(url);
  if (!port) return invalid("has no valid port");

  std::string path(url.encoded_path());
  while (path.ends_with('/'))
    path.pop_back();
  auto normal = fmt::format("{}://{}", scheme, lower(url.encoded_host()));
  const std::uint16_t usual = scheme == "https" ? 443 : 80;
  if (*port != 0 && *port != usual) normal += fmt::format(":{}", *port);
  return BaseUrl{.text = normal + path, .is_encrypted = scheme == "https", .is_loopback = is_loopback(url)};
}

std::string derive_base_url(std::string_view project_id) {
  constexpr std::size_t kLengthWithRegion = 32;
  if (project_id.size() < kLengthWithRegion) return "https://api.descope.com";
  return fmt::format("https://api.{}.descope.com", lower(project_id.substr(1, 4)));
}

Result<model::Secret> load_management_key(const std::string& key_file, const base::Environment& environment,
                                          std::istream& standard_input) {
  if (key_file == "-") return read_key(standard_input);
  if (!key_file.empty()) {
    auto text = base::read_file(key_file, kKeyLimit);
    if (!text) return invalid("--management-key-file: " + text.error().message());
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
