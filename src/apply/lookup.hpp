// Looking for what became of a write whose answer was lost.
//
// A load by id shows what is there. A list may lag behind for a while, so what it does not show is looked for
// again until ApplyOptions::settle is over. Many who look at one kind share its lists.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fresh_lists.hpp"
#include "run.hpp"

namespace descopectl::apply {

/// What was sent to create an object; both outlive the search.
struct Sought {
  using TimePoint = std::chrono::steady_clock::time_point;
  Sought(const plan::Action& action_, const json::object& body_, const model::RecordedObject& record_,
         TimePoint since_)
      : action(action_), body(body_), record(record_), since(since_) {}

  const plan::Action& action;
  const json::object& body;
  const model::RecordedObject& record;
  TimePoint since;  ///< when the answer was lost
};

/// What the search for a created object came to.
struct Traces {
  std::optional<model::LiveObject> object;  ///< the one that was created
  std::string unclear;  ///< why there is none, where there may be one; empty: there is none
};

class Lookup {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Has enough been seen? Asked of each look; null: the object is not there.
  using Enough = std::function<bool(const model::LiveObject*)>;

  Lookup(Run& run, FreshLists& lists) : run_(run), lists_(lists) {}

  /// The object that a create made: by its id where that is known, else by what identifies it among objects
  /// that were not there before; and it must show what was sent. Where the service chooses all that
  /// identifies it, what is new is never taken for it, but makes it unclear. An error where live can't be
  /// read.
  [[nodiscard]] boost::asio::awaitable<Result<Traces>> find_created(Sought sought);

  /// The object with one of `ids` (of which a load takes the first), looked at until `is_enough`, or until
  /// the time is over; none: it is not there. Unless `is_last`, the request will be sent again anyhow, and it
  /// is not worth while to wait for a list. `since`: when the answer was lost.
  [[nodiscard]] boost::asio::awaitable<Result<std::optional<model::LiveObject>>> watch(
      const schema::Kind& kind, std::vector<std::string> ids, TimePoint since, bool is_last,
      Enough is_enough);

 private:
  using Objects = std::vector<model::LiveObject>;
  /// Is it the one that is looked for?
  using Match = std::function<bool(const model::LiveObject&)>;

  /// Those that match, by a load of `id` where the kind has one and the id is known, else by a list that
  /// was asked for at `since` or later.
  [[nodiscard]] boost::asio::awaitable<Result<Objects>> look(const schema::Kind& kind, std::string id,
                                                             TimePoint since, Match is_match);
  /// Which of `matches` was made from what was sent.
  [[nodiscard]] Traces judge(const Sought& sought, const Objects& matches) const;

  Run& run_;
  FreshLists& lists_;
};

}  // namespace descopectl::apply
