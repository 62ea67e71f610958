// A server for Terraform's http state backend, in memory: as most are, and as GitLab's is.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "descopectl/http/message.hpp"
#include "descopectl/http/server.hpp"

namespace descopectl::test {

/// Handles requests to /state and /lock; used in one thread.
class StateServer {
 public:
  enum class Form : unsigned char {
    kPlain,    ///< LOCK and UNLOCK; 423 with the holder's document
    kGitLab,   ///< POST and DELETE; 409; refuses a POST without the lock's id, or whose serial is not new
    kNoLocks,  ///< 405 for everything but GET and POST
  };
  explicit StateServer(Form form = Form::kPlain) : form_(form) {}

  [[nodiscard]] http::Reply handle(const http::Request& request);

  Form form() const { return form_; }

  std::optional<std::string> stored;
  std::optional<std::string> lock;    ///< the holder's document
  bool checks_ids = true;             ///< of POST and UNLOCK
  std::string authorization;          ///< empty: nobody is asked
  std::chrono::seconds ahead{0};      ///< of its clock
  std::vector<std::string> requests;  ///< "POST /state", without queries
  std::size_t posts = 0;              ///< that were stored
  /// Answers in place of the server, or calls it; null: the server.
  std::function<http::Reply(const http::Request&, const std::function<http::Reply()>&)> around;

 private:
  [[nodiscard]] http::Response answer(const http::Request& request);
  [[nodiscard]] http::Response take_lock(const http::Request& request);
  [[nodiscard]] http::Response give_lock_back(const http::Request& request);
  [[nodiscard]] http::Response store(const http::Request& request);
  [[nodiscard]] http::Response refuse() const;

  Form form_;
};

}  // namespace descopectl::test
