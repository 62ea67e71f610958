// Does one action: what the scheduler calls when an action's turn has come.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/apply/fingerprints.hpp"
#include "fresh_lists.hpp"
#include "run.hpp"
#include "sure_writes.hpp"

namespace descopectl::apply {

/// One action from its beginning to its recorded end.
class ActionRunner {
 public:
  virtual ~ActionRunner() = default;
  /// The outcome of action `index`, or of one half of it. What was done is recorded when this returns.
  virtual boost::asio::awaitable<ActionOutcome> run(std::size_t index, plan::Part part) = 0;

  using Done = std::function<void(std::size_t index, ActionOutcome outcome)>;
  /// Carries out actions that share a call (find_batch_call) with one request. `done` hears of each, as run
  /// would have returned it, at the latest when this returns.
  virtual boost::asio::awaitable<void> run_batch(std::vector<std::size_t> actions, Done done) = 0;
};

/// Carries actions out through the Management API and records them in the store.
class ApiRunner final : public ActionRunner {
 public:
  ApiRunner(Run& run, const boost::asio::any_io_executor& executor, Fingerprinter& fingerprinter);

  boost::asio::awaitable<ActionOutcome> run(std::size_t index, plan::Part part) override;
  boost::asio::awaitable<void> run_batch(std::vector<std::size_t> actions, Done done) override;

 private:
  struct Member;
  using MemberEnd = std::function<void(Member&)>;

  /// False, with the outcome filled in, where the action may not go on.
  boost::asio::awaitable<bool> prepare_member(Member& member);
  /// Sends one request for all, and records what it did; none of that where it did not succeed.
  boost::asio::awaitable<std::optional<BatchEnd>> send_batch(std::vector<Member>& members);
  /// The action with a request of its own.
  boost::asio::awaitable<void> run_alone(Member& member, std::optional<BatchEnd> batch, MemberEnd end);

  void note(plan::Action& action, ActionOutcome& outcome);
  /// True, with the outcome filled in, for what a saved plan may not do any more (Action::refused).
  static bool is_refused(const plan::Action& action, ActionOutcome& outcome);
  boost::asio::awaitable<void> create(std::size_t index, ActionOutcome& outcome);
  boost::asio::awaitable<void> update(std::size_t index, plan::Part part, ActionOutcome& outcome);
  boost::asio::awaitable<void> replace(std::size_t index, plan::Part part, ActionOutcome& outcome);
  /// The create of a replacement whose delete is done.
  boost::asio::awaitable<void> create_again(std::size_t index, ActionOutcome& outcome);
  /// Of a replacement that creates first: its create, and the delete of the old object.
  boost::asio::awaitable<void> create_ahead(std::size_t index, ActionOutcome& outcome);
  boost::asio::awaitable<void> erase_superseded(std::size_t index, ActionOutcome& outcome);
  boost::asio::awaitable<void> erase(std::size_t index, ActionOutcome& outcome);

  /// False, with the outcome filled in, where the action may not go on: its object moved, is gone already (a
  /// delete is then done), or could not be looked at. `read_at`: when it was looked at last.
  boost::asio::awaitable<bool> check_fresh(plan::Action& action,
                                           std::chrono::steady_clock::time_point read_at,
                                           ActionOutcome& outcome);
  boost::asio::awaitable<Result<Prepared>> prepare(const plan::Action& action);
  /// Sends the create and records what came of it; `done` says what was done to the object before.
  boost::asio::awaitable<void> send_create(std::size_t index, Prepared prepared, std::string done,
                                           std::optional<BatchEnd> batch, ActionOutcome& outcome);
  boost::asio::awaitable<void> send_erase(std::size_t index, std::optional<BatchEnd> batch,
                                          ActionOutcome& outcome);
  /// Brings an object that another create call than the plain one made to what the plan wants of it.
  boost::asio::awaitable<void> complete(std::size_t index, Prepared prepared, json::object live,
                                        ActionOutcome& outcome);
  /// Nothing more comes of it, since the run stopped; what was done before stays in the outcome.
  void skip(ActionOutcome& outcome) const;
  /// True where the run stopped meanwhile for a reason that forbids further writes.
  bool is_halted(ActionOutcome& outcome) const;
  /// An interruption before anything was done leaves the action as not started.
  void fail_write(const plan::Action& action, const Error& error, ActionOutcome& outcome);
  /// The same for what comes after `done`, which stands before the message.
  void fail_rest(const plan::Action& action, const Error& error, std::string_view done,
                 ActionOutcome& outcome);

  /// The object was created with that id (empty: the service does not tell it); `record` learns it.
  void learn_id(std::size_t index, const std::string& id, model::RecordedObject& record,
                ActionOutcome& outcome);
  /// The object is there, complete, and is recorded.
  void record_created(std::size_t index, const std::string& id, model::RecordedObject record,
                      ActionOutcome& outcome);
  void record_erased(std::size_t index, ActionOutcome& outcome);
  /// Records; on failure the outcome says that `done` was done and is not recorded.
  void record_put(const plan::Action& action, model::RecordedObject record, const std::string& done,
                  ActionOutcome& outcome);
  bool record_removal(const plan::Action& action, const std::string& done, ActionOutcome& outcome);
  /// The old object that an object's record names is gone.
  void fail_recording(const std::string& done, const Error& error, ActionOutcome& outcome);

  /// What an update in two halves left after the first.
  struct Halfway {
    json::object live;
    std::chrono::steady_clock::time_point read_at;
  };

  Run& run_;
  boost::asio::any_io_executor executor_;
  FreshLists lists_;
  SureWrites writes_;
  std::map<std::size_t, Halfway> halfway_;  // by action
  Fingerprinter& fingerprinter_;
};

}  // namespace descopectl::apply
