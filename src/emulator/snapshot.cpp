// Snapshots: {"format", "version", "objects": {KIND: [object...]}, "scopeClaimMappings", "customAttributes",
// "consents", "tokens", "audits"}.
//
// An object stands there as a load shows it, with its secrets beside the other members (`clientSecret` of a
// connection, `secrets` of an inbound app). What is left out is zero; an absent id is made.
#include "snapshot.hpp"

#include <array>

#include "attributes.hpp"
#include "codec.hpp"
#include "consents.hpp"
#include "objects.hpp"
#include "project_routes.hpp"
#include "tokens.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;
using schema::ListForm;
using schema::Type;

constexpr std::string_view kFormat = "descopectl-emulator";
constexpr std::int64_t kVersion = 1;

constexpr Field row(std::string_view name, Type type = Type::kString) {
  return {.name = name, .type = type, .doc = "-", .source = "sheet 6.1"};
}
constexpr std::array kSecretRows{row("id"), row("name"), row("value"), row("expireTime", Type::kInteger64),
                                 row("createdTime", Type::kInteger64)};
constexpr std::array kHiddenRows{Field{.name = "secrets",
                                       .type = Type::kObjectList,
                                       .list = ListForm::kKeyed,
                                       .key = "name",
                                       .fields = kSecretRows,
                                       .doc = "-",
                                       .source = "sheet 6.1"}};
static_assert(schema::is_valid_table(kHiddenRows));

Error damaged(const std::string& place, const std::string& what) {
  return {ErrorKind::kInvalidInput, place + ": " + what};
}

/// Times of secrets are numbers in memory, where the row makes decimal strings of them.
json::array with_numbers(const json::array& secrets) {
  json::array result = secrets;
  for (json::value& secret : result)
    for (const std::string_view name : {"expireTime", "createdTime"})
      secret.get_object()[name] =
          std::int64_t{std::atoll(std::string(text_member(secret.get_object(), name)).c_str())};
  return result;
}

Outcome<Record> read_record(const Family& family, json::object object) {
  Record record;
  if (family.traits->has_named_secrets)
    if (const auto found = object.find("secrets"); found != object.end()) {
      const auto hidden = decode(kHiddenRows, json::object{{"secrets", found->value()}}, Message{});
      if (hidden.has_error()) return hidden.error();
      if (const json::value* list = base::find_member(*hidden, "secrets"))
        record.hidden["secrets"] = with_numbers(list->get_array());
      object.erase(found);
    }
  Message message;
  message.generation = 0;
  const auto decoded = decode(family.kind->fields, object, message);
  if (decoded.has_error()) return decoded.error();
  record.fields = complete(family.kind->fields, *decoded);
  for (const Field& field : family.kind->fields)
    if (const json::value* value = base::find_member(*decoded, field.wire_name());
        value != nullptr && field.write_only && !base::is_zero(*value))
      record.hidden[field.wire_name()] = *value;
  return record;
}

Result<void> read_objects(Project& project, Family& family, const json::value& list,
                          const std::string& place) {
  if (!list.is_array()) return damaged(place, "expected a list");
  std::size_t index = 0;
  for (const json::value& item : list.get_array()) {
    const std::string here = place + "/" + std::to_string(index++);
    if (!item.is_object()) return damaged(here, "expected an object");
    auto record = read_record(family, item.get_object());
    if (record.has_error()) return damaged(here, record.error().message);
    if (auto known = complete_identity(project, family, record->fields); known.has_error())
      return damaged(here, known.error().message);
    if (family.traits->restored != nullptr) family.traits->restored(*record);
    if (const auto clash = family.objects.find_clash(record->fields, 0))
      return damaged(here, "another object has the same " + *clash);
    family.objects.insert(std::move(*record), project.now());
  }
  return {};
}

Result<void> read_kinds(Project& project, const json::value& objects) {
  if (!objects.is_object()) return damaged("/objects", "expected an object with a list per kind");
  for (const auto& member : objects.get_object()) {
    const std::string kind(member.key());
    Family* family = project.find_family(kind);
    if (family == nullptr) return damaged("/objects", "unknown kind '" + kind + "'");
    if (auto read = read_objects(project, *family, member.value(), "/objects/" + kind); read.has_error())
      return read.error();
  }
  return {};
}

Result<void> check_head(const json::object& head) {
  const json::value* format = base::find_member(head, "format");
  if (format == nullptr || *format != json::value(json::string_view(kFormat)))
    return damaged("/format", "expected \"" + std::string(kFormat) + "\": this is no emulator data");
  const json::value* version = base::find_member(head, "version");
  if (version == nullptr || *version != json::value(kVersion))
    return damaged("/version",
                   "expected " + std::to_string(kVersion) + ": written by another version of descopectl?");
  return {};
}

}  // namespace

json::value make_snapshot(const Project& project) {
  json::object objects;
  for (const auto& family : project.families()) {
    json::array list;
    for (const Record* record : family->objects.list(Time::max())) {
      json::object object = record->fields;
      for (const auto& member : record->hidden)
        object[member.key()] = member.value();
      list.push_back(std::move(object));
    }
    if (!list.empty()) objects[family->kind->name] = std::move(list);
  }
  json::object snapshot;
  snapshot["format"] = json::string_view(kFormat);
  snapshot["version"] = kVersion;
  snapshot["objects"] = std::move(objects);
  snapshot["scopeClaimMappings"] = project.mappings();
  snapshot["customAttributes"] = project.attributes();
  snapshot["consents"] = project.consents();
  snapshot["tokens"] = project.tokens();
  snapshot["audits"] = project.audit().to_json();
  return snapshot;
}

Result<void> read_snapshot(Project& project, const json::value& snapshot) {
  if (!snapshot.is_object()) return damaged("/", "expected an object");
  const json::object& head = snapshot.get_object();
  if (auto checked = check_head(head); checked.has_error()) return checked.error();
  for (const auto& member : head) {
    const std::string_view name(member.key().data(), member.key().size());
    Result<void> read;
    if (name == "objects") {
      read = read_kinds(project, member.value());
    } else if (name == "scopeClaimMappings") {
      auto mappings = restored_mappings(member.value());
      if (mappings.has_error()) return damaged("/scopeClaimMappings", mappings.error().message);
      project.mappings() = std::move(*mappings);
    } else if (name == "customAttributes") {
      auto attributes = restored_attributes(member.value());
      if (attributes.has_error()) return damaged("/customAttributes", attributes.error().message);
      project.attributes() = std::move(*attributes);
    } else if (name == "consents") {
      auto consents = restored_consents(project, member.value());
      if (consents.has_error()) return damaged("/consents", consents.error().message);
      project.consents() = std::move(*consents);
    } else if (name == "tokens") {
      auto tokens = restored_tokens(project, member.value());
      if (tokens.has_error()) return damaged("/tokens", tokens.error().message);
      project.tokens() = std::move(*tokens);
    } else if (name == "audits") {
      if (!project.audit().restore(member.value())) return damaged("/audits", "expected a list of records");
    } else if (name != "format" && name != "version") {
      return damaged("/", "unknown member '" + std::string(name) + "'");
    }
    if (read.has_error()) return read.error();
  }
  return {};
}

}  // namespace descopectl::emulator
