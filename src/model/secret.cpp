// Wiping of secret values.
#include "descopectl/model/secret.hpp"

#include <openssl/crypto.h>

namespace descopectl::model {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  // Short values live inside the string object: the capacity, not the size, is what may hold bytes.
  OPENSSL_cleanse(value_.data(), value_.capacity());
  value_.clear();
}

}  // namespace descopectl::model
