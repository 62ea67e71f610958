// The Management API, typed by kind descriptors: reading apart from writing, so that a command which may not
// write holds an object that can't.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "descopectl/base/interruption.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/base/result.hpp"
#include "descopectl/http/client.hpp"
#include "descopectl/model/live.hpp"
#include "descopectl/model/secret.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::api {

/// The base URL that a project lives at: with 32 characters or more, characters 2 to 5 in lower case name the
/// region
/// (`https://api.use1.descope.com`), else `https://api.descope.com` (sheet 1.1, Go's rule).
[[nodiscard]] std::string base_url_of_project(std::string_view project_id);

struct ApiOptions {
  std::string project_id;
  model::Secret management_key;
  http::ClientOptions http;  ///< base_url, timeouts, parallelism, CA
  unsigned retries = 6;      ///< further tries of a read, and of anything answered 429
  std::chrono::milliseconds retry_base{
      500};  ///< first back-off; doubled each time, full jitter, at most 30 s
  /// How long one call is tried again in all, waits for the rate limit included. A service that asks to wait
  /// longer has other trouble than its rate limit; the user should know at once.
  std::chrono::seconds retry_budget{600};
  unsigned requests_per_minute = 0;           ///< 0: no cap but the server's 429
  std::function<void(std::string_view)> log;  ///< trace lines, without secrets and credentials; may be null
  std::function<void(std::string_view)> progress;  ///< why a call waits, and until when; may be null
  /// Takes secrets out of what the service said, before it is cut to a message's length; may be null. What
  /// repeats the key or a secret of the call's own body is not shown at all.
  std::function<std::string(std::string_view)> redact;
  std::function<double()> random;  ///< [0, 1): jitter; null: always a half
  /// What waits to be sent, for the first time or again, when it comes ends as kInterrupted, and nothing
  /// waits for long or is sent again from then on. What is under way is waited for. May be null, else
  /// outlives all calls.
  base::Interruption* interruption = nullptr;
};

/// What a create told. `id` is empty where the answer has none (permissions: look in the list).
struct Created {
  std::string id;
  /// The object as answered, without secrets: a generated one is left to Writer::load_secret. Empty where the
  /// answer is not the object.
  json::object object;
};

/// Secrets that go into a body on the wire and nowhere else: JSON pointer into the body, value.
using BodySecrets = std::vector<std::pair<std::string, model::Secret>>;

/// The calls that change nothing. Used only on its executor; outlives every call. A cancelled call ends as
/// kInterrupted.
class Reader {
 public:
  virtual ~Reader() = default;

  /// All objects of a kind: every page, sorted by id, doubles dropped, write-only members stripped.
  /// `generation` 2 takes Kind::second_calls where they exist. Retries network errors, 429 and 5xx. An
  /// object without an id, of a kind without a load call (old roles and permissions), has its name as id,
  /// here and in update and erase. Of a kind that is listed by parent (Endpoints::list_by) what belongs to
  /// `parents`, one request each; a parent that is not there has nothing. Other kinds take no parents.
  virtual boost::asio::awaitable<Result<std::vector<model::LiveObject>>> list(
      const schema::Kind& kind, unsigned generation, std::vector<std::string> parents = {}) = 0;
  /// One object by its id; kNotFound only where the service says so. A kind without a load call is looked for
  /// in its list.
  virtual boost::asio::awaitable<Result<model::LiveObject>> load(const schema::Kind& kind, std::string id,
                                                                 unsigned generation) = 0;
  /// How much of Kind::counted_loss hangs on the object. kBadAnswer where the answer does not tell.
  virtual boost::asio::awaitable<Result<std::uint64_t>> count_losses(const schema::Kind& kind,
                                                                     std::string id) = 0;
  /// Requests sent so far, retries included.
  [[nodiscard]] virtual std::uint64_t request_count() const = 0;
};

/// The calls that change something. 429 is tried again (it did not run), and so is what failed before a byte
/// was sent; nothing else is: after a timeout, a reset, 5xx, an answer that can't be read, or an interruption
/// on its way, the error is kOutcomeUnknown. kInterrupted: it was never sent. kNotFound (not of a create),
/// kConflict, kRefused, kUnknownField and kUnauthorized are the service's.
class Writer : public Reader {
 public:
  /// `tries`, of every write: grows by one with each request that is sent; may be null, else outlives the
  /// call. A body that asks for another create call (Kind::create_variants) goes there, without what that
  /// call does not take.
  virtual boost::asio::awaitable<Result<Created>> create(const schema::Kind& kind, json::object body,
                                                         BodySecrets secrets, unsigned generation,
                                                         unsigned* tries = nullptr) = 0;
  /// Full override. `body` holds the id, and renamed members under either name (Field::update_wire); the
  /// answer's object where the service sends one, else empty.
  virtual boost::asio::awaitable<Result<json::object>> update(const schema::Kind& kind, json::object body,
                                                              BodySecrets secrets, unsigned generation,
                                                              unsigned* tries = nullptr) = 0;
  /// All of `bodies` (none of which needs another create call than the plain one, or a secret) by one request
  /// of Endpoints::create_batch, which makes all of them or none; what each came to, in their order.
  virtual boost::asio::awaitable<Result<std::vector<Created>>> create_batch(const schema::Kind& kind,
                                                                            std::vector<json::object> bodies,
                                                                            unsigned* tries = nullptr) = 0;
  /// All of `ids` by one request of Endpoints::erase_batch.
  virtual boost::asio::awaitable<Result<void>> erase_batch(const schema::Kind& kind,
                                                           std::vector<std::string> ids,
                                                           unsigned* tries = nullptr) = 0;
  /// Not-found counts as done (sheet 16, 30).
  virtual boost::asio::awaitable<Result<void>> erase(const schema::Kind& kind, std::string id,
                                                     unsigned* tries = nullptr) = 0;
};

/// The calls that hand a secret over. Apart from the others, so that only a command which is asked for a
/// secret holds an object that can get one.
class SecretCalls {
 public:
  virtual ~SecretCalls() = default;

  /// The secret that the object has now (Endpoints::secret); empty where it has none. Retried like any read.
  virtual boost::asio::awaitable<Result<model::Secret>> read(const schema::Kind& kind, std::string id) = 0;
  /// Makes a new secret (Endpoints::rotate): the old one is void from then on. Tried again as little as any
  /// write; kOutcomeUnknown, too, where the answer holds no secret.
  virtual boost::asio::awaitable<Result<model::Secret>> rotate(const schema::Kind& kind, std::string id) = 0;
};

[[nodiscard]] Result<std::unique_ptr<SecretCalls>> make_secret_calls(boost::asio::any_io_executor executor,
                                                                     ApiOptions options);
[[nodiscard]] Result<std::unique_ptr<Reader>> make_reader(boost::asio::any_io_executor executor,
                                                          ApiOptions options);
[[nodiscard]] Result<std::unique_ptr<Writer>> make_writer(boost::asio::any_io_executor executor,
                                                          ApiOptions options);

}  // namespace descopectl::api
