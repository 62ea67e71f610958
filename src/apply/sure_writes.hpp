// Writes that do not end before it is known what became of them.
//
//   what came                   create                    update                       delete
//   timeout, reset, 5xx, cut    looked for; if it is      looked at; if it shows what  looked at; if it is
//   there,
//                               not there, sent again     was to change, sent again    sent again
//   4xx, the body has a version the error                 read again; sent again with  the error
//                                                         the new version, unless the
//                                                         object was changed otherwise
//   all else                    the error                 the error                    the error
//
// What can't be found out is kOutcomeUnknown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lookup.hpp"
#include "run.hpp"

namespace descopectl::apply {

/// All that a write needs and all that is recorded after it, complete before anything is sent.
struct Prepared {
  Prepared() = default;

  json::object body;
  api::BodySecrets secrets;
  model::RecordedObject record;
};

/// How a batch ended that a write was part of, if it did not succeed.
struct BatchEnd {
  BatchEnd(Error error_, std::chrono::steady_clock::time_point at_) : error(std::move(error_)), at(at_) {}

  Error error;
  std::chrono::steady_clock::time_point at;
};

class SureWrites {
 public:
  SureWrites(Run& run, FreshLists& lists) : run_(run), lookup_(run, lists) {}

  /// `prepared` outlives the call, here and below. `tries` grows with each request that is sent. After a
  /// `batch` it is looked first whether that has made the object.
  [[nodiscard]] boost::asio::awaitable<Result<api::Created>> create(std::size_t index,
                                                                    const Prepared& prepared,
                                                                    std::optional<BatchEnd> batch,
                                                                    unsigned* tries);
  /// The object as it is afterwards, as far as the service told. kStale where it was changed by somebody else
  /// meanwhile. `action` may be a half of the plan's; it outlives the call.
  [[nodiscard]] boost::asio::awaitable<Result<json::object>> update(const plan::Action& action,
                                                                    const Prepared& prepared,
                                                                    unsigned* tries);
  /// The update that lays on what the create call does not take. `live` is what that call answered; empty
  /// where it did not answer the object.
  [[nodiscard]] boost::asio::awaitable<Result<void>> complete(std::size_t index, const Prepared& prepared,
                                                              json::object live, unsigned* tries);
  [[nodiscard]] boost::asio::awaitable<Result<void>> erase(std::size_t index, std::optional<BatchEnd> batch,
                                                           unsigned* tries);

 private:
  /// What the look at an object says of an update whose outcome is not known.
  struct Verdict {
    enum class Form : unsigned char {
      kDone,
      kUnproven,  ///< nothing tells: only secrets are left to send
      kUndone,
      kMoved  ///< somebody else changed it
    };
    Form form = Form::kMoved;
    json::object body = {};  ///< to send again, with markers
  };
  using Judge = std::function<Verdict(const model::LiveObject&)>;

  /// Sends the update of the object with one of `ids` until it is known what became of it.
  [[nodiscard]] boost::asio::awaitable<Result<json::object>> send_update(const plan::Action& action,
                                                                         std::vector<std::string> ids,
                                                                         json::object body,
                                                                         api::BodySecrets secrets,
                                                                         Judge judge, unsigned* tries);
  [[nodiscard]] Verdict judge_update(const plan::Action& action, const Prepared& prepared,
                                     const model::LiveObject& live) const;
  [[nodiscard]] Verdict judge_completion(const plan::Action& action, const Prepared& prepared,
                                         const json::object& live) const;
  /// What a create whose answer was lost would have told.
  [[nodiscard]] api::Created take_over(const plan::Action& action, const Prepared& prepared,
                                       model::LiveObject object) const;
  /// May a request that was not carried out be sent once more?
  [[nodiscard]] bool may_send_again(unsigned sends) const;
  /// Says that an object is looked at, since that can take a while.
  void tell(const plan::Action& action, const Error& lost) const;

  Run& run_;
  Lookup lookup_;
};

}  // namespace descopectl::apply
