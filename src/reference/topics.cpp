// Kinds, fields and keys as topics.
#include "descopectl/reference/topics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/config/config_file.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/envelope.hpp"
#include "descopectl/schema/identity.hpp"
#include "example.hpp"
#include "words.hpp"

namespace descopectl::reference {
namespace {

using schema::Field;
using schema::Kind;
using schema::Type;
using Fields = std::span<const Field>;

constexpr std::string_view kSpec = "spec";
constexpr std::string_view kMetadata = "metadata";
constexpr std::string_view kExtraFields = "extraFields";
constexpr std::string_view kConfigDoc = "The settings of a repository, in descopectl.yaml.";

Error unknown(std::string message, std::string_view word, std::string_view prefix,
              const std::vector<std::string_view>& known) {
  const auto nearest = base::find_nearest(word, known);
  return {ErrorKind::kInvalidInput, std::move(message),
          nearest ? fmt::format("did you mean '{}{}'?", prefix, *nearest)
                  : "there are: " + base::join_words(known)};
}

std::string default_of(const Field& field) {
  if (field.has_unknown_default) return "not known";
  if (field.type == Type::kBoolean) return "false";
  return field.type == Type::kInteger || field.type == Type::kInteger64 ? "0" : "empty";
}

/// "pkce in POST /v1/mgmt/outbound/app/create and POST /v1/mgmt/outbound/app/update".
std::string calls_of(const Kind& kind, const Field& field) {
  std::vector<std::string> calls;
  const auto add = [&](schema::Calls call, const schema::Endpoint& endpoint) {
    if (field.in(call) && endpoint.exists())
      calls.push_back(fmt::format("{} {}", endpoint.method, endpoint.path));
  };
  const schema::Endpoints& endpoints =
      field.generation == 2 && kind.second_calls.create.exists() ? kind.second_calls : kind.calls;
  add(schema::kInCreate, endpoints.create);
  add(schema::kInUpdate, endpoints.update);
  if (calls.empty()) add(schema::kInLoad, endpoints.load);
  return base::join_words({calls.begin(), calls.end()});
}

void add_details(const Kind* kind, const std::vector<const Field*>& path, Topic& topic) {
  const Field& field = *path.back();
  const auto add = [&](std::string label, std::string text) {
    if (!text.empty()) topic.details.emplace_back(std::move(label), std::move(text));
  };
  if (!field.is_settable()) {
    add("read-only", "set by the service; a manifest can't write it");
  } else {
    add("required", field.required ? "yes" : "no");
    if (field.secret)
      add("left out", "the service keeps what it has; {clear: true} clears it");
    else if (!field.required && kind != nullptr)
      add("default", default_of(field) + "; null resets to it");
  }
  if (!topic.values.empty())
    add("values", base::join_words({topic.values.begin(), topic.values.end()}, " or "));
  if (field.type == Type::kInteger || field.type == Type::kInteger64)
    add("range", fmt::format("{} to {}", field.minimum, field.maximum));
  if (kind == nullptr) return;
  const std::string calls = calls_of(*kind, *path.front());
  if (calls.empty()) return;
  std::string member;
  for (const Field* row : path) {
    member += (member.empty() ? "" : ".") + std::string(row->wire_name());
    if (!row->items.empty()) break;  // the API has no such items
  }
  add("in the API", fmt::format("{} in {}", member, calls));
}

std::string separator_below(Type type) {
  if (type == Type::kObjectList || type == Type::kConnectionScopes) return "[].";
  return type == Type::kObjectMap ? ".*." : ".";
}

/// The topic of the last row of `path`, with all below it. `kind` is null for metadata.
Topic topic_of(const Kind* kind, std::string_view top, std::vector<const Field*> path,
               const std::string& name) {
  const Field& field = *path.back();
  Topic topic;
  topic.path = name;
  topic.name = field.name;
  topic.type = type_of(field);
  topic.flags = flags_of(field);
  topic.doc = field.doc;
  for (const std::string& remark : remarks_of(field))
    topic.doc += " " + remark;
  topic.values.assign(field.values.begin(), field.values.end());
  add_details(kind, path, topic);
  if (field.is_settable()) topic.example = example_of_field(top, path);
  for (const Field& member : field.written_fields()) {
    path.push_back(&member);
    topic.members.push_back(
        topic_of(kind, top, path, name + separator_below(field.type) + std::string(member.name)));
    path.pop_back();
  }
  return topic;
}

std::vector<Topic> topics_of(const Kind* kind, std::string_view top, Fields fields,
                             const std::string& prefix) {
  std::vector<Topic> out;
  for (const Field& field : fields)
    if (field.is_settable()) out.push_back(topic_of(kind, top, {&field}, prefix + std::string(field.name)));
  return out;
}

Topic summary_of(const Kind& kind) {
  Topic topic;
  topic.path = topic.name = kind.name;
  topic.type = kind.title;
  topic.doc = kind.doc;
  return topic;
}

/// The kinds that rows, at any depth, refer to.
void find_references(Fields fields, std::vector<std::string_view>& found) {
  for (const Field& field : fields) {
    for (const std::string_view kind : {field.reference, field.names})
      if (kinds::find(kind) != nullptr && std::find(found.begin(), found.end(), kind) == found.end())
        found.push_back(kind);
    find_references(field.fields, found);
  }
}

std::string identity_of(const Kind& kind) {
  if (kind.item_of.exists())
    return fmt::format("an item of {} of the {} that '{}' names",
                       base::printable(kind.item_of.list.substr(1)), kind.item_of.kind,
                       kind.item_of.reference);
  if (schema::has_key(kind))
    return fmt::format("there is one for each {}; with others it is another object",
                       schema::names_of_key(kind));
  std::vector<std::string_view> ways{"metadata.id", "the state"};
  ways.insert(ways.end(), kind.natural_keys.begin(), kind.natural_keys.end());
  if (kind.is_name_identity) ways.push_back(kind.name_field);
  const std::string within =
      kind.unique_within.empty() ? std::string() : fmt::format(" within its {}", kind.unique_within);
  return "bound to its live object by " + base::join_words(ways, ", else ") + within;
}

Topic extra_fields_topic(const Kind& kind) {
  Topic topic;
  topic.path = fmt::format("{}.{}", kind.name, kExtraFields);
  topic.name = kExtraFields;
  topic.type = "map of any values";
  topic.doc =
      "Fields that the API has and this version does not know, by the API's names; sent and compared as they "
      "stand.";
  topic.example = fmt::format("{}:\n  {}:\n    newField: value\n", kSpec, kExtraFields);
  return topic;
}

Topic topic_of(const Kind& kind) {
  Topic topic = summary_of(kind);
  topic.details.emplace_back("identity", identity_of(kind));
  std::vector<std::string_view> references;
  find_references(kind.fields, references);
  if (!references.empty()) topic.details.emplace_back("refers to", base::join_words(references));
  for (const schema::Breakage& breakage : kind.replacement_breaks)
    topic.details.emplace_back("replacement", breakage.text);
  if (!kind.counted_loss.text.empty()) topic.details.emplace_back("replacement", kind.counted_loss.text);
  topic.details.emplace_back("metadata", fmt::format("see 'descopectl explain {}.metadata'", kind.name));
  topic.members = topics_of(&kind, kSpec, kind.fields, topic.name + ".");
  topic.members.push_back(extra_fields_topic(kind));
  topic.example = example_of_kind(kind);
  return topic;
}

Topic metadata_topic(const Kind& kind) {
  Topic topic;
  topic.path = fmt::format("{}.{}", kind.name, kMetadata);
  topic.name = kMetadata;
  topic.type = "object";
  topic.flags = {"required"};
  topic.doc = "The handle of the manifest, and what is not sent.";
  topic.members = topics_of(nullptr, kMetadata, manifest::kMetadataFields, topic.path + ".");
  std::erase_if(topic.members,
                [&](const Topic& member) { return !manifest::takes_metadata(kind, member.name); });
  return topic;
}

/// A topic below `topic` by the words that are left.
Result<Topic> descend(Topic topic, std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "*") continue;
    const auto found = std::find_if(topic.members.begin(), topic.members.end(),
                                    [&](const Topic& member) { return member.name == word; });
    if (found == topic.members.end()) {
      if (topic.members.empty())
        return Error(ErrorKind::kInvalidInput, fmt::format("{} has no members", topic.path));
      std::vector<std::string_view> known;
      for (const Topic& member : topic.members)
        known.emplace_back(member.name);
      return unknown(fmt::format("{} has no field '{}'", topic.path, base::printable(word, 80)), word,
                     topic.path + ".", known);
    }
    Topic below = std::move(*found);
    topic = std::move(below);
  }
  return topic;
}

/// Keys of one level; a dot in a path leads into a group.
Topic config_topic() {
  Topic topic;
  topic.path = topic.name = config::kConfigKind;
  topic.type = config::kConfigFileName;
  topic.doc = kConfigDoc;
  for (const config::KeyRow& row : config::key_table()) {
    const auto dot = row.path.find('.');
    std::vector<Topic>* level = &topic.members;
    if (dot != std::string_view::npos) {
      const std::string_view group = row.path.substr(0, dot);
      if (level->empty() || level->back().name != group) {
        Topic& added = level->emplace_back();
        added.name = group;
        added.path = fmt::format("{}.{}", topic.path, group);
        added.type = "object";
      }
      level = &level->back().members;
    }
    Topic& key = level->emplace_back();
    key.name = dot == std::string_view::npos ? row.path : row.path.substr(dot + 1);
    key.path = fmt::format("{}.{}", topic.path, row.path);
    key.type = config::describe_value(row);
    key.doc = row.doc;
    if (!row.fallback.empty()) {
      key.flags.push_back(fmt::format("default {}", row.fallback));
      key.details.emplace_back("default", row.fallback);
    }
    key.values.assign(row.words.begin(), row.words.end());
  }
  Topic& environments = topic.members.emplace_back();
  environments.name = "environments";
  environments.path = topic.path + ".environments";
  environments.type = "a map of names to settings";
  environments.doc =
      "Chosen with --env NAME. Every key but this one may stand in an environment, and wins there.";
  topic.example = fmt::format("apiVersion: {}\nkind: {}\nmanifests: [descope/]\n", config::kConfigApiVersion,
                              config::kConfigKind);
  return topic;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> words;
  while (true) {
    const auto dot = path.find('.');
    std::string word(path.substr(0, dot));
    if (word.ends_with("[]")) word.resize(word.size() - 2);
    words.push_back(std::move(word));
    if (dot == std::string_view::npos) return words;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

std::vector<Topic> list_topics() {
  std::vector<Topic> out;
  for (const Kind* kind : kinds::all())
    out.push_back(summary_of(*kind));
  Topic& config = out.emplace_back();
  config.path = config.name = config::kConfigKind;
  config.type = config::kConfigFileName;
  config.doc = kConfigDoc;
  return out;
}

Result<Topic> find_topic(std::string_view path) {
  const std::vector<std::string> words = split_path(path);
  std::span<const std::string> rest = std::span(words).subspan(1);
  if (words.front() == config::kConfigKind) return descend(config_topic(), rest);
  const Kind* kind = kinds::find(words.front());
  if (kind == nullptr) {
    std::vector<std::string_view> known = kinds::names();
    known.push_back(config::kConfigKind);
    return unknown(fmt::format("unknown kind '{}'", base::printable(words.front(), 80)), words.front(), "",
                   known);
  }
  if (!rest.empty() && rest.front() == kMetadata) return descend(metadata_topic(*kind), rest.subspan(1));
  if (!rest.empty() && rest.front() == kSpec) rest = rest.subspan(1);
  if (rest.empty()) return topic_of(*kind);
  const Field* field = schema::find_field(kind->fields, rest.front());
  if (field == nullptr) return descend(topic_of(*kind), rest);
  return descend(topic_of(kind, kSpec, {field}, fmt::format("{}.{}", kind->name, field->name)),
                 rest.subspan(1));
}

}  // namespace descopectl::reference
