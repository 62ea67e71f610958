// Fingerprints: one unambiguous text made of where a secret belongs and what it is, put through a keyed hash.
#include "descopectl/state/fingerprint.hpp"

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::state {
namespace {

constexpr std::size_t kGuessableBelow = 20;  // characters
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kObjectIdBytes = 16;

void append_with_length(std::string& out, std::string_view part) {
  for (std::size_t shift = kLengthBytes; shift-- > 0;)
    out.push_back(static_cast<char>((part.size() >> (8 * shift)) & 0xFFU));
  out.append(part);
}

// Bytes that are no text (a key file, say) count as they are.
std::size_t count_characters(std::string_view secret) {
  return base::find_invalid_utf8(secret) ? secret.size() : base::count_code_points(secret);
}

}  // namespace

std::string make_object_id() {
  return base::random_hex(kObjectIdBytes);
}

model::Fingerprint make_fingerprint(std::string_view key_hex, std::string_view object_id,
                                    std::string_view pointer, const model::Secret& secret) {
  const std::string key = base::from_hex(key_hex);
  if (key.empty()) return {};

  const std::string_view value = secret.reveal();
  std::string bytes;
  // Reserved, so that growing leaves no copy of the secret behind; the Secret around it wipes the rest.
  bytes.reserve(3 * kLengthBytes + object_id.size() + pointer.size() + value.size());
  append_with_length(bytes, object_id);
  append_with_length(bytes, pointer);
  append_with_length(bytes, value);
  const model::Secret material(std::move(bytes));

  if (count_characters(value) < kGuessableBelow)
    return {.scheme = "scrypt-16384-8-1", .digest = base::scrypt_hex(material.reveal(), key)};
  return {.scheme = "hmac-sha256", .digest = base::hmac_sha256_hex(key, material.reveal())};
}

}  // namespace descopectl::state
