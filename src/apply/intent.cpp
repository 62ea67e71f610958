// Records what is uncertain before a request, and takes it back where nothing came of it.
#include "intent.hpp"

#include <utility>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "records.hpp"

namespace descopectl::apply {
namespace {

/// False where the service has said that it did not carry the request out, or never got it.
bool may_be_done(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kOutcomeUnknown:
    case ErrorKind::kBadAnswer:
    case ErrorKind::kFailure:
      return true;
    default:
      return false;
  }
}

}  // namespace

Intent::Intent(state::Store& store, const plan::Action& action) : store_(store), action_(action) {
  const auto& owned = store.current().objects;
  const auto found = owned.find(action.is_moved ? action.moved_from : action.key);
  // A handle may name another live object by now.
  if (found != owned.end() && found->second.live_id == action.live_id) former_ = found->second;
}

Result<void> Intent::record_sending(const api::BodySecrets& secrets) {
  if (!former_ || secrets.empty()) return {};
  model::RecordedObject record = *former_;
  for (const auto& [pointer, secret] : secrets)
    record.secrets.insert_or_assign(pointer, unsettled_fingerprint());
  return put(std::move(record));
}

Result<void> Intent::record_replacing(json::object create_body) {
  model::RecordedObject record = former_ ? *former_ : action_.record;
  if (!former_) {
    record.key = action_.key;
    record.live_id = action_.live_id;
    record.applied.clear();
    record.secrets.clear();
  }
  if (record.object_id.empty()) record.object_id = base::random_hex(kObjectIdBytes);
  record.pending_create = std::move(create_body);
  return put(std::move(record));
}

Result<void> Intent::put(model::RecordedObject record) {
  model::ObjectKey key = record.key;
  auto done = store_.put(std::move(record));
  if (done) recorded_ = std::move(key);
  return done;
}

Result<void> Intent::take_back(const Error& error) {
  if (!recorded_ || may_be_done(error)) return {};
  if (former_) return store_.put(*former_);
  return store_.remove(*recorded_);
}

}  // namespace descopectl::apply
