// Fingerprints of secrets, made off the thread that does the I/O: scrypt takes 80 ms.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "descopectl/model/recorded.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::apply {

/// What is recorded of a secret of which nobody knows whether it is there. It equals nothing: whatever the
/// manifest says is a change, and is sent.
[[nodiscard]] inline model::Fingerprint unsettled_fingerprint() {
  return {.scheme = "unsettled", .digest = ""};
}

/// A thread for each core, within reason, that makes fingerprints: those asked for at once are made side by
/// side. Its destructor waits for what is in hand and drops the rest.
class Fingerprinter {
 public:
  /// `key_hex` is the state's key; empty (no state is kept): every fingerprint is empty, at no cost.
  Fingerprinter(boost::asio::any_io_executor executor, std::string key_hex);
  ~Fingerprinter();
  Fingerprinter(const Fingerprinter&) = delete;
  Fingerprinter& operator=(const Fingerprinter&) = delete;

  [[nodiscard]] boost::asio::awaitable<model::Fingerprint> make(std::string object_id, std::string pointer,
                                                                model::Secret secret);

 private:
  boost::asio::any_io_executor executor_;
  std::string key_hex_;
  boost::asio::thread_pool pool_;
};

}  // namespace descopectl::apply
