// Requests to the server that keeps the state: credentials, tries, and what its answers mean.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <string>

#include "descopectl/remote_state/remote_store.hpp"
#include "document.hpp"

namespace descopectl::remote_state {

/// One request as often as it has to be sent. Has a constructor on purpose: see http::Request.
struct Call {
  Call(std::string method_, std::string address_, std::string body_ = {})
      : method(std::move(method_)), address(std::move(address_)), body(std::move(body_)) {}

  std::string method;
  std::string address;
  std::string body;
};

/// An answer that is worth no further try, whatever its status.
struct Answer {
  Answer() = default;

  int status = 0;
  std::string body;
  Time at;  ///< the server's Date; without one this host's time

  [[nodiscard]] bool is_done() const { return status == 200 || status == 201 || status == 204; }
  /// Somebody else has the lock.
  [[nodiscard]] bool is_locked() const { return status == 409 || status == 423; }
};

/// What may be tried again, and after which pause.
struct Failure {
  Failure() = default;
  explicit Failure(Error error_) : error(std::move(error_)) {}

  Error error;
  bool may_pass = true;
  std::string retry_after;  ///< as it stands; empty: there was none
  bool is_rate_limit = false;
};

class Server {
 public:
  Server(RemoteOptions options, api::Timing& timing) : options_(std::move(options)), timing_(timing) {}

  /// Sends the call until there is an answer that says something; the error is of the last try.
  boost::asio::awaitable<Result<Answer>> send(Call call);
  /// Sends it once.
  boost::asio::awaitable<boost::system::result<Answer, Failure>> try_once(Call call);
  /// Waits before the next try, the `tries`th (from 1) having failed; the error where there is to be none.
  boost::asio::awaitable<Result<void>> prepare_next(Failure failure, unsigned tries);

  /// The document; none where there is no state yet. `at`, where given, gets the time of the answer.
  boost::asio::awaitable<Result<std::optional<StateDocument>>> get(Time* at = nullptr);

  /// From now on an interruption ends the wait between two tries, and not the call: what was begun is to be
  /// saved. All calls together get one more try after it, at once; whoever interrupted waits for the end.
  void see_it_through() { is_begun_ = true; }

  /// What an answer means that is neither done nor about a lock.
  [[nodiscard]] Error describe(const Call& call, const Answer& answer) const;

  [[nodiscard]] const RemoteOptions& options() const { return options_; }
  /// The state's address as messages show it: what follows a question mark may be a token.
  [[nodiscard]] std::string name() const;

 private:
  Result<http::Client*> find_client(const std::string& origin);
  [[nodiscard]] bool is_interrupted() const;
  boost::asio::awaitable<void> wait(std::chrono::milliseconds delay);
  [[nodiscard]] http::Request make_request(const Call& call, std::string target) const;
  [[nodiscard]] Failure describe_failure(const Call& call, int status, const std::string& retry_after) const;
  void log(std::string_view line) const;

  RemoteOptions options_;
  api::Timing& timing_;
  std::map<std::string, std::unique_ptr<http::Client>> clients_;  // by origin
  bool is_begun_ = false;
  bool had_last_try_ = false;
  bool is_given_up_ =
      false;  ///< one call had all its tries in vain: the next get one each, until one succeeds
};

}  // namespace descopectl::remote_state
