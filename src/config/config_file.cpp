// Finding, reading and decoding descopectl.yaml by the table of its keys.
#include "descopectl/config/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "descopectl/base/files.hpp"
#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/document/parse.hpp"

namespace descopectl::config {
namespace {

namespace fs = std::filesystem;
using document::Member;
using document::Node;
using document::NodeKind;

/// Where a value is: a null's own place is the next token, so its key is pointed at.
diag::Span place_of(const Member& member) {
  return member.value.kind == NodeKind::kNull ? member.key_span : member.value.span;
}

std::string shown(std::string_view text) {
  return base::printable(text, 80);
}

/// What a message calls a value that was not expected: "'x'" for scalars, "a list" for others.
std::string describe_found(const Node& node) {
  if (node.kind == NodeKind::kNull || !node.is_scalar()) return std::string(document::describe(node.kind));
  if (node.kind == NodeKind::kString && node.text.empty()) return "an empty string";
  return fmt::format("'{}'", shown(node.text));
}

/// Names that become folders and are typed in flags.
bool is_name(std::string_view text) {
  const auto is_allowed = [](char c) { return base::is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 100 && base::is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

/// Decodes one level of keys into a Layer.
class LayerDecoder {
 public:
  /// `where` names the level for messages: "descopectl.yaml", "environment 'staging'".
  LayerDecoder(std::string where, std::vector<std::string_view> further_keys, diag::Sink& sink)
      : where_(std::move(where)), further_keys_(std::move(further_keys)), sink_(sink) {}

  /// Members whose key is one of `further_keys` are left to the caller.
  Layer decode(const Node& map) {
    for (const auto& member : map.members)
      decode_member(member, "");
    return std::move(layer_);
  }

 private:
  void decode_member(const Member& member, const std::string& prefix) {
    if (prefix.empty() &&
        std::find(further_keys_.begin(), further_keys_.end(), member.key) != further_keys_.end())
      return;
    const auto path = prefix + std::string(member.key);
    for (const auto& row : key_table()) {
      if (row.path == path) return decode_value(row, member);
    }
    if (is_group(path)) return decode_group(path, member);
    report_unknown(member, prefix);
  }

  static bool is_group(const std::string& path) {
    return std::any_of(key_table().begin(), key_table().end(),
                       [&](const KeyRow& row) { return row.path.starts_with(path + "."); });
  }

  void decode_group(const std::string& path, const Member& member) {
    if (member.value.kind != NodeKind::kMapping) return report_type(path, "a map", member);
    for (const auto& inner : member.value.members)
      decode_member(inner, path + ".");
  }

  void report_unknown(const Member& member, const std::string& prefix) {
    std::vector<std::string_view> known;
    for (const auto& row : key_table()) {
      if (!row.path.starts_with(prefix)) continue;
      const auto name = row.path.substr(prefix.size(), row.path.find('.', prefix.size()) - prefix.size());
      if (known.empty() || known.back() != name) known.push_back(name);
    }
    if (prefix.empty()) known.insert(known.end(), further_keys_.begin(), further_keys_.end());
    const auto nearest = base::find_nearest(member.key, known);
    const auto where = prefix.empty() ? where_ : fmt::format("'{}'", prefix.substr(0, prefix.size() - 1));
    sink_.error("unknown-key", member.key_span,
                fmt::format("unknown key '{}' in {}", shown(member.key), where),
                nearest ? fmt::format("did you mean '{}'?", *nearest)
                        : fmt::format("known keys: {}", base::join_words(known)));
  }

  void report_type(std::string_view path, std::string_view expected, const Member& member) {
    sink_.error(
        "wrong-type", place_of(member),
        fmt::format("'{}' must be {}, not {}", path, expected, document::describe(member.value.kind)));
  }

  void decode_value(const KeyRow& row, const Member& member) {
    if (member.value.is_unset) {
      return sink_.error("wrong-type", member.value.span,
                         "the tag '!unset' has no meaning in descopectl.yaml");
    }
    std::visit([&](auto target) { decode_into(layer_.*target, row, member); }, row.target);
  }

  void decode_into(Text& target, const KeyRow& row, const Member& member) {
    if (member.value.kind != NodeKind::kString) return report_type(row.path, describe_value(row), member);
    if (!check_text(row, member.value)) return;
    target = {std::string(member.value.text), member.value.span};
  }

  bool check_text(const KeyRow& row, const Node& node) {
    if (row.check == nullptr) return true;
    const auto wrong = row.check(node.text);
    if (!wrong.empty()) sink_.error("invalid-value", node.span, fmt::format("'{}' {}", row.path, wrong));
    return wrong.empty();
  }

  void decode_into(Texts& target, const KeyRow& row, const Member& member) {
    if (member.value.kind == NodeKind::kString) {
      return sink_.error("wrong-type", member.value.span,
                         fmt::format("'{}' must be {}, not a string", row.path, describe_value(row)),
                         fmt::format("write {}: [{}]", row.path, shown(member.value.text)));
    }
    if (member.value.kind != NodeKind::kSequence) return report_type(row.path, describe_value(row), member);
    if (member.value.items.empty()) {
      return sink_.error("invalid-value", member.value.span, fmt::format("'{}' must not be empty", row.path));
    }
    target = decode_list(row, member.value);
  }

  /// The strings of a list, each once.
  std::vector<Located<std::string>> decode_list(const KeyRow& row, const Node& list) {
    std::vector<Located<std::string>> out;
    for (const auto& node : list.items) {
      if (node.kind != NodeKind::kString) {
        sink_.error(
            "wrong-type", node.kind == NodeKind::kNull ? list.span : node.span,
            fmt::format("'{}' must hold strings only, not {}", row.path, document::describe(node.kind)));
        continue;
      }
      if (!check_text(row, node)) continue;
      const auto first =
          std::find_if(out.begin(), out.end(), [&](const auto& it) { return it.value == node.text; });
      if (first != out.end()) {
        sink_.add({.severity = diag::Severity::kError,
                   .code = "duplicate-value",
                   .summary = fmt::format("'{}' stands twice in '{}'", shown(node.text), row.path),
                   .detail = {},
                   .hint = {},
                   .span = node.span,
                   .related = {{first->span, "first here"}}});
        continue;
      }
      out.push_back({std::string(node.text), node.span});
    }
    return out;
  }

  void decode_into(TextMap& target, const KeyRow& row, const Member& member) {
    if (member.value.kind != NodeKind::kMapping) return report_type(row.path, describe_value(row), member);
    for (const auto& inner : member.value.members) {
      const auto path = fmt::format("{}.{}", row.path, shown(inner.key));
      if (!is_name(inner.key)) {
        sink_.error("invalid-value", inner.key_span,
                    fmt::format("'{}' is no name for a variable", shown(inner.key)),
                    "use letters, digits, '-', '_' and '.', beginning with a letter or digit");
      } else if (inner.value.kind == NodeKind::kNull || !inner.value.is_scalar()) {
        report_type(path, "a string", inner);
      } else {
        // Numbers and booleans are taken as they are written: `port: 0080` means these four characters.
        target[std::string(inner.key)] = {std::string(inner.value.text), inner.value.span};
      }
    }
  }

  void decode_into(Number& target, const KeyRow& row, const Member& member) {
    if (member.value.kind != NodeKind::kInteger) return report_type(row.path, describe_value(row), member);
    const auto number = member.value.as_integer();
    if (!number || *number < row.minimum || *number > row.maximum) {
      return sink_.error("out-of-range", member.value.span,
                         fmt::format("'{}' must be from {} to {}, not {}", row.path, row.minimum, row.maximum,
                                     shown(member.value.text)));
    }
    target = {*number, member.value.span};
  }

  void decode_into(Word& target, const KeyRow& row, const Member& member) {
    const auto& node = member.value;
    if (node.kind == NodeKind::kNull || !node.is_scalar())
      return report_type(row.path, describe_value(row), member);
    const auto found = std::find(row.words.begin(), row.words.end(), node.text);
    if (found != row.words.end()) {
      target = {static_cast<std::size_t>(found - row.words.begin()), node.span};
      return;
    }
    report_word(row, member, {row.words.begin(), row.words.end()});
  }

  void report_word(const KeyRow& row, const Member& member, const std::vector<std::string_view>& words) {
    const auto nearest = base::find_nearest(member.value.text, words);
    sink_.error(
        "invalid-value", place_of(member),
        fmt::format("'{}' must be {}, not {}", row.path, describe_value(row), describe_found(member.value)),
        nearest ? fmt::format("did you mean '{}'?", *nearest) : "");
  }

  void decode_into(PruneValue& target, const KeyRow& row, const Member& member) {
    const auto& node = member.value;
    if (node.kind == NodeKind::kMapping) return decode_prune_all(target, row, member);
    if (node.kind != NodeKind::kString) return report_type(row.path, describe_value(row), member);
    if (node.text == "none" || node.text == "owned") {
      target = {{node.text == "none" ? PruneMode::kNone : PruneMode::kOwned, {}}, node.span};
    } else if (node.text == "all") {
      sink_.error("invalid-value", node.span, "'prune: all' must list the kinds that are pruned",
                  "write prune: {all: [Connection]}");
    } else {
      report_word(row, member, {"none", "owned"});
    }
  }

  void decode_prune_all(PruneValue& target, const KeyRow& row, const Member& member) {
    for (const auto& inner : member.value.members) {
      if (inner.key == "all") continue;
      sink_.error("unknown-key", inner.key_span, fmt::format("unknown key '{}' in 'prune'", shown(inner.key)),
                  "known keys: all");
    }
    const auto* all = member.value.find("all");
    if (all == nullptr) return report_type(row.path, describe_value(row), member);
    if (all->value.kind != NodeKind::kSequence) return report_type("prune.all", "a list of kinds", *all);
    if (all->value.items.empty()) {
      return sink_.error("invalid-value", all->value.span, "'prune.all' must not be empty");
    }
    target = {{PruneMode::kAll, decode_list(row, all->value)}, member.value.span};
  }

  std::string where_;
  std::vector<std::string_view> further_keys_;
  diag::Sink& sink_;
  Layer layer_;
};

/// Checks `apiVersion` and `kind`: they tell a config from a manifest that was given by mistake.
void check_header(const Node& root, std::string_view key, std::string_view expected, diag::Sink& sink) {
  const auto* member = root.find(key);
  if (member == nullptr) {
    return sink.error("missing-key", {root.span.source, root.span.begin, root.span.begin},
                      fmt::format("descopectl.yaml lacks '{}'", key),
                      fmt::format("add {}: {}", key, expected));
  }
  if (member->value.kind == NodeKind::kString && member->value.text == expected) return;
  sink.error("api-version", place_of(*member),
             fmt::format("'{}' must be {}, not {}", key, expected, describe_found(member->value)));
}

void decode_environments(const Member& member, ConfigFile& file, diag::Sink& sink) {
  if (member.value.kind != NodeKind::kMapping) {
    return sink.error("wrong-type", place_of(member),
                      fmt::format("'environments' must be a map of names to settings, not {}",
                                  document::describe(member.value.kind)));
  }
  for (const auto& inner : member.value.members) {
    if (!is_name(inner.key)) {
      sink.error("invalid-value", inner.key_span,
                 fmt::format("'{}' is no name for an environment", shown(inner.key)),
                 "use letters, digits, '-', '_' and '.', beginning with a letter or digit");
      continue;
    }
    Layer layer;
    if (inner.value.kind == NodeKind::kMapping) {
      layer = LayerDecoder(fmt::format("environment '{}'", inner.key), {}, sink).decode(inner.value);
    } else if (inner.value.kind != NodeKind::kNull) {
      sink.error("wrong-type", inner.value.span,
                 fmt::format("'environments.{}' must be a map, not {}", inner.key,
                             document::describe(inner.value.kind)));
    }
    file.environments.emplace_back(std::string(inner.key), std::move(layer));
  }
}

void decode_root(const Node& root, ConfigFile& file, diag::Sink& sink) {
  if (root.kind != NodeKind::kMapping) {
    return sink.error("wrong-type", root.span,
                      fmt::format("descopectl.yaml must be a map, not {}", document::describe(root.kind)));
  }
  check_header(root, "apiVersion", kConfigApiVersion, sink);
  check_header(root, "kind", kConfigKind, sink);
  file.base = LayerDecoder("descopectl.yaml", {"apiVersion", "kind", "environments"}, sink).decode(root);
  if (const auto* environments = root.find("environments")) decode_environments(*environments, file, sink);
}

}  // namespace

const Layer* ConfigFile::find_environment(std::string_view name) const {
  for (const auto& [known, layer] : environments) {
    if (known == name) return &layer;
  }
  return nullptr;
}

std::optional<fs::path> find_config(const fs::path& folder) {
  for (auto current = folder;; current = current.parent_path()) {
    auto candidate = current / kConfigFileName;
    std::error_code error;
    // A file that may not be looked at is found too: reading it says what is the matter.
    const auto status = fs::status(candidate, error);
    if (fs::exists(status) && !fs::is_directory(status)) return candidate;
    if (!current.has_relative_path()) return std::nullopt;
  }
}

namespace {

/// No secret belongs into this file. Where one stands there all the same, no message may quote it.
bool may_be_secret(std::string_view key, std::string_view value) {
  const std::string lower = base::to_lower(key);
  for (const std::string_view word : {"pass", "secret", "token", "key", "credential"})
    if (lower.find(word) != std::string::npos) return true;
  const std::size_t scheme = value.find("://");
  return scheme != std::string_view::npos && value.find('@', scheme) != std::string_view::npos;
}

void mark_secrets(const Node& node, std::string_view key, diag::SourceTable& sources) {
  if (node.is_scalar() && may_be_secret(key, node.text)) sources.mark_secret(node.span);
  for (const auto& member : node.members)
    mark_secrets(member.value, member.key, sources);
  for (const Node& item : node.items)
    mark_secrets(item, key, sources);
}

}  // namespace

std::optional<ConfigFile> load_config(const fs::path& path, diag::SourceTable& sources, diag::Sink& sink) {
  constexpr document::Limits kLimits{.bytes = 1 << 20, .depth = 16, .nodes = 100'000};
  auto text = base::read_file(path, kLimits.bytes);
  if (!text) {
    sink.error("config-unreadable", {}, text.error().message());
    return std::nullopt;
  }
  ConfigFile file{.path = path, .folder = path.parent_path(), .source = 0, .base = {}, .environments = {}};
  file.source = sources.add(path.string(), std::move(*text));

  diag::Sink own;
  std::size_t documents = 0;
  document::parse_documents(sources, file.source, kLimits, own, [&](const Node& root) {
    mark_secrets(root, "", sources);
    if (++documents == 1) return decode_root(root, file, own);
    own.error("config-documents", {file.source, root.span.begin, root.span.begin},
              "descopectl.yaml must hold one document");
  });
  if (documents == 0 && !own.has_errors()) {
    own.error("config-empty", {file.source, 0, 0}, "descopectl.yaml is empty",
              fmt::format("it begins with apiVersion: {} and kind: {}", kConfigApiVersion, kConfigKind));
  }
  const bool is_good = !own.has_errors();
  sink.merge(std::move(own));
  if (!is_good) return std::nullopt;
  return file;
}

}  // namespace descopectl::config
