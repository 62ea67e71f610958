// The store on a server: changes in memory, the whole document with every POST.
#include "descopectl/remote_state/remote_store.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "descopectl/base/environment.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/recording_store.hpp"
#include "server.hpp"

namespace descopectl::remote_state {

namespace asio = boost::asio;

namespace {

constexpr int kMostTurns = 3;  // of UNLOCK and LOCK, where others want the lock, too

std::string with_id(const std::string& address, const std::string& lock_id) {
  return fmt::format("{}{}ID={}", address, address.find('?') == std::string::npos ? '?' : '&',
                     http::percent_encode(lock_id));
}

RemoteOptions complete(RemoteOptions options) {
  if (options.lock_address.empty()) options.lock_address = options.address;
  if (options.unlock_address.empty()) options.unlock_address = options.lock_address;
  return options;
}

class RemoteStore final : public state::RecordingStore {
 public:
  RemoteStore(RemoteOptions options, state::LockHolder holder, api::Timing& timing,
              const asio::any_io_executor& executor)
      : server_(std::move(options), timing),
        holder_(std::move(holder)),
        lock_id_(make_lock_id()),
        since_(base::format_time(timing.wall_now())),
        freed_(executor, asio::steady_timer::time_point::max()) {}

  // Takes the lock, reads what is there, and writes the lease. What fails gives the lock back.
  asio::awaitable<Result<void>> open();

  [[nodiscard]] bool is_remote() const override { return true; }
  asio::awaitable<Result<void>> begin(std::vector<model::Intent> intents) override;
  asio::awaitable<Result<void>> flush() override { return save(Saving::kWhereChanged); }
  asio::awaitable<Result<void>> renew() override { return save(Saving::kAlways); }
  asio::awaitable<Result<void>> replace(model::RecordedState state) override;
  Result<void> compact() override { return {}; }
  asio::awaitable<Result<void>> close() override;

 protected:
  Result<void> record(state::Change change) override;

 private:
  enum class Saving : unsigned char { kWhereChanged, kAlways };

  // What stands on the server: its serial, and the time there.
  struct Look {
    std::uint64_t serial = 0;
    Time at;
  };

  // Lets one save at a time go on; dies with the coroutine that saves.
  class Busy {
   public:
    explicit Busy(RemoteStore& store) : store_(store) { store_.is_busy_ = true; }
    ~Busy() {
      store_.is_busy_ = false;
      store_.freed_.cancel();
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    RemoteStore& store_;
  };

  asio::awaitable<Result<void>> take_lock();
  asio::awaitable<Result<void>> take_over(LockDocument held, Answer refusal);
  asio::awaitable<void> give_back();
  asio::awaitable<Result<void>> load();
  asio::awaitable<Result<void>> save(Saving saving);
  asio::awaitable<Result<void>> post();
  asio::awaitable<Result<Look>> look();
  [[nodiscard]] LockDocument lock_document() const;
  [[nodiscard]] std::string encode(Time now) const;
  [[nodiscard]] Error describe_lock_refusal(const Call& call, const Answer& answer) const;
  Error lose(Error error);

  Server server_;
  state::LockHolder holder_;
  std::string lock_id_;
  std::string since_;
  std::uint64_t fence_ = 0;
  std::uint64_t found_ = 0;      // the document's serial when we took the lock; 0: there was none
  std::uint64_t attempted_ = 0;  // the last serial that we sent
  std::uint64_t saved_ = 0;      // the state's serial in what the server has
  std::string lineage_;          // of what the server has
  std::optional<Look> fresh_;    // seen with the lock just taken, nothing sent since
  bool has_written_ = false;
  std::optional<Error> lost_;  // why nothing may be written any more
  bool is_busy_ = false;
  asio::steady_timer freed_;  // never expires: its cancellation is the news
};

asio::awaitable<Result<void>> RemoteStore::open() {
  auto taken = co_await take_lock();
  if (!taken) co_return taken;
  auto loaded = co_await load();
  if (loaded) loaded = co_await save(Saving::kAlways);
  if (!loaded) co_await give_back();
  server_.see_it_through();
  co_return loaded;
}

LockDocument RemoteStore::lock_document() const {
  LockDocument lock;
  lock.id = lock_id_;
  lock.operation = holder_.command;
  lock.who = holder_.who;
  lock.version = server_.options().version;
  lock.created = since_;
  lock.path = server_.name();
  return lock;
}

asio::awaitable<Result<void>> RemoteStore::take_lock() {
  const Call call(server_.options().lock_method, server_.options().lock_address,
                  encode_lock(lock_document()));
  for (int turn = 1;; ++turn) {
    auto answer = co_await server_.send(call);
    if (!answer) co_return answer.error();
    if (answer->is_done()) co_return Result<void>();
    if (!answer->is_locked()) co_return describe_lock_refusal(call, *answer);
    const std::optional<LockDocument> held = decode_lock(answer->body);
    if (held && held->id == lock_id_) co_return Result<void>();  // the answer to an earlier try was lost
    if (!held || turn == kMostTurns) {
      state::HeldLock nobody_known;
      if (held) nobody_known.holder.who = held->who;
      co_return state::make_lock_held(server_.name(), nobody_known);
    }
    auto void_now = co_await take_over(*held, std::move(*answer));
    if (!void_now) co_return void_now;
  }
}

// Gives back a lock that is void; an error where it is not.
asio::awaitable<Result<void>> RemoteStore::take_over(LockDocument held, Answer refusal) {
  if (!is_our_lock_id(held.id))
    co_return Error(
        ErrorKind::kLockHeld,
        fmt::format("the state {} is locked by {} (operation '{}', since {}, lock {})",
                    base::printable(server_.name()), base::printable(held.who),
                    base::printable(held.operation), base::printable(held.created), base::printable(held.id)),
        "Another program took this lock: wait, or give it back with that program.");
  auto document = co_await server_.get();
  if (!document) co_return document.error();
  const std::optional<Lease> lease = *document ? (**document).lease : std::nullopt;
  const state::HeldLock lock = look_at(held, lease, refusal.at, holder_.process);
  if (!state::is_void(lock)) co_return state::make_lock_held(server_.name(), lock);
  const Call call(server_.options().unlock_method, server_.options().unlock_address, refusal.body);
  auto answer = co_await server_.send(call);
  if (!answer) co_return answer.error();
  // Where somebody was faster, the next LOCK tells who has it now.
  const bool is_gone = answer->is_done() || answer->is_locked() || answer->status == 404;
  if (!is_gone) co_return server_.describe(call, *answer);
  co_return Result<void>();
}

asio::awaitable<void> RemoteStore::give_back() {
  const Call call(server_.options().unlock_method, server_.options().unlock_address,
                  encode_lock(lock_document()));
  auto answer = co_await server_.send(call);
  if (answer && answer->is_done()) co_return;
  const std::string why = answer ? server_.describe(call, *answer).message() : answer.error().message();
  if (server_.options().warn)
    server_.options().warn(
        fmt::format("the lock on the state could not be given back; it is void in {} s: {}",
                    state::kLeaseLife.count(), why));
}

asio::awaitable<Result<void>> RemoteStore::load() {
  Look there;
  auto document = co_await server_.get(&there.at);
  // "Nothing there" has the state written anew: one answer alone is not believed.
  if (document && !*document) document = co_await server_.get(&there.at);
  if (!document) co_return document.error();
  fresh_ = there;
  fence_ = 1;
  if (!*document) {
    state_ = state::make_new_state();
    lineage_ = state_.lineage;
    co_return Result<void>();
  }
  StateDocument& found = **document;
  fence_ = found.fence + 1;
  found_ = found.serial;
  attempted_ = found.serial;
  state_ = std::move(found.state);
  fresh_->serial = found_;
  lineage_ = state_.lineage;
  co_return Result<void>();
}

asio::awaitable<Result<void>> RemoteStore::begin(std::vector<model::Intent> intents) {
  for (model::Intent& intent : intents) {
    const auto recorded = record(state::IntentChange{std::move(intent)});
    if (!recorded) co_return recorded;
  }
  auto saved = co_await save(Saving::kWhereChanged);
  co_return saved;
}

asio::awaitable<Result<void>> RemoteStore::replace(model::RecordedState state) {
  state.serial = std::max(state.serial, state_.serial) + 1;
  std::swap(state_, state);
  const auto saved = co_await save(Saving::kWhereChanged);
  if (!saved) std::swap(state_, state);
  co_return saved;
}

Result<void> RemoteStore::record(state::Change change) {
  if (lost_) return *lost_;
  if (const auto fits = state::check_change(state_, change); !fits) return fits;
  auto kept = state::read_back(state::encode_change(change, state_.serial + 1));
  if (!kept) return kept.error();
  state::apply_change(state_, std::move(*kept));
  return {};
}

asio::awaitable<Result<void>> RemoteStore::save(Saving saving) {
  while (is_busy_) {
    boost::system::error_code ignored;
    co_await freed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  const Busy busy(*this);
  if (lost_) co_return *lost_;
  if (saving == Saving::kWhereChanged && state_.serial == saved_ && has_written_) co_return Result<void>();
  auto posted = co_await post();
  co_return posted;
}

// Until the document is on the server, or there is a reason why it can't get there. Each try has a serial of
// its own, so that one look tells whether the last one came through.
asio::awaitable<Result<void>> RemoteStore::post() {
  std::uint64_t sent = 0;
  for (unsigned tries = 1;; ++tries) {
    // Right after the lock was taken, what was read then will do.
    Result<Look> there = fresh_.value_or(Look());
    if (!fresh_) there = co_await look();
    fresh_.reset();
    if (!there) co_return there.error();
    const bool is_there = tries > 1 && there->serial == attempted_;
    if (!is_there) {
      ++attempted_;
      sent = state_.serial;
      const Call call("POST", with_id(server_.options().address, lock_id_), encode(there->at));
      auto tried = co_await server_.try_once(call);
      if (!tried) {
        Failure failure = std::move(tried).error();
        auto ready = co_await server_.prepare_next(std::move(failure), tries);
        if (!ready) co_return ready.error();
        continue;
      }
      if (tried->is_locked()) {
        const auto other = decode_lock(tried->body);
        state::LockHolder holder;
        if (other) holder.who = other->who;
        if (other) holder.command = other->operation;
        co_return lose(state::make_lock_lost(server_.name(), other ? &holder : nullptr));
      }
      if (!tried->is_done()) co_return server_.describe(call, *tried);
    }
    saved_ = sent;
    lineage_ = state_.lineage;
    has_written_ = true;
    co_return Result<void>();
  }
}

// Proves that what stands on the server is ours, or what we found when we took the lock.
asio::awaitable<Result<RemoteStore::Look>> RemoteStore::look() {
  Look there;
  auto document = co_await server_.get(&there.at);
  if (!document) co_return document.error();
  if (!*document) {
    if (!has_written_ && found_ == 0) co_return there;
    co_return lose(Error(ErrorKind::kStale,
                         fmt::format("the state {} is gone from its server", base::printable(server_.name())),
                         "Nothing was written. Find out what removed it, then run the command again."));
  }
  const StateDocument& found = **document;
  there.serial = found.serial;
  const bool is_ours = found.lease && found.lease->lock_id == lock_id_ && found.serial <= attempted_;
  const bool is_as_found = !has_written_ && found.serial == found_;
  const bool is_of_us = found.state.lineage == lineage_ || found.state.lineage == state_.lineage;
  if (is_of_us && (is_ours || is_as_found)) co_return there;
  if (found.lease && found.lease->lock_id != lock_id_)
    co_return lose(state::make_lock_lost(server_.name(), &found.lease->holder));
  co_return lose(Error(ErrorKind::kStale,
                       fmt::format("the state {} was changed by another program while it was open",
                                   base::printable(server_.name())),
                       "Nothing was written over it. Find out what else writes there, then run the command "
                       "again."));
}

std::string RemoteStore::encode(Time now) const {
  StateDocument document;
  document.serial = attempted_;
  document.fence = fence_;
  Lease lease;
  lease.lock_id = lock_id_;
  lease.holder = holder_;
  lease.since = since_;
  lease.expires = base::format_time(now + state::kLeaseLife);
  document.lease = std::move(lease);
  document.state = state_;
  return encode_document(document);
}

Error RemoteStore::lose(Error error) {
  lost_ = error;
  return error;
}

asio::awaitable<Result<void>> RemoteStore::close() {
  auto saved = co_await save(Saving::kWhereChanged);
  if (!lost_) co_await give_back();
  co_return saved;
}

Error RemoteStore::describe_lock_refusal(const Call& call, const Answer& answer) const {
  const bool knows_no_locks =
      answer.status == 400 || answer.status == 404 || answer.status == 405 || answer.status == 501;
  Error error = server_.describe(call, answer);
  if (!knows_no_locks) return error;
  return {error.kind(), error.message(),
          "The state needs a server with locks. Check state.lockAddress and state.unlockAddress, and "
          "state.lockMethod and state.unlockMethod where it takes others than LOCK and UNLOCK (GitLab: POST "
          "and DELETE)."};
}

}  // namespace

asio::awaitable<Result<model::RecordedState>> read_remote_state(RemoteOptions options, api::Timing& timing) {
  Server server(complete(std::move(options)), timing);
  auto document = co_await server.get();
  if (!document) co_return document.error();
  if (!*document) co_return model::RecordedState();
  co_return std::move((**document).state);
}

asio::awaitable<std::optional<state::HeldLock>> find_remote_holder(RemoteOptions options,
                                                                   api::Timing& timing) {
  Server server(complete(std::move(options)), timing);
  Time at;
  const auto document = co_await server.get(&at);
  if (!document || !*document || !(**document).lease) co_return std::nullopt;
  LockDocument lock;
  lock.id = (**document).lease->lock_id;
  state::HeldLock held = look_at(lock, (**document).lease, at, state::this_process());
  if (state::is_void(held)) co_return std::nullopt;
  co_return held;
}

asio::awaitable<Result<std::unique_ptr<state::Store>>> open_remote_state(RemoteOptions options,
                                                                         state::LockHolder holder,
                                                                         api::Timing& timing) {
  const auto executor = co_await asio::this_coro::executor;
  auto store =
      std::make_unique<RemoteStore>(complete(std::move(options)), std::move(holder), timing, executor);
  auto opened = co_await store->open();
  if (!opened) co_return opened.error();
  co_return std::unique_ptr<state::Store>(std::move(store));
}

// The protocol tells who has the lock only to those who ask for it.
asio::awaitable<Result<std::optional<state::HeldLock>>> unlock_remote_state(RemoteOptions options,
                                                                            state::LockHolder holder,
                                                                            api::Timing& timing,
                                                                            bool is_forced) {
  Server server(complete(std::move(options)), timing);
  LockDocument ours;
  ours.id = make_lock_id();
  ours.operation = holder.command;
  ours.who = holder.who;
  ours.version = server.options().version;
  ours.created = base::format_time(timing.wall_now());
  ours.path = server.name();
  const Call ask(server.options().lock_method, server.options().lock_address, encode_lock(ours));
  auto answer = co_await server.send(ask);
  if (!answer) co_return answer.error();
  std::optional<state::HeldLock> held;
  std::string body = encode_lock(ours);  // of the lock to give back
  if (!answer->is_done()) {
    const auto other = answer->is_locked() ? decode_lock(answer->body) : std::nullopt;
    if (!other) co_return server.describe(ask, *answer);
    auto document = co_await server.get();
    if (!document) co_return document.error();
    held = look_at(*other, *document ? (**document).lease : std::nullopt, answer->at, holder.process);
    if (!is_forced && !state::is_void(*held)) co_return state::make_still_held(server.name(), *held);
    body = answer->body;
  }
  const Call give_back(server.options().unlock_method, server.options().unlock_address, std::move(body));
  auto given = co_await server.send(give_back);
  if (!given) co_return given.error();
  if (!given->is_done()) co_return server.describe(give_back, *given);
  co_return held;
}

}  // namespace descopectl::remote_state
