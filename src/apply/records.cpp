// Small questions about actions and their records.
#include "records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::apply {
namespace {

namespace marker = model::marker;

/// Does an item that is to be there stand anywhere in `value`?
bool has_items(const json::value& value) {
  if (const json::array* items = marker::find_items(value)) return !items->empty();
  if (const json::object* object = value.if_object())
    return std::any_of(object->begin(), object->end(),
                       [](const auto& member) { return has_items(member.value()); });
  return !value.is_null();
}

}  // namespace

std::string digest_live(const schema::Kind& kind, const json::object& body) {
  return base::sha256_hex(base::to_canonical_json(schema::canonical(kind.fields, body)));
}

std::string quote_ids(const std::vector<std::string>& ids) {
  std::vector<std::string> texts;
  for (const std::string& id : ids)
    texts.push_back(fmt::format("'{}'", base::printable(id, 100)));
  return base::join_words({texts.begin(), texts.end()});
}

bool is_withdrawal(const plan::Action& action) {
  return action.kind == plan::ActionKind::kUpdate && action.record.is_partial && !has_items(action.managed);
}

void forget_untaken(const schema::CreateVariant& variant, model::RecordedObject& record) {
  for (auto& [pointer, fingerprint] : record.secrets)
    if (!schema::takes(variant, base::split_pointer(pointer).front())) fingerprint = unsettled_fingerprint();
}

void explain_unknown_field(const plan::Action& action, const Error& error, ActionOutcome& outcome) {
  if (action.unlisted.empty()) return;
  std::vector<std::string_view> fields(action.unlisted.begin(), action.unlisted.end());
  std::string flags;
  for (std::string_view path : fields) {
    if (path.starts_with('/')) path.remove_prefix(1);
    flags += fmt::format("{}--allow-drop {}:{}", flags.empty() ? "" : " ", action.key.to_string(), path);
  }
  fail(
      outcome, ErrorKind::kUnknownField, "would-drop-field",
      fmt::format(
          "{} has {} {} in the project, which this program does not know and the service does not take back; "
          "without {} the update would lose {} ({})",
          action.key.to_string(), fields.size() == 1 ? "the field" : "the fields", base::join_words(fields),
          fields.size() == 1 ? "it" : "them", fields.size() == 1 ? "its value" : "their values",
          error.message()),
      fmt::format("to let go of {}: {}", fields.size() == 1 ? "it" : "them", flags));
}

void explain_taken_name(const Run& run, const plan::Action& action, ActionOutcome& outcome) {
  const schema::Kind& kind = *action.descriptor;
  const std::string name(base::text_member(action.body, kind.name_field));
  const model::LiveKind* live = run.options.live == nullptr ? nullptr : run.options.live->find(kind.name);
  if (!outcome.hint.empty() || name.empty() || live == nullptr) return;
  const bool is_own_name =
      action.kind == plan::ActionKind::kUpdate && base::text_member(action.before, kind.name_field) == name;
  const auto holder = std::find_if(live->objects.begin(), live->objects.end(), [&](const auto& object) {
    return !is_own_name && base::text_member(object.body, kind.name_field) == name;
  });
  if (holder == live->objects.end()) return;
  const std::string id = base::printable(holder->id, 100);
  const bool is_leaving =
      std::any_of(run.plan.actions.begin(), run.plan.actions.end(), [&](const auto& other) {
        return other.descriptor == &kind && other.live_id == holder->id && plan::operation_of(other.kind);
      });
  const std::string key = action.key.to_string();
  outcome.hint = is_leaving
                     ? fmt::format(
                           "the live {} '{}' has this name until it is deleted or renamed, which comes after "
                           "this: give {} another name and apply, then the one that it is to have",
                           kind.title, id, key)
                     : fmt::format(
                           "the live {} '{}' has this name: choose another one for {}, or bind it with "
                           "'metadata.id: {}'",
                           kind.title, id, key, id);
}

}  // namespace descopectl::apply
