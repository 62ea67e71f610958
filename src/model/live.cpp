// Look-ups in live state.
#include "descopectl/model/live.hpp"

#include <algorithm>

namespace descopectl::model {

const LiveObject* LiveKind::find(std::string_view id) const {
  const auto at =
      std::lower_bound(objects.begin(), objects.end(), id,
                       [](const LiveObject& object, std::string_view wanted) { return object.id < wanted; });
  return at != objects.end() && at->id == id ? &*at : nullptr;
}

}  // namespace descopectl::model
