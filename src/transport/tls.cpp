// TLS settings of both ends: versions, trust store, own certificate.
#include "descopectl/transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/buffer.hpp>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "tls_context.hpp"

namespace descopectl::transport {

namespace ssl = boost::asio::ssl;

namespace {

Error bad_file(const std::string& what, const std::string& path) {
  ERR_clear_error();
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status))
    return Error(ErrorKind::kInvalidInput, what + " " + path + " does not exist");
  return Error(ErrorKind::kInvalidInput, what + " " + path + " can't be read or holds no PEM certificate");
}

/// Certificates under any name. OpenSSL finds those whose names are their hashes; other programs that follow
/// the variable read every file, and so people put any there.
void load_files_of(SSL_CTX* context, const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::directory_iterator at(folder, failure);
  for (; !failure && at != std::filesystem::directory_iterator(); at.increment(failure)) {
    std::error_code unreadable;
    // A link beside its file, as `openssl rehash` makes it: the file itself is read.
    const auto target = std::filesystem::read_symlink(at->path(), unreadable);
    if (!unreadable && !target.has_parent_path()) continue;
    // What holds no certificate is left aside.
    if (at->is_regular_file(unreadable)) SSL_CTX_load_verify_file(context, at->path().c_str());
  }
}

Result<void> load_store(SSL_CTX* context, const TrustOptions& options) {
  if (options.ssl_cert_file.empty() && options.ssl_cert_dir.empty()) {
    // Not SSL_CTX_set_default_verify_paths, which looks at the environment. Either may be missing on a
    // system.
    SSL_CTX_load_verify_file(context, X509_get_default_cert_file());
    SSL_CTX_load_verify_dir(context, X509_get_default_cert_dir());
  }
  if (!options.ssl_cert_file.empty() &&
      SSL_CTX_load_verify_file(context, options.ssl_cert_file.c_str()) != 1) {
    return bad_file("the file in SSL_CERT_FILE", options.ssl_cert_file);
  }
  if (!options.ssl_cert_dir.empty() && SSL_CTX_load_verify_dir(context, options.ssl_cert_dir.c_str()) != 1) {
    return bad_file("the folder in SSL_CERT_DIR", options.ssl_cert_dir);
  }
  std::istringstream folders(options.ssl_cert_dir);
  for (std::string folder; std::getline(folders, folder, ':');)
    load_files_of(context, folder);
  if (!options.ca_file.empty() && SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
    return bad_file("the CA file", options.ca_file);
  }
  ERR_clear_error();
  return {};
}

Error bad_pem(const std::string& what) {
  ERR_clear_error();
  return Error(ErrorKind::kInvalidInput, what);
}

}  // namespace

Result<std::shared_ptr<TlsContext>> make_client_tls(const TrustOptions& options) {
  auto made = std::make_shared<TlsContext>(ssl::context::tls_client);
  SSL_CTX* const context = made->context.native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (auto loaded = load_store(context, options); loaded.has_error()) return loaded.error();
  return made;
}

Result<std::shared_ptr<TlsContext>> make_server_tls(const std::string& certificate_pem,
                                                    const std::string& private_key_pem) {
  auto made = std::make_shared<TlsContext>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(made->context.native_handle(), TLS1_2_VERSION);
  boost::system::error_code failure;
  made->context.use_certificate_chain(boost::asio::buffer(certificate_pem), failure);
  if (failure) return bad_pem("the server's certificate is not a PEM certificate");
  made->context.use_private_key(boost::asio::buffer(private_key_pem), ssl::context::pem, failure);
  if (failure) return bad_pem("the server's private key is not a PEM key, or not that of its certificate");
  return made;
}

}  // namespace descopectl::transport
