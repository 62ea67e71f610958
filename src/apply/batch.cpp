// Many actions with one request: what it does to all of them, or, where it fails, what each does by itself.
#include "batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "descopectl/schema/create_variant.hpp"
#include "descopectl/transport/task_group.hpp"
#include "runner.hpp"

namespace descopectl::apply {

namespace asio = boost::asio;
using plan::Action;
using plan::ActionKind;

namespace {

/// Would every further request end the same way?
bool concerns_all(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kUnauthorized:
    case ErrorKind::kUnreachable:
    case ErrorKind::kRateLimited:
    case ErrorKind::kInterrupted:
      return true;
    default:
      return false;
  }
}

}  // namespace

const schema::Endpoint* find_batch_call(const Action& action, plan::Part part) {
  const bool is_create = action.kind == ActionKind::kCreate;
  if (part != plan::Part::kWhole || (!is_create && action.kind != ActionKind::kDelete)) return nullptr;
  const schema::Kind& kind = *action.descriptor;
  if (is_create && (!action.secrets.empty() || schema::find_variant(kind, action.body) != nullptr))
    return nullptr;
  const schema::Endpoint& call = is_create ? kind.calls.create_batch : kind.calls.erase_batch;
  return call.exists() ? &call : nullptr;
}

/// One action of a batch.
struct ApiRunner::Member {
  explicit Member(std::size_t action_) : action(action_) {}

  std::size_t action;
  Prepared prepared;  ///< of a create
  ActionOutcome outcome;
};

asio::awaitable<void> ApiRunner::run_batch(std::vector<std::size_t> actions, Done done) {
  const auto end = [&done](Member& member) {
    if (member.outcome.status == Status::kPending) member.outcome.status = Status::kDone;
    done(member.action, std::move(member.outcome));
  };
  std::vector<Member> members;
  for (const std::size_t action : actions) {
    Member member(action);
    const bool may_go_on = co_await prepare_member(member);
    if (may_go_on)
      members.push_back(std::move(member));
    else
      end(member);
  }
  std::erase_if(members, [&](Member& member) {
    if (!is_halted(member.outcome)) return false;
    end(member);
    return true;
  });
  if (members.empty()) co_return;
  std::optional<BatchEnd> failed;
  if (members.size() > 1) failed = co_await send_batch(members);
  if (failed || members.size() == 1) {
    transport::TaskGroup alone(executor_, std::max<std::size_t>(run_.options.parallelism, 1));
    for (Member& member : members)
      alone.start(run_alone(member, failed, end));
    co_await alone.wait();
    co_return;
  }
  for (Member& member : members)
    end(member);
}

asio::awaitable<bool> ApiRunner::prepare_member(Member& member) {
  Action& action = run_.plan.actions[member.action];
  if (is_refused(action, member.outcome)) co_return false;
  if (action.kind == ActionKind::kDelete) {
    const bool may_go_on = co_await check_fresh(action, run_.options.live_read_at, member.outcome);
    co_return may_go_on;
  }
  auto prepared = co_await prepare(action);
  if (prepared)
    member.prepared = std::move(*prepared);
  else
    fail(member.outcome, prepared.error());
  co_return prepared.has_value();
}

asio::awaitable<std::optional<BatchEnd>> ApiRunner::send_batch(std::vector<Member>& members) {
  const schema::Kind& kind = *run_.plan.actions[members.front().action].descriptor;
  const bool is_create = run_.plan.actions[members.front().action].kind == ActionKind::kCreate;
  unsigned tries = 0;
  Result<std::vector<api::Created>> sent = std::vector<api::Created>(members.size());
  if (is_create) {
    std::vector<json::object> bodies;
    for (const Member& member : members)
      bodies.push_back(member.prepared.body);
    sent = co_await run_.api.create_batch(kind, std::move(bodies), &tries);
  } else {
    std::vector<std::string> ids;
    for (const Member& member : members)
      ids.push_back(run_.plan.actions[member.action].live_id);
    const auto erased = co_await run_.api.erase_batch(kind, std::move(ids), &tries);
    if (!erased) sent = erased.error();
  }
  for (Member& member : members)
    member.outcome.attempts += tries;
  if (!sent) {
    if (sent.error().kind() == ErrorKind::kOutcomeUnknown)
      run_.warn(fmt::format("{} {}s in one request: {}; looking for what became of each", members.size(),
                            kind.name, sent.error().message()));
    co_return BatchEnd(sent.error(), run_.timing.now());
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    Member& member = members[i];
    if (is_create)
      record_created(member.action, (*sent)[i].id, member.prepared.record, member.outcome);
    else
      record_erased(member.action, member.outcome);
  }
  co_return std::nullopt;
}

asio::awaitable<void> ApiRunner::run_alone(Member& member, std::optional<BatchEnd> batch, MemberEnd end) {
  const Action& action = run_.plan.actions[member.action];
  const bool is_lost = batch && batch->error.kind() == ErrorKind::kOutcomeUnknown;
  run_.look_for_interrupt();
  if (batch && (concerns_all(batch->error) || (!is_lost && run_.stop != Stop::kNone))) {
    fail_write(action, batch->error, member.outcome);
  } else if (action.kind == ActionKind::kCreate) {
    co_await send_create(member.action, std::move(member.prepared), "", std::move(batch), member.outcome);
  } else {
    co_await send_erase(member.action, std::move(batch), member.outcome);
  }
  end(member);
}

}  // namespace descopectl::apply
