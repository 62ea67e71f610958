// Decoding a manifest's `spec` by field table: types, ranges, enums, URLs, unknown fields, references,
// secrets.
#pragma once

#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/document/node.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/schema/kind.hpp"

namespace descopectl::schema {

/// Replaces `${env:NAME}`, `${var:NAME}`, `${file:PATH}` in text. Implemented by the manifest module.
class TextResolver {
 public:
  virtual ~TextResolver() = default;
  /// The scalar's text with everything replaced; none, with a diagnostic at its place, where something can't
  /// be.
  virtual std::optional<std::string> resolve(const document::Node& scalar, diag::Sink& sink) const = 0;
  /// The folder of the file that `span` lies in: relative paths written there start from it.
  [[nodiscard]] virtual std::string folder(diag::Span span) const = 0;
};

struct DecodeContext {
  diag::SourceTable& sources;  ///< secrets' places are marked in it, so that no quote shows them
  diag::Sink& sink;
  const TextResolver& resolver;
  unsigned generation = 1;  ///< of the inbound-app API
};

/// Decodes `spec` into `object` (spec, secrets, references, live_uses, names). Everything wrong is in the
/// sink: codes `unknown-field`, `wrong-type`, `missing-field`, `read-only-field`, `invalid-value`,
/// `invalid-url`, `out-of-range`, `duplicate-item`, `invalid-combination`, `literal-secret` (a warning).
void decode_spec(const Kind& kind, const document::Node& spec, DecodeContext& context,
                 model::DesiredObject& object);

/// The members of a map without those that an overlay took away (`!unset`).
[[nodiscard]] inline auto declared_members(const document::Node& node) {
  return node.members |
         std::views::filter([](const document::Member& member) { return !member.value.is_unset; });
}

/// A YAML value as JSON, for fields that no row describes.
[[nodiscard]] std::optional<json::value> to_json(const document::Node& node, DecodeContext& context);

/// The text of a scalar that must be a string, with `${..}` replaced; `what` names it in the message.
[[nodiscard]] std::optional<std::string> decode_text(const document::Node& node, std::string_view what,
                                                     DecodeContext& context);

/// A boolean, written as such or through `${..}`.
[[nodiscard]] std::optional<bool> decode_boolean(const document::Node& node, std::string_view what,
                                                 DecodeContext& context);

/// Adds `unknown-field` for a key, naming the nearest of `known`.
void report_unknown_key(const document::Member& member, std::string_view where,
                        const std::vector<std::string_view>& known, diag::Sink& sink);

}  // namespace descopectl::schema
