// Nodes that outlive the visit of their document, and new ones made of them.
#pragma once

#include <map>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "descopectl/document/node.hpp"

namespace descopectl::document {

/// Owns what nodes point at. Nodes given back are good for the tree's life.
class Tree {
 public:
  Tree() : arena_(std::make_unique<std::pmr::monotonic_buffer_resource>()) {}

  /// A copy of `node` and of all below it, texts included. What aliases share stays shared.
  [[nodiscard]] Node copy(const Node& node);
  /// `like` with other members; the members' own children are not copied.
  [[nodiscard]] Node with_members(const Node& like, const std::vector<Member>& members);

 private:
  using Copies = std::map<const void*, const void*>;  // of lists of children, by where they stood
  [[nodiscard]] Node copy(const Node& node, Copies& copies);
  [[nodiscard]] std::string_view keep(std::string_view text);
  template <class T>
  [[nodiscard]] std::span<const T> keep(const std::vector<T>& list);

  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
};

}  // namespace descopectl::document
