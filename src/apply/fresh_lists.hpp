// Live read again, for actions whose turn comes long after the plan was made.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "run.hpp"

namespace descopectl::apply {

/// The lists of kinds, none older than ApplyOptions::fresh_for; one request serves all actions that wait for
/// a kind.
class FreshLists {
 public:
  using Objects = std::vector<model::LiveObject>;

  FreshLists(Run& run, boost::asio::any_io_executor executor);

  /// Is what was read at that time still fresh enough to be written over?
  [[nodiscard]] bool is_fresh(std::chrono::steady_clock::time_point read_at) const;

  /// The kind's objects, read after `since`.
  [[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<const Objects>>> get(
      const schema::Kind& kind, std::chrono::steady_clock::time_point since);

  /// The kind's objects by a list that was asked for at `since` or later.
  [[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<const Objects>>> get_since(
      const schema::Kind& kind, std::chrono::steady_clock::time_point since);

 private:
  struct Reading;
  /// What `reading` shows, once it has ended.
  [[nodiscard]] static boost::asio::awaitable<Result<std::shared_ptr<const Objects>>> wait_for(
      std::shared_ptr<Reading> reading);
  [[nodiscard]] boost::asio::awaitable<Result<std::shared_ptr<const Objects>>> read_anew(
      const schema::Kind& kind);
  [[nodiscard]] boost::asio::awaitable<void> read(const schema::Kind& kind, std::shared_ptr<Reading> reading);

  Run& run_;
  boost::asio::any_io_executor executor_;
  std::map<std::string_view, std::shared_ptr<Reading>> readings_;  // the latest of each kind
};

}  // namespace descopectl::apply
