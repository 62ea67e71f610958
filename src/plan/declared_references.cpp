// Who refers to whom among declared objects.
#include "declared_references.hpp"

#include "descopectl/schema/identity.hpp"

namespace descopectl::plan {

DeclaredReferences::DeclaredReferences(const model::DesiredState& desired) : desired_(desired) {
  for (const model::DesiredObject& object : desired.objects) {
    const std::string_view name = schema::common_name_of(*object.kind, object.spec);
    if (!name.empty())
      by_name_.emplace(std::pair<std::string_view, std::string_view>(object.key.kind, name), &object);
  }
}

std::vector<DeclaredReferences::Edge> DeclaredReferences::of(const model::DesiredObject& object) const {
  std::vector<Edge> edges;
  for (const model::Reference& reference : object.references)
    if (const model::DesiredObject* target = desired_.find(reference.target))
      edges.push_back({target, reference.span, reference.pointer});
  for (const model::NameUse& use : object.names) {
    const auto [begin, end] =
        by_name_.equal_range(std::pair<std::string_view, std::string_view>(use.kind, use.name));
    for (auto at = begin; at != end; ++at)
      edges.push_back({at->second, use.span, {}});
  }
  return edges;
}

}  // namespace descopectl::plan
