// Reading live state: lists, then loads and further looks for what the lists lack.
#include "descopectl/apply/live.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <memory>
#include <optional>

#include "descopectl/schema/identity.hpp"
#include "descopectl/transport/task_group.hpp"
#include "poll.hpp"

namespace descopectl::apply {
namespace {

namespace net = boost::asio;

/// Which of several errors is told: the smaller.
int rank_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInterrupted:
      return 0;
    case ErrorKind::kUnauthorized:
      return 1;
    case ErrorKind::kUnreachable:
    case ErrorKind::kRateLimited:
    case ErrorKind::kBadAnswer:
      return 2;
    default:
      return 3;
  }
}

/// Reads into `state`; remembers the error that says most.
class LiveReader {
 public:
  LiveReader(api::Reader& reader, const model::RecordedState& recorded, const LiveOptions& options,
             api::Timing& timing)
      : reader_(reader), recorded_(recorded), options_(options), timing_(timing) {}

  net::awaitable<void> list(plan::NeededKind kind) {
    std::vector<std::string> parents = parents_of(*kind.kind);
    auto objects = co_await reader_.list(*kind.kind, options_.generation, std::move(parents));
    model::LiveKind& live = state.kinds[std::string(kind.kind->name)];
    if (objects) {
      live.objects = std::move(*objects);
      live.is_loaded = true;
      co_return;
    }
    live.unavailable = objects.error().message();
    if (!kind.is_optional || !is_refusal(objects.error())) keep(objects.error());
  }

  /// Finds the parents of a kind that is listed by parent, now that what they depend on is read.
  void find_parents(const schema::Kind& kind) {
    if (options_.parents_of) parents_[&kind] = options_.parents_of(kind, state);
  }

  net::awaitable<void> load(const schema::Kind& kind, std::string id) {
    auto object = co_await reader_.load(kind, std::move(id), options_.generation);
    if (object)
      found_.emplace_back(&kind, std::move(*object));
    else if (object.error().kind() != ErrorKind::kNotFound)
      keep(object.error());
  }

  /// Reads the list again until it shows all that is owned, or time is over.
  net::awaitable<void> look_again(const schema::Kind& kind) {
    Poll poll(timing_, options_.settle);
    while (!find_missing(kind).empty()) {
      if (options_.is_interrupted && options_.is_interrupted()) {
        keep(Error(ErrorKind::kInterrupted, "interrupted while live was read"));
        co_return;
      }
      const bool has_time = co_await poll.wait();
      if (!has_time) co_return;
      std::vector<std::string> parents = parents_of(kind);
      auto objects = co_await reader_.list(kind, options_.generation, std::move(parents));
      if (!objects) {
        keep(objects.error());
        co_return;
      }
      state.kinds[std::string(kind.name)].objects = std::move(*objects);
    }
  }

  /// Ids of owned objects of that kind that its list lacks. What went with its parent is not looked for
  /// again.
  std::vector<std::string> find_missing(const schema::Kind& kind) {
    const model::LiveKind& live = state.kinds[std::string(kind.name)];
    const std::vector<std::string> parents = parents_of(kind);
    std::vector<std::string> ids;
    for (const auto& [key, object] : recorded_.objects) {
      if (key.kind != kind.name || live.find(object.live_id) != nullptr) continue;
      const std::string parent = schema::parent_of(kind, object.live_id);
      const bool is_asked = std::find(parents.begin(), parents.end(), parent) != parents.end();
      if (parent.empty() || (is_asked && is_parent_listed(kind, parent))) ids.push_back(object.live_id);
    }
    return ids;
  }

  /// Where neither the parent's list nor the one under it shows anything, they went together: no lag.
  bool is_parent_listed(const schema::Kind& kind, const std::string& parent) const {
    const schema::Field* row = schema::find_wire_field(kind.fields, kind.calls.list_by);
    const model::LiveKind* live = row == nullptr ? nullptr : state.find(row->reference);
    return live == nullptr || !live->is_loaded || live->find(parent) != nullptr;
  }

  void take_loaded() {
    for (auto& [kind, object] : found_) {
      auto& objects = state.kinds[std::string(kind->name)].objects;
      const auto at =
          std::lower_bound(objects.begin(), objects.end(), object.id,
                           [](const model::LiveObject& left, const std::string& id) { return left.id < id; });
      objects.insert(at, std::move(object));
    }
    found_.clear();
  }

  model::LiveState state;
  std::optional<Error> error;

 private:
  std::vector<std::string> parents_of(const schema::Kind& kind) const {
    const auto at = parents_.find(&kind);
    return at == parents_.end() ? std::vector<std::string>() : at->second;
  }

  void keep(const Error& problem) {
    if (!error || rank_of(problem.kind()) < rank_of(error->kind())) error = problem;
  }

  api::Reader& reader_;
  const model::RecordedState& recorded_;
  const LiveOptions& options_;
  api::Timing& timing_;
  std::map<const schema::Kind*, std::vector<std::string>> parents_;
  std::vector<std::pair<const schema::Kind*, model::LiveObject>> found_;
};

/// The kinds that are listed as a whole, and those that are listed by parent.
std::array<std::vector<plan::NeededKind>, 2> split_by_parent(const std::vector<plan::NeededKind>& kinds) {
  std::array<std::vector<plan::NeededKind>, 2> rounds;
  for (const plan::NeededKind& kind : kinds)
    rounds.at(kind.kind->calls.list_by.empty() ? 0 : 1).push_back(kind);
  return rounds;
}

/// The lists of these kinds, and what they lack.
net::awaitable<void> read_kinds(LiveReader& live, const std::vector<plan::NeededKind>& kinds) {
  const auto executor = co_await net::this_coro::executor;
  transport::TaskGroup lists(executor);
  for (const plan::NeededKind& kind : kinds) {
    if (!kind.kind->calls.list_by.empty()) live.find_parents(*kind.kind);
    lists.start(live.list(kind));
  }
  co_await lists.wait();
  if (live.error) co_return;
  transport::TaskGroup looks(executor);
  for (const plan::NeededKind& kind : kinds) {
    if (!kind.kind->calls.load.exists()) {
      looks.start(live.look_again(*kind.kind));
      continue;
    }
    for (std::string& id : live.find_missing(*kind.kind))
      looks.start(live.load(*kind.kind, std::move(id)));
  }
  co_await looks.wait();
  live.take_loaded();
}

}  // namespace

bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::kUnauthorized || error.kind() == ErrorKind::kNotFound ||
         error.kind() == ErrorKind::kRefused;
}

net::awaitable<Result<LiveRead>> read_live(api::Reader& reader, const model::RecordedState& recorded,
                                           const LiveOptions& options) {
  const auto executor = co_await net::this_coro::executor;
  std::unique_ptr<api::Timing> clock;
  if (options.timing == nullptr) clock = api::make_timing(executor);
  api::Timing& timing = clock ? *clock : *options.timing;
  LiveReader live(reader, recorded, options, timing);
  LiveRead read;
  read.at = timing.now();
  const auto rounds = split_by_parent(options.kinds);
  for (const std::vector<plan::NeededKind>& kinds : rounds) {
    co_await read_kinds(live, kinds);
    if (live.error) co_return *live.error;
  }
  read.state = std::move(live.state);
  co_return read;
}

}  // namespace descopectl::apply
