// Certificates for tests, made on the spot: nothing on disk can expire.
#pragma once

#include <string>
#include <vector>

namespace descopectl::test {

/// A certificate and its private key, both PEM.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateSpec {
  std::string common_name = "test server";
  std::vector<std::string> names = {"DNS:localhost", "IP:127.0.0.1",
                                    "IP:::1"};  ///< as in an OpenSSL configuration
  int begins_in_days = -1;
  int ends_in_days = 1;
  bool is_authority = false;
};

/// Signed by `issuer`, or by itself where that is null.
[[nodiscard]] Identity make_certificate(const CertificateSpec& spec, const Identity* issuer);

/// A self-signed authority.
[[nodiscard]] Identity make_authority(const std::string& name = "test authority");

/// What the certificate's file is called in a folder for SSL_CERT_DIR: "3f2c1a90.0".
[[nodiscard]] std::string hashed_name(const Identity& authority);

}  // namespace descopectl::test
