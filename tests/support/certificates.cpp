// Certificates for tests, through OpenSSL's API.
#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace descopectl::test {

namespace {

template <class T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* thing) const { kFree(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;

void need(bool is_good, const char* what) {
  if (!is_good) throw std::runtime_error(std::string("OpenSSL refused ") + what);
}

std::string text_of(const Memory& memory) {
  const char* data = nullptr;
  const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, static_cast<void*>(&data));
  return std::string(data, static_cast<std::size_t>(size));
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  need(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate read_certificate(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

Key read_key(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
}

}  // namespace

Identity make_certificate(const CertificateSpec& spec, const Identity* issuer) {
  static std::atomic<long> serial{1};
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Certificate certificate(X509_new());
  need(key && certificate, "a key");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  constexpr long kDay = 24L * 3600L;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), spec.begins_in_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), spec.ends_in_days * kDay);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const std::string name = spec.common_name;
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);

  const auto issuing = issuer ? read_certificate(issuer->certificate_pem) : Certificate();
  X509* const signer = issuing ? issuing.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  std::string names;
  for (const auto& one : spec.names)
    names += (names.empty() ? "" : ",") + one;
  add_extension(certificate.get(), signer, NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), signer, NID_basic_constraints,
                spec.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!names.empty()) add_extension(certificate.get(), signer, NID_subject_alt_name, names);
  const auto signing = issuer ? read_key(issuer->key_pem) : Key();
  need(X509_sign(certificate.get(), signing ? signing.get() : key.get(), EVP_sha256()) > 0, "to sign");

  const Memory certificate_text(BIO_new(BIO_s_mem()));
  const Memory key_text(BIO_new(BIO_s_mem()));
  need(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1, "to write a certificate");
  need(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
       "to write a key");
  Identity made;
  made.certificate_pem = text_of(certificate_text);
  made.key_pem = text_of(key_text);
  return made;
}

Identity make_authority(const std::string& name) {
  CertificateSpec spec;
  spec.common_name = name;
  spec.names.clear();
  spec.is_authority = true;
  return make_certificate(spec, nullptr);
}

std::string hashed_name(const Identity& authority) {
  const auto certificate = read_certificate(authority.certificate_pem);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08lx.0", X509_subject_name_hash(certificate.get()));
  return text.data();
}

}  // namespace descopectl::test
