// What went wrong in a TLS handshake, in words for users.
#include "tls_words.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <memory>
#include <vector>

#include "descopectl/base/text.hpp"
#include "descopectl/transport/resolve.hpp"

namespace descopectl::transport {

namespace {

constexpr std::size_t kNamesShown = 5;

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
  const unsigned char* const data = ASN1_STRING_get0_data(bytes);
  if (size == 4) {
    boost::asio::ip::address_v4::bytes_type v4;
    std::copy(data, data + 4, v4.begin());
    return boost::asio::ip::make_address_v4(v4).to_string();
  }
  if (size != 16) return {};
  boost::asio::ip::address_v6::bytes_type v6;
  std::copy(data, data + 16, v6.begin());
  return boost::asio::ip::make_address_v6(v6).to_string();
}

std::string names_of(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::string text;
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  std::size_t shown = 0;
  for (int index = 0; index < count; ++index) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), index);
    std::string one;
    if (name->type == GEN_DNS) {
      const auto* const bytes = ASN1_STRING_get0_data(name->d.dNSName);
      one.assign(bytes, bytes + ASN1_STRING_length(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      one = address_text(name->d.iPAddress);
    }
    if (one.empty()) continue;
    if (shown == kNamesShown) return text + ", ...";
    if (shown++ != 0) text += ", ";
    text += base::printable(one, 100);
  }
  return text;
}

Error unreachable(std::string message, std::string hint = {}) {
  return Error(ErrorKind::kUnreachable, std::move(message), std::move(hint));
}

Error describe_verdict(const Verdict& verdict, const Endpoint& endpoint) {
  const std::string whose = verdict.depth == 0 ? "the certificate of " + endpoint.host
                                               : "an authority's certificate behind " + endpoint.host;
  switch (verdict.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return unreachable(whose + " has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return unreachable(whose + " is not valid yet", "is this machine's clock right?");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return unreachable(endpoint.text() + ": the certificate is for another host: " +
                             (verdict.names.empty() ? std::string("it names none") : verdict.names),
                         "is the address right? another server, or a proxy in between, answered there");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return unreachable(endpoint.text() + ": self-signed certificate",
                         "if that is right, give the certificate with --ca-file");
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return unreachable(endpoint.text() + ": the certificate is signed by an authority that is not trusted",
                         "give the authority's certificate with --ca-file");
    default:
      return unreachable(whose + " is refused: " + X509_verify_cert_error_string(verdict.code));
  }
}

Error describe_reason(int reason, const boost::system::error_code& failure, const Endpoint& endpoint) {
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
      return unreachable(endpoint.text() + ": no TLS: the server answered something else",
                         "is it a plain http:// address?");
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
      return unreachable(endpoint.text() + ": the server speaks TLS older than 1.2");
    default:
      return unreachable(endpoint.text() +
                         ": the TLS handshake failed: " + base::printable(failure.message(), 200));
  }
}

}  // namespace

void note_verdict(Verdict& verdict, X509_STORE_CTX* store) {
  verdict.code = X509_STORE_CTX_get_error(store);
  verdict.depth = X509_STORE_CTX_get_error_depth(store);
  if (X509* const leaf = X509_STORE_CTX_get0_cert(store)) verdict.names = names_of(leaf);
}

bool expect_peer(void* handle, const std::string& host) {
  auto* const ssl = static_cast<SSL*>(handle);
  if (is_ip_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  // Neither the certificate's common name nor "f*.example" counts (RFC 9525 sections 6.3 and 6.4.4).
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string name = host;
  if (name.ends_with('.')) name.pop_back();
  // SSL_set_tlsext_host_name is a macro with a C cast.
  const long is_named =
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, static_cast<void*>(name.data()));
  return is_named == 1 && SSL_set1_host(ssl, name.c_str()) == 1;
}

Error describe_handshake(const boost::system::error_code& failure, const Verdict& verdict,
                         const Endpoint& endpoint) {
  if (verdict.code != X509_V_OK) return describe_verdict(verdict, endpoint);
  if (failure == boost::asio::error::eof || failure == boost::asio::ssl::error::stream_truncated ||
      failure == boost::asio::error::connection_reset || failure == boost::asio::error::broken_pipe) {
    return unreachable(endpoint.text() + ": the server closed the connection during the TLS handshake");
  }
  if (failure.category() == boost::asio::error::get_ssl_category()) {
    return describe_reason(ERR_GET_REASON(static_cast<unsigned long>(failure.value())), failure, endpoint);
  }
  return unreachable(endpoint.text() + ": the TLS handshake failed: " + failure.message());
}

}  // namespace descopectl::transport
