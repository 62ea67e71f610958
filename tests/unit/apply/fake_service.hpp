// An in-memory service behind api::Writer whose failures, delays and lagging lists are scripted, and the
// store and clock that go with it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "descopectl/api/management_api.hpp"
#include "descopectl/api/timing.hpp"
#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::test {

/// Time passes only while somebody waits for it.
class FakeTiming final : public api::Timing {
 public:
  explicit FakeTiming(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  /// Shows what `other` shows.
  FakeTiming(const FakeTiming& other, boost::asio::any_io_executor executor)
      : executor_(std::move(executor)), now_(other.now_) {}
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(now_.time_since_epoch()));
  }
  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) override;

  void advance(std::chrono::milliseconds by) { now_ += by; }
  std::vector<std::chrono::milliseconds> waits;

 private:
  boost::asio::any_io_executor executor_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

class FakeService final : public api::Writer {
 public:
  explicit FakeService(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  boost::asio::awaitable<Result<std::vector<model::LiveObject>>> list(
      const schema::Kind& kind, unsigned generation, std::vector<std::string> parents) override;
  boost::asio::awaitable<Result<model::LiveObject>> load(const schema::Kind& kind, std::string id,
                                                         unsigned generation) override;
  boost::asio::awaitable<Result<api::Created>> create(const schema::Kind& kind, json::object body,
                                                      api::BodySecrets secrets, unsigned generation,
                                                      unsigned* tries) override;
  boost::asio::awaitable<Result<json::object>> update(const schema::Kind& kind, json::object body,
                                                      api::BodySecrets secrets, unsigned generation,
                                                      unsigned* tries) override;
  boost::asio::awaitable<Result<std::vector<api::Created>>> create_batch(const schema::Kind& kind,
                                                                         std::vector<json::object> bodies,
                                                                         unsigned* tries) override;
  boost::asio::awaitable<Result<void>> erase_batch(const schema::Kind& kind, std::vector<std::string> ids,
                                                   unsigned* tries) override;
  boost::asio::awaitable<Result<void>> erase(const schema::Kind& kind, std::string id,
                                             unsigned* tries) override;
  /// Of plans alone.
  boost::asio::awaitable<Result<std::uint64_t>> count_losses(const schema::Kind&, std::string) override {
    co_return Error(ErrorKind::kFailure, "no apply counts losses");
  }
  [[nodiscard]] std::uint64_t request_count() const override { return log.size(); }

  /// The answer of the next call with that name ("create Connection/Slack", "list Role") is this error.
  void fail_next(const std::string& call, Error error) { failures_[call].push_back(std::move(error)); }

  /// The next call with that name is carried out, and nobody hears of it: kOutcomeUnknown.
  void lose_answer(const std::string& call) { ++lost_[call]; }

  using Objects = std::map<std::string, json::object>;
  std::map<std::string, Objects> live;           ///< by kind, by id
  std::map<std::string, unsigned> lagging;       ///< so many list calls of a kind still show `lagging_shows`
  std::map<std::string, Objects> lagging_shows;  ///< by kind
  std::function<void(const std::string& call, json::object& body)> on_write;  ///< the service's own mind
  std::function<void(const std::string& call)> on_call;                       ///< when a call arrives
  std::function<bool()> hold;    ///< while it says so, no call ends
  std::vector<std::string> log;  ///< calls in the order of their ends; creates by name, others by id
  std::map<std::string, std::string> sent_secrets;                ///< by "call pointer"
  bool tells_ids = true;                                          ///< of creates
  std::map<std::string, std::vector<std::string>> asked_parents;  ///< of the last list, by kind
  std::size_t in_flight = 0;
  std::size_t most_in_flight = 0;

 private:
  boost::asio::awaitable<Result<void>> serve(std::string call);
  /// The service makes the object; its id.
  std::string make(const schema::Kind& kind, const std::string& call, json::object body);
  void remember(const std::string& call, const api::BodySecrets& secrets);
  [[nodiscard]] bool is_lost(const std::string& call);

  boost::asio::any_io_executor executor_;
  std::map<std::string, std::deque<Error>> failures_;
  std::map<std::string, unsigned> lost_;
  unsigned next_id_ = 1;
};

/// State in memory; every write can be made to fail. An intent is one write, a flush none.
class MemoryStore : public state::Store {
 public:
  MemoryStore();
  [[nodiscard]] const model::RecordedState& current() const override { return state; }
  [[nodiscard]] bool is_kept() const override { return true; }
  [[nodiscard]] bool is_remote() const override { return is_far; }
  boost::asio::awaitable<Result<void>> begin(std::vector<model::Intent> intents) override;
  Result<void> settle(const model::ObjectKey& key) override;
  boost::asio::awaitable<Result<void>> flush() override;
  Result<void> set_target(std::string project_id, std::string base_url) override;
  Result<void> put(model::RecordedObject object) override;
  Result<void> remove(const model::ObjectKey& key) override;
  Result<void> remove_unseen(const model::ObjectKey& key) override;
  Result<void> move(const model::ObjectKey& from, const model::ObjectKey& to) override;
  boost::asio::awaitable<Result<void>> replace(model::RecordedState replacement) override;
  Result<void> compact() override;
  boost::asio::awaitable<Result<void>> renew() override;

  model::RecordedState state;
  std::vector<std::string> log;
  std::size_t writes_left = 1'000'000;  ///< then they fail with this
  Error write_error{ErrorKind::kFailure, "the state state.json can't be written: no space left", "make room"};
  bool compacts = true;
  bool is_far = false;
  std::size_t begins = 0;             ///< calls of begin
  std::deque<Result<void>> renewals;  ///< what the next ones come to
  bool loses_lock = false;            ///< what those after them come to
  std::size_t renewed = 0;

 private:
  Result<void> record(std::string what, state::Change change);
};

}  // namespace descopectl::test
