// The life of an object by its kind's rows: what is stored, what an update keeps, what is refused.
#include "objects.hpp"

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/identity.hpp"
#include "references.hpp"

namespace descopectl::emulator {
namespace {

using schema::Field;

constexpr std::string_view kVersion = "version";
constexpr std::string_view kCreatedTime = "createdTime";
constexpr std::string_view kModifiedTime = "modifiedTime";

void set_time(const schema::Kind& kind, json::object& fields, std::string_view name,
              std::int64_t milliseconds) {
  const Field* row = schema::find_wire_field(kind.fields, name);
  if (row == nullptr || !row->read_only) return;
  if (row->type == schema::Type::kInteger64) fields[name] = std::to_string(milliseconds);
  if (row->type == schema::Type::kInteger) fields[name] = milliseconds / 1000;
}

/// A 64-bit integer, which is a decimal string in memory as on the wire.
std::int64_t number_in(const json::object& fields, std::string_view name) {
  return std::atoll(std::string(text_member(fields, name)).c_str());
}

/// Version and times move with every successful write (sheet 15).
void stamp(const Project& project, const schema::Kind& kind, const Record* before, Record& after) {
  const std::int64_t now = project.milliseconds();
  set_time(kind, after.fields, kModifiedTime, now);
  if (before == nullptr) set_time(kind, after.fields, kCreatedTime, now);
  if (!after.fields.contains(kVersion)) return;
  const std::int64_t last = before == nullptr ? 0 : number_in(before->fields, kVersion);
  after.fields[kVersion] = std::to_string(last + 1);
}

/// Absent is missing, blank is invalid (sheet 1.6).
Outcome<void> check_required(const schema::Kind& kind, const json::object& sent, const json::object& fields) {
  for (const Field& row : kind.fields) {
    if (!row.required) continue;
    const std::string_view name = row.wire_name();
    const json::value* value = base::find_member(fields, name);
    if (value == nullptr || !base::is_zero(*value)) {
      if (!row.values.empty() &&
          std::find(row.values.begin(), row.values.end(), text_member(fields, name)) == row.values.end())
        return invalid_value("invalid value for " + std::string(name));
      continue;
    }
    if (!sent.contains(name)) return missing(name);
    return Refusal(400, kInvalid, std::string(name) + ": value length must be at least 1");
  }
  return {};
}

Outcome<void> check_version(const Project& project, const json::object& sent, const Record& before) {
  const std::int64_t version = number_in(sent, kVersion);
  if (!project.switches().strict_version || version == 0 || version >= number_in(before.fields, kVersion))
    return {};
  return Refusal(409, kStaleVersion, "The object was changed since version " + std::to_string(version));
}

/// What an update leaves as it was: the server's own fields and those that its message lacks.
Outcome<void> keep_fields(const Project& project, const Family& family, Change& change) {
  const schema::Kind& kind = *family.kind;
  for (const Field& row : kind.fields) {
    if (!is_shown(row)) continue;
    const std::string_view name = row.wire_name();
    const json::value* old = base::find_member(change.before->fields, name);
    json::value& current = change.after->fields[name];
    if (old == nullptr) continue;
    const bool is_kept = row.dropped_on_update && project.switches().dcr_update == DcrUpdate::kKeep;
    if (is_kept || row.read_only || !row.in(schema::kInUpdate)) {
      current = *old;
    } else if (row.dropped_on_update && project.switches().dcr_update == DcrUpdate::kReset) {
      current = zero_of(row);
    } else if (row.immutable && row.required && current != *old) {
      const bool is_key =
          std::find(kind.natural_keys.begin(), kind.natural_keys.end(), name) != kind.natural_keys.end();
      if (!is_key || !project.switches().allow_uri_update)
        return invalid_value(std::string(name) + " can't be changed");
    }
  }
  return {};
}

/// Secrets and write-once fields: absent keeps, the empty string clears (sheet 7.3).
void take_hidden(const schema::Kind& kind, const json::object& sent, json::object& hidden) {
  for (const Field& row : kind.fields) {
    if (!row.write_only) continue;
    const json::value* value = base::find_member(sent, row.wire_name());
    if (value == nullptr) continue;
    if (base::is_zero(*value))
      hidden.erase(row.wire_name());
    else
      hidden[row.wire_name()] = *value;
  }
}

/// What is known by an object that goes, goes with it (sheet 16, row 15).
void erase_keyed_by(Project& project, const schema::Kind& kind, std::string_view id) {
  for (const auto& family : project.families())
    for (const std::string_view field : family->kind->key_fields) {
      const Field* row = schema::find_wire_field(family->kind->fields, field);
      if (row == nullptr || row->reference != kind.name) continue;
      for (const Record* record : family->objects.list(Time::max()))
        if (text_member(record->fields, field) == id) erase_object(project, *family, *record);
    }
}

Outcome<void> check_and_finish(Project& project, Family& family, Change& change, std::uint64_t order) {
  if (family.traits->prepare != nullptr)
    if (auto prepared = family.traits->prepare(project, change); prepared.has_error())
      return prepared.error();
  if (auto checked = check_required(*family.kind, *change.sent, change.after->fields); checked.has_error())
    return checked.error();
  if (project.switches().strict_references)
    if (auto found = check_references(project, *family.kind, change.after->fields); found.has_error())
      return found.error();
  if (const auto clash = family.objects.find_clash(change.after->fields, order))
    return duplicate(project, family.traits->duplicate,
                     "There is already another " + std::string(family.kind->title) + " with this " + *clash);
  stamp(project, *family.kind, change.before, *change.after);
  return {};
}

/// Leaves a trace in the audit trail.
void audit(Project& project, const Family& family, std::string_view what, const Record& record) {
  const Traits& traits = *family.traits;
  const schema::Kind& kind = *family.kind;
  const std::string id = schema::live_id_of(kind, record.fields);
  json::object data;
  schema::put_live_id(kind, id, data);
  if (!kind.name_field.empty()) data["name"] = json::string_view(text_member(record.fields, kind.name_field));
  if (!traits.audited_id.empty()) data[traits.audited_id] = id;
  const std::string_view name = traits.audited_as.empty() ? kind.name : traits.audited_as;
  project.audit().note(std::string(name) + std::string(what), std::move(data));
}

}  // namespace

Outcome<void> complete_identity(Project& project, const Family& family, json::object& fields) {
  const schema::Kind& kind = *family.kind;
  for (const std::string_view field : kind.key_fields)
    if (text_member(fields, field).empty()) return missing(field);
  if (!schema::has_key(kind) && text_member(fields, kind.id_field).empty())
    fields[kind.id_field] = project.ids().make_id(kind.id_prefix);
  return {};
}

Refusal not_found(const Family& family, std::string_view id) {
  return {404, family.traits->not_found,
          "No " + std::string(family.kind->title) + " '" + base::printable(id, 100) + "'"};
}

Refusal duplicate(const Project& project, std::string_view code, std::string message) {
  return {project.switches().duplicate_status, code, std::move(message)};
}

Outcome<const Record*> create_object(Project& project, Family& family, const json::object& sent,
                                     std::uint8_t generation) {
  const schema::Kind& kind = *family.kind;
  Record record;
  record.fields = complete(kind.fields, sent);
  // A create takes no word on what the server keeps, however the body came in; only ids may be chosen.
  for (const Field& row : kind.fields)
    if (row.read_only && row.wire_name() != kind.id_field && is_shown(row))
      record.fields[row.wire_name()] = zero_of(row);
  take_hidden(kind, sent, record.hidden);
  if (auto known = complete_identity(project, family, record.fields); known.has_error()) return known.error();
  Change change{Write::kCreate, generation, &sent, nullptr, &record};
  if (auto finished = check_and_finish(project, family, change, 0); finished.has_error())
    return finished.error();
  project.touch();
  audit(project, family, "Created", record);
  return family.objects.insert(std::move(record), project.now());
}

Outcome<const Record*> change_object(Project& project, Family& family, const Record& before,
                                     const json::object& sent, Write write, std::uint8_t generation) {
  const schema::Kind& kind = *family.kind;
  if (auto checked = check_version(project, sent, before); checked.has_error()) return checked.error();
  Record record{before.order, {}, before.hidden};
  Change change{write, generation, &sent, &before, &record};
  if (write == Write::kPatch) {
    record.fields = before.fields;
    for (const auto& member : sent)
      if (record.fields.contains(member.key()) && member.key() != kind.id_field)
        record.fields[member.key()] = member.value();
  } else {
    record.fields = complete(kind.fields, sent);
    if (auto kept = keep_fields(project, family, change); kept.has_error()) return kept.error();
  }
  take_hidden(kind, sent, record.hidden);
  if (auto done = check_and_finish(project, family, change, before.order); done.has_error())
    return done.error();
  project.touch();
  audit(project, family, "Modified", record);
  return family.objects.replace(before, std::move(record), project.now());
}

void erase_object(Project& project, Family& family, const Record& record) {
  audit(project, family, "Deleted", record);
  erase_keyed_by(project, *family.kind, schema::live_id_of(*family.kind, record.fields));
  if (family.traits->erased != nullptr) family.traits->erased(project, record);
  family.objects.erase(record, project.now());
  project.touch();
}

Message plain_message(const Project& project) {
  Message message;
  message.refuse_unknown = project.switches().refuse_unknown_fields;
  return message;
}

Message message_of(const Project& project, const Family& family, Write write, std::uint8_t generation,
                   bool is_wrapped) {
  Message message = plain_message(project);
  message.generation = generation;
  message.calls = write == Write::kCreate ? schema::kInCreate : schema::kInUpdate;
  // A wrapped update takes the message that a load answers: its further members are accepted (sheet 2.5).
  if (is_wrapped) message.calls |= schema::kInLoad;
  message.tolerated = family.kind->tolerated;
  if (write == Write::kCreate) message.variants = family.kind->create_variants;
  return message;
}

std::string to_text(const Project& project, const Family& family, const Record& record, std::string_view out,
                    std::uint8_t generation) {
  const Switches& switches = project.switches();
  std::string text;
  if (!out.empty()) text.append("{\"").append(out).append("\":");
  append_object(text, family.kind->fields, record.fields,
                {switches.emit_zero_values, generation, switches.secret_in_response});
  if (!out.empty()) text += '}';
  return text;
}

std::string to_list_text(const Project& project, const Family& family,
                         const std::vector<const Record*>& records, std::string_view out, std::int64_t total,
                         std::uint8_t generation) {
  const Switches& switches = project.switches();
  const Emission emission{switches.emit_zero_values, generation, switches.secret_in_response};
  std::string text = "{\"" + std::string(out) + "\":[";
  for (const Record* record : records) {
    if (text.back() != '[') text += ',';
    append_object(text, family.kind->fields, record->fields, emission);
  }
  text += ']';
  if (total >= 0) text.append(",\"total\":").append(std::to_string(total));
  return text + '}';
}

Outcome<std::string> required_text(const json::object& body, std::string_view name) {
  const json::value* value = base::find_member(body, name);
  if (value == nullptr || value->is_null()) return missing(name);
  if (!value->is_string())
    return malformed("invalid value for field \"" + std::string(name) + "\": expected a string");
  if (value->get_string().empty()) return missing(name);
  return std::string(value->get_string());
}

}  // namespace descopectl::emulator
