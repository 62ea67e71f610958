// Who refers to whom among declared objects, by handle and by name.
#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "descopectl/model/desired.hpp"

namespace descopectl::plan {

/// An index over a desired state, which must outlive it.
class DeclaredReferences {
 public:
  struct Edge {
    const model::DesiredObject* to = nullptr;
    diag::Span span;           ///< where it is written
    std::string_view pointer;  ///< of a reference by handle: Reference::pointer; empty for one by name
  };

  explicit DeclaredReferences(const model::DesiredState& desired);

  /// The declared objects that `object` refers to, in the order written; one may stand there twice.
  [[nodiscard]] std::vector<Edge> of(const model::DesiredObject& object) const;

 private:
  const model::DesiredState& desired_;
  std::multimap<std::pair<std::string_view, std::string_view>, const model::DesiredObject*> by_name_;
};

}  // namespace descopectl::plan
