// Example manifests: sample values by type, written as YAML.
#include "example.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/json.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/envelope.hpp"

namespace descopectl::reference {
namespace {

using schema::Field;
using schema::Format;
using schema::Type;

/// "clientSecret" in words joined by `joint`: "client-secret".
std::string in_words(std::string_view name, char joint) {
  std::string out;
  bool was_upper = true;
  for (const char c : name) {
    const bool is_upper = base::is_upper(c);
    if (is_upper && !was_upper) out += joint;
    out += base::to_lower(c);
    was_upper = is_upper;
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string sample_text(const Field& field) {
  if (!field.values.empty()) return std::string(field.values.front());
  if (const schema::Kind* named = kinds::find_named(field.names))
    return named->built_in_names.empty() ? fmt::format("My {}", named->name)
                                         : std::string(named->built_in_names.front());
  if (field.format != Format::kNone) return "https://example.com/" + in_words(field.name, '-');
  return "example-" + in_words(field.name, '-');
}

json::value sample_of(const Field& field);

/// What is required; of rows of which none is, the first.
json::object sample_members(std::span<const Field> fields) {
  json::object out;
  for (const Field& field : fields)
    if (field.required) out[field.name] = sample_of(field);
  for (const Field& field : fields) {
    if (!out.empty()) break;
    if (field.is_settable()) out[field.name] = sample_of(field);
  }
  return out;
}

std::string sample_handle(const Field& field) {
  return "my-" + in_words(field.reference, '-');
}

json::value sample_of(const Field& field) {
  constexpr std::int64_t kNumber = 30;
  if (field.secret) return json::object{{"fromEnv", upper(in_words(field.name, '_'))}};
  switch (field.type) {
    case Type::kString:
      return json::value(sample_text(field));
    case Type::kBoolean:
      return true;
    case Type::kInteger:
    case Type::kInteger64:
      return std::clamp(kNumber, field.minimum, field.maximum);
    case Type::kStringList:
      return json::array{sample_text(field)};
    case Type::kStringMap:
      return json::object{{"example-key", "example-value"}};
    case Type::kObject:
      return sample_members(field.fields);
    case Type::kObjectList:
      return json::array{json::value(sample_members(field.fields))};
    case Type::kObjectMap:
      return json::object{{"https://example.com/", sample_members(field.fields)}};
    case Type::kReference:
      return json::value(sample_handle(field));
    case Type::kConnectionScopes:
      return json::array{json::value(
          json::object{{"connection", sample_handle(field)}, {"scopes", json::array{"example-scope"}}})};
  }
  return nullptr;
}

/// `value` as the one member that counts of a field of that shape.
json::value wrap(const Field& field, const Field& inner, json::value value) {
  json::object members = sample_members(field.written_fields());
  const bool is_item = field.type == Type::kObjectList || field.type == Type::kConnectionScopes;
  if (!is_item) members.clear();  // only an item needs its key beside the member
  members[inner.name] = std::move(value);
  if (is_item) return json::array{json::value(std::move(members))};
  if (field.type == Type::kObjectMap) return json::object{{"https://example.com/", std::move(members)}};
  return members;
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./: ";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos &&
         text.find(": ") == std::string_view::npos && !text.ends_with(':') &&
         text.find_first_of("0123456789-:.") != 0;
}

std::string scalar(const json::value& value) {
  if (value.is_string() && is_plain(value.get_string())) return std::string(value.get_string());
  return json::serialize(value);
}

bool is_small(const json::value& value) {
  if (const json::array* list = value.if_array())
    return std::none_of(list->begin(), list->end(), [](const auto& item) { return item.is_structured(); });
  if (const json::object* map = value.if_object())
    return map->size() == 1 && !map->begin()->value().is_structured();
  return true;
}

/// A small value on one line.
std::string on_one_line(const json::value& value) {
  std::string out;
  if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list)
      out += (out.empty() ? "" : ", ") + scalar(item);
    return "[" + out + "]";
  }
  if (const json::object* map = value.if_object()) {
    for (const auto& member : *map)
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", scalar(json::value(member.key())),
                         scalar(member.value()));
    return "{" + out + "}";
  }
  return scalar(value);
}

/// The members of a map, each on lines of its own. The first line is indented by the caller where `is_begun`.
void append_block(std::string& out, const json::object& map, std::size_t indent, bool is_begun = false) {
  for (const auto& member : map) {
    if (!std::exchange(is_begun, false)) out.append(indent, ' ');
    out += scalar(json::value(member.key())) + ":";
    if (is_small(member.value())) {
      out += " " + on_one_line(member.value()) + "\n";
    } else if (const json::object* inner = member.value().if_object()) {
      out += "\n";
      append_block(out, *inner, indent + 2);
    } else {
      out += "\n";
      for (const json::value& item : member.value().get_array()) {
        out.append(indent + 2, ' ').append("- ");
        append_block(out, item.get_object(), indent + 4, true);
      }
    }
  }
}

bool is_in_short_example(const Field& field) {
  return field.is_settable() && !field.immutable && !field.has_unknown_default && field.generation == 0;
}

}  // namespace

std::string example_of_kind(const schema::Kind& kind) {
  constexpr std::size_t kFurther = 2;
  json::object spec;
  std::size_t further = 0;
  for (const Field& field : kind.fields)
    if (field.required || (is_in_short_example(field) && further++ < kFurther))
      spec[field.name] = sample_of(field);
  std::string out;
  append_block(out,
               {{"apiVersion", manifest::kApiVersion},
                {"kind", kind.name},
                {"metadata", {{"name", "my-" + in_words(kind.name, '-')}}}},
               0);
  out += "spec:\n";
  append_block(out, spec, 2);
  return out;
}

std::string example_of_field(std::string_view top, const std::vector<const Field*>& path) {
  json::value value = sample_of(*path.back());
  for (std::size_t i = path.size() - 1; i-- > 0;)
    value = wrap(*path[i], *path[i + 1], std::move(value));
  std::string out = fmt::format("{}:\n", top);
  append_block(out, json::object{{path.front()->name, std::move(value)}}, 2);
  return out;
}

}  // namespace descopectl::reference
