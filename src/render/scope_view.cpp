// What --selector and --target limited a run to.
#include "scope_view.hpp"

#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

std::string asked_for(const plan::Selection& selection) {
  std::string text;
  for (const model::LabelRule& rule : selection.selector)
    text += (text.empty() ? "--selector " : ",") + show_prose(rule.to_string());
  for (const model::ObjectKey& target : selection.targets)
    text += fmt::format("{}--target {}", text.empty() ? "" : ", ", show_prose(target.to_string()));
  return text;
}

std::string shown(const model::ObjectKey& key) {
  return show_prose(key.to_string());
}

}  // namespace

std::string scope_to_text(const plan::Scope& scope) {
  if (!scope.is_limited()) return {};
  const bool is_destroy = scope.direction == plan::Direction::kReferring;
  const std::size_t all = scope.keys.size() + scope.left_out;
  std::string text =
      fmt::format("Limited to {}: {} of {}{}.\n", asked_for(scope.selection), scope.keys.size(),
                  base::counted(all, "declared object"), is_destroy ? "" : ", and nothing is pruned");
  for (const plan::Scope::Owner& owner : scope.owners)
    text += fmt::format("  {}, which {} is a part of\n", shown(owner.key), shown(owner.part));
  for (const plan::Scope::Pulled& pulled : scope.pulled)
    text += is_destroy ? fmt::format("  {}, which refers to {}\n", shown(pulled.key), shown(pulled.by))
                       : fmt::format("  {}, which {} refers to\n", shown(pulled.key), shown(pulled.by));
  return text;
}

void add_scope(json::object& document, const plan::Scope& scope) {
  if (!scope.is_limited()) return;
  json::array selector;
  for (const model::LabelRule& rule : scope.selection.selector)
    selector.emplace_back(rule.to_string());
  json::array targets;
  for (const model::ObjectKey& target : scope.selection.targets)
    targets.emplace_back(target.to_string());
  json::array selected;
  for (const model::ObjectKey& key : scope.keys)
    selected.emplace_back(key.to_string());
  json::array pulled_in;
  for (const plan::Scope::Pulled& pulled : scope.pulled)
    pulled_in.push_back({{"address", pulled.key.to_string()}, {"because_of", pulled.by.to_string()}});
  for (const plan::Scope::Owner& owner : scope.owners)
    pulled_in.push_back({{"address", owner.key.to_string()}, {"because_of", owner.part.to_string()}});
  document["selection"] = json::object{{"selector", std::move(selector)}, {"targets", std::move(targets)},
                                       {"selected", std::move(selected)}, {"pulled_in", std::move(pulled_in)},
                                       {"left_out", scope.left_out},      {"prunes", false}};
}

}  // namespace descopectl::render
