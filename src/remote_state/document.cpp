// Encoding and decoding of the documents on the server.
#include "document.hpp"

#include <fmt/format.h>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/environment.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::remote_state {
namespace {

using std::chrono::seconds;

constexpr std::string_view kFormat = "descopectl-remote-state";
constexpr std::int64_t kVersion = 1;
constexpr std::string_view kLockPrefix = "descopectl-";
constexpr std::size_t kLockIdBytes = 16;

std::optional<std::uint64_t> number_of(const json::object& members, std::string_view name) {
  const json::value* value = base::find_member(members, name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->get_int64());
}

const json::object* object_of(const json::object& members, std::string_view name) {
  const json::value* value = base::find_member(members, name);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

// Over the members in order, so that a server may store the document in another layout.
std::string checksum_of(const json::object& state) {
  return base::sha256_hex(base::to_canonical_json(state));
}

Error damaged(const std::string& name, const std::string& why) {
  return {ErrorKind::kInvalidInput, fmt::format("the state {} is damaged: {}", base::printable(name), why),
          "Go back to an earlier version of it, where the server keeps them."};
}

Result<const json::object*> check_head(const json::value& value, const std::string& name) {
  const json::object* document = value.if_object();
  if (document == nullptr || base::text_member(*document, "format") != kFormat)
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("the document {} is not a state of descopectl", base::printable(name)),
                 "Check state.address: nothing was written over what stands there.");
  const auto version = number_of(*document, "version");
  if (!version || *version > static_cast<std::uint64_t>(kVersion))
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("the state {} was written by a newer descopectl", base::printable(name)),
                 "Use that version or a later one.");
  return document;
}

json::object encode_lease(const Lease& lease) {
  json::object members = state::encode_holder(lease.holder);
  members["lock_id"] = lease.lock_id;
  members["since"] = lease.since;
  return members;
}

Lease decode_lease(const json::object& members) {
  Lease lease;
  lease.holder = state::decode_holder(members);
  lease.lock_id = base::text_member(members, "lock_id");
  lease.since = base::text_member(members, "since");
  return lease;
}

}  // namespace

std::string encode_document(const StateDocument& document) {
  const json::value state = json::parse(state::encode_base(document.state));
  json::object members{{"format", kFormat},         {"version", kVersion},
                       {"serial", document.serial}, {"lineage", document.state.lineage},
                       {"fence", document.fence},   {"expires", nullptr},
                       {"lease", nullptr},          {"checksum", checksum_of(state.get_object())}};
  if (document.lease) {
    members["expires"] = document.lease->expires;
    members["lease"] = encode_lease(*document.lease);
  }
  members["state"] = state;
  return json::serialize(members);
}

Result<StateDocument> decode_document(std::string_view text, const std::string& name) {
  const auto parsed = base::parse_json(text);
  if (!parsed) return damaged(name, parsed.error().message());
  const auto members = check_head(*parsed, name);
  if (!members) return members.error();
  const json::object* state = object_of(**members, "state");
  const auto serial = number_of(**members, "serial");
  const auto fence = number_of(**members, "fence");
  if (state == nullptr || !serial || !fence) return damaged(name, "members are missing");
  if (base::text_member(**members, "checksum") != checksum_of(*state))
    return damaged(name, "its checksum does not fit");
  auto decoded = state::decode_base(json::serialize(*state));
  if (!decoded)
    return Error(decoded.error().kind(),
                 fmt::format("the state {}: {}", base::printable(name), decoded.error().message()),
                 decoded.error().hint());
  StateDocument document;
  document.serial = *serial;
  document.fence = *fence;
  document.state = std::move(*decoded);
  if (const json::object* lease = object_of(**members, "lease")) {
    document.lease = decode_lease(*lease);
    document.lease->expires = base::text_member(**members, "expires");
  }
  return document;
}

std::string encode_lock(const LockDocument& lock) {
  return json::serialize(json::object{{"ID", lock.id},
                                      {"Operation", lock.operation},
                                      {"Info", ""},
                                      {"Who", lock.who},
                                      {"Version", lock.version},
                                      {"Created", lock.created},
                                      {"Path", lock.path}});
}

std::optional<LockDocument> decode_lock(std::string_view text) {
  const auto parsed = base::parse_json(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const json::object& members = parsed->get_object();
  LockDocument lock;
  lock.id = base::text_member(members, "ID");
  if (lock.id.empty()) return std::nullopt;
  lock.operation = base::text_member(members, "Operation");
  lock.who = base::text_member(members, "Who");
  lock.version = base::text_member(members, "Version");
  lock.created = base::text_member(members, "Created");
  lock.path = base::text_member(members, "Path");
  return lock;
}

std::string make_lock_id() {
  return std::string(kLockPrefix) + base::random_hex(kLockIdBytes);
}

bool is_our_lock_id(std::string_view id) {
  return id.starts_with(kLockPrefix);
}

state::HeldLock look_at(const LockDocument& held, const std::optional<Lease>& lease, Time now,
                        const state::Process& self) {
  const auto age_of = [now](const std::string& time) {
    const auto parsed = base::parse_time(time);
    return parsed ? std::chrono::floor<seconds>(now - *parsed) : seconds(0);
  };
  state::HeldLock lock;
  if (lease && lease->lock_id == held.id) {
    lock.holder = lease->holder;
    lock.since = lease->since;
    if (const auto expires = base::parse_time(lease->expires))
      lock.last_heartbeat = std::chrono::floor<seconds>(now - *expires) + state::kLeaseLife;
    lock.presence = state::find_process(lease->holder.process, self);
  } else {
    lock.has_heartbeat = is_our_lock_id(held.id);
    lock.holder.who = held.who;
    lock.holder.command = held.operation;
    lock.since = held.created;
    if (is_our_lock_id(held.id)) lock.last_heartbeat = age_of(held.created);
  }
  lock.age = age_of(lock.since);
  return lock;
}

}  // namespace descopectl::remote_state
