// One look at live after another, until it is plain what became of a write.
#include "lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agreement.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "poll.hpp"
#include "records.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using model::LiveObject;

namespace {

using std::chrono::milliseconds;

/// Long enough for a request to end that the service was still busy with.
constexpr milliseconds kEnoughForLoads{1000};

/// What live must show of an object that was just created: not yet what another call lays on.
json::object find_declared_now(const Sought& sought) {
  return find_taken(*sought.action.descriptor, sought.body, find_declared(sought.action, sought.record));
}

std::string quote_all(const std::vector<LiveObject>& objects) {
  std::vector<std::string> ids;
  for (const LiveObject& object : objects)
    ids.push_back(object.id);
  return quote_ids(ids);
}

}  // namespace

asio::awaitable<Result<Traces>> Lookup::find_created(Sought sought) {
  const schema::Kind& kind = *sought.action.descriptor;
  const json::object identity = schema::identity_of(kind, sought.body);
  if (identity.empty() && schema::has_key(kind))
    co_return Error(ErrorKind::kFailure, "nothing tells it from others of its kind");
  const std::string id = schema::live_id_of(kind, identity);
  if (!id.empty()) run_.sought[&kind].insert(id);
  const Match is_match = [this, &kind, &identity, &id](const LiveObject& object) {
    if (!id.empty()) return object.id == id;
    return schema::has_identity(object.body, identity) && run_.is_nobodys(kind, object.id);
  };
  const bool is_loaded = !id.empty() && kind.calls.load.exists();
  milliseconds at_most = run_.options.settle;
  if (is_loaded) at_most = std::min(at_most, kEnoughForLoads);
  Poll poll(run_.timing, at_most);
  TimePoint since = sought.since;
  while (true) {
    // However long a look takes, what it does not show is gone only if it began when the time was over.
    const bool is_last_look = poll.is_over();
    if (is_last_look) since = std::max(since, poll.deadline());
    auto matches = co_await look(kind, id, since, is_match);
    if (!matches) co_return matches.error();
    Traces traces = judge(sought, *matches);
    if (traces.object || is_last_look) co_return traces;
    since = run_.timing.now();
    (void)co_await poll.wait();
  }
}

asio::awaitable<Result<std::optional<LiveObject>>> Lookup::watch(const schema::Kind& kind,
                                                                 std::vector<std::string> ids,
                                                                 TimePoint since, bool is_last,
                                                                 Enough is_enough) {
  milliseconds at_most = run_.options.settle;
  if (!is_last || kind.calls.load.exists()) at_most = std::min(at_most, kEnoughForLoads);
  const Match is_match = [&ids](const LiveObject& object) {
    return std::find(ids.begin(), ids.end(), object.id) != ids.end();
  };
  Poll poll(run_.timing, at_most);
  while (true) {
    const bool is_last_look = poll.is_over();
    if (is_last_look) since = std::max(since, poll.deadline());
    auto matches = co_await look(kind, ids.front(), since, is_match);
    if (!matches) co_return matches.error();
    std::optional<LiveObject> object;
    if (!matches->empty()) object = std::move(matches->front());
    if (is_enough(object ? &*object : nullptr) || is_last_look) co_return object;
    since = run_.timing.now();
    (void)co_await poll.wait();
  }
}

asio::awaitable<Result<Lookup::Objects>> Lookup::look(const schema::Kind& kind, std::string id,
                                                      TimePoint since, Match is_match) {
  Objects matches;
  if (!id.empty() && kind.calls.load.exists()) {
    auto loaded = co_await run_.api.load(kind, std::move(id), run_.generation());
    if (!loaded && loaded.error().kind() != ErrorKind::kNotFound) co_return loaded.error();
    if (loaded) matches.push_back(std::move(*loaded));
    co_return matches;
  }
  auto listed = co_await lists_.get_since(kind, since);
  if (!listed) co_return listed.error();
  for (const LiveObject& object : **listed)
    if (is_match(object)) matches.push_back(object);
  co_return matches;
}

Traces Lookup::judge(const Sought& sought, const Objects& matches) const {
  Traces traces;
  if (matches.empty()) return traces;
  const json::object declared = find_declared_now(sought);
  Objects alike;
  for (const LiveObject& object : matches)
    if (compare_written(sought.action, sought.record, declared, object.body).is_complete())
      alike.push_back(object);
  if (schema::identity_of(*sought.action.descriptor, sought.body).empty()) {
    // The service chose all that would tell it: what is new may as well be somebody else's.
    if (!alike.empty())
      traces.unclear = fmt::format("{} {} new and may be what it made", quote_all(alike),
                                   alike.size() == 1 ? "is" : "are");
  } else if (alike.size() == 1) {
    traces.object = std::move(alike.front());
  } else if (alike.empty()) {
    traces.unclear = fmt::format("live has {} now, with other values than were sent", quote_all(matches));
  } else {
    traces.unclear = fmt::format("{} are all new and as it was sent", quote_all(alike));
  }
  return traces;
}

}  // namespace descopectl::apply
