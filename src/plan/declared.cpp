// One action for each declared object.
#include <fmt/format.h>

#include <algorithm>

#include "build.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/zero.hpp"

namespace descopectl::plan {
namespace {

using diff::Binding;
using diff::Comparison;
using diff::SecretStatus;
using schema::Field;

class DeclaredBuilder {
 public:
  DeclaredBuilder(Draft& draft, const Binding& binding)
      : draft_(draft),
        binding_(binding),
        desired_(*binding.desired),
        kind_(*desired_.kind),
        policy_(draft.input.policy) {}

  void build() {
    if (binding_.is_id_gone && !policy_.is_drift) diff::report_missing_id(binding_, draft_.sink);
    // Nothing can be made under an id that is gone; drift finds it by the state.
    if (binding_.is_id_gone || (desired_.is_partial && binding_.live == nullptr)) return;
    comparison_ = diff::compare_object(kind_, binding_, draft_.id_of(), policy_.connection_scope_format);
    draft_.uses_unverified_encoding = draft_.uses_unverified_encoding || comparison_.uses_unverified_encoding;
    if (!policy_.is_drift) report_misplaced();
    fill_head();
    add_secrets();
    decide();
    fill_record();
    check_adoption();
    draft_.plan.actions.push_back(std::move(action_));
    if (binding_.former != nullptr) delete_former();
  }

 private:
  void report_misplaced() {
    for (const diff::MisplacedItem& item : comparison_.misplaced) {
      const schema::Kind* named = kinds::find_named(item.names);
      draft_.sink.error(
          "invalid-combination", desired_.place_of_item(item.place),
          fmt::format("'connections' of the scope '{}': live keeps it in {} of {}, where values are {} names",
                      base::printable(item.name, 100), item.list, desired_.key.to_string(),
                      named == nullptr ? item.names : named->title),
          "take 'connections' out (live's values stay), write those names as 'values', or give the scope "
          "another name");
    }
  }

  /// The object that the manifest described before its key changed.
  void delete_former() {
    const bool is_known_by_key = schema::has_key(kind_);
    Action action = make_delete(kind_, desired_.key, *binding_.former,
                                is_known_by_key ? "what it is known by changes" : kUnfinishedReplacement);
    action.is_owned = binding_.former_record != nullptr;
    if (action.is_owned) {
      action.record = *binding_.former_record;
      action.is_moved = action.record.key != desired_.key;
      if (action.is_moved) action.moved_from = action.record.key;
    }
    action.source = desired_.span;
    draft_.plan.actions.push_back(std::move(action));
  }

  void fill_head() {
    action_.key = desired_.key;
    action_.descriptor = &kind_;
    action_.live_id = binding_.known_id;
    action_.source = desired_.span;
    action_.managed = comparison_.managed;
    action_.changes = comparison_.changes;
    action_.replaced_by = comparison_.replaced_by;
    if (binding_.is_id_changed) {
      const std::string path = "/" + std::string(kind_.id_field);
      action_.live_id = binding_.live->id;
      action_.replaced_by.push_back(path);
      action_.changes.insert(action_.changes.begin(),
                             schema::FieldChange{path, json::value(binding_.live->id),
                                                 json::value(binding_.known_id), nullptr, false});
    }
    action_.no_longer_managed = comparison_.no_longer_managed;
    action_.is_owned = binding_.recorded != nullptr && binding_.live != nullptr;
    action_.is_adopted = binding_.live != nullptr && binding_.recorded == nullptr;
    action_.is_moved = binding_.is_moved;
    if (binding_.is_moved) action_.moved_from = binding_.recorded->key;
    action_.was_deleted =
        binding_.was_deleted && binding_.live == nullptr && diff::find_pending_create(binding_) == nullptr;
    action_.display_name = name_of(kind_, comparison_.target);
  }

  void add_secrets() {
    for (const model::SecretField& field : desired_.secrets) {
      SecretUse use;
      use.pointer = field.pointer;
      use.source = field.source;
      use.span = field.span;
      const auto status = draft_.input.secrets.find({desired_.key, field.pointer});
      if (status != draft_.input.secrets.end()) {
        use.status = status->second.form;
        use.problem = status->second.problem;
        use.fingerprint = status->second.fingerprint;
      }
      action_.secrets.push_back(std::move(use));
    }
    if (binding_.recorded == nullptr) return;
    for (const auto& [pointer, fingerprint] : binding_.recorded->secrets) {
      const bool is_declared = std::any_of(action_.secrets.begin(), action_.secrets.end(),
                                           [&](const SecretUse& use) { return use.pointer == pointer; });
      if (!is_declared) action_.no_longer_managed.push_back(pointer);
    }
  }

  /// What the manifest does not manage, and no update can change, has its say in the rules of the kind, too.
  void check_with(const json::object& body) {
    if (kind_.check == nullptr || policy_.is_drift) return;
    json::object whole = action_.managed;
    for (const Field& row : kind_.fields) {
      const json::value* value = body.if_contains(row.wire_name());
      if (row.immutable && value != nullptr && !base::is_zero(*value) && !whole.contains(row.wire_name()))
        whole[row.wire_name()] = *value;
    }
    if (whole.size() == action_.managed.size()) return;
    std::vector<schema::RuleFinding> findings;
    kind_.check(whole, findings);
    for (const schema::RuleFinding& finding : findings)
      draft_.sink.error(finding.code, desired_.place_of(finding.pointer.substr(1)),
                        fmt::format("{} is in the project as what its manifest does not say: {}",
                                    desired_.key.to_string(), finding.summary),
                        finding.hint);
  }

  void decide() {
    if (binding_.live == nullptr) return make_create();
    action_.before = binding_.live->body;
    if (!action_.replaced_by.empty()) return make_replace();
    check_with(binding_.live->body);
    const bool sends_secret = choose_secrets_for_update();
    if (action_.changes.empty() && !sends_secret) return;
    action_.kind = ActionKind::kUpdate;
    fill_body(action_, binding_.live->body, comparison_.target, policy_);
    warn_of_update(binding_.live->body);
  }

  void make_create() {
    action_.kind = ActionKind::kCreate;
    action_.body =
        schema::cut_to_call(kind_.fields, comparison_.target, schema::kInCreate, policy_.inbound_generation);
    write_resets();
    put_id();
    if (action_.was_deleted) action_.reason = "it was deleted outside descopectl";
    if (diff::find_pending_create(binding_) != nullptr)
      action_.reason = comparison_.is_of_other_origin
                           ? "its replacement was not finished"
                           : "its replacement was not finished; live's former fields are carried over";
    const schema::CreateVariant* variant = schema::find_variant(kind_, action_.body);
    if (variant != nullptr && schema::leaves_out(*variant, action_.body)) warn_of_update(action_.body);
    send_all_secrets();
  }

  /// What is reset is left out of a plain create; another create call may have a value of its own for it,
  /// also where it does not take the field: the update after it does.
  void write_resets() {
    const schema::CreateVariant* variant = schema::find_variant(kind_, action_.body);
    if (variant == nullptr) return;
    if (action_.kind == ActionKind::kReplace && !comparison_.is_of_other_origin) carry_zeros();
    for (const auto& [name, value] : action_.managed) {
      const Field* row = schema::find_wire_field(kind_.fields, name);
      const bool is_sent = row != nullptr && !row->is_origin &&
                           (row->in(schema::kInUpdate) || schema::takes(*variant, row->wire_name()));
      if (value.is_null() && is_sent) action_.body[name] = schema::zero_of(*row);
    }
  }

  /// What live has and is zero, left out elsewhere, would come back as the template's value.
  void carry_zeros() {
    for (const Field& row : kind_.fields) {
      const json::value* value = action_.before.if_contains(row.wire_name());
      const bool is_carried = row.in(schema::kInUpdate) && row.is_settable() && !row.immutable;
      if (value != nullptr && base::is_zero(*value) && is_carried && !action_.body.contains(row.wire_name()))
        action_.body[row.wire_name()] = schema::zero_of(row);
    }
  }

  /// A create is told the id where that is ours to choose.
  void put_id() {
    if (!kind_.id_chosen_by_client) return;
    if (!schema::is_id_chosen_by_client(kind_, desired_.spec)) {
      action_.body.erase(kind_.id_field);
      return;
    }
    json::object body;
    body[kind_.id_field] = binding_.known_id;
    for (const auto& [name, value] : action_.body)
      if (name != kind_.id_field) body[name] = value;
    action_.body = std::move(body);
  }

  void make_replace() {
    action_.kind = ActionKind::kReplace;
    check_with(comparison_.target);
    fill_body(action_, binding_.live->body, comparison_.target, policy_);
    write_resets();
    std::erase_if(action_.no_longer_managed, [this](const std::string& path) {
      const Field* row = schema::find_row(kind_.fields, path);
      return row != nullptr && row->write_only;  // the new object has none
    });
    put_id();
    for (const schema::Breakage& breakage : kind_.replacement_breaks)
      if (breakage.holds == nullptr || breakage.holds(binding_.live->body, comparison_.target))
        action_.consequences.emplace_back(breakage.text);
    if (const std::string_view loss = kind_.counted_loss.text; !loss.empty())
      action_.consequences.emplace_back(loss);
    for (const std::string& path : action_.unlisted)
      action_.consequences.push_back(
          fmt::format("the field {}, which this program does not know, is lost", path));
    for (const Field& field : kind_.fields)
      if (field.secret && field.in(schema::kInUpdate)) tell_of_secret(field);
    send_all_secrets();
    refuse_fixed_id();
    if (policy_.allow_replace) return;
    draft_.plan.refusals.push_back(
        {"replacement-not-allowed",
         fmt::format("{} must be replaced (deleted and created again): {} can't be changed in place",
                     desired_.key.to_string(),
                     base::join_words({action_.replaced_by.begin(), action_.replaced_by.end()})),
         "take the change back, or allow it with --allow-replace", desired_.key});
  }

  /// The object that takes its place gets another id, and the manifest would name one that is gone.
  void refuse_fixed_id() {
    if (!desired_.id || policy_.is_drift || schema::is_id_chosen_by_client(kind_, desired_.spec)) return;
    draft_.sink.error(
        "id-of-replaced", desired_.place_of(kind_.id_field),
        fmt::format("metadata.id names the live object that is to be replaced because of {}, and the service "
                    "gives the new one another id",
                    base::join_words({action_.replaced_by.begin(), action_.replaced_by.end()})),
        action_.is_owned ? "remove metadata.id: the state knows the object"
                         : "take the change back and apply, then remove metadata.id: the state knows the "
                           "object from then on");
  }

  /// What becomes of a secret of the object that is replaced.
  void tell_of_secret(const Field& field) {
    const bool is_declared = std::any_of(
        action_.secrets.begin(), action_.secrets.end(),
        [&](const SecretUse& use) { return use.pointer == "/" + std::string(field.wire_name()); });
    std::erase(action_.no_longer_managed, "/" + std::string(field.wire_name()));
    const json::value* sign = action_.before.if_contains(field.set_with);
    const bool is_set = field.set_with.empty() || (sign != nullptr && !base::is_zero(*sign));
    if (is_declared)
      action_.consequences.push_back(fmt::format("{} is sent again and must be at hand", field.name));
    else if (is_set)
      action_.consequences.push_back(
          fmt::format("{} can't be read back and is not in the manifest: it is lost", field.name));
  }

  void send_all_secrets() {
    for (SecretUse& use : action_.secrets) {
      const Field* row = schema::find_row(kind_.fields, use.pointer);
      use.is_sent = use.source.form != model::SecretSource::Form::kClear && row != nullptr &&
                    row->in(schema::kInCreate);
    }
  }

  /// It stands in the way of an apply alone: drift counts it as changed and goes on.
  void report_untakable(const SecretUse& use, const Field& row) {
    draft_.sink.add(
        {policy_.is_drift ? diag::Severity::kWarning : diag::Severity::kError,
         "secret-needs-rotate",
         fmt::format("the {} of {} changed, and the service takes it only when the object is created",
                     row.name, desired_.key.to_string()),
         "",
         fmt::format("after a rotate, put the secret that counts into its source ('descopectl "
                     "output {0} --show-secret' tells it); for a new one, take the old value back "
                     "and run 'descopectl rotate {0}'",
                     desired_.key.to_string()),
         use.span,
         {}});
  }

  /// True where a secret makes this an update. A secret that did not change is never sent.
  bool choose_secrets_for_update() {
    bool any = false;
    for (SecretUse& use : action_.secrets) {
      const Field* row = schema::find_row(kind_.fields, use.pointer);
      // One that is not at hand is missed before the first write.
      const bool is_forced = policy_.send_secret.contains(desired_.key.to_string());
      if (use.status != SecretStatus::Form::kChanged && !is_forced) continue;
      if (row != nullptr && !row->in(schema::kInUpdate)) {
        report_untakable(use, *row);
        if (!policy_.is_drift) continue;
      }
      use.is_sent = true;
      any = true;
      action_.changes.push_back({use.pointer, nullptr, nullptr, row, true});
    }
    return any;
  }

  /// `body` is live's, or what is created and then updated for what the create call does not take.
  void warn_of_update(const json::object& body) {
    if (kind_.update_warning == nullptr) return;
    const std::string_view text = kind_.update_warning(body);
    if (!text.empty()) action_.warnings.emplace_back(text);
  }

  void fill_record() {
    model::RecordedObject& record = action_.record;
    if (binding_.recorded != nullptr) record = *binding_.recorded;
    plan::fill_record(record, binding_);
    record.applied = comparison_.applied;
    for (const std::string& pointer : action_.no_longer_managed)
      record.secrets.erase(pointer);
    if (binding_.live == nullptr) record.changed_by_server.clear();
    action_.records = draft_.input.is_state_kept &&
                      (binding_.recorded == nullptr || is_different(record, *binding_.recorded));
  }

  /// Items that were taken out once are no business of a later comparison.
  static json::value without_removed(const json::value& value) {
    if (const json::array* items = model::marker::find_items(value))
      return model::marker::make_items(*items, {});
    const json::object* object = value.if_object();
    if (object == nullptr) return value;
    json::object result;
    for (const auto& [name, member] : *object)
      result[name] = without_removed(member);
    return result;
  }

  /// In one order, so that what a server lists in another is no difference.
  json::object settled(const json::object& applied) const {
    return schema::canonical(kind_.fields, without_removed(applied).get_object());
  }

  bool is_different(const model::RecordedObject& left, const model::RecordedObject& right) const {
    return left.key != right.key || left.live_id != right.live_id || left.root != right.root ||
           left.prevent_destroy != right.prevent_destroy || left.keep_on_removal != right.keep_on_removal ||
           left.is_partial != right.is_partial || left.depends_on != right.depends_on ||
           settled(left.applied) != settled(right.applied) || left.secrets != right.secrets ||
           left.pending_create != right.pending_create || left.superseded_id != right.superseded_id;
  }

  void check_adoption() {
    if (!action_.is_adopted) return;
    if (!draft_.input.is_state_kept) {
      action_.is_adopted = false;
      return;
    }
    const bool has_change = action_.kind != ActionKind::kNoop;
    const bool is_allowed =
        policy_.adopt == Adopt::kAlways || (policy_.adopt == Adopt::kUnchanged && !has_change);
    // New items on somebody else's object are ours; items that are there already are somebody's.
    const bool only_adds = desired_.is_partial && std::all_of(action_.changes.begin(), action_.changes.end(),
                                                              [](const schema::FieldChange& change) {
                                                                return change.before.is_null();
                                                              });
    if (is_allowed || (only_adds && policy_.adopt != Adopt::kNever)) return;
    const bool is_empty = draft_.input.recorded->objects.empty();
    draft_.plan.refusals.push_back(
        {"adoption-not-allowed",
         fmt::format("{} is bound to the live object '{}', which this state does not own{}{}",
                     desired_.key.to_string(), action_.live_id,
                     has_change ? " and which would be changed" : "",
                     is_empty ? "; the state is empty: first run, or a lost state?" : ""),
         has_change ? "look at the plan, then allow it with --adopt (or 'adopt: always')"
                    : "'adopt: never' is configured; allow it with --adopt",
         desired_.key});
  }

  Draft& draft_;
  const Binding& binding_;
  const model::DesiredObject& desired_;
  const schema::Kind& kind_;
  const Policy& policy_;
  Comparison comparison_;
  Action action_;
};

}  // namespace

void fill_body(Action& action, const json::object& live, const json::object& target, const Policy& policy) {
  const schema::Kind& kind = *action.descriptor;
  json::object whole = target;
  action.unlisted.clear();
  action.dropped.clear();
  for (const std::string& path : schema::find_unlisted(kind.fields, live)) {
    if (action.managed.contains(base::split_pointer(path).front()) &&
        schema::find_row(kind.fields, "/" + base::split_pointer(path).front()) == nullptr)
      continue;  // an extra field of the manifest
    const std::string address = action.key.to_string() + ":";
    const bool is_dropped =
        policy.allow_drop.contains(address + path) || policy.allow_drop.contains(address + path.substr(1));
    if (is_dropped || action.kind == ActionKind::kReplace) schema::erase_at(kind.fields, whole, path);
    (is_dropped ? action.dropped : action.unlisted).push_back(path);
  }
  const schema::Calls call = action.kind == ActionKind::kReplace ? schema::kInCreate : schema::kInUpdate;
  action.body = schema::cut_to_call(kind.fields, whole, call, policy.inbound_generation);
  if (call == schema::kInUpdate) schema::put_live_id(kind, action.live_id, action.body);
}

void fill_record(model::RecordedObject& record, const Binding& binding) {
  const model::DesiredObject& desired = *binding.desired;
  record.key = desired.key;
  record.live_id = binding.known_id;
  // A pipe takes nothing from the folder that owns it: it would never be pruned again.
  const bool is_piped = desired.root == model::kStandardInputRoot && binding.recorded != nullptr;
  record.root = is_piped ? binding.recorded->root : desired.root;
  // Protection ends where a manifest says so, not where it falls silent.
  record.prevent_destroy = desired.lifecycle.prevent_destroy.value_or(record.prevent_destroy);
  record.keep_on_removal = desired.lifecycle.keep_on_removal;
  record.is_partial = desired.is_partial;
  record.pending_create.clear();  // what is done to the object now makes an end of it
  if (binding.former == nullptr) record.superseded_id.clear();
  record.depends_on.clear();
  for (const model::Reference& reference : desired.references)
    if (std::find(record.depends_on.begin(), record.depends_on.end(), reference.target) ==
        record.depends_on.end())
      record.depends_on.push_back(reference.target);
  std::sort(record.depends_on.begin(), record.depends_on.end());
}

void add_declared(Draft& draft) {
  for (const Binding& binding : draft.bindings)
    if (draft.input.scope.contains(binding.desired->key)) DeclaredBuilder(draft, binding).build();
}

}  // namespace descopectl::plan
