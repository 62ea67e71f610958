// Who waits for whom in a graph, be it through others.
#pragma once

#include <cstddef>
#include <vector>

namespace descopectl::plan {

/// Is `wanted` among `start` and all that it waits for? `after(at, open)` appends to `open` what `at`, less
/// than `count`, waits for itself.
template <class After>
[[nodiscard]] bool waits_for(std::size_t count, std::size_t start, std::size_t wanted, const After& after) {
  std::vector<bool> seen(count);
  std::vector<std::size_t> open{start};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (at == wanted) return true;
    if (seen[at]) continue;
    seen[at] = true;
    after(at, open);
  }
  return false;
}

}  // namespace descopectl::plan
