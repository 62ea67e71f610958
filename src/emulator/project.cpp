// The emulated project: one family for every registered kind that has endpoints.
#include "project.hpp"

#include <algorithm>

#include "descopectl/kinds/registry.hpp"

namespace descopectl::emulator {
namespace {

std::vector<std::string> unique_fields(const schema::Kind& kind, const Switches& switches) {
  std::vector<std::string> names;
  for (const std::string_view field : kind.unique)
    if (field != "id") names.emplace_back(field);
  if (switches.unique_names && !kind.name_field.empty() &&
      std::find(names.begin(), names.end(), kind.name_field) == names.end())
    names.emplace_back(kind.name_field);
  return names;
}

}  // namespace

Project::Project(Options options, const base::Clock& clock)
    : options_(std::move(options)), clock_(clock), ids_(options_.seed) {
  for (const schema::Kind* kind : kinds::all()) {
    if (!kind->calls.create.exists()) continue;
    const Traits& traits = find_traits(kind->calls.create.path);
    Collection objects(*kind, unique_fields(*kind, options_.switches), std::string(kind->unique_within));
    objects.set_lag(std::chrono::milliseconds(options_.switches.list_lag_ms));
    families_.push_back(std::make_unique<Family>(Family{kind, &traits, std::move(objects)}));
  }
}

std::int64_t Project::milliseconds() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
}

Family* Project::find_family(std::string_view kind) {
  for (const auto& family : families_)
    if (family->kind->name == kind) return family.get();
  return nullptr;
}

Family* Project::find_created_at(std::string_view path) {
  for (const auto& family : families_)
    if (family->kind->calls.create.path == path) return family.get();
  return nullptr;
}

void Project::adopt(Project&& other) {
  // The families themselves stay: endpoints refer to them.
  for (std::size_t i = 0; i < families_.size(); ++i)
    families_[i]->objects = std::move(other.families_[i]->objects);
  mappings_ = std::move(other.mappings_);
  attributes_ = std::move(other.attributes_);
  consents_ = std::move(other.consents_);
  tokens_ = std::move(other.tokens_);
  audit_ = std::move(other.audit_);
  touch();
}

}  // namespace descopectl::emulator
