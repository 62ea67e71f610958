// Wiping of secret values.
#include "descopectl/model/secret.hpp"

#include "descopectl/base/wipe.hpp"

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
  base::wipe(value_);
}

}  // namespace descopectl::model
