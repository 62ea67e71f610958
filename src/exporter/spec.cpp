// Live fields as manifests write them.
#include "spec.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "descopectl/schema/values.hpp"

namespace descopectl::exporter {
namespace {

using schema::Field;
using schema::Fields;
using schema::ListForm;
using schema::Type;

json::value escape_texts(const json::value& value) {
  return value.is_string() ? json::value(escape_text(value.get_string())) : value;
}

/// 64-bit numbers are texts on the wire and numbers in manifests.
json::value to_number(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) return value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return value;
  return number;
}

class SpecWriter {
 public:
  explicit SpecWriter(const SpecContext& context) : context_(context) {}

  json::object write_members(Fields fields, const json::object& body, const std::string& path) {
    json::object out;
    std::set<std::string_view> written;  // wire names: a typed and a raw form may share one
    for (const Field& row : fields) {
      const std::string pointer = path + "/" + base::escape_pointer_token(row.name);
      const bool is_of_generation = row.generation == 0 || row.generation == context_.generation;
      if (!row.is_settable() || !is_of_generation || context_.left_out.contains(pointer)) continue;
      if (row.secret) {
        if (is_secret_set(row, body, path)) out[row.name] = placeholder(row, path);
        continue;
      }
      const json::value* value = body.if_contains(row.wire_name());
      if (value == nullptr || row.write_only || written.contains(row.wire_name())) continue;
      if (!row.required && schema::is_equal(&row, *value, nullptr) && !is_managed(row, path)) continue;
      auto said = write_value(row, *value, pointer);
      if (!said) continue;
      written.insert(row.wire_name());
      out[row.name] = std::move(*said);
    }
    return out;
  }

 private:
  /// A default that the service chose, and that the state manages: left out, it would be managed no more.
  bool is_managed(const Field& row, const std::string& path) const {
    return path.empty() && row.has_unknown_default && context_.owned != nullptr &&
           context_.owned->applied.contains(row.wire_name());
  }

  /// Secrets are never read back: that one is set shows in what was sent, or in the field beside it.
  bool is_secret_set(const Field& row, const json::object& body, const std::string& path) const {
    if (row.required) return true;
    const std::string pointer = path + "/" + base::escape_pointer_token(row.wire_name());
    if (context_.owned != nullptr) {
      const auto at = context_.owned->secrets.find(pointer);
      if (at != context_.owned->secrets.end()) return !at->second.is_cleared();
    }
    const json::value* sign = row.set_with.empty() ? nullptr : body.if_contains(row.set_with);
    return sign != nullptr && !base::is_zero(*sign);
  }

  json::value placeholder(const Field& row, const std::string& path) {
    return json::object{{"fromEnv", context_.variable(row.name, path + "/" + std::string(row.name))}};
  }

  /// None where the value has nothing to say, or not in this row's form.
  std::optional<json::value> write_value(const Field& row, const json::value& value,
                                         const std::string& path) {
    switch (row.type) {
      case Type::kObject:
        return write_object(row, value, path);
      case Type::kObjectList:
        return write_items(row, value, path);
      case Type::kStringList:
        return write_texts(row, value);
      case Type::kStringMap:
      case Type::kObjectMap:
        return write_map(row, value, path);
      case Type::kReference:
        return write_reference(row.reference, value);
      case Type::kConnectionScopes:
        return write_connections(row, value);
      case Type::kInteger:
      case Type::kInteger64:
        return to_number(value);
      case Type::kString:
      case Type::kBoolean:
        break;
    }
    return escape_texts(value);
  }

  std::optional<json::value> write_object(const Field& row, const json::value& value,
                                          const std::string& path) {
    if (!value.is_object()) return value;
    json::object members = write_members(row.fields, value.get_object(), path);
    if (members.empty()) return std::nullopt;
    return members;
  }

  json::value write_items(const Field& row, const json::value& value, const std::string& path) {
    const json::array* list = value.if_array();
    if (list == nullptr) return value;
    std::vector<const json::value*> items;
    for (const json::value& item : *list)
      items.push_back(&item);
    if (row.list != ListForm::kOrdered)
      std::stable_sort(items.begin(), items.end(), [&](const json::value* left, const json::value* right) {
        return sort_key(row, *left) < sort_key(row, *right);
      });
    json::array out;
    for (const json::value* item : items)
      out.push_back(item->is_object() ? json::value(write_members(row.fields, item->get_object(), path))
                                      : *item);
    return out;
  }

  static std::pair<std::string, std::string> sort_key(const Field& row, const json::value& item) {
    const json::value* key =
        item.is_object() && !row.key.empty() ? item.get_object().if_contains(row.key) : nullptr;
    return {key != nullptr && key->is_string() ? std::string(key->get_string()) : std::string(),
            base::to_canonical_json(item)};
  }

  static json::value write_texts(const Field& row, const json::value& value) {
    const json::array* list = value.if_array();
    if (list == nullptr) return value;
    json::array out;
    for (const json::value& item : *list) {
      const bool is_double = row.list == ListForm::kSet && std::find(list->begin(), &item, item) != &item;
      if (!is_double) out.push_back(item);
    }
    if (row.list == ListForm::kSet) std::stable_sort(out.begin(), out.end(), is_less);
    for (json::value& item : out)
      item = escape_texts(item);
    return out;
  }

  static bool is_less(const json::value& left, const json::value& right) {
    if (left.is_string() && right.is_string()) return left.get_string() < right.get_string();
    return base::to_canonical_json(left) < base::to_canonical_json(right);
  }

  json::value write_map(const Field& row, const json::value& value, const std::string& path) {
    const json::object* map = value.if_object();
    if (map == nullptr) return value;
    std::set<std::string_view> keys;
    for (const auto& [key, member] : *map)
      keys.insert(key);
    json::object out;
    for (const std::string_view key : keys) {
      const json::value& member = map->at(key);
      out[key] = row.type == Type::kObjectMap && member.is_object()
                     ? json::value(write_members(row.fields, member.get_object(),
                                                 path + "/" + base::escape_pointer_token(key)))
                     : escape_texts(member);
    }
    return out;
  }

  json::value write_reference(std::string_view kind, const json::value& value) {
    if (!value.is_string()) return value;
    const std::string id(value.get_string());
    const auto at = context_.handles.find({std::string(kind), id});
    if (at != context_.handles.end() && !at->second.empty()) return json::value(escape_text(at->second));
    return json::object{{"live", escape_text(id)}};
  }

  /// The typed form of raw strings, where each of them names one known connection: as its id, or as its id, a
  /// colon and a scope (sheet 3.1). None where that is not certain: then the raw form says it.
  std::optional<json::value> write_connections(const Field& row, const json::value& value) {
    if (!value.is_array()) return std::nullopt;
    std::map<std::string, std::set<std::string>> connections;
    std::set<std::string> bare;
    for (const json::value& item : value.get_array()) {
      const auto parts = item.is_string() ? split(row, std::string(item.get_string())) : std::nullopt;
      if (!parts) return std::nullopt;
      if (parts->second.empty())
        bare.insert(parts->first);
      else
        connections[parts->first].insert(parts->second);
    }
    if (!connections.empty()) context_.note_pair();
    json::array out;
    for (const std::string& id : bare)
      out.push_back(json::object{{"connection", write_reference(row.reference, json::value(id))}});
    for (const auto& [id, scopes] : connections) {
      json::array list;
      for (const std::string& scope : scopes)
        list.emplace_back(escape_text(scope));
      out.push_back(json::object{{"connection", write_reference(row.reference, json::value(id))},
                                 {"scopes", std::move(list)}});
    }
    return out;
  }

  /// (connection id, scope), the scope empty for a bare id; none where no id, or more than one, fits.
  std::optional<std::pair<std::string, std::string>> split(const Field& row, const std::string& text) const {
    const std::string kind(row.reference);
    std::optional<std::pair<std::string, std::string>> found;
    for (std::size_t end = text.find(':'); end != std::string::npos; end = text.find(':', end + 1)) {
      if (!context_.handles.contains({kind, text.substr(0, end)}) || end + 1 == text.size()) continue;
      if (found) return std::nullopt;
      found.emplace(text.substr(0, end), text.substr(end + 1));
    }
    if (!context_.handles.contains({kind, text})) return found;
    if (found) return std::nullopt;
    return std::pair(text, std::string());
  }

  const SpecContext& context_;
};

}  // namespace

std::string escape_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "${") out += '$';
    out += text[at];
  }
  return out;
}

json::object write_spec(const schema::Kind& kind, const json::object& live, const SpecContext& context) {
  return SpecWriter(context).write_members(kind.fields, live, "");
}

}  // namespace descopectl::exporter
