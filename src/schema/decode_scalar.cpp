// Decoding of single values, and of where a secret comes from.
#include "decode_scalar.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "descopectl/base/letters.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::schema {
namespace {

using document::Node;
using document::NodeKind;

/// Why `text` is not a URL of that format, or empty.
std::string find_url_fault(Format format, std::string_view text) {
  if (text.empty()) return {};
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t' || c == '\n'; }))
      return "it holds white space";
    if (text.find(':') == std::string_view::npos) return "it has no scheme (https://...)";
    return "it does not follow RFC 3986";
  }
  const std::string scheme = base::to_lower(parsed->scheme());
  const bool is_web = scheme == "http" || scheme == "https";
  if (format == Format::kWebUrl && !is_web) return "its scheme must be https or http";
  if (is_web && parsed->host().empty()) return "it has no host";
  if (format == Format::kUri && parsed->has_fragment())
    return "a resource identifier has no fragment (RFC 8707)";
  if (text.size() == scheme.size() + 1) return "there is nothing after the scheme";
  return {};
}

bool check_text(const Field& row, std::string_view text, diag::Span span, diag::Sink& sink) {
  if (!row.values.empty() && !(text.empty() && !row.required && row.type == Type::kString) &&
      std::find(row.values.begin(), row.values.end(), text) == row.values.end()) {
    const std::vector<std::string_view> known(row.values.begin(), row.values.end());
    const auto nearest = base::find_nearest(text, known);
    sink.error("invalid-value", span,
               fmt::format("'{}' can't be '{}': it is one of {}", row.name, base::printable(text, 80),
                           base::join_words(known, " or ")),
               nearest ? fmt::format("did you mean '{}'?", *nearest) : std::string());
    return false;
  }
  if (row.required && base::is_blank(text)) {
    sink.error("invalid-value", span, fmt::format("'{}' must not be empty", row.name));
    return false;
  }
  if (row.format == Format::kNone) return true;
  const std::string fault = find_url_fault(row.format, text);
  if (fault.empty()) return true;
  sink.error("invalid-url", span,
             fmt::format("'{}' is not a valid {}: {}", base::printable(text, 120),
                         row.format == Format::kUri ? "URI" : "URL", fault));
  return false;
}

std::optional<json::value> decode_integer(const Field& row, const Node& node, DecodeContext& context) {
  std::optional<std::int64_t> number = node.as_integer();
  NodeKind kind = node.kind;
  if (kind == NodeKind::kString && node.is_plain && node.text.find("${") != std::string_view::npos) {
    const auto text = context.resolver.resolve(node, context.sink);
    if (!text) return std::nullopt;
    kind = document::resolve_plain_scalar(*text);
    number = document::parse_integer(*text);
  }
  if (kind != NodeKind::kInteger) {
    context.sink.error(
        "wrong-type", node.span,
        fmt::format("'{}' must be an integer, not {}", row.name, document::describe(kind)),
        kind == NodeKind::kString && document::parse_integer(node.text) ? "remove the quotes" : "");
    return std::nullopt;
  }
  const std::int64_t least =
      row.type == Type::kInteger ? std::max<std::int64_t>(row.minimum, INT32_MIN) : row.minimum;
  const std::int64_t most =
      row.type == Type::kInteger ? std::min<std::int64_t>(row.maximum, INT32_MAX) : row.maximum;
  if (!number || *number < least || *number > most) {
    context.sink.error("out-of-range", node.span,
                       fmt::format("'{}' must lie between {} and {}, not {}", row.name, least, most,
                                   base::printable(node.text, 40)));
    return std::nullopt;
  }
  if (row.type == Type::kInteger64) return json::value(std::to_string(*number));
  return json::value(*number);
}

}  // namespace

std::optional<std::string> decode_text(const Node& node, std::string_view what, DecodeContext& context) {
  if (node.kind != NodeKind::kString) {
    std::string hint;
    if (node.is_scalar() && node.kind != NodeKind::kNull)
      hint = fmt::format("quote it: \"{}\"", base::printable(node.text, 60));
    context.sink.error("wrong-type", node.span,
                       fmt::format("'{}' must be a string, not {}", what, document::describe(node.kind)),
                       std::move(hint));
    return std::nullopt;
  }
  return context.resolver.resolve(node, context.sink);
}

std::optional<bool> decode_boolean(const Node& node, std::string_view what, DecodeContext& context) {
  if (const auto value = node.as_boolean(); node.kind == NodeKind::kBoolean) return value;
  NodeKind kind = node.kind;
  std::string text(node.text);
  if (kind == NodeKind::kString && node.is_plain && text.find("${") != std::string::npos) {
    const auto resolved = context.resolver.resolve(node, context.sink);
    if (!resolved) return std::nullopt;
    text = *resolved;
    kind = document::resolve_plain_scalar(text);
    if (kind == NodeKind::kBoolean) return text == "true" || text == "True" || text == "TRUE";
  }
  const bool is_old_yaml = text == "yes" || text == "no" || text == "on" || text == "off";
  context.sink.error("wrong-type", node.span,
                     fmt::format("'{}' must be a boolean, not {}", what, document::describe(kind)),
                     is_old_yaml ? fmt::format("YAML 1.2 reads {} as a string: write true or false", text)
                                 : std::string("write true or false"));
  return std::nullopt;
}

std::optional<json::value> decode_scalar(const Field& row, const Node& node, DecodeContext& context) {
  if (row.type == Type::kBoolean) {
    const auto value = decode_boolean(node, row.name, context);
    if (!value) return std::nullopt;
    return json::value(*value);
  }
  if (row.type != Type::kString) return decode_integer(row, node, context);
  auto text = decode_text(node, row.name, context);
  if (!text || !check_text(row, *text, node.span, context.sink)) return std::nullopt;
  return json::value(*text);
}

std::optional<std::string> decode_list_item(const Field& row, const Node& node, DecodeContext& context) {
  auto text = decode_text(node, fmt::format("an item of {}", row.name), context);
  if (!text || !check_text(row, *text, node.span, context.sink)) return std::nullopt;
  return text;
}

namespace {

/// What an environment variable or a file is called.
bool decode_secret_name(const document::Member& member, model::SecretSource& source, DecodeContext& context) {
  auto name = decode_text(member.value, member.key, context);
  if (!name) return false;
  if (base::is_blank(*name)) {
    context.sink.error("invalid-value", member.value.span, fmt::format("'{}' is empty", member.key));
    return false;
  }
  source.name = std::move(*name);
  return true;
}

bool decode_secret_command(const document::Member& member, model::SecretSource& source,
                           DecodeContext& context) {
  for (const Node& item : member.value.items) {
    auto word = decode_text(item, "an item of fromCommand", context);
    if (!word) return false;
    source.argv.push_back(std::move(*word));
  }
  if (!source.argv.empty() && !source.argv.front().empty()) return true;
  context.sink.error("wrong-type", member.value.span,
                     "'fromCommand' must be a list: the program and its arguments");
  return false;
}

bool decode_secret_clear(const document::Member& member, model::SecretSource&, DecodeContext& context) {
  const auto is_clear = decode_boolean(member.value, "clear", context);
  if (is_clear && !*is_clear)
    context.sink.error("invalid-value", member.value.span, "'clear' can only be true",
                       "leave the secret out to keep it");
  return is_clear.value_or(false);
}

struct SecretForm {
  std::string_view word;
  model::SecretSource::Form form;
  bool (*decode)(const document::Member&, model::SecretSource&, DecodeContext&);
};
constexpr std::array kSecretForms{
    SecretForm{"fromEnv", model::SecretSource::Form::kEnvironment, decode_secret_name},
    SecretForm{"fromFile", model::SecretSource::Form::kFile, decode_secret_name},
    SecretForm{"fromCommand", model::SecretSource::Form::kCommand, decode_secret_command},
    SecretForm{"clear", model::SecretSource::Form::kClear, decode_secret_clear}};

std::vector<std::string_view> secret_words() {
  std::vector<std::string_view> words;
  for (const SecretForm& form : kSecretForms)
    words.push_back(form.word);
  return words;
}

}  // namespace

std::optional<model::SecretSource> decode_secret_source(const Field& row, const Node& node,
                                                        DecodeContext& context) {
  using Form = model::SecretSource::Form;
  diag::Sink& sink = context.sink;
  const std::string ways = "{fromEnv: NAME}, {fromFile: PATH} or {fromCommand: [..]}";
  model::SecretSource source;
  source.folder = context.resolver.folder(node.span);
  if (node.kind != NodeKind::kMapping) {
    context.sources.mark_secret(node.span);
    if (node.anchor.is_known()) context.sources.mark_secret(node.anchor);
  }
  if (node.kind == NodeKind::kString) {
    source.form = Form::kText;
    source.text = model::Secret(std::string(node.text));
    if (node.text.find("${") == std::string_view::npos)
      sink.warning("literal-secret", node.span,
                   fmt::format("the secret '{}' stands in the manifest itself", row.name),
                   "take it from outside: " + ways);
    return source;
  }
  if (node.kind != NodeKind::kMapping) {
    sink.error(
        "wrong-type", node.span,
        node.kind == NodeKind::kNull ? fmt::format("the secret '{}' takes no null", row.name)
                                     : fmt::format("the secret '{}' must be {}, not {}", row.name, ways,
                                                   document::describe(node.kind)),
        node.kind == NodeKind::kNull ? "write {clear: true} to clear it, or leave it out to keep it" : "");
    return std::nullopt;
  }
  if (node.members.size() != 1) {
    sink.error("invalid-combination", node.span,
               fmt::format("the secret '{}' needs exactly one of {}", row.name,
                           base::join_words(secret_words(), " and ")));
    return std::nullopt;
  }
  const document::Member& member = node.members.front();
  for (const SecretForm& form : kSecretForms) {
    if (member.key != form.word) continue;
    source.form = form.form;
    return form.decode(member, source, context) ? std::optional(std::move(source)) : std::nullopt;
  }
  context.sources.mark_secret(member.value.span);
  report_unknown_key(member, fmt::format("the secret '{}'", row.name), secret_words(), sink);
  return std::nullopt;
}

}  // namespace descopectl::schema
