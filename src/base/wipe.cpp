// The one use of OpenSSL's overwriting, which no compiler may leave out.
#include "descopectl/base/wipe.hpp"

#include <openssl/crypto.h>

namespace descopectl::base {

void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.capacity());
  text.clear();
}

}  // namespace descopectl::base
