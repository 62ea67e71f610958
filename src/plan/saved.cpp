// Digests of plans: of a whole one, for whoever approves it, and of each of its objects, for a saved one.
#include "descopectl/plan/saved.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "build.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::plan {
namespace {

bool does_something(const Action& action) {
  return action.kind != ActionKind::kNoop || action.is_adopted || action.is_moved;
}

/// What an action does and what it relies on, secrets apart.
json::object describe(const Action& action) {
  return {{"kind", static_cast<int>(action.kind)},
          {"key", action.key.to_string()},
          {"live_id", action.live_id},
          {"before", action.before},
          {"body", action.descriptor == nullptr ? action.body
                                                : schema::canonical(action.descriptor->fields, action.body)},
          {"adopted", action.is_adopted},
          {"moved_from", action.is_moved ? action.moved_from.to_string() : ""}};
}

std::string fingerprint_of(const SecretUse& use) {
  return use.source.form == model::SecretSource::Form::kClear ? "cleared" : use.fingerprint;
}

/// Tells two values apart for an explanation; what decides takes the whole digest.
std::string brief(const json::value& value) {
  return base::short_checksum(base::to_canonical_json(value));
}

std::string digest_manifest(const model::DesiredObject* desired) {
  if (desired == nullptr) return {};
  json::object secrets;
  for (const model::SecretField& field : desired->secrets)
    secrets[field.pointer] = static_cast<int>(field.source.form);
  return brief(json::array{desired->spec, desired->id.value_or(""), desired->root, std::move(secrets)});
}

std::string digest_state(const model::RecordedState& recorded, const model::ObjectKey& key) {
  const auto at = recorded.objects.find(key);
  if (at == recorded.objects.end()) return {};
  const model::RecordedObject& object = at->second;
  json::object secrets;
  for (const auto& [pointer, fingerprint] : object.secrets)
    secrets[pointer] = fingerprint.digest;
  return brief(json::array{object.live_id, object.applied, object.pending_create, std::move(secrets)});
}

/// `before`: that of another action on the same object, or nothing.
std::string digest_live(const std::string& before, const std::string& id, const json::object& body) {
  return brief(json::array{before, id, body});
}

void add(const Action& action, const PlanInput& input, ObjectDigest& digest) {
  if (does_something(action))
    digest.deed = base::sha256_hex(digest.deed + base::to_canonical_json(describe(action)));
  if (!action.before.empty()) digest.live = digest_live(digest.live, action.live_id, action.before);
  digest.manifest = digest_manifest(input.desired->find(action.key));
  digest.state = digest_state(*input.recorded, action.is_moved ? action.moved_from : action.key);
  for (const SecretUse& use : action.secrets)
    if (use.is_sent) digest.secrets[use.pointer] = fingerprint_of(use);
}

struct SecretsCompared {
  bool is_same = true;
  std::vector<std::string> moved;  ///< pointers of those whose values moved
};

SecretsCompared compare_secrets(const ObjectDigest& saved, const ObjectDigest& now) {
  SecretsCompared compared;
  // One that only one of the two sends was sent since, or is another manifest's matter.
  const bool is_about_value = saved.state == now.state && saved.manifest == now.manifest;
  const auto note = [&](const std::string& pointer, bool has_moved) {
    compared.is_same = false;
    if (has_moved) compared.moved.push_back(pointer);
  };
  for (const auto& [pointer, fingerprint] : saved.secrets) {
    const auto at = now.secrets.find(pointer);
    if (at == now.secrets.end())
      note(pointer, is_about_value);
    else if (!fingerprint.empty() && !at->second.empty() && at->second != fingerprint)
      note(pointer, true);
  }
  for (const auto& [pointer, fingerprint] : now.secrets)
    if (!saved.secrets.contains(pointer))
      note(pointer + ", not at hand then and not the one sent last,", is_about_value);
  return compared;
}

/// What moved of one object; empty: nothing that matters.
std::string compare(const ObjectDigest& saved, const ObjectDigest& now) {
  const SecretsCompared secrets = compare_secrets(saved, now);
  if (saved.deed == now.deed && secrets.is_same) return {};
  std::vector<std::string> what;
  if (saved.live != now.live) what.emplace_back("live");
  if (saved.manifest != now.manifest) what.emplace_back("the manifest");
  for (const std::string& pointer : secrets.moved)
    what.push_back("the secret " + pointer);
  if (saved.state != now.state) what.emplace_back("the state");
  if (what.empty()) what.emplace_back("what it refers to or the configuration");
  return base::join_words({what.begin(), what.end()});
}

Result<std::string> read_text(const json::object& entry, std::string_view name) {
  const json::value* value = entry.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return Error(ErrorKind::kInvalidInput, fmt::format("'{}' is no string", name));
  return std::string(value->get_string());
}

Result<std::map<std::string, std::string>> read_secrets(const json::object& entry) {
  std::map<std::string, std::string> secrets;
  const json::value* value = entry.if_contains("secrets");
  if (value == nullptr) return secrets;
  if (!value->is_object()) return Error(ErrorKind::kInvalidInput, "'secrets' is no object");
  for (const auto& member : value->get_object()) {
    auto text = read_text(value->get_object(), member.key());
    if (!text) return text.error();
    secrets.emplace(member.key(), std::move(*text));
  }
  return secrets;
}

}  // namespace

std::string digest(const Plan& plan) {
  json::array actions;
  for (const Action& action : plan.actions) {
    if (!does_something(action)) continue;
    json::object deed = describe(action);
    json::array secrets;
    for (const SecretUse& use : action.secrets)
      if (use.is_sent) secrets.push_back(json::array{use.pointer, fingerprint_of(use)});
    deed["secrets"] = std::move(secrets);
    actions.push_back(std::move(deed));
  }
  const json::value whole = json::object{
      {"project_id", plan.project_id}, {"base_url", plan.base_url}, {"actions", std::move(actions)}};
  return base::sha256_hex(base::to_canonical_json(whole));
}

ObjectDigests digest_objects(const Plan& plan, const PlanInput& input) {
  ObjectDigests digests;
  for (const Action& action : plan.actions)
    add(action, input, digests[action.key]);
  // What is owned and left alone: it tells why, where a saved plan was to change it.
  for (const auto& [key, recorded] : input.recorded->objects) {
    if (digests.contains(key)) continue;
    ObjectDigest& digest = digests[key];
    digest.manifest = digest_manifest(input.desired->find(key));
    digest.state = digest_state(*input.recorded, key);
    const model::LiveKind* kind = input.live->find(key.kind);
    const model::LiveObject* live = kind == nullptr ? nullptr : kind->find(recorded.live_id);
    if (live != nullptr) digest.live = digest_live({}, live->id, live->body);
  }
  return digests;
}

std::vector<Moved> find_moved(const ObjectDigests& saved, const ObjectDigests& now) {
  static const ObjectDigest kNothing;
  std::vector<Moved> moved;
  const auto look = [&](const model::ObjectKey& key, const ObjectDigest& then, const ObjectDigest& today) {
    if (std::string what = compare(then, today); !what.empty()) moved.push_back({key, std::move(what)});
  };
  for (const auto& [key, then] : saved) {
    const auto at = now.find(key);
    look(key, then, at == now.end() ? kNothing : at->second);
  }
  for (const auto& [key, today] : now)
    if (!saved.contains(key)) look(key, kNothing, today);
  std::sort(moved.begin(), moved.end(),
            [](const Moved& left, const Moved& right) { return left.key < right.key; });
  return moved;
}

void want_saved_secrets(const ObjectDigests& saved, const ObjectDigests& now, Plan& plan) {
  for (Action& action : plan.actions) {
    const auto then = saved.find(action.key);
    const auto today = now.find(action.key);
    if (then == saved.end() || today == now.end() || then->second.state != today->second.state) continue;
    for (SecretUse& use : action.secrets)
      if (use.status == diff::SecretStatus::Form::kUnavailable && then->second.secrets.contains(use.pointer))
        use.is_sent = true;
  }
}

std::string to_string(const Moved& moved) {
  return fmt::format("{} is not as the plan saw it: {} changed", moved.key.to_string(), moved.what);
}

namespace {

/// Grows the set of what is left out by what belongs to it, and would do harm alone.
class LeftOut {
 public:
  explicit LeftOut(Plan& plan) : actions_(plan.actions) {
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      by_key_.emplace(actions_[i].key, i);
      if (actions_[i].kind != ActionKind::kUpdate || actions_[i].descriptor == nullptr) continue;
      const schema::Kind& kind = *actions_[i].descriptor;
      const std::string_view name = schema::common_name_of(kind, actions_[i].before);
      if (!name.empty() && name != schema::common_name_of(kind, body_after(actions_[i])))
        renamed_.emplace(std::pair(actions_[i].key.kind, std::string(name)), i);
    }
  }

  void grow() {
    for (bool has_grown = true; has_grown;) {
      has_grown = false;
      for (std::size_t i = 0; i < actions_.size(); ++i) {
        if (!is_out(i) || !out_.insert(i).second) continue;
        has_grown = true;
        take_halves(i);
        take_renames(i);
      }
    }
  }

 private:
  /// What waits for something that is left out is skipped when its turn comes.
  bool is_out(std::size_t index) const {
    const Action& action = actions_[index];
    const auto waits_for_one = [&](const std::vector<std::size_t>& before) {
      return std::any_of(before.begin(), before.end(), [&](std::size_t i) { return out_.contains(i); });
    };
    return !action.refused.empty() || waits_for_one(action.depends_on) || waits_for_one(action.erase_after);
  }

  /// The delete and the create of one object: a policy whose pair changes, or goes for a while.
  void take_halves(std::size_t index) {
    const auto [begin, end] = by_key_.equal_range(actions_[index].key);
    for (auto at = begin; at != end; ++at)
      take(at->second, index);
  }

  /// A name that the object goes on to use.
  void take_renames(std::size_t index) {
    const Action& action = actions_[index];
    if (action.descriptor == nullptr) return;
    for (const diff::LiveReference& reference :
         diff::find_live_references(*action.descriptor, action.before)) {
      const auto at = reference.is_name ? renamed_.find({reference.kind, reference.value}) : renamed_.end();
      if (at != renamed_.end()) take(at->second, index);
    }
  }

  void take(std::size_t index, std::size_t with) {
    Action& action = actions_[index];
    if (index == with || out_.contains(index) || !action.refused.empty()) return;
    action.refused =
        action.key == actions_[with].key
            ? fmt::format("the other half of the change of {} is left out", action.key.to_string())
            : fmt::format("{} is left out with {}", action.key.to_string(), actions_[with].key.to_string());
  }

  std::vector<Action>& actions_;
  std::multimap<model::ObjectKey, std::size_t> by_key_;
  std::map<std::pair<std::string, std::string>, std::size_t> renamed_;
  std::set<std::size_t> out_;
};

}  // namespace

void refuse_moved(Plan& plan, const std::vector<Moved>& moved) {
  for (const Moved& one : moved) {
    for (Action& action : plan.actions)
      if (action.key == one.key) action.refused = to_string(one);
    std::erase_if(plan.refusals, [&](const Refusal& refusal) { return refusal.about == one.key; });
  }
  LeftOut(plan).grow();
  count(plan);
}

json::array to_json(const ObjectDigests& objects) {
  json::array out;
  for (const auto& [key, object] : objects) {
    json::object entry{{"type", key.kind}, {"name", key.handle}};
    const auto add_text = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) entry[name] = text;
    };
    add_text("deed", object.deed);
    add_text("live", object.live);
    add_text("manifest", object.manifest);
    add_text("state", object.state);
    if (!object.secrets.empty()) entry["secrets"] = json::value_from(object.secrets);
    out.push_back(std::move(entry));
  }
  return out;
}

Result<ObjectDigests> read_digests(const json::value& objects) {
  if (!objects.is_array()) return Error(ErrorKind::kInvalidInput, "'objects' is no list");
  ObjectDigests digests;
  for (const json::value& item : objects.get_array()) {
    if (!item.is_object())
      return Error(ErrorKind::kInvalidInput, "'objects' holds something else than objects");
    const json::object& entry = item.get_object();
    ObjectDigest digest;
    model::ObjectKey key;
    const std::pair<std::string_view, std::string*> texts[] = {
        {"type", &key.kind},    {"name", &key.handle},          {"deed", &digest.deed},
        {"live", &digest.live}, {"manifest", &digest.manifest}, {"state", &digest.state}};
    for (const auto& [name, place] : texts) {
      auto text = read_text(entry, name);
      if (!text) return text.error();
      *place = std::move(*text);
    }
    auto secrets = read_secrets(entry);
    if (!secrets) return secrets.error();
    digest.secrets = std::move(*secrets);
    digests.emplace(std::move(key), std::move(digest));
  }
  return digests;
}

}  // namespace descopectl::plan
