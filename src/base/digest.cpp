// OpenSSL's hashes and the system's randomness.
#include "descopectl/base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace descopectl::base {
namespace {

using Digest32 = std::array<unsigned char, 32>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <class Bytes>
std::string to_hex(const Bytes& data) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(data.size() * 2);
  for (const auto value : data) {
    const auto byte = static_cast<unsigned char>(value);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

void require(bool is_done, const char* what) {
  if (!is_done) throw std::runtime_error(std::string(what) + " failed in the cryptographic library");
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string sha256_hex(std::string_view data) {
  Digest32 digest{};
  require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return to_hex(digest);
}

std::string md5(std::string_view data) {
  std::array<char, 16> digest{};
  if (EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                 EVP_md5(), nullptr) != 1)
    return {};
  return {digest.data(), digest.size()};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
  Digest32 digest{};
  // A null key means "the last one" to OpenSSL, so that an empty key needs an address.
  const std::string_view addressed = key.empty() ? std::string_view("", 0) : key;
  const auto* done = HMAC(EVP_sha256(), addressed.data(), static_cast<int>(addressed.size()), bytes(data),
                          data.size(), digest.data(), nullptr);
  require(done != nullptr, "HMAC-SHA-256");
  return to_hex(digest);
}

std::string scrypt_hex(std::string_view password, std::string_view salt) {
  constexpr std::uint64_t kMemoryLimit = 64ULL << 20;  // the parameters need a little over 16 MiB
  Digest32 key{};
  // A null password only asks OpenSSL whether the parameters are good.
  const std::string_view addressed = password.empty() ? std::string_view("", 0) : password;
  require(EVP_PBE_scrypt(addressed.data(), addressed.size(), bytes(salt), salt.size(), 16384, 8, 1,
                         kMemoryLimit, key.data(), key.size()) == 1,
          "scrypt");
  return to_hex(key);
}

std::string short_checksum(std::string_view data) {
  return sha256_hex(data).substr(0, 16);
}

std::string random_hex(std::size_t count) {
  std::string random(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const auto got = getrandom(random.data() + done, count - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    done += static_cast<std::size_t>(got);
  }
  return to_hex(random);
}

std::string from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace descopectl::base
