// Keyed fingerprints of secrets: they tell that a secret changed and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/model/recorded.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::state {

/// A new RecordedObject::object_id: 128 bits by chance, in hexadecimal.
[[nodiscard]] std::string make_object_id();

/// HMAC-SHA-256 under the state's key over (object id, field, secret), each with its length before it, so
/// that neither equal secrets of two objects nor a moved handle give anything away. Secrets under 20
/// characters take scrypt (about 80 ms) over the same bytes with the key as salt: they might be guessed. An
/// empty or malformed key (a state that does not exist yet) gives an empty fingerprint, never an unkeyed one.
[[nodiscard]] model::Fingerprint make_fingerprint(std::string_view key_hex, std::string_view object_id,
                                                  std::string_view pointer, const model::Secret& secret);

}  // namespace descopectl::state
