// A TLS server of one version alone, old ones included, that takes note of what it is told and answers
// nothing.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "certificates.hpp"

namespace descopectl::test {

class TlsServer {
 public:
  /// Listens on a free port of 127.0.0.1. `version`: TLS1_VERSION, TLS1_1_VERSION and so on.
  TlsServer(const Identity& identity, int version);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  /// Connections that ended, whatever came of their handshakes.
  [[nodiscard]] int connections() const { return connections_; }
  /// What came through TLS.
  [[nodiscard]] std::string heard() const;

 private:
  void serve();
  void talk(int connection);

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::string heard_;
  std::thread thread_;
};

}  // namespace descopectl::test
