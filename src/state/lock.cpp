// What is told about the holder of a lock.
#include "descopectl/state/lock.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "descopectl/base/text.hpp"

namespace descopectl::state {
namespace {

using std::chrono::seconds;

constexpr std::size_t kLongestWord = 100;  // of what another program wrote, in a message

std::string word(const std::string& text) {
  return text.empty() ? "?" : base::printable(text, kLongestWord);
}

std::string ago(seconds age) {
  constexpr long kMinute = 60;
  constexpr long kHour = 60 * kMinute;
  const long count = age.count() < 0 ? 0 : age.count();
  if (count < 2 * kMinute) return fmt::format("{} s ago", count);
  if (count < 2 * kHour) return fmt::format("{} min ago", count / kMinute);
  return fmt::format("{} h ago", count / kHour);
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What is known of the holder beside the name.
std::vector<std::string> facts_of(const LockHolder& holder) {
  std::vector<std::string> facts;
  if (holder.process.pid != 0) facts.push_back(fmt::format("pid {}", holder.process.pid));
  if (!holder.command.empty()) facts.push_back(fmt::format("command '{}'", word(holder.command)));
  return facts;
}

std::string with_facts(const LockHolder& holder, const std::string& facts) {
  return facts.empty() ? word(holder.who) : fmt::format("{} ({})", word(holder.who), facts);
}

}  // namespace

bool is_void(const HeldLock& lock) {
  return lock.presence == Presence::kGone || lock.last_heartbeat >= kLeaseLife;
}

std::string describe(const HeldLock& lock) {
  if (lock.holder.who.empty() && lock.holder.process.pid == 0) return "another process";
  std::vector<std::string> facts = facts_of(lock.holder);
  if (!lock.since.empty()) facts.push_back(fmt::format("since {}, {}", word(lock.since), ago(lock.age)));
  std::string text = fmt::format("{}", fmt::join(facts, ", "));
  if (lock.has_heartbeat)
    text += fmt::format("{}last heartbeat {}", text.empty() ? "" : "; ", ago(lock.last_heartbeat));
  return with_facts(lock.holder, text);
}

Error make_lock_held(const std::string& state_name, const HeldLock& lock) {
  const std::string name = base::printable(state_name);
  const seconds left = kLeaseLife - lock.last_heartbeat;
  return {ErrorKind::kLockHeld, fmt::format("the state {} is locked by {}", name, describe(lock)),
          lock.presence == Presence::kRunning
              ? "Wait until it has ended, or end that process; the lock goes with it, so there is no file to "
                "remove."
              : fmt::format("Wait until it has ended. Whether it still runs can't be seen from here: if it "
                            "was killed, its lock is void in {} s, so run the command again then.",
                            left.count())};
}

Error make_still_held(const std::string& state_name, const HeldLock& lock) {
  return {ErrorKind::kLockHeld, make_lock_held(state_name, lock).message(),
          "Let it end. If it certainly writes nothing more, take the lock from it with --force."};
}

Error make_lock_lost(const std::string& state_name, const LockHolder* taken_by) {
  const std::string whom =
      taken_by == nullptr || taken_by->who.empty()
          ? std::string()
          : " by " + with_facts(*taken_by, fmt::format("{}", fmt::join(facts_of(*taken_by), ", ")));
  return {ErrorKind::kLockHeld,
          fmt::format("the lock on the state {} was taken from this run{}; nothing was written over the "
                      "other's state",
                      base::printable(state_name), whom),
          fmt::format("A run that gives no sign of life for {} s loses its lock. Wait until the other has "
                      "ended, then run the command again: it finds out what this one has done.",
                      kLeaseLife.count())};
}

json::object encode_holder(const LockHolder& holder) {
  const Process& process = holder.process;
  return {{"who", holder.who},
          {"host", process.host},
          {"pid", process.pid},
          {"boot_id", process.boot_id},
          {"pid_namespace", process.pid_namespace},
          {"started", process.started},
          {"command", holder.command}};
}

LockHolder decode_holder(const json::object& members) {
  LockHolder holder;
  holder.who = text_member(members, "who");
  holder.command = text_member(members, "command");
  Process& process = holder.process;
  process.host = text_member(members, "host");
  process.boot_id = text_member(members, "boot_id");
  process.pid_namespace = text_member(members, "pid_namespace");
  process.started = text_member(members, "started");
  const json::value* pid = base::find_member(members, "pid");
  if (pid != nullptr && pid->is_int64()) process.pid = static_cast<long>(pid->get_int64());
  return holder;
}

}  // namespace descopectl::state
