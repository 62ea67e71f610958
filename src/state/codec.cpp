// Recorded state as JSON: the payloads of the records, member by member.
//
// Reading is strict. A member that this program does not know would be lost when the base is next rewritten,
// so a record with one is refused just as an unknown record is: both come from a newer program.
#include <fmt/format.h>

#include <array>
#include <boost/pfr/tuple_size.hpp>
#include <optional>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::state {
namespace {

constexpr std::string_view kFormatName = "descopectl-state";
constexpr const char* kUpgradeHint =
    "Use the newer descopectl that wrote this state; nothing in it was changed.";
// Deeper than any JSON that comes in from elsewhere, so that what was taken can always be written and read.
constexpr std::size_t kMaxDepth = 256;

Error make_damage(std::string problem) {
  return {ErrorKind::kInvalidInput, "damaged: " + std::move(problem)};
}

// A member that is added to the model has to be written and read here as well.
static_assert(boost::pfr::tuple_size_v<model::RecordedState> == 7);
static_assert(boost::pfr::tuple_size_v<model::RecordedObject> == 13);
static_assert(boost::pfr::tuple_size_v<model::Intent> == 10);  // `candidates` is not kept
static_assert(boost::pfr::tuple_size_v<model::ObjectKey> == 2);
static_assert(boost::pfr::tuple_size_v<model::Fingerprint> == 2);
static_assert(boost::pfr::tuple_size_v<model::SentGot> == 2);

// Takes the members of one object, each of which has to be there but for the optional ones, and remembers
// the first thing that was wrong.
class MemberReader {
 public:
  explicit MemberReader(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr) fail("an object is expected");
  }

  std::string text(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) return {};
    if (const json::string* found = value->if_string()) return std::string(*found);
    fail(fmt::format("'{}' is not a string", name));
    return {};
  }
  bool flag(std::string_view name) {
    const json::value* value = take(name);
    if (value != nullptr && !value->is_bool()) fail(fmt::format("'{}' is not true or false", name));
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  std::uint64_t number(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) return 0;
    if (value->is_uint64()) return value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    fail(fmt::format("'{}' is not a whole number from 0 on", name));
    return 0;
  }
  // The member, or a null that belongs to the reader.
  const json::value& any(std::string_view name) {
    const json::value* value = take(name);
    return value != nullptr ? *value : nothing_;
  }
  const json::array& list(std::string_view name) {
    if (const json::array* found = any(name).if_array()) return *found;
    fail(fmt::format("'{}' is not a list", name));
    return no_items_;
  }
  const json::object& object(std::string_view name) {
    if (const json::object* found = any(name).if_object()) return *found;
    fail(fmt::format("'{}' is not an object", name));
    return no_members_;
  }

  bool has(std::string_view name) const { return object_ != nullptr && object_->contains(name); }
  // Empty where there is none.
  const json::object& optional_object(std::string_view name) {
    return has(name) ? object(name) : no_members_;
  }
  std::string optional_text(std::string_view name) { return has(name) ? text(name) : std::string(); }

  void fail(std::string problem) {
    if (!error_) error_ = make_damage(std::move(problem));
  }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  // The first error; members that nobody took are one.
  std::optional<Error> finish() {
    if (!error_ && taken_ != object_->size()) {
      for (const auto& member : *object_)
        if (!was_taken(member.key()))
          return Error(ErrorKind::kInvalidInput,
                       fmt::format("unknown member '{}'", base::printable(member.key(), 40)), kUpgradeHint);
    }
    return error_;
  }

 private:
  const json::value* take(std::string_view name) {
    if (error_) return nullptr;
    const json::value* value = object_->if_contains(name);
    if (value == nullptr)
      fail(fmt::format("'{}' is missing", name));
    else
      names_.at(taken_++) = name;
    return value;
  }
  bool was_taken(std::string_view name) const {
    for (std::size_t i = 0; i < taken_; ++i)
      if (names_[i] == name) return true;
    return false;
  }

  const json::object* object_;
  std::array<std::string_view, 16> names_;
  std::size_t taken_ = 0;
  std::optional<Error> error_;
  const json::value nothing_;
  const json::object no_members_;
  const json::array no_items_;
};

Result<json::value> parse_payload(std::string_view payload) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  // The checksum has vouched for the bytes; a handle or a description that is no proper text must not make
  // the whole state unreadable.
  options.allow_invalid_utf8 = true;
  json::error_code error;
  json::value value = json::parse({payload.data(), payload.size()}, error, {}, options);
  if (error) return make_damage("not JSON (" + error.message() + ")");
  return value;
}

json::object encode_key(const model::ObjectKey& key) {
  return {{"kind", key.kind}, {"handle", key.handle}};
}

Result<model::ObjectKey> decode_key(const json::value& value) {
  MemberReader reader(value);
  model::ObjectKey key{.kind = reader.text("kind"), .handle = reader.text("handle")};
  if (const auto error = reader.finish()) return *error;
  return key;
}

json::object encode_object(const model::RecordedObject& object) {
  json::array depends_on;
  for (const auto& key : object.depends_on)
    depends_on.emplace_back(encode_key(key));
  json::object secrets;
  for (const auto& [pointer, print] : object.secrets)
    secrets[pointer] = {{"scheme", print.scheme}, {"digest", print.digest}};
  json::object changed;
  for (const auto& [pointer, values] : object.changed_by_server)
    changed[pointer] = {{"sent", values.sent}, {"got", values.got}};
  json::object result{{"kind", object.key.kind},
                      {"handle", object.key.handle},
                      {"live_id", object.live_id},
                      {"object_id", object.object_id},
                      {"root", object.root},
                      {"prevent_destroy", object.prevent_destroy},
                      {"keep_on_removal", object.keep_on_removal},
                      {"is_partial", object.is_partial},
                      {"depends_on", std::move(depends_on)},
                      {"applied", object.applied},
                      {"secrets", std::move(secrets)},
                      {"changed_by_server", std::move(changed)}};
  // Written only where there is one, so that an older program can read the state as soon as it is done.
  if (!object.pending_create.empty()) result["pending_create"] = object.pending_create;
  if (!object.superseded_id.empty()) result["superseded_id"] = object.superseded_id;
  return result;
}

Result<model::RecordedObject> decode_object(const json::value& value) {
  MemberReader reader(value);
  model::RecordedObject object;
  object.key = {.kind = reader.text("kind"), .handle = reader.text("handle")};
  object.live_id = reader.text("live_id");
  object.object_id = reader.text("object_id");
  object.root = reader.text("root");
  object.prevent_destroy = reader.flag("prevent_destroy");
  object.keep_on_removal = reader.flag("keep_on_removal");
  object.is_partial = reader.flag("is_partial");
  for (const json::value& item : reader.list("depends_on")) {
    auto key = decode_key(item);
    if (!key) return key.error();
    object.depends_on.push_back(std::move(*key));
  }
  object.applied = reader.object("applied");
  for (const auto& member : reader.object("secrets")) {
    MemberReader print(member.value());
    object.secrets[member.key()] = {.scheme = print.text("scheme"), .digest = print.text("digest")};
    if (auto error = print.finish()) reader.fail(*error);
  }
  for (const auto& member : reader.object("changed_by_server")) {
    MemberReader values(member.value());
    object.changed_by_server[member.key()] = {.sent = values.any("sent"), .got = values.any("got")};
    if (auto error = values.finish()) reader.fail(*error);
  }
  object.pending_create = reader.optional_object("pending_create");
  object.superseded_id = reader.optional_text("superseded_id");
  if (const auto error = reader.finish()) return *error;
  return object;
}

json::object encode_intent(const model::Intent& intent) {
  json::object result{{"kind", intent.key.kind},
                      {"handle", intent.key.handle},
                      {"operation", model::to_string(intent.operation)},
                      {"live_id", intent.live_id},
                      {"identity", intent.identity},
                      {"body_sha256", intent.body_sha256},
                      {"at", intent.at}};
  if (!intent.before_sha256.empty()) result["before_sha256"] = intent.before_sha256;
  if (intent.has_record()) result["object"] = encode_object(intent.record);
  if (!intent.strangers.empty())
    result["strangers"] = json::array(intent.strangers.begin(), intent.strangers.end());
  return result;
}

Result<model::Intent> decode_intent(const json::value& value) {
  MemberReader reader(value);
  model::Intent intent;
  intent.key = {.kind = reader.text("kind"), .handle = reader.text("handle")};
  const std::string operation = reader.text("operation");
  intent.live_id = reader.text("live_id");
  intent.identity = reader.object("identity");
  intent.body_sha256 = reader.text("body_sha256");
  intent.before_sha256 = reader.optional_text("before_sha256");
  intent.at = reader.text("at");
  if (reader.has("object")) {
    auto object = decode_object(reader.any("object"));
    if (!object) return object.error();
    intent.record = std::move(*object);
  }
  if (reader.has("strangers")) {
    for (const json::value& item : reader.list("strangers")) {
      if (!item.is_string()) return Error(ErrorKind::kInvalidInput, "a live id of 'strangers' is no text");
      intent.strangers.emplace_back(item.get_string());
    }
  }
  if (const auto error = reader.finish()) return *error;
  const auto found = model::find_operation(operation);
  if (!found)
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("unknown operation '{}'", base::printable(operation, 40)), kUpgradeHint);
  intent.operation = *found;
  return intent;
}

struct ChangeEncoder {
  json::object& record;
  void operator()(const TargetChange& change) const {
    record["project_id"] = change.project_id;
    record["base_url"] = change.base_url;
  }
  void operator()(const PutChange& change) const { record["object"] = encode_object(change.object); }
  void operator()(const RemoveChange& change) const {
    record["key"] = encode_key(change.key);
    if (change.is_unseen) record["unseen"] = true;
  }
  void operator()(const MoveChange& change) const {
    record["from"] = encode_key(change.from);
    record["to"] = encode_key(change.to);
  }
  void operator()(const IntentChange& change) const { record["intent"] = encode_intent(change.intent); }
  void operator()(const SettleChange& change) const { record["key"] = encode_key(change.key); }
};

constexpr std::array<const char*, std::variant_size_v<Change>> kRecordNames = {"target", "put",    "remove",
                                                                               "move",   "intent", "settle"};

Result<Change> decode_target(MemberReader& reader) {
  TargetChange change{.project_id = reader.text("project_id"), .base_url = reader.text("base_url")};
  return Change(std::move(change));
}

Result<Change> decode_put(MemberReader& reader) {
  auto object = decode_object(reader.any("object"));
  if (!object) return object.error();
  return Change(PutChange{std::move(*object)});
}

Result<Change> decode_remove(MemberReader& reader) {
  auto key = decode_key(reader.any("key"));
  if (!key) return key.error();
  return Change(RemoveChange{std::move(*key), reader.has("unseen") && reader.flag("unseen")});
}

Result<Change> decode_move(MemberReader& reader) {
  auto from = decode_key(reader.any("from"));
  if (!from) return from.error();
  auto to = decode_key(reader.any("to"));
  if (!to) return to.error();
  return Change(MoveChange{std::move(*from), std::move(*to)});
}

Result<Change> decode_intent_change(MemberReader& reader) {
  auto intent = decode_intent(reader.any("intent"));
  if (!intent) return intent.error();
  return Change(IntentChange{std::move(*intent)});
}

Result<Change> decode_settle(MemberReader& reader) {
  auto key = decode_key(reader.any("key"));
  if (!key) return key.error();
  return Change(SettleChange{std::move(*key)});
}

using ChangeDecoder = Result<Change> (*)(MemberReader&);
constexpr std::array<ChangeDecoder, std::variant_size_v<Change>> kDecoders = {
    decode_target, decode_put, decode_remove, decode_move, decode_intent_change, decode_settle};

// Format and version come before everything else: what a newer version holds can't be judged here.
std::optional<Error> check_version(MemberReader& reader) {
  if (reader.text("format") != kFormatName) reader.fail("the format is not named");
  const std::uint64_t version = reader.number("version");
  if (version > kFormatVersion)
    return Error(
        ErrorKind::kInvalidInput,
        fmt::format("its format version {} is newer than this program's {}", version, kFormatVersion),
        kUpgradeHint);
  if (version == 0) reader.fail("there is no format version 0");
  if (reader.text("record") != "base") reader.fail("the first record is not the base");
  return std::nullopt;
}

Result<void> take_intents(const json::array& intents, model::RecordedState& state) {
  for (const json::value& item : intents) {
    auto intent = decode_intent(item);
    if (!intent) return intent.error();
    const model::ObjectKey key = intent->key;
    if (!state.intents.emplace(key, std::move(*intent)).second)
      return make_damage(fmt::format("the intent on {} is there twice", base::printable(key.to_string())));
  }
  return {};
}

}  // namespace

std::string encode_base(const model::RecordedState& state) {
  json::array objects;
  objects.reserve(state.objects.size());
  for (const auto& [key, object] : state.objects)
    objects.emplace_back(encode_object(object));
  json::object base = {{"format", kFormatName},
                       {"version", kFormatVersion},
                       {"record", "base"},
                       {"serial", state.serial},
                       {"lineage", state.lineage},
                       {"fingerprint_key", state.fingerprint_key},
                       {"project_id", state.project_id},
                       {"base_url", state.base_url},
                       {"objects", std::move(objects)}};
  // Like pending_create: an older program can read the state once nothing is open.
  if (!state.intents.empty()) {
    json::array intents;
    for (const auto& [key, intent] : state.intents)
      intents.emplace_back(encode_intent(intent));
    base["intents"] = std::move(intents);
  }
  return json::serialize(base);
}

std::string encode_change(const Change& change, std::uint64_t serial) {
  json::object record = {{"record", kRecordNames.at(change.index())}, {"serial", serial}};
  std::visit(ChangeEncoder{record}, change);
  return json::serialize(record);
}

Result<model::RecordedState> decode_base(std::string_view payload) {
  const auto parsed = parse_payload(payload);
  if (!parsed) return parsed.error();
  MemberReader reader(*parsed);
  if (auto error = check_version(reader)) return *error;
  model::RecordedState state;
  state.serial = reader.number("serial");
  state.lineage = reader.text("lineage");
  state.fingerprint_key = reader.text("fingerprint_key");
  state.project_id = reader.text("project_id");
  state.base_url = reader.text("base_url");
  const json::array& objects = reader.list("objects");
  const json::array* intents = reader.has("intents") ? &reader.list("intents") : nullptr;
  if (const auto error = reader.finish()) return *error;
  if (base::from_hex(state.fingerprint_key).empty()) return make_damage("'fingerprint_key' is not a key");
  for (const json::value& item : objects) {
    auto object = decode_object(item);
    if (!object) return object.error();
    const model::ObjectKey key = object->key;
    if (!state.objects.emplace(key, std::move(*object)).second)
      return make_damage(fmt::format("{} is there twice", base::printable(key.to_string())));
  }
  if (intents != nullptr)
    if (const auto taken = take_intents(*intents, state); !taken) return taken.error();
  return state;
}

Result<NumberedChange> decode_change(std::string_view payload) {
  const auto parsed = parse_payload(payload);
  if (!parsed) return parsed.error();
  MemberReader reader(*parsed);
  const std::string name = reader.text("record");
  NumberedChange numbered;
  numbered.serial = reader.number("serial");
  for (std::size_t i = 0; i < kRecordNames.size(); ++i) {
    if (name != kRecordNames[i]) continue;
    auto change = kDecoders[i](reader);
    // A missing member is the reader's error; what the decoder made of its absence only follows from it.
    if (const auto error = reader.finish()) return *error;
    if (!change) return change.error();
    numbered.change = std::move(*change);
    return numbered;
  }
  if (name.empty()) return make_damage("the record has no type");
  return Error(ErrorKind::kInvalidInput, fmt::format("unknown record type '{}'", base::printable(name, 40)),
               kUpgradeHint);
}

}  // namespace descopectl::state
