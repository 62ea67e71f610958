// Searching texts for secrets in their usual encodings; writing a secret as JSON without leaving copies.
#include "secret_text.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/base/encodings.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/wipe.hpp"

namespace descopectl::api {

using base::wipe;

namespace {

constexpr std::size_t kWindow = 8;
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool has_window(std::string_view haystack, std::string_view needle) {
  if (needle.size() <= kWindow) return !needle.empty() && haystack.find(needle) != std::string::npos;
  for (std::size_t i = 0; i + kWindow <= needle.size(); ++i)
    if (haystack.find(needle.substr(i, kWindow)) != std::string::npos) return true;
  return false;
}

}  // namespace

bool repeats_secret(std::string_view text, const model::Secret& secret) {
  if (secret.empty() || text.empty()) return false;
  std::vector<model::Secret> needles;
  needles.emplace_back(base::fold_encodings(secret.reveal()));
  for (std::string& core : base::encoded_cores(secret.reveal())) {
    // An encoding of two or three characters stands in any text by chance.
    if (core.size() >= 4) needles.emplace_back(base::fold_encodings(core));
    wipe(core);
  }
  const auto is_in = [&](std::string_view level) {
    const model::Secret haystack(base::fold_encodings(level));
    return std::any_of(needles.begin(), needles.end(), [&](const model::Secret& needle) {
      return has_window(haystack.reveal(), needle.reveal());
    });
  };
  bool found = is_in(text);
  for (base::Unescaped& level : base::unescape_all(text)) {
    found = found || is_in(level.text);
    wipe(level.text);
  }
  return found;
}

void append_json_string(std::string& out, std::string_view secret) {
  out += '"';
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace descopectl::api
