// What can only be checked when all manifests are there: duplicates, references, items of other objects.
#include "references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/kind.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::manifest {
namespace {

using model::DesiredObject;
using model::ObjectKey;
namespace marker = model::marker;

void report_two(diag::Sink& sink, const char* code, std::string summary, std::string hint, diag::Span second,
                diag::Span first, const char* word) {
  sink.add({diag::Severity::kError, code, std::move(summary), "", std::move(hint), second, {{first, word}}});
}

/// What may be only once among the objects of a kind.
struct Identifying {
  std::string what;
  std::string value;             ///< empty: nothing
  std::string_view within = {};  ///< the tenant
  std::string_view field = {};   ///< whose value it is, where it is one field's
};

/// Reports the second of two objects for which `value_of` gives the same non-empty text.
template <class ValueOf>
void check_same(const std::vector<DesiredObject>& objects, diag::Sink& sink, const char* code,
                ValueOf value_of) {
  std::map<std::pair<std::string_view, std::string>, const DesiredObject*> seen;
  for (const DesiredObject& object : objects) {
    const Identifying it = value_of(object);
    if (it.value.empty()) continue;
    const auto [at, is_new] = seen.try_emplace(
        {object.kind->name, fmt::format("{}\n{}\n{}", it.what, it.within, it.value)}, &object);
    if (is_new) continue;
    // Bound to two live objects, whose names are the service's business.
    if (object.id && at->second->id && *object.id != *at->second->id) continue;
    report_two(sink, code,
               fmt::format("{} and {} have the same {} '{}'", at->second->key.to_string(),
                           object.key.to_string(), it.what, base::printable(it.value, 100)),
               "two manifests can't describe one live object", object.place_of(it.field),
               at->second->place_of(it.field), "the other is here");
  }
}

/// The values that together identify an object of a kind with a key, as written; empty for other kinds.
std::string key_of(const DesiredObject& object) {
  std::string key;
  for (const std::string_view field : object.kind->key_fields) {
    const json::value* value = object.spec.if_contains(field);
    if (value == nullptr) return {};  // reported as a missing field
    const auto target = marker::find_reference(*value);
    if (!key.empty()) key += ", ";
    key += target ? target->to_string() : base::to_canonical_json(*value);
  }
  return key;
}

/// The item that a document of its own stands for: its spec without the owner's reference.
json::object make_item(const DesiredObject& scope) {
  json::object item;
  for (const auto& [name, value] : scope.spec)
    if (name != scope.kind->item_of.reference) item[name] = value;
  return item;
}

/// Objects are large: their places are sorted, then each is moved once.
void sort_by_key(std::vector<DesiredObject>& objects) {
  std::vector<std::size_t> order(objects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return objects[left].key < objects[right].key;
  });
  std::vector<DesiredObject> sorted;
  sorted.reserve(objects.size());
  for (const std::size_t place : order)
    sorted.push_back(std::move(objects[place]));
  objects = std::move(sorted);
}

class ItemMerger {
 public:
  ItemMerger(std::vector<DesiredObject>& objects, diag::Sink& sink) : objects_(objects), sink_(sink) {}

  void run() {
    const auto first = std::stable_partition(
        objects_.begin(), objects_.end(), [](const auto& object) { return !object.kind->item_of.exists(); });
    std::vector<DesiredObject> items(std::make_move_iterator(first), std::make_move_iterator(objects_.end()));
    objects_.erase(first, objects_.end());
    for (DesiredObject& item : items)
      merge(item);
    if (partial_.empty()) return;
    for (auto& [id, object] : partial_)
      objects_.push_back(std::move(object));
    sort_by_key(objects_);
  }

 private:
  void merge(DesiredObject& scope) {
    const schema::ItemOf& rule = scope.kind->item_of;
    const json::value* owner = scope.spec.if_contains(rule.reference);
    if (owner == nullptr) return;  // reported as a missing field
    if (const auto target = marker::find_reference(*owner)) {
      const auto at = std::lower_bound(
          objects_.begin(), objects_.end(), *target,
          [](const DesiredObject& object, const ObjectKey& key) { return object.key < key; });
      if (at == objects_.end() || at->key != *target) return;  // reported as a dangling reference
      add_item(*at, scope, rule);
      return;
    }
    DesiredObject* live = find_partial(scope, std::string(owner->get_string()));
    if (live != nullptr) add_item(*live, scope, rule);
  }

  DesiredObject* find_partial(const DesiredObject& scope, const std::string& id) {
    const auto declared = std::find_if(objects_.begin(), objects_.end(), [&](const DesiredObject& object) {
      return object.kind->name == scope.kind->item_of.kind && object.id == id;
    });
    if (declared != objects_.end()) {
      report_two(sink_, "invalid-combination",
                 fmt::format("{} names the live object '{}', which {} declares", scope.key.to_string(), id,
                             declared->key.to_string()),
                 fmt::format("write '{}: {}'", scope.kind->item_of.reference, declared->key.handle),
                 scope.span, declared->span, "declared here");
      return nullptr;
    }
    auto [at, is_new] = partial_.try_emplace(id);
    if (is_new) {
      at->second.key = {std::string(scope.kind->item_of.kind), id};
      at->second.id = id;
      at->second.is_partial = true;
      at->second.span = scope.span;
      const std::string_view id_field = kinds::find(at->second.key.kind)->id_field;
      for (const model::LiveUse& use : scope.live_uses)
        if (use.pointer == "/" + std::string(scope.kind->item_of.reference))
          at->second.identity.push_back({id_field, use.span});
      at->second.root = scope.root;
    }
    return &at->second;
  }

  void add_item(DesiredObject& owner, DesiredObject& scope, const schema::ItemOf& rule) {
    const schema::Field* row =
        owner.kind != nullptr ? schema::find_row(owner.kind->fields, rule.list) : nullptr;
    const std::string key_name(row == nullptr ? std::string_view("name") : row->key);
    const std::string name(base::text_member(scope.spec, key_name));
    if (name.empty()) return;  // reported as a missing field
    if (!check_free(owner, scope, rule, name)) return;
    warn_of_owner(owner, scope, rule);
    const std::string list(rule.list);
    owner.items.push_back(
        {list + "/" + base::escape_pointer_token(name), scope.place_of(scope.kind->name_field)});
    owner.own_items[list].insert(name);
    owner.parts.push_back({scope.key, scope.labels});
    for (model::Reference& reference : scope.references)
      if (reference.pointer != "/" + std::string(rule.reference))
        owner.references.push_back({list, reference.target, reference.span});
    for (model::LiveUse& use : scope.live_uses)
      if (use.pointer != "/" + std::string(rule.reference))
        owner.live_uses.push_back({list, std::move(use.kind), std::move(use.id), use.span});
    for (model::NameUse& use : scope.names)
      owner.names.push_back(std::move(use));
    append(owner, list, make_item(scope));
  }

  bool check_free(const DesiredObject& owner, const DesiredObject& scope, const schema::ItemOf& rule,
                  const std::string& name) {
    std::vector<std::string> lists{std::string(rule.list)};
    for (const std::string_view sibling : rule.siblings)
      lists.emplace_back(sibling);
    for (const std::string& list : lists) {
      const std::string pointer = list + "/" + base::escape_pointer_token(name);
      for (const model::ItemPlace& place : owner.items) {
        if (place.pointer != pointer) continue;
        report_two(sink_, "duplicate-item",
                   fmt::format("the scope '{}' stands twice on {}", name, owner.key.to_string()),
                   "remove one of the two", scope.place_of(scope.kind->name_field), place.span,
                   "first written here");
        return false;
      }
    }
    return true;
  }

  void warn_of_owner(const DesiredObject& owner, const DesiredObject& scope, const schema::ItemOf& rule) {
    const std::string value(base::text_member(owner.spec, rule.owner_field));
    if (value.empty() || value == rule.owner_value) return;
    sink_.warning("misplaced-scope", scope.span,
                  fmt::format("{} belongs on a {} with '{}: {}', and {} has '{}: {}'", scope.key.to_string(),
                              rule.kind, rule.owner_field, rule.owner_value, owner.key.to_string(),
                              rule.owner_field, base::printable(value, 40)),
                  fmt::format("write the scope into {} of {}",
                              base::join_words({rule.siblings.begin(), rule.siblings.end()}, " or "),
                              owner.key.to_string()));
  }

  static void append(DesiredObject& owner, const std::string& list, json::object item) {
    const json::value* existing = schema::find_at({}, owner.spec, list);
    json::array items;
    if (existing != nullptr && existing->is_array()) items = existing->get_array();
    if (existing != nullptr && marker::find_items(*existing) != nullptr)
      items = *marker::find_items(*existing);
    items.emplace_back(std::move(item));
    schema::set_at(
        owner.spec, list,
        owner.is_partial ? marker::make_items(std::move(items), {}) : json::value(std::move(items)));
  }

  std::vector<DesiredObject>& objects_;
  diag::Sink& sink_;
  std::map<std::string, DesiredObject> partial_;
};

}  // namespace

void check_duplicates(std::vector<DesiredObject>& objects, diag::Sink& sink) {
  sort_by_key(objects);
  for (std::size_t i = 1; i < objects.size(); ++i)
    if (objects[i].key == objects[i - 1].key)
      report_two(sink, "duplicate-handle", fmt::format("{} is declared twice", objects[i].key.to_string()),
                 "rename or remove one of the two", objects[i].span, objects[i - 1].span,
                 "first declared here");
  objects.erase(std::unique(objects.begin(), objects.end(),
                            [](const auto& left, const auto& right) { return left.key == right.key; }),
                objects.end());
  check_same(objects, sink, "duplicate-id", [](const DesiredObject& object) -> Identifying {
    if (object.id) return {"live id", *object.id, {}, object.kind->id_field};
    const bool is_chosen = schema::is_id_chosen_by_client(*object.kind, object.spec);
    return {"live id", is_chosen ? object.key.handle : std::string(), {}, object.kind->id_field};
  });
  check_same(objects, sink, "duplicate-key", [](const DesiredObject& object) {
    return Identifying{schema::names_of_key(*object.kind), key_of(object)};
  });
  std::vector<std::string_view> fields;
  for (const DesiredObject& object : objects)
    for (const std::string_view field : object.kind->unique)
      if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  for (const std::string_view field : fields)
    check_same(objects, sink, "duplicate-key", [&](const DesiredObject& object) -> Identifying {
      const auto& unique = object.kind->unique;
      const bool counts = std::find(unique.begin(), unique.end(), field) != unique.end();
      return {std::string(field), std::string(counts ? base::text_member(object.spec, field) : ""),
              schema::scope_of(*object.kind, field, object.spec), field};
    });
}

void check_references(const std::vector<DesiredObject>& objects, const Dropped& dropped, diag::Sink& sink) {
  for (const DesiredObject& object : objects)
    for (const model::Reference& reference : object.references) {
      const auto at =
          std::lower_bound(objects.begin(), objects.end(), reference.target,
                           [](const DesiredObject& left, const ObjectKey& key) { return left.key < key; });
      if (at != objects.end() && at->key == reference.target) continue;
      if (const auto gone = dropped.find(reference.target); gone != dropped.end()) {
        report_two(sink, "unknown-reference",
                   fmt::format("the {} '{}' is dropped by an overlay", reference.target.kind,
                               base::printable(reference.target.handle, 100)),
                   "take the reference back in the overlay too, or don't drop what is referred to",
                   reference.span, gone->second, "dropped here");
        continue;
      }
      std::vector<std::string_view> known;
      for (const DesiredObject& other : objects)
        if (other.key.kind == reference.target.kind) known.push_back(other.key.handle);
      const auto nearest = base::find_nearest(reference.target.handle, known);
      sink.error("unknown-reference", reference.span,
                 fmt::format("no manifest declares the {} '{}'", reference.target.kind,
                             base::printable(reference.target.handle, 100)),
                 nearest ? fmt::format("did you mean '{}'?", *nearest)
                         : std::string("refer to an object outside the repository with {live: ID}"),
                 diag::Mark::kMayLackEnvironment);
    }
}

void merge_items(std::vector<DesiredObject>& objects, diag::Sink& sink) {
  ItemMerger(objects, sink).run();
}

}  // namespace descopectl::manifest
