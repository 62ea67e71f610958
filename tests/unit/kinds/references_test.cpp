// What the tables say of references: kinds refer to each other in one direction, so that no set of manifests
// can hold a circle of references, and each name of a kind in a row is one that there is.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string_view>

#include "descopectl/kinds/registry.hpp"

namespace descopectl {
namespace {

using Targets = std::set<std::string_view>;

void add_targets(std::span<const schema::Field> fields, Targets& targets) {
  for (const schema::Field& field : fields) {
    if (!field.reference.empty()) targets.insert(field.reference);
    if (!field.names.empty() && kinds::find(field.names) != nullptr) targets.insert(field.names);
    add_targets(field.fields, targets);
  }
}

std::map<std::string_view, Targets> references() {
  std::map<std::string_view, Targets> all;
  for (const schema::Kind* kind : kinds::all())
    add_targets(kind->fields, all[kind->name]);
  return all;
}

/// Does a way lead from `start` back to it?
bool is_in_circle(std::string_view start, const std::map<std::string_view, Targets>& all) {
  Targets seen;
  std::vector<std::string_view> open{start};
  while (!open.empty()) {
    const Targets& next = all.at(open.back());
    open.pop_back();
    if (next.contains(start)) return true;
    for (const std::string_view kind : next)
      if (seen.insert(kind).second) open.push_back(kind);
  }
  return false;
}

TEST(References, NameKindsThatThereAre) {
  for (const auto& [kind, targets] : references())
    for (const std::string_view target : targets)
      EXPECT_NE(kinds::find(target), nullptr) << kind << " refers to " << target;
}

TEST(References, LeadInNoCircle) {
  const auto all = references();
  EXPECT_FALSE(all.at("Resource").empty());
  for (const auto& [kind, targets] : all)
    EXPECT_FALSE(is_in_circle(kind, all)) << kind;
}

}  // namespace
}  // namespace descopectl
