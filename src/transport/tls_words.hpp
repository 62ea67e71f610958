// What went wrong in a TLS handshake, in words for users.
#pragma once

#include <openssl/x509.h>

#include <boost/system/error_code.hpp>
#include <string>

#include "descopectl/base/result.hpp"
#include "descopectl/transport/stream.hpp"

namespace descopectl::transport {

/// What the verification of the other end's certificate found, noted by its callback: after a failed
/// handshake OpenSSL has dropped the certificate.
struct Verdict {
  int code = X509_V_OK;
  int depth = 0;      ///< 0: the server's own certificate; above: its authorities'
  std::string names;  ///< what the server's certificate is for: "a.example, b.example, 127.0.0.1"
};

/// Notes the state of `store` where it failed.
void note_verdict(Verdict& verdict, X509_STORE_CTX* store);

/// Prepares `handle` (an SSL*) for a server of that name or address: SNI and the check of the name.
[[nodiscard]] bool expect_peer(void* handle, const std::string& host);

[[nodiscard]] Error describe_handshake(const boost::system::error_code& failure, const Verdict& verdict,
                                       const Endpoint& endpoint);

}  // namespace descopectl::transport
