// Duplicate keys and merge keys, without a map per object: keys are sorted where there are many.
#include "members.hpp"

#include <algorithm>
#include <numeric>

namespace descopectl::document {
namespace {

// Below this, comparing all pairs beats sorting.
constexpr std::size_t kFew = 12;

/// Numbers of `members`, ordered by key; of equal keys, written before merged, earlier before later.
void sort_by_key(std::span<const Member> members, std::vector<std::uint32_t>& order) {
  order.resize(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    const auto& a = members[left];
    const auto& b = members[right];
    if (const int compared = a.key.compare(b.key); compared != 0) return compared < 0;
    if (a.is_merged != b.is_merged) return b.is_merged;
    return left < right;
  });
}

}  // namespace

void find_duplicates(std::span<const Member> members, MemberScratch& scratch,
                     const std::function<void(const Member& first, const Member& again)>& found) {
  if (members.size() <= kFew) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].key != members[j].key) continue;
        found(members[j], members[i]);
        break;
      }
    }
    return;
  }
  sort_by_key(members, scratch.order);
  std::size_t first = 0;
  for (std::size_t i = 1; i < scratch.order.size(); ++i) {
    const auto& member = members[scratch.order[i]];
    if (member.key == members[scratch.order[first]].key) {
      found(members[scratch.order[first]], member);
    } else {
      first = i;
    }
  }
}

MergeSources merge_sources(const Node& value) {
  if (value.kind == NodeKind::kMapping) return {std::span(&value, 1)};
  if (value.kind != NodeKind::kSequence) return {.mappings = {}, .bad = &value};
  for (const auto& item : value.items) {
    if (item.kind != NodeKind::kMapping) return {.mappings = {}, .bad = &item};
  }
  return {value.items};
}

std::span<const Member> merge_members(std::span<const Member> members, std::size_t merge,
                                      std::span<const Node> sources, MemberScratch& scratch) {
  auto& all = scratch.merged;
  all.assign(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(merge));
  for (const auto& source : sources) {
    for (const auto& member : source.members) {
      all.push_back(member);
      all.back().is_merged = true;
    }
  }
  all.insert(all.end(), members.begin() + static_cast<std::ptrdiff_t>(merge) + 1, members.end());

  sort_by_key(all, scratch.order);
  scratch.is_dropped.assign(all.size(), false);
  for (std::size_t i = 1; i < scratch.order.size(); ++i) {
    const auto& member = all[scratch.order[i]];
    // Of written duplicates (an error, reported elsewhere) all stay, so that nothing is lost before it is
    // reported.
    if (member.is_merged && member.key == all[scratch.order[i - 1]].key)
      scratch.is_dropped[scratch.order[i]] = true;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!scratch.is_dropped[i]) all[kept++] = all[i];
  }
  all.resize(kept);
  return all;
}

}  // namespace descopectl::document
