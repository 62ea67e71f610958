// Searching texts for secrets in their usual encodings; writing a secret as JSON without leaving copies.
#include "secret_text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>

#include "descopectl/base/wipe.hpp"
#include "descopectl/http/message.hpp"

namespace descopectl::api {

using base::wipe;

namespace {

constexpr std::size_t kWindow = 8;
constexpr std::string_view kHexDigits = "0123456789abcdef";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Letter case and the two alphabets of base64 told apart no more.
std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    if (c == '-') return '+';
    if (c == '_') return '/';
    return lower(c);
  });
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 15U];
  }
  return out;
}

/// The characters of base64 that depend on the secret alone where it begins `shift` bytes into a group of
/// three.
std::string to_base64(std::string_view bytes, std::size_t shift) {
  std::string padded(shift, '\0');
  padded.reserve(shift + bytes.size());
  padded += bytes;
  std::string out(4 * ((padded.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  wipe(padded);
  out.resize(static_cast<std::size_t>(size));
  while (!out.empty() && out.back() == '=')
    out.pop_back();
  if (!out.empty() && (shift + bytes.size()) % 3 != 0) out.pop_back();
  constexpr std::array<std::size_t, 3> kForeign{0, 2, 3};
  out.erase(0, kForeign.at(shift));
  return out;
}

bool has_window(const std::string& haystack, std::string& needle) {
  bool found = false;
  if (needle.size() <= kWindow) {
    found = !needle.empty() && haystack.find(needle) != std::string::npos;
  } else {
    for (std::size_t i = 0; !found && i + kWindow <= needle.size(); ++i)
      found = haystack.find(std::string_view(needle).substr(i, kWindow)) != std::string::npos;
  }
  wipe(needle);
  return found;
}

}  // namespace

bool repeats_secret(std::string_view text, const model::Secret& secret) {
  if (secret.empty() || text.empty()) return false;
  std::string haystack = folded(text);
  const std::string_view bytes = secret.reveal();
  std::string escaped;
  escaped.reserve(bytes.size() * 6 + 2);
  append_json_string(escaped, bytes);
  std::array<std::string, 7> forms{
      std::string(bytes),  http::percent_encode(bytes), escaped.substr(1, escaped.size() - 2),
      to_base64(bytes, 0), to_base64(bytes, 1),         to_base64(bytes, 2),
      to_hex(bytes)};
  wipe(escaped);
  bool found = false;
  for (std::string& form : forms) {
    std::string needle = folded(form);
    // An encoding of two or three characters stands in any text by chance.
    if (&form != &forms.front() && needle.size() < 4) wipe(needle);
    wipe(form);
    found = has_window(haystack, needle) || found;
  }
  wipe(haystack);
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
