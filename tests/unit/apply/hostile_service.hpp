// A service in memory that takes equal names, whose lists lag, and of whose answers some never come.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "descopectl/api/management_api.hpp"
#include "descopectl/api/timing.hpp"

namespace descopectl::test {

class HostileService final : public api::Writer {
 public:
  explicit HostileService(api::Timing& timing) : timing_(timing) {}
  /// As `other` is now, by another clock that shows the same time.
  HostileService(const HostileService& other, api::Timing& timing)
      : timing_(timing), next_id_(other.next_id_), objects_(other.objects_) {}

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
  boost::asio::awaitable<Result<std::uint64_t>> count_losses(const schema::Kind& kind,
                                                             std::string id) override;
  [[nodiscard]] std::uint64_t request_count() const override { return requests_; }

  /// From now on so many of 100 requests go wrong.
  void set_faults(unsigned percent, std::uint64_t seed);
  /// Objects of the kind that are there, by id.
  [[nodiscard]] std::map<std::string, json::object> live(std::string_view kind) const;

  std::chrono::milliseconds list_lag{150};
  std::chrono::milliseconds timeout{30'000};  ///< the client's
  std::size_t lost_answers = 0;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// What an object was, from some time on; nothing: it was not there.
  struct Version {
    TimePoint since;
    std::optional<json::object> body;
  };
  /// What goes wrong with one request.
  struct Fate {
    bool is_lost = false;
    bool is_carried_out = true;
    std::chrono::milliseconds late{0};      ///< it is carried out so long after it came
    std::chrono::milliseconds answered{0};  ///< the client hears, or gives up, after that time
  };

  [[nodiscard]] Fate draw();
  /// Makes the object, if the request is carried out; its id, or none where there is one of that id.
  [[nodiscard]] std::string make(const schema::Kind& kind, json::object body, Fate fate);
  /// Waits until the client knows; true where the answer is lost.
  [[nodiscard]] boost::asio::awaitable<bool> answer(Fate fate);
  void set(const schema::Kind& kind, const std::string& id, TimePoint when, std::optional<json::object> body);
  [[nodiscard]] const json::object* find(std::string_view kind, const std::string& id, TimePoint when) const;

  api::Timing& timing_;
  std::mt19937_64 random_;
  unsigned fault_percent_ = 0;
  std::uint64_t requests_ = 0;
  unsigned next_id_ = 1;
  std::map<std::string, std::map<std::string, std::vector<Version>>, std::less<>> objects_;  // kind, id
};

}  // namespace descopectl::test
