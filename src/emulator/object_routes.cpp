// The endpoints of every kind's two generations, made from its descriptor.
#include <algorithm>
#include <charconv>

#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "messages.hpp"
#include "objects.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::int64_t kPageLimit = 1000;

struct Endpoints {
  Project& project;
  Family& family;
  std::uint8_t generation;
};

/// The object inside the request's wrapper. The wrapper's message has that one member.
Outcome<json::object> unwrap(const Project& project, const json::object& body, std::string_view in) {
  if (in.empty()) return body;
  for (const auto& member : body)
    if (member.key() != in && project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(member.key()) + "\"");
  const json::value* inner = base::find_member(body, in);
  if (inner == nullptr || inner->is_null()) return json::object();
  if (!inner->is_object())
    return malformed("invalid value for field \"" + std::string(in) + "\": expected an object");
  return inner->get_object();
}

std::string answer_write(const Endpoints& self, const Record& record, const schema::Endpoint& endpoint) {
  if (endpoint.out.empty() && !self.family.traits->answers_object_flat) return std::string(kNothing);
  return to_text(self.project, self.family, record, endpoint.out, self.generation);
}

Outcome<const Record*> create_one(const Endpoints& self, const json::object& body) {
  const auto message = message_of(self.project, self.family, Write::kCreate, self.generation, false);
  const auto sent = decode(self.family.kind->fields, body, message);
  if (sent.has_error()) return sent.error();
  return create_object(self.project, self.family, *sent, self.generation);
}

/// A create by another call: its own fields at the top, the rest in its nested message, over what it starts
/// from.
Outcome<std::string> create_variant(const Endpoints& self, const schema::CreateVariant& variant,
                                    const Call& call) {
  const Project& project = self.project;
  json::object flat;
  for (const auto& member : call.body) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool is_nested = !variant.nested.empty() && name == variant.nested;
    if (is_nested && member.value().is_null()) continue;
    if (is_nested && !member.value().is_object())
      return malformed("invalid value for field \"" + std::string(name) + "\": expected an object");
    if (schema::contains(variant.fields, name)) flat[name] = member.value();
    if (!is_nested && !schema::contains(variant.fields, name) && project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(name) + "\"");
    if (!is_nested) continue;
    for (const auto& [inner, value] : member.value().get_object()) {
      if (schema::contains(variant.nested_fields, inner))
        flat[inner] = value;
      else if (project.switches().refuse_unknown_fields)
        return malformed("unknown field \"" + std::string(name) + "." + std::string(inner) + "\"");
    }
  }
  const auto chosen = required_text(flat, variant.when);
  if (chosen.has_error()) return chosen.error();
  Message message = message_of(project, self.family, Write::kCreate, self.generation, false);
  message.variants = {};
  const auto sent = decode(self.family.kind->fields, flat, message);
  if (sent.has_error()) return sent.error();
  json::object whole = *sent;
  if (self.family.traits->start_from != nullptr)
    for (const auto& [name, value] : self.family.traits->start_from(variant.when, *chosen))
      if (!whole.contains(name)) whole[name] = value;
  const auto record = create_object(self.project, self.family, whole, self.generation);
  if (record.has_error()) return record.error();
  return answer_write(self, **record, variant.call);
}

Outcome<std::string> create(const Endpoints& self, const schema::Endpoint& endpoint, const Call& call) {
  const auto body = unwrap(self.project, call.body, endpoint.in);
  if (body.has_error()) return body.error();
  const auto record = create_one(self, *body);
  if (record.has_error()) return record.error();
  if (self.family.traits->created != nullptr) return self.family.traits->created(**record);
  return answer_write(self, **record, endpoint);
}

/// The first member that is needed to tell the object and is not there.
Refusal missing_identity(const schema::Kind& kind, const json::object& sent) {
  for (const std::string_view field : kind.key_fields)
    if (text_member(sent, field).empty()) return missing(field);
  return missing(kind.id_field);
}

Outcome<std::string> change(const Endpoints& self, const schema::Endpoint& endpoint, Write write,
                            const Call& call) {
  const auto body = unwrap(self.project, call.body, endpoint.in);
  if (body.has_error()) return body.error();
  const auto message = message_of(self.project, self.family, write, self.generation, !endpoint.in.empty());
  const auto sent = decode(self.family.kind->fields, *body, message);
  if (sent.has_error()) return sent.error();
  const std::string id = schema::live_id_of(*self.family.kind, *sent);
  if (id.empty()) return missing_identity(*self.family.kind, *sent);
  const Record* before = self.family.objects.find(id);
  if (before == nullptr) return not_found(self.family, id);
  const auto record = change_object(self.project, self.family, *before, *sent, write, self.generation);
  if (record.has_error()) return record.error();
  return answer_write(self, **record, endpoint);
}

/// The live id in a selection: `{id}`, or the members of the key.
Outcome<std::string> selected_id(const Endpoints& self, const json::object& selection) {
  const schema::Kind& kind = *self.family.kind;
  for (const auto& member : selection) {
    const std::string_view name = std::string_view(member.key().data(), member.key().size());
    const bool is_known = schema::has_key(kind) ? schema::is_key_field(kind, name) : name == kind.id_field;
    if (!is_known && self.project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(name) + "\"");
  }
  if (!schema::has_key(kind)) return required_text(selection, kind.id_field);
  for (const std::string_view field : kind.key_fields)
    if (auto part = required_text(selection, field); part.has_error()) return part.error();
  return schema::live_id_of(kind, selection);
}

Outcome<std::string> erase(const Endpoints& self, const Call& call) {
  const auto id = selected_id(self, call.body);
  if (id.has_error()) return id.error();
  const Record* record = self.family.objects.find(*id);
  if (record == nullptr) return not_found(self.family, *id);
  erase_object(self.project, self.family, *record);
  return std::string(kNothing);
}

/// All or nothing (sheet 9.2).
Outcome<std::string> create_batch(const Endpoints& self, const schema::Endpoint& endpoint, const Call& call) {
  const auto batch = wrapped_list(self.project, call.body, endpoint.in);
  if (batch.has_error()) return batch.error();
  Collection before = self.family.objects;
  std::vector<std::string> ids;
  for (const json::value& item : *batch) {
    const auto record = create_one(self, item.get_object());
    if (record.has_error()) {
      self.family.objects = std::move(before);
      return record.error();
    }
    ids.push_back(schema::live_id_of(*self.family.kind, (*record)->fields));
  }
  if (endpoint.out.empty()) return std::string(kNothing);
  std::vector<const Record*> records;
  for (const std::string& id : ids)
    records.push_back(self.family.objects.find(id));
  return to_list_text(self.project, self.family, records, endpoint.out, -1, self.generation);
}

/// Absent ids are no error (sheet 16, row 30).
Outcome<std::string> erase_batch(const Endpoints& self, std::string_view in, const Call& call) {
  const bool is_keyed = schema::has_key(*self.family.kind);
  const auto batch = wrapped_list(self.project, call.body, in, is_keyed ? Items::kObjects : Items::kStrings);
  if (batch.has_error()) return batch.error();
  std::vector<std::string> ids;
  for (const json::value& item : *batch) {
    Outcome<std::string> id = is_keyed ? selected_id(self, item.get_object())
                                       : Outcome<std::string>(std::string(view(item.get_string())));
    if (id.has_error()) return id.error();
    ids.push_back(std::move(*id));
  }
  for (const std::string& id : ids)
    if (const Record* record = self.family.objects.find(id)) erase_object(self.project, self.family, *record);
  return std::string(kNothing);
}

Outcome<std::string> answer_load(const Endpoints& self, std::string_view out, const Record* record,
                                 std::string_view what) {
  if (record == nullptr) return not_found(self.family, what);
  // The documentation shows a wrapper that the gateway takes off (sheet 1.4); the switch brings it back.
  if (out.empty() && self.project.switches().wrap_inbound_load) out = "app";
  return to_text(self.project, self.family, *record, out, self.generation);
}

Outcome<std::string> load(const Endpoints& self, const schema::Endpoint& endpoint, const Call& call) {
  const std::string id = call.id.empty() ? call.query("id") : call.id;
  if (!id.empty()) return answer_load(self, endpoint.out, self.family.objects.find(id), id);
  const std::string_view key = self.family.traits->loads_by;
  const std::string value = key.empty() || self.generation != 1 ? std::string() : call.query(key);
  if (value.empty()) return missing("id");
  return answer_load(self, endpoint.out, self.family.objects.find_by(key, value), value);
}

Outcome<std::int64_t> page_number(const schema::Paging paging, const Call& call, std::string_view name) {
  std::int64_t number = 0;
  const auto wrong = [&] {
    return malformed("invalid value for field \"" + std::string(name) +
                     "\": expected a number of zero or more");
  };
  if (paging == schema::Paging::kQuery) {
    const std::string text = call.query(name);
    if (text.empty()) return 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return wrong();
  } else {
    const json::value* value = base::find_member(call.body, name);
    if (value == nullptr || value->is_null()) return 0;
    if (!value->is_int64()) return wrong();
    number = value->get_int64();
  }
  if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) return wrong();
  return number;
}

Outcome<std::string> list(const Endpoints& self, const schema::Endpoint& endpoint, schema::Paging paging,
                          const Call& call) {
  for (const auto& member : call.body) {
    const bool is_page =
        paging == schema::Paging::kBody && (member.key() == "page" || member.key() == "limit");
    if (!is_page && self.project.switches().refuse_unknown_fields)
      return malformed("unknown field \"" + std::string(member.key()) + "\"");
  }
  std::vector<const Record*> records = self.family.objects.list(self.project.now());
  if (const std::string_view parent = self.family.kind->calls.list_by; !parent.empty()) {
    const std::string wanted = call.query(parent);
    if (wanted.empty()) return missing(parent);
    std::erase_if(records,
                  [&](const Record* record) { return text_member(record->fields, parent) != wanted; });
  }
  const std::int64_t total = self.family.traits->has_total ? static_cast<std::int64_t>(records.size()) : -1;
  if (paging != schema::Paging::kNone) {
    const auto page = page_number(paging, call, "page");
    if (page.has_error()) return page.error();
    const auto asked = page_number(paging, call, "limit");
    if (asked.has_error()) return asked.error();
    const std::int64_t wanted = *asked == 0 ? std::int64_t{self.project.switches().page_size} : *asked;
    const std::int64_t limit = std::clamp<std::int64_t>(wanted, 1, kPageLimit);
    const auto count = static_cast<std::int64_t>(records.size());
    const std::int64_t begin = std::min(*page * limit, count);
    const std::int64_t end = std::min(begin + limit, count);
    records = {records.begin() + begin, records.begin() + end};
  }
  return to_list_text(self.project, self.family, records, endpoint.out, total, self.generation);
}

void add_generation(Router& router, Endpoints self, const schema::Endpoints& calls) {
  if (calls.list.exists())
    router.add(calls.list.method, calls.list.path,
               [self, endpoint = calls.list, paging = calls.paging](const Call& call) {
                 return list(self, endpoint, paging, call);
               });
  if (calls.load.exists())
    router.add(calls.load.method, calls.load.path,
               [self, endpoint = calls.load](const Call& call) { return load(self, endpoint, call); });
  if (calls.create.exists())
    router.add(calls.create.method, calls.create.path,
               [self, endpoint = calls.create](const Call& call) { return create(self, endpoint, call); });
  if (calls.create_batch.exists())
    router.add(calls.create_batch.method, calls.create_batch.path,
               [self, endpoint = calls.create_batch](const Call& call) {
                 return create_batch(self, endpoint, call);
               });
  if (calls.update.exists())
    router.add(calls.update.method, calls.update.path, [self, endpoint = calls.update](const Call& call) {
      return change(self, endpoint, Write::kUpdate, call);
    });
  if (calls.patch.exists())
    router.add(calls.patch.method, calls.patch.path, [self, endpoint = calls.patch](const Call& call) {
      return change(self, endpoint, Write::kPatch, call);
    });
  if (calls.erase.exists())
    router.add(calls.erase.method, calls.erase.path, [self](const Call& call) { return erase(self, call); });
  if (calls.erase_batch.exists())
    router.add(calls.erase_batch.method, calls.erase_batch.path,
               [self, in = calls.erase_batch.in](const Call& call) { return erase_batch(self, in, call); });
}

}  // namespace

void add_object_routes(Router& router, Project& project) {
  for (const auto& family : project.families()) {
    for (const schema::CreateVariant& variant : family->kind->create_variants)
      router.add(variant.call.method, variant.call.path,
                 [self = Endpoints{project, *family, 1}, &variant](const Call& call) {
                   return create_variant(self, variant, call);
                 });
    add_generation(router, {project, *family, 1}, family->kind->calls);
    add_generation(router, {project, *family, 2}, family->kind->second_calls);
  }
}

}  // namespace descopectl::emulator
