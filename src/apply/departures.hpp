// Deletions, read back: which objects no list may show any more, and what is to be said of one that still
// does.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "run.hpp"

namespace descopectl::apply {

/// Indices of actions that deleted their object, be it to make another.
using Departures = std::vector<std::size_t>;

/// The deletions of a run that its lists have to show, by kind. Not those whose id lives on in another
/// object, nor what went together with the parent under which it was listed.
[[nodiscard]] std::map<const schema::Kind*, Departures> find_departures(const Run& run);

/// Settles the intents of what was deleted, but for Run::unseen: the next run looks for that before it plans.
void settle_departed(Run& run);

/// Takes those that `objects` does not show out of `left`.
void settle_gone(const Run& run, const std::vector<model::LiveObject>& objects, Departures& left);

/// Says what became of the deletions that the list still did not show when its time was over. A load by id
/// tells a list that lags, which is a warning, from an object that is still there: that one is a failure,
/// `not-applied`, and is owned as before. Gives the errors of loads that could not be had.
[[nodiscard]] boost::asio::awaitable<std::vector<Error>> judge_left(Run& run,
                                                                    boost::asio::any_io_executor executor,
                                                                    const schema::Kind& kind,
                                                                    Departures left);

}  // namespace descopectl::apply
