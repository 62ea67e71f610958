// Which live object each manifest describes.
//
// Three passes, strongest evidence first, so that a weak match never takes what a strong one claims: explicit
// ids, then the state, then natural keys and identifying names. What is left over is to be created, unless an
// unclaimed live object has the same display name: then somebody has to say which of the two is meant.
#include "descopectl/diff/bind.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::diff {
namespace {

using model::DesiredObject;
using model::LiveKind;
using model::LiveObject;
using model::RecordedObject;

std::string_view text_of(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::string effective_id(const DesiredObject& object) {
  if (object.id) return *object.id;
  return object.kind->id_chosen_by_client ? object.key.handle : std::string();
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
    for (Binding& binding : bindings_)
      bind_by_id(binding);
    for (Binding& binding : bindings_)
      bind_by_state(binding);
    for (Binding& binding : bindings_)
      bind_by_key(binding);
    for (Binding& binding : bindings_)
      check_display_name(binding);
    for (Binding& binding : bindings_)
      attach_record(binding);
    return std::move(bindings_);
  }

 private:
  const LiveKind* live_kind(const Binding& binding) const { return live_.find(binding.desired->kind->name); }

  /// Claims `live` for `binding`; two manifests on one live object are an error that names both.
  bool claim(Binding& binding, const LiveObject& live, BoundBy by) {
    const auto [at, is_new] = claimed_.try_emplace({binding.desired->key.kind, live.id}, &binding);
    if (!is_new) {
      const DesiredObject& other = *at->second->desired;
      sink_.add({diag::Severity::kError,
                 "duplicate-binding",
                 fmt::format("{} and {} are both bound to the live object '{}'", other.key.to_string(),
                             binding.desired->key.to_string(), live.id),
                 "",
                 "give one of them another metadata.id, or remove it",
                 binding.desired->span,
                 {{other.span, "the other is here"}}});
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
    } else if (!object.kind->id_chosen_by_client) {
      sink_.error("unknown-live-id", object.span,
                  fmt::format("{} is bound to the live id '{}', which is not in the project",
                              object.key.to_string(), base::printable(*object.id, 100)),
                  "check metadata.id and the project, or remove metadata.id to have the object created");
    } else if (kind != nullptr) {
      bind_to_old_id(binding, *kind);
    }
  }

  /// metadata.id of an owned object was changed: the object that is owned has to go, or it would be
  /// forgotten.
  void bind_to_old_id(Binding& binding, const LiveKind& kind) {
    const auto own = recorded_.objects.find(binding.desired->key);
    if (own == recorded_.objects.end() || own->second.live_id == *binding.desired->id) return;
    const LiveObject* old = kind.find(own->second.live_id);
    if (old == nullptr || !claim(binding, *old, BoundBy::kState)) return;
    binding.is_id_changed = true;
    binding.known_id = *binding.desired->id;
  }

  void bind_by_state(Binding& binding) {
    if (binding.live != nullptr || binding.desired->id) return;
    const auto at = recorded_.objects.find(binding.desired->key);
    if (at == recorded_.objects.end()) return;
    const LiveKind* kind = live_kind(binding);
    const LiveObject* live = kind == nullptr ? nullptr : kind->find(at->second.live_id);
    if (live != nullptr)
      claim(binding, *live, BoundBy::kState);
    else
      binding.was_deleted = true;
  }

  void bind_by_key(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (binding.live != nullptr || (object.id && !object.kind->id_chosen_by_client)) return;
    const LiveKind* kind = live_kind(binding);
    if (kind == nullptr) {
      binding.known_id = effective_id(object);
      return;
    }
    for (const std::string_view field : object.kind->natural_keys) {
      const std::string wanted =
          field == object.kind->id_field ? effective_id(object) : std::string(text_of(object.spec, field));
      if (!wanted.empty() && bind_unique(binding, *kind, field, wanted, BoundBy::kNaturalKey)) return;
    }
    if (object.kind->is_name_identity) {
      const std::string wanted(text_of(object.spec, object.kind->name_field));
      if (!wanted.empty() && bind_unique(binding, *kind, object.kind->name_field, wanted, BoundBy::kName))
        return;
    }
    binding.known_id = effective_id(object);
  }

  /// True where the search is over: bound, or several match.
  bool bind_unique(Binding& binding, const LiveKind& kind, std::string_view field, const std::string& wanted,
                   BoundBy by) {
    std::vector<const LiveObject*> matches;
    for (const LiveObject& live : kind.objects)
      if (text_of(live.body, field) == wanted && !is_out_of_reach(binding, live)) matches.push_back(&live);
    if (matches.empty()) return false;
    if (matches.size() > 1) {
      report_several(binding, field, wanted, matches);
      return true;
    }
    claim(binding, *matches.front(), by);
    return true;
  }

  /// A name never binds to what belongs to somebody else by nature (a tenant's role, a self-registered app).
  static bool is_out_of_reach(const Binding& binding, const LiveObject& live) {
    const schema::Kind& kind = *binding.desired->kind;
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
        "write the one that is meant as metadata.id");
  }

  void check_display_name(Binding& binding) {
    const DesiredObject& object = *binding.desired;
    if (binding.live != nullptr || object.kind->is_name_identity || object.id ||
        object.kind->name_field.empty())
      return;
    const LiveKind* kind = live_kind(binding);
    const std::string_view wanted = text_of(object.spec, object.kind->name_field);
    if (kind == nullptr || wanted.empty()) return;
    std::vector<std::string_view> ids;
    for (const LiveObject& live : kind->objects)
      if (text_of(live.body, object.kind->name_field) == wanted &&
          !claimed_.contains({object.key.kind, live.id}) &&
          recorded_.find_live(object.key.kind, live.id) == nullptr)
        ids.push_back(live.id);
    if (ids.empty()) return;
    sink_.error(
        "possible-match", object.span,
        fmt::format("{} is not in the project, but the live {} {} the same name '{}'", object.key.to_string(),
                    base::join_words(ids), ids.size() == 1 ? "has" : "have", base::printable(wanted, 100)),
        object.kind->id_chosen_by_client
            ? fmt::format("write 'metadata.id: {}' to bind it, or 'metadata.id: {}' to create another one",
                          ids.front(), object.key.handle)
            : fmt::format("write 'metadata.id: {}' to bind it, or choose another name", ids.front()));
  }

  /// The state's word on a bound object: under its own handle, or under one that no manifest declares any
  /// more.
  void attach_record(Binding& binding) {
    const std::string& kind = binding.desired->key.kind;
    const auto own = recorded_.objects.find(binding.desired->key);
    if (binding.live == nullptr) {
      if (own != recorded_.objects.end()) {
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
    binding.recorded = other;
    binding.is_moved = desired_.find(other->key) == nullptr;
    if (!binding.is_moved) binding.recorded = nullptr;
  }

  const model::DesiredState& desired_;
  const model::LiveState& live_;
  const model::RecordedState& recorded_;
  diag::Sink& sink_;
  std::vector<Binding> bindings_;
  std::map<std::pair<std::string, std::string>, Binding*> claimed_;
};

}  // namespace

std::vector<Binding> bind_objects(const model::DesiredState& desired, const model::LiveState& live,
                                  const model::RecordedState& recorded, diag::Sink& sink) {
  return Binder(desired, live, recorded, sink).run();
}

}  // namespace descopectl::diff
