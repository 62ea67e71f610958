// Which server is spoken to, and with what key: base URLs and the management key.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::config {

/// A base URL in normal form: lower-case scheme and host, no slash at the end.
struct BaseUrl {
  std::string text;
  bool is_encrypted = false;  ///< https
  bool is_loopback = false;   ///< localhost, 127.0.0.0/8 or [::1], by its spelling; no name is looked up
};

/// Checks and normalises `http(s)://host[:port][/prefix]`. kInvalidInput where it is anything else; the
/// message is the rest of a sentence ("has no host") and never repeats the URL, which may hold a password.
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text);

/// As parse_base_url, for an address in whole: with any path, and with a query. `text` is as it was written.
[[nodiscard]] Result<BaseUrl> parse_address(std::string_view text);

/// The vendor's address for a project: https://api.descope.com, or the region's for ids of 32 and more
/// characters (sheet 1.1, the Go rule).
[[nodiscard]] std::string derive_base_url(std::string_view project_id);

/// The management key: from `key_file` where that is not empty (`-`: `standard_input`), else from
/// DESCOPE_MANAGEMENT_KEY. One newline at the end is dropped. kUnauthorized where there is none or it is
/// blank, kInvalidInput where the file can't be read or holds what no header can carry. Messages never show
/// the key.
[[nodiscard]] Result<model::Secret> load_management_key(const std::string& key_file,
                                                        const base::Environment& environment,
                                                        std::istream& standard_input);

}  // namespace descopectl::config
