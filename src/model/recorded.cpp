// Look-ups in recorded state; the names of operations.
#include "descopectl/model/recorded.hpp"

#include <algorithm>
#include <array>

namespace descopectl::model {
namespace {

/// By enumerator.
constexpr std::array<std::string_view, 4> kOperationNames = {"create", "update", "replace", "delete"};

}  // namespace

std::string_view to_string(Operation operation) {
  return kOperationNames.at(static_cast<std::size_t>(operation));
}

std::optional<Operation> find_operation(std::string_view name) {
  const auto* const at = std::find(kOperationNames.begin(), kOperationNames.end(), name);
  if (at == kOperationNames.end()) return std::nullopt;
  return static_cast<Operation>(at - kOperationNames.begin());
}

const RecordedObject* RecordedState::find_live(std::string_view kind, std::string_view live_id) const {
  for (const auto& [key, object] : objects)
    if (key.kind == kind && object.live_id == live_id) return &object;
  return nullptr;
}

RecordedObject RecordedState::make_unfinished(const Intent& replacement) const {
  RecordedObject record = replacement.record;
  const auto owned = objects.find(replacement.key);
  if (owned != objects.end() && owned->second.live_id == replacement.live_id) {
    record = owned->second;
  } else {
    record.live_id = replacement.live_id;
    record.applied.clear();
    record.secrets.clear();
  }
  record.pending_create = replacement.record.pending_create;
  return record;
}

}  // namespace descopectl::model
