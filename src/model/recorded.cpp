// Look-ups in recorded state.
#include "descopectl/model/recorded.hpp"

namespace descopectl::model {

const RecordedObject* RecordedState::find_live(std::string_view kind, std::string_view live_id) const {
  for (const auto& [key, object] : objects)
    if (key.kind == kind && object.live_id == live_id) return &object;
  return nullptr;
}

}  // namespace descopectl::model
