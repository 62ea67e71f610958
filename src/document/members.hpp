// A mapping's members as a whole: keys that stand twice, and what `<<` brings in.
#pragma once

#include <functional>
#include <vector>

#include "descopectl/document/node.hpp"

namespace descopectl::document {

/// Scratch space, kept between calls so that no mapping costs an allocation of its own.
struct MemberScratch {
  std::vector<std::uint32_t> order;
  std::vector<Member> merged;
  std::vector<bool> is_dropped;
};

/// Calls `found(first, again)` for each member whose key stood before.
void find_duplicates(std::span<const Member> members, MemberScratch& scratch,
                     const std::function<void(const Member& first, const Member& again)>& found);

/// The mappings that the value of `<<` names, in order of precedence; `bad` is the node that is no mapping,
/// if any.
struct MergeSources {
  std::span<const Node> mappings;
  const Node* bad = nullptr;
};
[[nodiscard]] MergeSources merge_sources(const Node& value);

/// `members` with the one at `merge` replaced by the members of `sources`, less those whose key is written
/// beside it or comes from an earlier source. The result lives in `scratch` until the next call.
[[nodiscard]] std::span<const Member> merge_members(std::span<const Member> members, std::size_t merge,
                                                    std::span<const Node> sources, MemberScratch& scratch);

}  // namespace descopectl::document
