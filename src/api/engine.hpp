// Sends calls: credentials, the shared gate, tries again where that is safe, trace lines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "descopectl/api/timing.hpp"
#include "errors.hpp"
#include "gate.hpp"

namespace descopectl::api {

class Engine {
 public:
  Engine(std::unique_ptr<http::Client> client, ApiOptions options, std::unique_ptr<Timing> timing);

  /// Sends the call until it is answered for good. The answer's object; an empty body counts as an empty
  /// object for writes alone.
  boost::asio::awaitable<Result<json::object>> send(Call call);

  [[nodiscard]] std::uint64_t request_count() const { return request_count_; }
  /// A trace line.
  void log(std::string_view line) const;

 private:
  /// What one try came to: the answer, or a failure.
  using Outcome = boost::system::result<json::object, Failure>;

  /// Where a call stands.
  struct Progress {
    unsigned tries = 0;            ///< the failed one included
    Gate::TimePoint give_up_at{};  ///< by then the last try has begun
  };

  boost::asio::awaitable<Result<Gate::Turn>> wait_for_turn();
  boost::asio::awaitable<Result<void>> wait_for(std::chrono::milliseconds delay);
  boost::asio::awaitable<Outcome> try_once(const Call& call);
  boost::asio::awaitable<Result<http::Response>> exchange(const Call& call);
  /// How long to pause before the call is tried again; an error where it should not be. Nothing to wait for
  /// after a 429: it closes the gate for all, and they wait there.
  [[nodiscard]] Result<std::chrono::milliseconds> find_pause(const Call& call, const Failure& failure,
                                                             Gate::Turn& turn, const Progress& progress);
  /// "8 s", and from a few seconds on, until when that is.
  [[nodiscard]] std::string describe_wait(std::chrono::milliseconds wait) const;

  [[nodiscard]] GateOptions gate_options() const;
  [[nodiscard]] http::Request make_request(const Call& call) const;
  [[nodiscard]] Outcome read_answer(const Call& call, http::Response response);
  [[nodiscard]] bool is_interrupted() const {
    return options_.interruption != nullptr && options_.interruption->has_come();
  }
  [[nodiscard]] double random() const { return options_.random ? options_.random() : 0.5; }
  void say(std::string_view text) const;

  std::unique_ptr<http::Client> client_;
  ApiOptions options_;
  std::unique_ptr<Timing> timing_;
  std::shared_ptr<Gate> gate_;
  std::uint64_t request_count_ = 0;
};

}  // namespace descopectl::api
