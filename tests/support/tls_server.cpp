// Blocking sockets and one thread: one connection after the other.
#include "tls_server.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace descopectl::test {
namespace {

std::unique_ptr<BIO, decltype(&BIO_free)> bio_of(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

/// What the library's policy would forbid is what this server is for.
bool allow_only(SSL_CTX* context, int version) {
  SSL_CTX_set_security_level(context, 0);
  return SSL_CTX_set_min_proto_version(context, version) == 1 &&
         SSL_CTX_set_max_proto_version(context, version) == 1 &&
         SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1;
}

bool take_identity(SSL_CTX* context, const Identity& identity) {
  const auto certificate_bio = bio_of(identity.certificate_pem);
  const auto key_bio = bio_of(identity.key_pem);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr), &X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  return certificate && key && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

}  // namespace

TlsServer::TlsServer(const Identity& identity, int version)
    : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!allow_only(context_.get(), version) || !take_identity(context_.get(), identity))
    throw std::runtime_error("no such TLS server can be made");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // NOLINTBEGIN: the sockets interface
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("can't listen");
  // NOLINTEND
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  ::close(listener_);
}

std::string TlsServer::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

void TlsServer::serve() {
  for (int connection = 0; (connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    talk(connection);
    ::close(connection);
    ++connections_;
  }
}

void TlsServer::talk(int connection) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(tls.get(), connection);
  if (SSL_accept(tls.get()) != 1) return;
  char buffer[4096];
  const int count = SSL_read(tls.get(), buffer, sizeof buffer);
  const std::lock_guard lock(mutex_);
  if (count > 0) heard_.append(buffer, static_cast<std::size_t>(count));
}

}  // namespace descopectl::test
