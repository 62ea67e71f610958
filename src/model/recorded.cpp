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

}  // namespace descopectl::model
