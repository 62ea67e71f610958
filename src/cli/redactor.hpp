// Takes secrets out of whatever is about to be shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::cli {

/// Knows the secrets of a run and replaces them in text: as they are, and in the encodings in which a
/// server's message or a serializer might repeat them (JSON-escaped, percent-encoded, base64, hexadecimal).
/// Secrets under four characters are not looked for: they would blank out ordinary text.
class Redactor {
 public:
  void add(const model::Secret& secret);
  /// The user asked to see this one.
  void release(const model::Secret& secret);
  [[nodiscard]] std::string redact(std::string_view text) const;
  /// The same for a JSON document: only strings are looked into, so that it stays the JSON it was. Member
  /// names are ours, or a user's key: only secrets of eight characters and more are looked for in them.
  [[nodiscard]] std::string redact_json(std::string_view document) const;

 private:
  [[nodiscard]] std::string replace(std::string_view text, std::size_t least) const;
  [[nodiscard]] json::value redact_value(const json::value& value) const;

  std::vector<model::Secret> forms_;  ///< longest first
};

}  // namespace descopectl::cli
