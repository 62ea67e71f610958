// Copies of nodes in an arena of their own.
#include "descopectl/document/tree.hpp"

#include <cstring>
#include <memory>
#include <type_traits>

namespace descopectl::document {

// The arena frees memory and calls no destructor.
static_assert(std::is_trivially_destructible_v<Node> && std::is_trivially_destructible_v<Member>);

Node Tree::copy(const Node& node) {
  Copies copies;
  return copy(node, copies);
}

Node Tree::with_members(const Node& like, const std::vector<Member>& members) {
  Node node = like;
  node.members = keep(members);
  return node;
}

Node Tree::copy(const Node& node, Copies& copies) {
  Node made = node;
  made.text = keep(node.text);
  if (!node.items.empty()) {
    const auto known = copies.find(node.items.data());
    if (known != copies.end()) {
      made.items = {static_cast<const Node*>(known->second), node.items.size()};
    } else {
      std::vector<Node> items;
      items.reserve(node.items.size());
      for (const Node& item : node.items)
        items.push_back(copy(item, copies));
      made.items = keep(items);
      copies.emplace(node.items.data(), made.items.data());
    }
  }
  if (!node.members.empty()) {
    const auto known = copies.find(node.members.data());
    if (known != copies.end()) {
      made.members = {static_cast<const Member*>(known->second), node.members.size()};
    } else {
      std::vector<Member> members;
      members.reserve(node.members.size());
      for (const Member& member : node.members)
        members.push_back({keep(member.key), member.key_span, member.is_merged, copy(member.value, copies)});
      made.members = keep(members);
      copies.emplace(node.members.data(), made.members.data());
    }
  }
  return made;
}

std::string_view Tree::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* bytes = static_cast<char*>(arena_->allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

template <class T>
std::span<const T> Tree::keep(const std::vector<T>& list) {
  if (list.empty()) return {};
  auto* kept = static_cast<T*>(arena_->allocate(list.size() * sizeof(T), alignof(T)));
  std::uninitialized_copy(list.begin(), list.end(), kept);
  return {kept, list.size()};
}

}  // namespace descopectl::document
