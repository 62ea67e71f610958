// Decoding a manifest's `spec` by field table.
#include "descopectl/schema/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "decode_scalar.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"

namespace descopectl::schema {
namespace {

using document::Member;
using document::Node;
using document::NodeKind;
using Fields = std::span<const Field>;

std::string child(const std::string& pointer, std::string_view token) {
  return pointer + "/" + base::escape_pointer_token(token);
}

/// Decodes the members of one map by rows. One instance a document.
class Decoder {
 public:
  Decoder(const Kind& kind, DecodeContext& context, model::DesiredObject& object)
      : kind_(kind), context_(context), sink_(context.sink), object_(object) {}

  void decode_top(const Node& spec) {
    object_.spec = decode_members(kind_.fields, spec, "", kind_.name, true);
    check_unique_keys(spec);
    check_variants(spec);
    check_rules(spec);
    note_identity(spec);
  }

 private:
  /// Where the values stand by which the object is told from others.
  void note_identity(const Node& spec) {
    std::vector<std::string_view> fields{kind_.name_field};
    fields.insert(fields.end(), kind_.natural_keys.begin(), kind_.natural_keys.end());
    fields.insert(fields.end(), kind_.unique.begin(), kind_.unique.end());
    for (const std::string_view field : fields) {
      const Field* row = find_wire_field(kind_.fields, field);
      const Member* member = row == nullptr ? nullptr : spec.find(row->name);
      const bool is_known = std::any_of(object_.identity.begin(), object_.identity.end(),
                                        [&](const model::FieldPlace& place) { return place.field == field; });
      if (member != nullptr && !member->value.is_unset && !is_known)
        object_.identity.push_back({field, member->value.span});
    }
  }

  json::object decode_members(Fields fields, const Node& node, const std::string& pointer,
                              std::string_view where, bool is_top) {
    json::object result;
    for (const Member& member : node.members) {
      if (is_top && member.key == "extraFields") {
        decode_extra_fields(member, result);
        continue;
      }
      const Field* row = find_field(fields, member.key);
      if (row == nullptr) {
        report_unknown(fields, member, where, is_top);
        continue;
      }
      if (member.value.is_unset) continue;
      if (!check_usable(*row, member)) continue;
      decode_member(*row, member, child(pointer, row->wire_name()), result);
    }
    check_required(fields, node, where);
    check_two_forms(fields, node);
    return result;
  }

  void report_unknown(Fields fields, const Member& member, std::string_view where, bool is_top) {
    const Field* by_wire = find_wire_field(fields, member.key);
    if (by_wire != nullptr) {
      sink_.error(
          "unknown-field", member.key_span, fmt::format("unknown field '{}' in {}", member.key, where),
          fmt::format("write '{}: HANDLE' (or '{}: {{live: ID}}' for an object outside the repository)",
                      by_wire->name, by_wire->name));
      return;
    }
    std::vector<std::string_view> known;
    for (const Field& field : fields)
      if (field.is_settable()) known.push_back(field.name);
    if (is_top) known.push_back("extraFields");
    const auto nearest = base::find_nearest(member.key, known);
    const Field* meant = nearest ? find_field(fields, *nearest) : nullptr;
    if (meant != nullptr && meant->secret) context_.sources.mark_secret(member.value.span);
    report_unknown_key(member, where, known, sink_);
  }

  bool check_usable(const Field& row, const Member& member) {
    if (!row.is_settable()) {
      const bool is_id = row.name == kind_.id_field;
      sink_.error("read-only-field", member.key_span,
                  fmt::format("'{}' of {} is set by the service and can't be written", row.name, kind_.name),
                  is_id ? "bind a manifest to a live object with metadata.id" : "remove it");
      return false;
    }
    if (row.generation != 0 && row.generation != context_.generation) {
      sink_.error("invalid-combination", member.key_span,
                  fmt::format("'{}' belongs to inboundApi v{}, and v{} is configured", row.name,
                              row.generation, context_.generation),
                  fmt::format("use {}, or set 'inboundApi: v{}' in descopectl.yaml", row.counterpart,
                              row.generation));
      return false;
    }
    return true;
  }

  void check_required(Fields fields, const Node& node, std::string_view where) {
    for (const Field& field : fields) {
      if (!field.required) continue;
      const Member* member = node.find(field.name);
      if (member != nullptr && member->value.kind != NodeKind::kNull && !member->value.is_unset) continue;
      const diag::Span place = member != nullptr ? member->key_span : missing_place(node);
      sink_.error("missing-field", place, fmt::format("{} needs the field '{}'", where, field.name),
                  fmt::format("add '{}: ...': {}", field.name, field.doc));
    }
  }

  /// Where to point for something that is not there: the first key of the map that lacks it.
  static diag::Span missing_place(const Node& node) {
    return node.members.empty() ? node.span : node.members.front().key_span;
  }

  /// The raw and the typed form of one wire field exclude each other.
  void check_two_forms(Fields fields, const Node& node) {
    for (const Field& field : fields) {
      if (field.wire.empty()) continue;
      const Member* typed = node.find(field.name);
      const Member* raw = node.find(field.wire);
      if (typed == nullptr || raw == nullptr || find_field(fields, field.wire) == nullptr) continue;
      if (typed->value.is_unset || raw->value.is_unset) continue;
      sink_.error(
          "invalid-combination", raw->key_span,
          fmt::format("'{}' and '{}' are two forms of the same field", field.name, field.wire),
          fmt::format("keep '{}', or '{}' for values to be sent as they stand", field.name, field.wire));
    }
  }

  void decode_member(const Field& row, const Member& member, const std::string& pointer, json::object& out) {
    const Node& node = member.value;
    if (row.secret) return decode_secret(row, member, pointer);
    if (node.kind == NodeKind::kNull) {
      if (!row.required) out[row.wire_name()] = nullptr;
      return;
    }
    switch (row.type) {
      case Type::kString:
      case Type::kBoolean:
      case Type::kInteger:
      case Type::kInteger64: {
        if (auto value = decode_scalar(row, node, context_)) out[row.wire_name()] = std::move(*value);
        return;
      }
      case Type::kStringList:
        return decode_string_list(row, node, pointer, out);
      case Type::kStringMap:
        return decode_string_map(row, node, out);
      case Type::kObject:
        if (expect(NodeKind::kMapping, row, node))
          out[row.wire_name()] =
              decode_members(row.fields, node, pointer, fmt::format("{}.{}", kind_.name, row.name), false);
        return;
      case Type::kObjectList:
        return decode_object_list(row, node, pointer, out);
      case Type::kObjectMap:
        return decode_object_map(row, node, pointer, out);
      case Type::kReference:
        if (auto value = decode_reference(row, node, pointer)) out[row.wire_name()] = std::move(*value);
        return;
      case Type::kConnectionScopes:
        return decode_connections(row, node, pointer, out);
    }
  }

  bool expect(NodeKind kind, const Field& row, const Node& node) {
    if (node.kind == kind) return true;
    sink_.error("wrong-type", node.span,
                fmt::format("'{}' must be {}, not {}", row.name, document::describe(kind),
                            document::describe(node.kind)),
                kind == NodeKind::kSequence && node.is_scalar()
                    ? fmt::format("write it as a list: {}: [...]", row.name)
                    : std::string());
    return false;
  }

  void decode_string_list(const Field& row, const Node& node, const std::string& pointer, json::object& out) {
    if (!expect(NodeKind::kSequence, row, node)) return;
    json::array list;
    list.reserve(node.items.size());
    for (const Node& item : node.items) {
      auto value = decode_list_item(row, item, context_);
      if (!value) continue;
      if (!row.names.empty()) object_.names.push_back({std::string(row.names), *value, item.span});
      if (!row.items_of.empty()) object_.items.push_back({child(pointer, *value), item.span});
      list.emplace_back(std::move(*value));
    }
    out[row.wire_name()] = std::move(list);
  }

  void decode_string_map(const Field& row, const Node& node, json::object& out) {
    if (!expect(NodeKind::kMapping, row, node)) return;
    json::object map;
    for (const Member& member : declared_members(node))
      if (auto value = decode_text(member.value, fmt::format("{}.{}", row.name, member.key), context_))
        map[member.key] = *value;
    out[row.wire_name()] = std::move(map);
  }

  void decode_object_list(const Field& row, const Node& node, const std::string& pointer, json::object& out) {
    if (!expect(NodeKind::kSequence, row, node)) return;
    json::array list;
    std::map<std::string, diag::Span> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      if (item.kind != NodeKind::kMapping) {
        sink_.error(
            "wrong-type", item.span,
            fmt::format("an item of '{}' must be a map, not {}", row.name, document::describe(item.kind)));
        continue;
      }
      json::object decoded = decode_members(row.fields, item, child(pointer, std::to_string(i)),
                                            fmt::format("an item of {}", row.name), false);
      check_duplicate_item(row, item, pointer, decoded, seen);
      list.emplace_back(std::move(decoded));
    }
    out[row.wire_name()] = std::move(list);
  }

  void check_duplicate_item(const Field& row, const Node& item, const std::string& pointer,
                            const json::object& decoded, std::map<std::string, diag::Span>& seen) {
    if (row.list != ListForm::kKeyed) return;
    const json::value* key = decoded.if_contains(row.key);
    if (key == nullptr || !key->is_string()) return;
    const diag::Span place = item.find(row.key)->value.span;
    const auto [at, is_new] = seen.emplace(std::string(key->get_string()), place);
    object_.items.push_back({child(pointer, at->first), place});
    if (!is_new)
      sink_.add({diag::Severity::kError,
                 "duplicate-item",
                 fmt::format("'{}' stands twice in '{}'", at->first, row.name),
                 "",
                 "remove one of the two",
                 place,
                 {{at->second, "first written here"}}});
  }

  void decode_object_map(const Field& row, const Node& node, const std::string& pointer, json::object& out) {
    if (!expect(NodeKind::kMapping, row, node)) return;
    json::object map;
    for (const Member& member : declared_members(node)) {
      if (member.value.kind == NodeKind::kNull) {
        map[member.key] = json::object();
        continue;
      }
      if (!expect(NodeKind::kMapping, row, member.value)) continue;
      map[member.key] = decode_members(row.fields, member.value, child(pointer, member.key),
                                       fmt::format("{}.{}", row.name, member.key), false);
    }
    out[row.wire_name()] = std::move(map);
  }

  /// A handle gives a marker and an edge; {live: ID} gives the id itself.
  std::optional<json::value> decode_reference(const Field& row, const Node& node,
                                              const std::string& pointer) {
    if (node.kind == NodeKind::kMapping) {
      const Member* live = node.find("live");
      if (live == nullptr || node.members.size() != 1) {
        sink_.error("wrong-type", node.span, fmt::format("'{}' must be a handle or {{live: ID}}", row.name));
        return std::nullopt;
      }
      auto id = decode_text(live->value, "live", context_);
      if (id && base::is_blank(*id)) {
        sink_.error("invalid-value", live->value.span, "the live id is empty");
        return std::nullopt;
      }
      if (!id) return std::nullopt;
      object_.live_uses.push_back({pointer, std::string(row.reference), *id, node.span});
      return json::value(*id);
    }
    auto handle = decode_text(node, fmt::format("{}, a handle or {{live: ID}},", row.name), context_);
    if (!handle) return std::nullopt;
    model::ObjectKey target{std::string(row.reference), std::move(*handle)};
    object_.references.push_back({pointer, target, node.span});
    return model::marker::make_reference(target);
  }

  void decode_connections(const Field& row, const Node& node, const std::string& pointer, json::object& out) {
    if (!expect(NodeKind::kSequence, row, node)) return;
    json::array list;
    for (const Node& item : node.items) {
      if (item.kind != NodeKind::kMapping) {
        sink_.error(
            "wrong-type", item.span,
            fmt::format("an item of '{}' must be a map {{connection: HANDLE, scopes: [..]}}", row.name));
        continue;
      }
      json::object decoded =
          decode_members(row.items, item, pointer, fmt::format("an item of {}", row.name), false);
      if (decoded.contains("scopes") && decoded.at("scopes").is_null()) decoded.erase("scopes");
      if (decoded.contains("connection")) list.emplace_back(std::move(decoded));
    }
    out[row.wire_name()] = model::marker::make_connections(std::move(list));
  }

  void decode_secret(const Field& row, const Member& member, const std::string& pointer) {
    auto source = decode_secret_source(row, member.value, context_);
    if (source) object_.secrets.push_back({pointer, std::move(*source), member.value.span});
  }

  void decode_extra_fields(const Member& member, json::object& out) {
    if (member.value.kind != NodeKind::kMapping) {
      if (member.value.kind != NodeKind::kNull)
        sink_.error("wrong-type", member.value.span, "'extraFields' must be a map");
      return;
    }
    for (const Member& extra : declared_members(member.value)) {
      const Field* known = find_wire_field(kind_.fields, extra.key);
      if (known != nullptr) {
        sink_.error(
            "invalid-combination", extra.key_span,
            fmt::format("'{}' is a known field of {} and can't be an extra field", extra.key, kind_.name),
            known->is_settable() ? "move it out of extraFields" : "remove it: the service sets it");
        continue;
      }
      if (auto value = to_json(extra.value, context_)) out[extra.key] = std::move(*value);
    }
  }

  void check_unique_keys(const Node& spec) {
    for (const Field& field : kind_.fields) {
      if (!field.has_unique_keys) continue;
      const Member* group = spec.find(field.name);
      if (group == nullptr || group->value.kind != NodeKind::kMapping) continue;
      std::map<std::string_view, std::pair<diag::Span, std::string_view>> seen;
      for (const Field& list : field.fields) {
        const Member* member = group->value.find(list.name);
        if (member == nullptr || list.list != ListForm::kKeyed) continue;
        for (const Node& item : member->value.items) {
          const Member* key = item.kind == NodeKind::kMapping ? item.find(list.key) : nullptr;
          if (key == nullptr) continue;
          const auto [at, is_new] = seen.try_emplace(key->value.text, key->value.span, list.name);
          if (is_new || at->second.second == list.name) continue;  // within one list it is reported already
          sink_.add(
              {diag::Severity::kError,
               "duplicate-item",
               fmt::format("'{}' stands in '{}' and in '{}'", key->value.text, at->second.second, list.name),
               "",
               fmt::format("it may stand once in all lists of a {}", kind_.name),
               key->value.span,
               {{at->second.first, "first written here"}}});
        }
      }
    }
  }

  /// One create call at a time, and nothing that it does not take and no update can bring afterwards.
  void check_variants(const Node& spec) {
    const CreateVariant* variant = find_variant(kind_, object_.spec);
    if (variant == nullptr) return;
    const Field* chooser = find_wire_field(kind_.fields, variant->when);
    for (const Field& field : kind_.fields) {
      const json::value* value = object_.spec.if_contains(field.wire_name());
      if (value == nullptr || value->is_null() || !field.immutable) continue;
      if (takes(*variant, field.wire_name())) continue;
      sink_.error("invalid-combination", place_of(spec, "/" + std::string(field.wire_name())),
                  fmt::format("'{}' can't be given with '{}': the {} takes it from there", field.name,
                              chooser->name, kind_.title),
                  "remove one of the two");
    }
  }

  void check_rules(const Node& spec) {
    if (kind_.check == nullptr) return;
    json::object seen = object_.spec;
    for (const model::SecretField& secret : object_.secrets)
      if (secret.source.form != model::SecretSource::Form::kClear) seen[secret.pointer.substr(1)] = true;
    std::vector<RuleFinding> findings;
    kind_.check(seen, findings);
    for (RuleFinding& finding : findings)
      sink_.error(finding.code, place_of(spec, finding.pointer), finding.summary, finding.hint);
  }

  /// The key that a wire pointer came from.
  diag::Span place_of(const Node& spec, std::string_view pointer) const {
    const Node* node = &spec;
    diag::Span place = spec.span;
    Fields fields = kind_.fields;
    for (const std::string& token : base::split_pointer(pointer)) {
      const Field* row = find_wire_field(fields, token);
      const Member* member = node->find(row == nullptr ? std::string_view(token) : row->name);
      if (member == nullptr) break;
      place = member->key_span;
      node = &member->value;
      fields = row == nullptr ? Fields{} : row->fields;
    }
    return place;
  }

  const Kind& kind_;
  DecodeContext& context_;
  diag::Sink& sink_;
  model::DesiredObject& object_;
};

}  // namespace

void decode_spec(const Kind& kind, const Node& spec, DecodeContext& context, model::DesiredObject& object) {
  Decoder(kind, context, object).decode_top(spec);
}

std::optional<json::value> to_json(const Node& node, DecodeContext& context) {
  switch (node.kind) {
    case NodeKind::kNull:
      return json::value(nullptr);
    case NodeKind::kBoolean:
      return json::value(node.as_boolean().value_or(false));
    case NodeKind::kInteger:
      if (const auto number = node.as_integer()) return json::value(*number);
      context.sink.error("out-of-range", node.span, fmt::format("{} does not fit 64 bits", node.text));
      return std::nullopt;
    case NodeKind::kFloat:
      return json::value(node.as_float().value_or(0));
    case NodeKind::kString: {
      auto text = context.resolver.resolve(node, context.sink);
      if (!text) return std::nullopt;
      return json::value(*text);
    }
    case NodeKind::kSequence: {
      json::array list;
      for (const Node& item : node.items)
        if (auto value = to_json(item, context)) list.push_back(std::move(*value));
      return json::value(std::move(list));
    }
    case NodeKind::kMapping: {
      json::object map;
      for (const Member& member : declared_members(node))
        if (auto value = to_json(member.value, context)) map[member.key] = std::move(*value);
      return json::value(std::move(map));
    }
  }
  return std::nullopt;
}

namespace {

/// "clientSecret VALUE" and "clientSecret=VALUE" are keys where the colon was forgotten: the value is not
/// told.
std::string first_word(std::string_view key) {
  const std::size_t end = key.find_first_of(" \t=");
  return end == std::string_view::npos ? std::string(key) : std::string(key.substr(0, end)) + "...";
}

}  // namespace

void report_unknown_key(const Member& member, std::string_view where,
                        const std::vector<std::string_view>& known, diag::Sink& sink) {
  std::string hint;
  if (const auto nearest = base::find_nearest(member.key, known))
    hint = fmt::format("did you mean '{}'?", *nearest);
  else if (known.size() <= 12)
    hint = "known fields: " + base::join_words(known);
  sink.error("unknown-field", member.key_span,
             fmt::format("unknown field '{}' in {}", base::printable(first_word(member.key), 80), where),
             std::move(hint));
}

}  // namespace descopectl::schema
