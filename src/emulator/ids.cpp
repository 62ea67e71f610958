// Ids, client ids and secrets, drawn from the system's randomness or from hashes of a seed and a counter.
#include "ids.hpp"

#include "descopectl/base/digest.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kAlphanumeric = kBase64.substr(0, 62);

}  // namespace

std::string IdMaker::make_text(std::size_t length, std::string_view alphabet) {
  std::string text;
  while (text.size() < length) {
    const std::string hex =
        seed_ == 0 ? base::random_hex(32)
                   : base::sha256_hex("emulator " + std::to_string(seed_) + " " + std::to_string(count_++));
    for (const char byte : base::from_hex(hex)) {
      const auto index = static_cast<std::size_t>(static_cast<unsigned char>(byte) & 63U);
      // Out of the alphabet: drawn again, so that each character is equally likely.
      if (index < alphabet.size() && text.size() < length) text += alphabet[index];
    }
  }
  return text;
}

std::string IdMaker::make_id(std::string_view prefix) {
  return std::string(prefix) + make_text(27, kAlphanumeric);
}

std::string IdMaker::make_client_id() {
  return make_text(62, kBase64) + "==";
}

std::string IdMaker::make_secret() {
  return make_text(43, kAlphanumeric);
}

}  // namespace descopectl::emulator
