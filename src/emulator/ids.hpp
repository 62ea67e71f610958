// Ids, client ids and secrets in the service's style (sheet 15): random, or reproducible from a seed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace descopectl::emulator {

class IdMaker {
 public:
  /// `seed` 0: from the system's randomness; else the same sequence for the same seed.
  explicit IdMaker(std::uint64_t seed) : seed_(seed) {}

  /// `prefix` and 27 alphanumeric characters.
  [[nodiscard]] std::string make_id(std::string_view prefix);
  /// Long and base64-like: not safe in a query as it stands.
  [[nodiscard]] std::string make_client_id();
  /// 43 alphanumeric characters, about 256 bits.
  [[nodiscard]] std::string make_secret();

 private:
  [[nodiscard]] std::string make_text(std::size_t length, std::string_view alphabet);

  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace descopectl::emulator
