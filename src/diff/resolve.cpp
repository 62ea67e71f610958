// References and typed connection scopes in their wire form, and the references that a live object holds.
#include <algorithm>

#include "descopectl/diff/compare.hpp"

namespace descopectl::diff {
namespace {

namespace marker = model::marker;
using Format = ConnectionScopeFormat;

/// One connection scope list in one of the three readings of sheet 3.1, with markers for ids that are not
/// known yet.
json::array encode(const json::array& connections, Format format) {
  json::array values;
  const auto add = [&values](const json::value& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  };
  for (const json::value& item : connections) {
    const json::object& entry = item.get_object();
    const json::value& id = entry.at("connection");
    const json::value* scopes = entry.if_contains("scopes");
    const bool has_scopes = scopes != nullptr && scopes->is_array() && !scopes->get_array().empty();
    if (!has_scopes || format == Format::kId) {
      add(id);
      continue;
    }
    for (const json::value& scope : scopes->get_array()) {
      if (format == Format::kIdAndScope) {
        const std::string suffix = ":" + std::string(scope.get_string());
        const auto target = marker::find_reference(id);
        add(target ? marker::make_reference(*target, suffix)
                   : json::value(std::string(id.get_string()) + suffix));
      } else {
        add(scope);
      }
    }
  }
  return values;
}

class Resolver {
 public:
  Resolver(const IdOf& id_of, Format format) : id_of_(id_of), format_(format) {}
  bool used_unverified = false;

  json::object resolve_object(schema::Fields fields, const json::object& object, const json::object* live) {
    json::object result;
    for (const auto& [name, value] : object) {
      const schema::Field* row = schema::find_wire_field(fields, name);
      const json::value* old = live == nullptr ? nullptr : live->if_contains(name);
      result[name] = resolve_value(row, value, old);
    }
    return result;
  }

 private:
  json::value resolve_value(const schema::Field* row, const json::value& value, const json::value* live) {
    if (const auto target = marker::find_reference(value)) {
      const auto id = id_of_(*target);
      return id ? json::value(*id) : value;
    }
    if (const json::array* connections = marker::find_connections(value))
      return encode_connections(row, *connections, live);
    if (const json::array* items = marker::find_items(value))
      return marker::make_items(resolve_items(row, *items, live), *marker::find_removed_items(value));
    if (const json::array* list = value.if_array())
      return row != nullptr && row->type == schema::Type::kObjectList
                 ? json::value(resolve_items(row, *list, live))
                 : value;
    if (const json::object* object = value.if_object();
        object != nullptr && row != nullptr && !row->fields.empty()) {
      const json::object* old = live == nullptr ? nullptr : live->if_object();
      if (row->type == schema::Type::kObject) return resolve_object(row->fields, *object, old);
      json::object map;
      for (const auto& [key, item] : *object)
        map[key] =
            item.is_object() ? json::value(resolve_object(row->fields, item.get_object(), nullptr)) : item;
      return map;
    }
    return value;
  }

  json::array resolve_items(const schema::Field* row, const json::array& items, const json::value* live) {
    const json::array* old_items = live == nullptr ? nullptr : live->if_array();
    json::array result;
    result.reserve(items.size());
    for (const json::value& item : items) {
      const json::object* object = item.if_object();
      if (object == nullptr || row == nullptr) {
        result.push_back(item);
        continue;
      }
      result.push_back(resolve_object(row->fields, *object, find_same(*row, *object, old_items)));
    }
    return result;
  }

  static const json::object* find_same(const schema::Field& row, const json::object& item,
                                       const json::array* live) {
    const json::value* key = item.if_contains(row.key);
    if (key == nullptr || live == nullptr) return nullptr;
    for (const json::value& candidate : *live) {
      const json::object* object = candidate.if_object();
      const json::value* other = object == nullptr ? nullptr : object->if_contains(row.key);
      if (other != nullptr && *other == *key) return object;
    }
    return nullptr;
  }

  json::value encode_connections(const schema::Field* row, const json::array& connections,
                                 const json::value* live) {
    json::array resolved;
    for (const json::value& item : connections) {
      json::object entry = item.get_object();
      if (const auto target = marker::find_reference(entry.at("connection")))
        if (const auto id = id_of_(*target)) entry["connection"] = *id;
      resolved.emplace_back(std::move(entry));
    }
    if (live != nullptr && live->is_array() && !live->get_array().empty())
      for (const Format format : {Format::kScope, Format::kId, Format::kIdAndScope}) {
        // A bare id says nothing of scopes, but where every connection is written so.
        if (format == Format::kId && format_ != Format::kId) continue;
        const json::value form = encode(resolved, format);
        if (!marker::has_reference(form) && schema::is_equal(row, form, *live))
          return schema::canonical(row, *live);
      }
    if (format_ != Format::kUnset || resolved.empty()) return encode(resolved, format_);
    if (has_pairs(resolved, live)) return encode(resolved, Format::kIdAndScope);
    used_unverified = true;
    return encode(resolved, Format::kScope);
  }

  /// Does live hold some of them as ID:SCOPE, and none as the scope alone? Then the rest is written so as
  /// well.
  static bool has_pairs(const json::array& connections, const json::value* live) {
    const json::array* values = live == nullptr ? nullptr : live->if_array();
    if (values == nullptr) return false;
    const auto is_any_live = [&](Format format) {
      const json::array form = encode(connections, format);
      return std::any_of(form.begin(), form.end(), [&](const json::value& value) {
        return !marker::has_reference(value) &&
               std::find(values->begin(), values->end(), value) != values->end();
      });
    };
    return is_any_live(Format::kIdAndScope) && !is_any_live(Format::kScope);
  }

  const IdOf& id_of_;
  Format format_;
};

void collect_references(schema::Fields fields, const json::object& body, const std::string& prefix,
                        std::vector<LiveReference>& out);

/// "/read" for an item of a keyed list; empty where it has no key.
std::string key_of(const schema::Field& row, const json::object& item) {
  const json::value* key = row.list == schema::ListForm::kKeyed ? item.if_contains(row.key) : nullptr;
  if (key == nullptr || !key->is_string()) return {};
  return "/" + base::escape_pointer_token(std::string(key->get_string()));
}

void collect_value(const schema::Field& row, const json::value& value, const std::string& path,
                   std::vector<LiveReference>& out) {
  if (row.type == schema::Type::kReference) {
    if (value.is_string() && !value.get_string().empty())
      out.push_back({std::string(row.reference), std::string(value.get_string()), false, path});
    return;
  }
  if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list) {
      if (item.is_object())
        collect_references(row.fields, item.get_object(), path + key_of(row, item.get_object()), out);
      else if (item.is_string() && !row.names.empty())
        out.push_back({std::string(row.names), std::string(item.get_string()), true, path});
    }
    return;
  }
  if (const json::object* object = value.if_object(); object != nullptr && row.type == schema::Type::kObject)
    collect_references(row.fields, *object, path, out);
}

/// Raw strings may name a connection: as its id, or as the id before a colon.
void collect_connection_ids(const schema::Field& typed, const json::value& value, const std::string& path,
                            std::vector<LiveReference>& out) {
  if (!value.is_array()) return;
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) continue;
    const std::string text(item.get_string());
    out.push_back({std::string(typed.reference), text, false, path});
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && colon > 0)
      out.push_back({std::string(typed.reference), text.substr(0, colon), false, path});
  }
}

void rename_members(schema::Fields fields, json::object& body, const Renames& renames) {
  for (const schema::Field& field : fields) {
    json::value* value = body.if_contains(field.wire_name());
    if (value == nullptr) continue;
    if (json::object* object = value->if_object(); object != nullptr && field.type == schema::Type::kObject)
      rename_members(field.fields, *object, renames);
    if (!value->is_array()) continue;
    json::array renamed;
    for (json::value& item : value->get_array()) {
      if (item.is_object()) rename_members(field.fields, item.get_object(), renames);
      auto at = renames.end();
      if (item.is_string()) at = renames.find({std::string(field.names), std::string(item.get_string())});
      if (at == renames.end())
        renamed.push_back(std::move(item));
      else if (!at->second.empty())
        renamed.push_back(json::value(at->second));
    }
    *value = std::move(renamed);
  }
}

void collect_references(schema::Fields fields, const json::object& body, const std::string& prefix,
                        std::vector<LiveReference>& out) {
  for (const schema::Field& field : fields) {
    const json::value* value = body.if_contains(field.wire_name());
    if (value == nullptr) continue;
    const std::string path = prefix + "/" + base::escape_pointer_token(field.wire_name());
    if (field.type == schema::Type::kConnectionScopes)
      collect_connection_ids(field, *value, path, out);
    else
      collect_value(field, *value, path, out);
  }
}

}  // namespace

json::object resolve_fields(const schema::Kind& kind, const json::object& spec, const json::object* live,
                            const IdOf& id_of, ConnectionScopeFormat format, bool& uses_unverified_encoding) {
  Resolver resolver(id_of, format);
  json::object result = resolver.resolve_object(kind.fields, spec, live);
  uses_unverified_encoding = uses_unverified_encoding || resolver.used_unverified;
  return result;
}

std::vector<LiveReference> find_live_references(const schema::Kind& kind, const json::object& body) {
  std::vector<LiveReference> references;
  collect_references(kind.fields, body, "", references);
  return references;
}

json::object rename_references(const schema::Kind& kind, json::object body, const Renames& renames) {
  if (!renames.empty()) rename_members(kind.fields, body, renames);
  return body;
}

}  // namespace descopectl::diff
