// Whom to trust, and who we are: the two ends' TLS settings. TLS 1.2 at least, always verified.
#pragma once

#include <memory>
#include <string>

#include "descopectl/base/result.hpp"

namespace descopectl::transport {

/// Where trusted authorities come from. Given by the caller: the environment is never looked at here.
struct TrustOptions {
  std::string ca_file;        ///< further authorities, PEM, on top of the others
  std::string ssl_cert_file;  ///< with or without ssl_cert_dir: in place of the system's store
  std::string ssl_cert_dir;   ///< folder of PEM files, whatever they are called, or several separated by ':'
};

/// Settings that any number of connections share; opaque outside transport.
class TlsContext;

/// A client's settings. There is no way to switch verification off. kInvalidInput, naming the file, where one
/// that was asked for can't be read or holds no certificate.
[[nodiscard]] Result<std::shared_ptr<TlsContext>> make_client_tls(const TrustOptions& options);

/// A server's settings: certificate chain (leaf first) and its key, PEM. kInvalidInput where they are not
/// that.
[[nodiscard]] Result<std::shared_ptr<TlsContext>> make_server_tls(const std::string& certificate_pem,
                                                                  const std::string& private_key_pem);

}  // namespace descopectl::transport
