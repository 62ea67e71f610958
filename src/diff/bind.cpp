// Which live object each manifest describes.
//
// Passes, strongest evidence first, so that a weak match never takes what a strong one claims: explicit ids,
// then the state, then natural keys, then identifying names. What is left over is to be created, unless an
// unclaimed live object has the same display name: then somebody has to say which of the two is meant.
#include "descopectl/diff/bind.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::diff {
namespace {

using model::DesiredObject;
using model::LiveKind;
using model::LiveObject;
using model::RecordedObject;

std::string effective_id(const DesiredObject& object) {
  if (object.id) return *object.id;
  return schema::is_id_chosen_by_client(*object.kind, object.spec) ? object.key.handle : std::string();
}

class Binder {
 public:
  Binder(const model::DesiredState& desired, const model::LiveState& live,
         const model::RecordedState& recorded, diag::Sink& sink)
      : desired_(desired), live_(live), recorded_(recorded), sink_(sink) {}

  std::vector<Binding> run() {
    bindings_.resize(desired_.objects.size());
    for (std::size_t i = 0; i < bindings_.size(); ++i)
      bindings_[i].desired = &desired_.objects[i];
    for (const auto pass :
         {&Binder::bind_by_id, &Binder::bind_to_old_id, &Binder::bind_by_state, &Binder::bind_by_natural_key,
          &Binder::bind_by_name, &Binder::set_new_id, &Binder::bind_by_key_fields,
          &Binder::check_display_name, &Binder::attach_record, &Binder::check_left_behind})
      for (Binding& binding : bindings_)
        (this->*pass)(binding);
    return std::move(bindings_);
  }

 private:
  const LiveKind* live_kind(const Binding& binding) const { return live_.find(binding.desired->kind->name); }

  bool is_claimed(const Binding& binding, const std::string& id) const {
    return claimed_.contains({binding.desired->key.kind, id});
  }

  /// What of the manifest bound it: metadata.id, the name, or else its handle.
  static diag::Span place_of(const DesiredObject& object, BoundBy by) {
    if (by == BoundBy::kId) return object.place_of(object.kind->id_field);
    return by == BoundBy::kName ? object.place_of(object.kind->name_field) : object.span;
  }

  /// Claims `live` for `binding`; two manifests on one live object are an error that names both.
  bool claim(Binding& binding, const LiveObject& live, BoundBy by) {
    const schema::Kind& kind = *binding.desired->kind;
    if (kind.is_system != nullptr && kind.is_system(live.body)) {
      sink_.error(
          "system-object", place_of(*binding.desired, by),
          fmt::format("{} would take over the {} '{}', which is the system's own and can't be redefined",
                      binding.desired->key.to_string(), kind.title,
                      base::printable(base::text_member(live.body, kind.name_field), 100)),
          "remove this manifest; others may name it as it is");
      return false;
    }
    const auto [at, is_new] = claimed_.try_emplace({binding.desired->key.kind, live.id}, &binding);
    if (!is_new) {
      const DesiredObject& other = *at->second->desired;
      sink_.add({diag::Severity::kError,
                 "duplicate-binding",
                 fmt::format("{} and {} are both bound to the live object '{}'", other.key.to_string(),
                             binding.desired->key.to_string(), live.id),
                 "",
                 "give one of them another metadata.id, or remove it",
                 place_of(*binding.desired, by),
                 {{place_of(other, at->second->by), "the other is here"}}});
      return false;
    }
    binding.live = &live;
    binding.by = by;
    binding.known_id = live.id;
    return true;
  }

  void bind_by_id(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (!object.id) return;
    binding.known_id = *object.id;
    const LiveKind* kind = live_kind(binding);
    const LiveObject* live = kind == nullptr ? nullptr : kind->find(*object.id);
    if (live != nullptr) {
      claim(binding, *live, BoundBy::kId);
    } else if (!schema::is_id_chosen_by_client(*object.kind, object.spec)) {
      const auto own = recorded_.objects.find(object.key);
      binding.is_id_gone = own != recorded_.objects.end() && own->second.live_id == *object.id;
      if (!binding.is_id_gone) report_missing_id(binding, sink_);
    }
  }

  /// metadata.id of an owned object was changed to one that is to be created: the object that is owned has to
  /// go, or it would be forgotten. Where another manifest took it, it stays.
  void bind_to_old_id(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    const LiveKind* kind = live_kind(binding);
    if (binding.live != nullptr || !object.id || kind == nullptr ||
        !schema::is_id_chosen_by_client(*object.kind, object.spec))
      return;
    const auto own = recorded_.objects.find(object.key);
    if (own == recorded_.objects.end() || own->second.live_id == *object.id) return;
    const LiveObject* old = kind->find(own->second.live_id);
    if (old == nullptr || is_claimed(binding, old->id)) return;
    claim(binding, *old, BoundBy::kState);
    binding.is_id_changed = true;
    binding.known_id = *object.id;
  }

  void bind_by_state(Binding& binding) {
    // With another key it is another object, whatever the state called it.
    if (binding.live != nullptr || binding.desired->id || schema::has_key(*binding.desired->kind)) return;
    const auto at = recorded_.objects.find(binding.desired->key);
    if (at == recorded_.objects.end()) return;
    const LiveKind* kind = live_kind(binding);
    const LiveObject* live = kind == nullptr ? nullptr : kind->find(at->second.live_id);
    if (live != nullptr)
      claim(binding, *live, BoundBy::kState);
    else
      binding.was_deleted = true;
  }

  /// Is there anything to look for by value?
  bool is_open(const Binding& binding) const {
    const DesiredObject& object = *binding.desired;
    return binding.live == nullptr && !settled_.contains(&binding) && live_kind(binding) != nullptr &&
           (!object.id || schema::is_id_chosen_by_client(*object.kind, object.spec));
  }

  void bind_by_natural_key(Binding& binding) {
    if (!is_open(binding)) return;
    for (const std::string_view field : binding.desired->kind->natural_keys)
      if (bind_unique(binding, field, BoundBy::kNaturalKey)) return;
  }

  void bind_by_name(Binding& binding) {
    const schema::Kind& kind = *binding.desired->kind;
    if (kind.is_name_identity && is_open(binding)) bind_unique(binding, kind.name_field, BoundBy::kName);
  }

  void set_new_id(Binding& binding) {
    if (binding.live == nullptr && !settled_.contains(&binding))
      binding.known_id = effective_id(*binding.desired);
  }

  /// What the manifest says of a field that may identify its object.
  static std::string wanted_value(const DesiredObject& object, std::string_view field) {
    return field == object.kind->id_field ? effective_id(object)
                                          : std::string(base::text_member(object.spec, field));
  }

  /// Their keys are made of the ids of others: those are bound before.
  void bind_by_key_fields(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (!schema::has_key(*object.kind)) return;
    const IdOf id_of = [this](const model::ObjectKey& key) { return known_id(key); };
    binding.known_id = find_key_id(*object.kind, object.spec, id_of);
    const LiveKind* kind = live_kind(binding);
    const LiveObject* live =
        kind == nullptr || binding.known_id.empty() ? nullptr : kind->find(binding.known_id);
    if (live != nullptr) claim(binding, *live, BoundBy::kNaturalKey);
  }

  std::optional<std::string> known_id(const model::ObjectKey& key) const {
    const auto at = std::lower_bound(
        bindings_.begin(), bindings_.end(), key,
        [](const Binding& binding, const model::ObjectKey& wanted) { return binding.desired->key < wanted; });
    if (at == bindings_.end() || at->desired->key != key || at->known_id.empty()) return std::nullopt;
    return at->known_id;
  }

  /// True where the search is over: bound, or several match.
  bool bind_unique(Binding& binding, std::string_view field, BoundBy by) {
    const std::string wanted = wanted_value(*binding.desired, field);
    if (wanted.empty()) return false;
    std::vector<const LiveObject*> matches;
    for (const LiveObject& live : live_kind(binding)->objects)
      if (base::text_member(live.body, field) == wanted && has_scope(binding, live, field) &&
          !is_out_of_reach(binding, live) && !is_given_up(binding, live, field, wanted))
        matches.push_back(&live);
    if (matches.empty()) return false;
    settled_.insert(&binding);
    if (matches.size() > 1)
      report_several(binding, field, wanted, matches);
    else if (claim(binding, *matches.front(), by) && by == BoundBy::kNaturalKey)
      binding.natural_key = field;
    return true;
  }

  /// Is the live object of the tenant, or of none, for which the manifest says what the field is?
  static bool has_scope(const Binding& binding, const LiveObject& live, std::string_view field) {
    const schema::Kind& kind = *binding.desired->kind;
    return schema::scope_of(kind, field, live.body) == schema::scope_of(kind, field, binding.desired->spec);
  }

  /// Another manifest has that object by stronger evidence and gives it another value: ours takes the value
  /// over for an object of its own.
  bool is_given_up(const Binding& binding, const LiveObject& live, std::string_view field,
                   const std::string& value) const {
    const auto at = claimed_.find({binding.desired->key.kind, live.id});
    if (at == claimed_.end()) return false;
    const std::string instead = wanted_value(*at->second->desired, field);
    const bool says_scope = at->second->desired->spec.contains(binding.desired->kind->unique_within);
    if (says_scope && !has_scope(*at->second, live, field)) return true;
    return !instead.empty() && instead != value;
  }

  /// A name never binds to what belongs to somebody else by nature (a tenant's role, a self-registered app).
  static bool is_out_of_reach(const Binding& binding, const LiveObject& live) {
    const schema::Kind& kind = *binding.desired->kind;
    if (kind.is_system != nullptr && kind.is_system(live.body)) return false;  // a match, and an error
    if (!kind.is_name_identity || kind.is_never_pruned == nullptr || !kind.is_never_pruned(live.body))
      return false;
    return !kind.is_never_pruned(binding.desired->spec);
  }

  void report_several(const Binding& binding, std::string_view field, const std::string& wanted,
                      const std::vector<const LiveObject*>& matches) {
    std::vector<std::string_view> ids;
    for (const LiveObject* match : matches)
      ids.push_back(match->id);
    sink_.error(
        "several-matches", binding.desired->span,
        fmt::format("{} matches {} live objects with the {} '{}': {}", binding.desired->key.to_string(),
                    matches.size(), field, base::printable(wanted, 100), base::join_words(ids)),
        "write the one that is meant as metadata.id", diag::Mark::kBlocksOnlyWrites);
  }

  static std::string quoted(const std::vector<std::string_view>& ids) {
    std::vector<std::string> texts;
    for (const std::string_view id : ids)
      texts.push_back(fmt::format("'{}'", base::printable(id, 100)));
    return base::join_words({texts.begin(), texts.end()});
  }

  /// Reports what may be the object already, made by an interrupted run: for a manifest of which nothing but
  /// an id tells its object. The handle may have changed since.
  bool is_maybe_made(const Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (binding.live != nullptr || object.id || schema::has_key(*object.kind) ||
        !schema::identity_of(*object.kind, object.spec).empty())
      return false;
    std::vector<std::string_view> ids;
    for (const auto& [key, intent] : recorded_.intents) {
      if (key.kind != object.key.kind || (key != object.key && desired_.find(key) != nullptr)) continue;
      for (const std::string& id : intent.candidates)
        if (!is_claimed(binding, id) && recorded_.find_live(key.kind, id) == nullptr) ids.push_back(id);
    }
    if (ids.empty()) return false;
    sink_.error(
        "possible-match", object.span,
        fmt::format("{} was being created when a run was interrupted, and the live {}{} {} may be it",
                    object.key.to_string(), object.kind->name, ids.size() == 1 ? "" : "s", quoted(ids)),
        fmt::format("write 'metadata.id: {}' to bind it, or delete it in the console to have another "
                    "one created",
                    ids.front()),
        diag::Mark::kBlocksOnlyWrites);
    return true;
  }

  /// Owned by nobody; or, where ids are handles, under one that is no longer declared: with a new handle a
  /// new object would be made, and the old one deleted.
  bool is_anybodys(const DesiredObject& object, const LiveObject& live) const {
    const RecordedObject* owner = recorded_.find_live(object.key.kind, live.id);
    if (owner == nullptr) return true;
    return schema::is_id_chosen_by_client(*object.kind, object.spec) &&
           desired_.find(owner->key) == nullptr && desired_.is_root_loaded(owner->root);
  }

  void check_display_name(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (is_maybe_made(binding)) return;
    if (binding.live != nullptr || object.kind->is_name_identity || object.id ||
        object.kind->name_field.empty())
      return;
    const LiveKind* kind = live_kind(binding);
    const std::string_view wanted = base::text_member(object.spec, object.kind->name_field);
    if (kind == nullptr || wanted.empty()) return;
    std::vector<std::string_view> ids;
    for (const LiveObject& live : kind->objects)
      if (base::text_member(live.body, object.kind->name_field) == wanted &&
          !claimed_.contains({object.key.kind, live.id}) && is_anybodys(object, live))
        ids.push_back(live.id);
    if (ids.empty()) return;
    sink_.error(
        "possible-match", object.span,
        fmt::format("{} is not in the project, but the live {}{} {} {} the same name '{}'",
                    object.key.to_string(), object.kind->name, ids.size() == 1 ? "" : "s", quoted(ids),
                    ids.size() == 1 ? "has" : "have", base::printable(wanted, 100)),
        schema::is_id_chosen_by_client(*object.kind, object.spec)
            ? fmt::format("write 'metadata.id: {}' to bind it, or 'metadata.id: {}' to create another one",
                          ids.front(), object.key.handle)
            : fmt::format("write 'metadata.id: {}' to bind it, or choose another name", ids.front()),
        diag::Mark::kBlocksOnlyWrites);
  }

  /// The state's word on a bound object: under its own handle, or under one that no manifest declares any
  /// more.
  void attach_record(Binding& binding) {
    const std::string& kind = binding.desired->key.kind;
    const auto own = recorded_.objects.find(binding.desired->key);
    if (own != recorded_.objects.end() && schema::has_key(*binding.desired->kind) &&
        own->second.live_id != binding.known_id)
      find_former(binding, own->second, own->second.live_id);
    else if (own != recorded_.objects.end() && !own->second.superseded_id.empty())
      find_former(binding, own->second, own->second.superseded_id);
    if (binding.live == nullptr) {
      const bool is_former = binding.former != nullptr && binding.former->id == own->second.live_id;
      if (own != recorded_.objects.end() && !is_former && !is_claimed(binding, own->second.live_id)) {
        binding.recorded = &own->second;
        binding.was_deleted = true;
      }
      return;
    }
    if (own != recorded_.objects.end() && own->second.live_id == binding.live->id) {
      binding.recorded = &own->second;
      return;
    }
    const RecordedObject* other = recorded_.find_live(kind, binding.live->id);
    if (other == nullptr) return;
    if (is_part_of_elsewhere(binding, *other)) return;
    binding.recorded = other;
    binding.is_moved = desired_.find(other->key) == nullptr;
    if (!binding.is_moved) binding.recorded = nullptr;
  }

  /// Items of an object that manifests which are not loaded now declare as a whole: its record is theirs.
  bool is_part_of_elsewhere(const Binding& binding, const RecordedObject& owner) {
    const DesiredObject& object = *binding.desired;
    if (!object.is_partial || owner.is_partial || desired_.is_root_loaded(owner.root)) return false;
    sink_.error(
        "duplicate-binding", object.span,
        fmt::format("the live {} '{}' is owned as {}, which '{}' declares", object.kind->name,
                    base::printable(binding.live->id, 100), owner.key.to_string(),
                    base::printable(owner.root, 200)),
        fmt::format("declare this beside it, or give both to one run; to have it declared here alone: "
                    "descopectl state rm {}",
                    owner.key.to_string()),
        diag::Mark::kBlocksOnlyWrites);
    return true;
  }

  /// metadata.id of an owned object now names another live object. The state knows one object by a handle, so
  /// the first would be let go of without a word, or be lost to a crash between two records of one handle.
  void check_left_behind(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    const auto own = recorded_.objects.find(object.key);
    if (binding.live == nullptr || own == recorded_.objects.end() || binding.former != nullptr) return;
    const std::string& old_id = own->second.live_id;
    if (old_id == binding.live->id || live_kind(binding)->find(old_id) == nullptr ||
        is_claimed(binding, old_id))
      return;
    sink_.error("owned-id-changed", object.place_of(object.kind->id_field),
                fmt::format("{} owns the live object '{}', and metadata.id now names another, '{}'",
                            object.key.to_string(), base::printable(old_id, 100),
                            base::printable(binding.live->id, 100)),
                fmt::format("declare '{}' under another metadata.name: then '{}' is no longer declared and "
                            "is deleted, or let go with 'lifecycle.onRemoval: keep'",
                            base::printable(binding.live->id, 100), base::printable(old_id, 100)),
                diag::Mark::kBlocksOnlyWrites);
  }

  /// What the state knows under this handle is (by its key), or has beside it (of a replacement), another
  /// object, which goes unless another manifest is bound to it.
  void find_former(Binding& binding, const RecordedObject& own, const std::string& id) {
    const LiveKind* live = live_kind(binding);
    if (live == nullptr || is_claimed(binding, id)) return;
    binding.former = live->find(id);
    if (binding.former != nullptr) binding.former_record = &own;
  }

  const model::DesiredState& desired_;
  const model::LiveState& live_;
  const model::RecordedState& recorded_;
  diag::Sink& sink_;
  std::vector<Binding> bindings_;
  std::map<std::pair<std::string, std::string>, Binding*> claimed_;
  std::set<const Binding*> settled_;  ///< found by value, or found to be ambiguous
};

}  // namespace

void report_missing_id(const Binding& binding, diag::Sink& sink) {
  const DesiredObject& object = *binding.desired;
  const std::string id = base::printable(*object.id, 100);
  const std::string_view what =
      binding.is_id_gone ? "was deleted outside descopectl" : "is not in the project";
  const diag::Span place = object.place_of(object.kind->id_field);
  if (!object.is_partial) {
    sink.error("unknown-live-id", place,
               fmt::format("{} is bound to the live id '{}', which {}", object.key.to_string(), id, what),
               binding.is_id_gone
                   ? "remove metadata.id to have the object created again, or name another live object there"
                   : "check metadata.id and the project, or remove metadata.id to have the object created");
    return;
  }
  const auto all = kinds::all();
  const auto item = std::find_if(all.begin(), all.end(), [&](const schema::Kind* kind) {
    return kind->item_of.kind == object.kind->name;
  });
  const std::string_view name = item == all.end() ? object.kind->name : (*item)->name;
  const std::string_view field = item == all.end() ? std::string_view("id") : (*item)->item_of.reference;
  sink.error("unknown-live-id", place,
             fmt::format("the live {} '{}', which this {} names, {}", object.kind->name, id, name, what),
             fmt::format("check 'spec.{0}: {{live: {1}}}' and the project; where the {2} is gone for good, "
                         "remove the {3} or name another {2}",
                         field, id, object.kind->name, name));
}

const json::object* find_pending_create(const Binding& binding) {
  if (binding.live != nullptr || binding.recorded == nullptr || binding.recorded->pending_create.empty())
    return nullptr;
  return &binding.recorded->pending_create;
}

std::string find_key_id(const schema::Kind& kind, const json::object& spec, const IdOf& id_of) {
  json::object key;
  for (const std::string_view field : kind.key_fields) {
    const json::value* value = spec.if_contains(field);
    if (value == nullptr) return {};
    if (const auto target = model::marker::find_reference(*value)) {
      const auto id = id_of(*target);
      if (!id) return {};
      key[field] = *id;
    } else {
      key[field] = *value;
    }
  }
  return schema::has_key(kind) ? schema::live_id_of(kind, key) : std::string();
}

std::vector<Binding> bind_objects(const model::DesiredState& desired, const model::LiveState& live,
                                  const model::RecordedState& recorded, diag::Sink& sink) {
  return Binder(desired, live, recorded, sink).run();
}

}  // namespace descopectl::diff
