// Guesses where a text of YAML holds secrets, for manifests too broken to be decoded.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace descopectl::diag {

/// Bytes [first, second) of a text.
using Stretch = std::pair<std::size_t, std::size_t>;

/// The stretches of `line` that may be a secret's literal text, in order: values of keys whose names hold the
/// word "secret", and lines that such a value of an earlier line may go on in. A lookup from outside
/// ({fromEnv: NAME}) is no secret. Where a value's end is not plain the rest of the line counts.
[[nodiscard]] std::vector<Stretch> guess_secrets(std::string_view text, Stretch line);

}  // namespace descopectl::diag
