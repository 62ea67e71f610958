// Hashes, keyed hashes and random bytes; OpenSSL behind a few functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace descopectl::base {

/// SHA-256 in lower-case hexadecimal (64 characters).
[[nodiscard]] std::string sha256_hex(std::string_view data);

/// MD5, 16 raw bytes, for the header Content-MD5 and nothing else. Empty where the library is not allowed to
/// make it.
[[nodiscard]] std::string md5(std::string_view data);

/// HMAC-SHA-256 in lower-case hexadecimal. `key` is raw bytes.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view data);

/// scrypt (RFC 7914) with N=16384, r=8, p=1, 32 bytes out, in lower-case hexadecimal; about 80 ms.
[[nodiscard]] std::string scrypt_hex(std::string_view password, std::string_view salt);

/// CRC-free checksum of a journal record: the first 16 characters of sha256_hex.
[[nodiscard]] std::string short_checksum(std::string_view data);

/// `count` random bytes from the operating system, as lower-case hexadecimal (2 * count characters).
[[nodiscard]] std::string random_hex(std::size_t count);

/// The bytes behind lower-case hexadecimal; empty where `hex` is not that.
[[nodiscard]] std::string from_hex(std::string_view hex);

}  // namespace descopectl::base
